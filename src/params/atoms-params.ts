// Options of an atomic model as the field (Cryofold, thesis 7.3): a part of the one table (params.ts).
import { define } from './definition.ts';

/** Of an atomic model alone. */
export const ATOMS_PARAMS = define([
  {
    key: 'modelFrame',
    flag: '--frame',
    label: 'Frame of the model',
    meaning: 'Where the model’s (0, 0, 0) lies among the maps of these poses.',
    group: 'atoms',
    kind: 'choice',
    default: 'auto',
    choices: [
      { value: 'auto', label: 'auto' },
      { value: 'map', label: 'the first voxel, as viewers show maps' },
      { value: 'box', label: 'the middle of the box' },
      { value: 'atoms', label: 'their mean is moved to the middle' },
    ],
    autoMeaning: 'what explains the images best',
  },
  {
    key: 'restraintStrength',
    flag: '--restraints',
    label: 'Restraints',
    meaning: 'Strength of bonds and side-chain restraints, of their mean in Å²; 0 for none.',
    group: 'atoms',
    kind: 'number',
    default: 0.1,
    min: 0,
    max: 1000,
    step: 'magnitude',
  },
  {
    key: 'sigmaAngstrom',
    flag: '--sigma',
    label: 'Width of the Gaussians',
    meaning: 'Standard deviation to begin at; it is learned.',
    unit: 'Å',
    group: 'atoms',
    kind: 'number',
    default: 3.71,
    min: 0.1,
    max: 50,
    step: 0.1,
  },
]);

/** Options of networks that an atomic model has, too. */
export const ATOMS_SHARED_KEYS = [
  ...['zDim', 'epochs', 'batchSize', 'learningRate', 'rateSchedule', 'beta', 'decoderLayers', 'decoderDim'],
  ...['noiseModel', 'seed', 'invertData', 'window', 'windowRadius', 'boxPixels'],
] as const;
