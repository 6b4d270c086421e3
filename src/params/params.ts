// Every option of training once: meaning, unit, default, range. The types, the validation, the form of the Learn screen,
// the command line's flags (named as in cryoDRGN where they mean the same) and the documentation come from this table.
import { VitrineError } from '../base/errors.ts';
import { define, type Choice, type ParamDef, type ParamGroup } from './definition.ts';
import { ATOMS_PARAMS } from './atoms-params.ts';
import { DEVICE_PARAMS } from './device-params.ts';
import { IMAGE_PARAMS } from './image-params.ts';
import { LINEAR_PARAMS } from './linear-params.ts';
import { MODEL_PARAMS } from './model-params.ts';
import { SEARCH_PARAMS } from './search-params.ts';
import { TRAINING_PARAMS } from './training-params.ts';

export type { ParamDef };

/** The groups of the table, in the order of the form. */
export const PARAM_GROUPS: readonly { group: ParamGroup; title: string; text: string }[] = [
  { group: 'model', title: 'Model', text: 'how much detail and variety the network can hold' },
  { group: 'training', title: 'Training', text: 'how long and how it learns' },
  { group: 'linear', title: 'Linear model', text: 'how its components are fitted' },
  { group: 'atoms', title: 'Atomic model', text: 'where it lies and what holds it together' },
  { group: 'search', title: 'Pose search', text: 'how poses are found' },
  { group: 'images', title: 'Images', text: 'how they are prepared' },
  { group: 'device', title: 'Device', text: 'what computes' },
];

/** Every option, in the order of forms and help. */
export const PARAMS = define([
  ...MODEL_PARAMS,
  ...TRAINING_PARAMS,
  ...LINEAR_PARAMS,
  ...ATOMS_PARAMS,
  ...IMAGE_PARAMS,
  ...SEARCH_PARAMS,
  ...DEVICE_PARAMS,
] as const);

type Defs = (typeof PARAMS)[number];
type ValueOf<D> = D extends { kind: 'integer' | 'number' }
  ? number
  : D extends { kind: 'boolean' }
    ? boolean
    : D extends { kind: 'choice'; choices: readonly { value: infer C }[] }
      ? C
      : D extends { kind: 'auto-number' }
        ? number | 'auto'
        : never;
export type Params = { -readonly [D in Defs as D['key']]: ValueOf<D> };
export type ParamKey = keyof Params;

/** The choices of an option, with their labels. */
export function choicesOf(key: ParamKey): readonly Choice[] {
  const def = (PARAMS as readonly ParamDef[]).find((one) => one.key === key);
  return def?.kind === 'choice' ? def.choices : [];
}

/** What ab initio starts from where it differs from the table (thesis, chapter 5: batches of 8, 30 epochs). */
export const AB_INITIO_DEFAULTS: Partial<Params> = {
  ...{ method: 'ab-initio', epochs: 30, batchSize: 8, zDim: 0, latents: 'linear' },
};

/** What a linear model starts from where it differs from the table: `zDim` components in at most `epochs` iterations. */
export const LINEAR_DEFAULTS: Partial<Params> = { method: 'linear', zDim: 4, epochs: 10 };

/** What a model of atoms is learned with (Cryofold, thesis 7.3), one structure; the rate is in fractions of the box a step. */
export const FOLD_DEFAULTS: Partial<Params> = {
  method: 'atoms',
  ...{ zDim: 0, epochs: 10, batchSize: 8, learningRate: 1e-4, rateSchedule: 'cosine' as const },
  ...{ decoderLayers: 3, decoderDim: 256, encoderLayers: 3, encoderDim: 256, device: 'cpu' as const },
};

/**
 * What a network whose latents begin at a linear model's posteriors starts from (bench/RESULTS.md). As many latent dimensions as a first
 * look has components: those that do not reproduce are noise, which parts neighbours.
 */
export const LINEAR_START_DEFAULTS: Partial<Params> = {
  zDim: 4,
  latents: 'linear',
  epochs: 8,
  learningRate: 1e-3,
  rateSchedule: 'cosine',
  noiseModel: 'rings',
};

/** What an encoder learns best from (bench/RESULTS.md). */
const ENCODER_DEFAULTS: Partial<Params> = {
  // Of 3 and 4 dimensions, 3 were better on each of three sets: what latents do not need is noise in them.
  zDim: 3,
  epochs: 12,
  learningRate: 1e-3,
  rateSchedule: 'cosine',
  noiseModel: 'rings',
  encodingDraw: 'even',
};

export function defaultParams(): Params {
  return Object.fromEntries(PARAMS.map((p) => [p.key, p.default])) as Params;
}

/** cryoDRGN-BNB (Zhong et al. 2020): base 30°, five subdivisions; the most rotations that its bound may leave an image. */
export const BRANCH_AND_BOUND_DEFAULTS: Partial<Params> = { baseGridDegrees: '30', searchLevels: 5, keptPoses: 24 };

