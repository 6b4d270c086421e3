// Options of fitting a linear model: a part of the one table (params.ts). Its components and iterations are `zDim` and `epochs`.
import { define } from './definition.ts';

/** Systems of so many unknowns are solved at each point of a linear model's maps. */
export const MOST_COMPONENTS = 16;

/** Of a linear model alone. */
export const LINEAR_PARAMS = define([
  {
    key: 'mask',
    flag: '--mask',
    label: 'Solvent mask',
    meaning:
      'Where density may be: maps are multiplied by it in every iteration. A file is a map of 0 to 1 of the same field of view, of any box.',
    group: 'linear',
    kind: 'choice',
    default: 'auto',
    choices: [
      { value: 'auto', label: 'found' },
      { value: 'sphere', label: 'sphere' },
      { value: 'file', label: 'from a file' },
    ],
    fileChoice: 'file',
    linear: { advanced: true },
    autoMeaning: 'around the density of the mean map, wide enough for what moves',
  },
  {
    key: 'maskDilate',
    flag: '--mask-dilate',
    label: 'Wider mask',
    meaning: 'The solvent mask reaches so much further out, or below 0 further in, than it would by itself.',
    unit: 'Å',
    group: 'linear',
    kind: 'number',
    default: 0,
    min: -100,
    max: 200,
    step: 1,
    linear: { advanced: true },
  },
  {
    key: 'chain',
    flag: '--chain',
    label: 'Chain of structures',
    meaning:
      'Whether a chain is fitted after the linear model, a map for each position along it, and what the position runs through. The chain is a run of its own.',
    group: 'linear',
    kind: 'choice',
    default: 'auto',
    choices: [
      { value: 'auto', label: 'found from the images' },
      { value: 'none', label: 'none' },
      { value: 'line', label: 'line' },
      { value: 'circle', label: 'circle' },
      { value: 'sheet', label: 'sheet' },
    ],
    linear: { advanced: true },
    autoMeaning: 'the simplest of line, circle and sheet that no other clearly beats on held-out images',
  },
] as const);