export interface Preset {
  label: string;
  /** What it comes to, by the methods that it is for. */
  meaning: Partial<Record<Params['method'], string>>;
  values: Partial<Params>;
  /** Over `values` where poses are known. */
  knownPoses?: Partial<Params>;
}
export type PresetName = 'first' | 'quick' | 'standard' | 'fine' | 'encoder' | 'cryodrgn' | 'atoms' | 'ensemble';

/** A preset's values for a method. */
export function presetValues(preset: PresetName, method: Params['method']): Partial<Params> {
  const { values, knownPoses } = PRESETS[preset];
  return method === 'ab-initio' ? values : { ...values, ...knownPoses };
}

/**
 * The choices a newcomer sees, the quickest first: 'first' is a linear model, 'cryodrgn' the default table. Ab initio has its own epochs
 * and batches (above). Figures: bench/RESULTS.md.
 */
export const PRESETS: Record<PresetName, Preset> = {
  first: {
    label: 'First look',
    meaning: {
      linear: 'A mean map and the directions in which it varies: seconds to minutes, no graphics card needed.',
    },
    values: { ...LINEAR_DEFAULTS, boxPixels: 64 },
  },
  quick: {
    label: 'Quick look',
    meaning: {
      'known-poses': 'A small network at a small box: minutes, to see whether there is motion.',
      'ab-initio': 'A small network at a small box: to see whether a shape comes out.',
    },
    // On the demo set, 10 epochs at 5e-4 ordered the states (neighbour Spearman 0.92) where 1e-4 had not yet (0.51).
    values: { boxPixels: 64, encoderDim: 128, decoderDim: 128, epochs: 10, batchSize: 16, learningRate: 5e-4 },
  },
  standard: {
    label: 'Standard',
    meaning: {
      'known-poses':
        'A linear model first, then 3 layers of 256 units that begin at its latents: 8 epochs reach what an encoder does not in 20.',
      'ab-initio': '3 layers of 256 units, 30 epochs: where to start.',
    },
    values: {},
    knownPoses: LINEAR_START_DEFAULTS,
  },
  fine: {
    label: 'Fine',
    meaning: {
      'known-poses': '3 layers of 1024 units, 50 epochs: for high resolution, on a GPU.',
      'ab-initio': '3 layers of 1024 units, 30 epochs: for more detail, on a GPU.',
    },
    values: { encoderDim: 1024, decoderDim: 1024, epochs: 50 },
  },
  encoder: {
    label: 'Image encoder',
    meaning: {
      'known-poses': 'A network of 3 × 256 reads z from each image, 12 epochs: the rate rises to 1e-3 and falls again.',
    },
    values: ENCODER_DEFAULTS,
  },
  cryodrgn: {
    label: 'As cryoDRGN',
    meaning: { 'known-poses': 'Its settings: an encoder, 3 × 256, 8 dimensions, 20 epochs at a constant 1e-4.' },
    values: {},
  },
  atoms: {
    label: 'One structure',
    meaning: {
      atoms: 'Moves the atomic model until its density explains the images: 10 epochs, no graphics card needed.',
    },
    values: FOLD_DEFAULTS,
  },
  ensemble: {
    label: 'Many structures',
    meaning: { atoms: 'A structure for each image, along one latent coordinate: 10 epochs, no graphics card needed.' },
    values: { ...FOLD_DEFAULTS, zDim: 1 },
  },
};

/** Checks every value against its row of the table. Error: 'value-out-of-range' naming the parameter and its range. */
export function validateParams(values: Partial<Params>): Params {
  const result: Record<string, unknown> = defaultParams();
  for (const def of PARAMS as readonly ParamDef[]) {
    const value = (values as Record<string, unknown>)[def.key];
    if (value === undefined) continue;
    const refuse = (expected: string): never => {
      throw new VitrineError('value-out-of-range', `${def.label} cannot be ${String(value)}.`, {
        field: def.flag,
        expected,
        found: String(value),
        advice: def.meaning,
      });
    };
    switch (def.kind) {
      case 'integer':
      case 'number':
      case 'auto-number': {
        if (def.kind === 'auto-number' && value === 'auto') break;
        if (typeof value !== 'number' || !Number.isFinite(value)) return refuse('a number');
        const whole = def.kind === 'integer' || (def.kind === 'auto-number' && def.whole);
        if (whole && !Number.isInteger(value)) refuse('a whole number');
        if (value < def.min || value > def.max) refuse(`${def.min} to ${def.max}`);
        break;
      }
      case 'boolean':
        if (typeof value !== 'boolean') refuse('true or false');
        break;
      case 'choice':
        if (!def.choices.some((choice) => choice.value === value))
          refuse(def.choices.map((choice) => choice.value).join(', '));
        break;
    }
    result[def.key] = value;
  }
  const params = result as Params;
  if (params.boxPixels !== 'auto' && params.boxPixels % 2 !== 0)
    throw new VitrineError('value-out-of-range', 'The box for training has to be even.', {
      field: '-D',
      expected: 'an even number of pixels',
      found: String(params.boxPixels),
    });
  return params;
}
