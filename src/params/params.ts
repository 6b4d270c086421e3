// Every option of training once: meaning, unit, default, range. The types, the validation, the form of the Learn screen,
// the command line's flags (named as in cryoDRGN where they mean the same) and the documentation come from this table.
import { VitrineError } from '../base/errors.ts';
import { define, type Choice, type ParamDef, type ParamGroup } from './definition.ts';
import { SEARCH_PARAMS } from './search-params.ts';

export type { ParamDef };

/** The groups of the table, in the order of the form. */
export const PARAM_GROUPS: readonly { group: ParamGroup; title: string; text: string }[] = [
  { group: 'model', title: 'Model', text: 'how much detail and variety the network can hold' },
  { group: 'training', title: 'Training', text: 'how long and how it learns' },
  { group: 'search', title: 'Pose search', text: 'how poses are found' },
  { group: 'images', title: 'Images', text: 'how they are prepared' },
  { group: 'device', title: 'Device', text: 'what computes' },
];

export const PARAMS = define([
  {
    key: 'zDim',
    flag: '--zdim',
    label: 'Latent dimensions',
    meaning:
      'Dimensions of z, the latent space in which the structures are laid out; 0 learns one map from all images.',
    group: 'model',
    kind: 'integer',
    default: 8,
    min: 0,
    max: 64,
  },
  {
    key: 'epochs',
    flag: '-n, --num-epochs',
    label: 'Epochs',
    meaning: 'How many times training passes over all images.',
    group: 'training',
    kind: 'integer',
    default: 20,
    min: 1,
    max: 1000,
  },
  {
    key: 'batchSize',
    flag: '-b, --batch-size',
    label: 'Batch size',
    meaning: 'Images per training step. Smaller learns more from an epoch, larger runs faster on a GPU.',
    unit: 'images',
    group: 'training',
    kind: 'integer',
    default: 8,
    min: 1,
    max: 1024,
    scale: 'log',
  },
  {
    key: 'learningRate',
    flag: '--lr',
    label: 'Learning rate',
    meaning: 'Step size of the optimizer (Adam). Too large and the loss jumps; too small and little is learned.',
    group: 'training',
    kind: 'number',
    default: 1e-4,
    min: 1e-7,
    max: 0.1,
    step: 'magnitude',
    scale: 'log',
  },
  {
    key: 'encoderDim',
    flag: '--enc-dim',
    label: 'Encoder width',
    meaning: 'Units in each hidden layer of the image encoder.',
    group: 'model',
    kind: 'integer',
    default: 256,
    min: 1,
    max: 4096,
  },
  {
    key: 'encoderLayers',
    flag: '--enc-layers',
    label: 'Encoder layers',
    meaning: 'Hidden residual layers of the image encoder.',
    group: 'model',
    kind: 'integer',
    default: 3,
    min: 0,
    max: 16,
  },
  {
    key: 'decoderDim',
    flag: '--dec-dim',
    label: 'Decoder width',
    meaning:
      'Units in each hidden layer of the decoder, which makes the maps. Wider resolves finer detail; time grows with its square.',
    group: 'model',
    kind: 'integer',
    default: 256,
    min: 1,
    max: 4096,
  },
  {
    key: 'decoderLayers',
    flag: '--dec-layers',
    label: 'Decoder layers',
    meaning: 'Hidden residual layers of the decoder.',
    group: 'model',
    kind: 'integer',
    default: 3,
    min: 0,
    max: 16,
  },
  {
    key: 'encodingType',
    flag: '--pe-type',
    label: 'Positional encoding',
    meaning: 'How a Fourier coordinate is turned into features before the decoder.',
    group: 'model',
    kind: 'choice',
    default: 'gaussian',
    choices: [
      { value: 'gaussian', label: 'Gaussian' },
      { value: 'geom_ft', label: 'geom_ft' },
      { value: 'geom_full', label: 'geom_full' },
      { value: 'geom_lowf', label: 'geom_lowf' },
      { value: 'geom_nohighf', label: 'geom_nohighf' },
      { value: 'linear_lowf', label: 'linear_lowf' },
      { value: 'none', label: 'none' },
    ],
    advanced: true,
  },
  {
    key: 'encodingFrequencies',
    flag: '--pe-dim',
    label: 'Encoding frequencies',
    meaning: 'Frequencies per axis of the positional encoding.',
    group: 'model',
    kind: 'auto-number',
    default: 'auto',
    autoMeaning: 'half the box',
    min: 1,
    max: 512,
    whole: true,
    step: 1,
    advanced: true,
  },
  {
    key: 'encodingSigma',
    flag: '--feat-sigma',
    label: 'Encoding scale',
    meaning: 'Standard deviation of the random frequencies of the gaussian encoding.',
    group: 'model',
    kind: 'number',
    default: 0.5,
    min: 0.01,
    max: 10,
    step: 0.05,
    advanced: true,
  },
  {
    key: 'domain',
    flag: '--domain',
    label: 'Decoder domain',
    meaning: 'What the decoder predicts: complex Fourier values on half of space, or one Hartley value everywhere.',
    group: 'model',
    kind: 'choice',
    default: 'fourier',
    choices: [
      { value: 'fourier', label: 'Fourier' },
      { value: 'hartley', label: 'Hartley' },
    ],
    advanced: true,
  },
  {
    key: 'activation',
    flag: '--activation',
    label: 'Activation',
    meaning: 'Nonlinearity of both networks.',
    group: 'model',
    kind: 'choice',
    default: 'relu',
    choices: [
      { value: 'relu', label: 'ReLU' },
      { value: 'leaky_relu', label: 'leaky ReLU' },
    ],
    advanced: true,
  },
  {
    key: 'beta',
    flag: '--beta',
    label: 'KL weight β',
    meaning: 'Weight of the prior on z (KL divergence). Larger pulls the latents together, smaller lets them spread.',
    group: 'training',
    kind: 'auto-number',
    default: 'auto',
    autoMeaning: '1 / latent dimensions',
    min: 0,
    max: 100,
    step: 'magnitude',
  },
  {
    key: 'betaSchedule',
    flag: '--beta-schedule',
    label: 'β schedule',
    meaning:
      'How β develops: constant; linear, rising from 0 over the first quarter or half; cyclic, four ramps over the run.',
    group: 'training',
    kind: 'choice',
    default: 'constant',
    choices: [
      { value: 'constant', label: 'constant' },
      { value: 'linear-quarter', label: 'linear over a quarter' },
      { value: 'linear-half', label: 'linear over half' },
      { value: 'cyclic', label: 'cyclic' },
    ],
    advanced: true,
  },
  {
    key: 'weightDecay',
    flag: '--wd',
    label: 'Weight decay',
    meaning: "L2 penalty added to Adam's gradient.",
    group: 'training',
    kind: 'number',
    default: 0,
    min: 0,
    max: 1,
    step: 'magnitude',
    advanced: true,
  },
  {
    key: 'seed',
    flag: '--seed',
    label: 'Seed',
    meaning: 'Seed of the random numbers: two runs with the same seed agree on the same device.',
    group: 'training',
    kind: 'integer',
    default: 0,
    min: 0,
    max: 2147483647,
  },
  {
    key: 'checkpointEvery',
    flag: '--checkpoint',
    label: 'Keep every n-th epoch',
    meaning: 'The latest epoch is always kept; of the earlier ones only every n-th.',
    unit: 'epochs',
    group: 'training',
    kind: 'integer',
    default: 1,
    min: 1,
    max: 1000,
    advanced: true,
  },
  {
    key: 'invertData',
    flag: '--uninvert-data',
    label: 'White particles',
    meaning: 'Particles are white on dark: the sign is flipped, because the CTF is negative at low frequency.',
    group: 'images',
    kind: 'boolean',
    default: true,
  },
  {
    key: 'window',
    flag: '--no-window',
    label: 'Circular window',
    meaning: 'Each image is multiplied by a soft circular mask, so that neighbouring particles do not count.',
    group: 'images',
    kind: 'boolean',
    default: true,
  },
  {
    key: 'windowRadius',
    flag: '--window-r',
    label: 'Window radius',
    meaning: 'Where the mask starts to fall off, as a fraction of half the box; it reaches 0 at 0.99.',
    group: 'images',
    kind: 'number',
    default: 0.85,
    min: 0.1,
    max: 0.98,
    step: 0.01,
    advanced: true,
  },
  {
    key: 'boxPixels',
    flag: '-D, --downsample',
    label: 'Box for training',
    meaning: 'Images are Fourier-cropped to this even box before training.',
    unit: 'pixels',
    group: 'images',
    kind: 'auto-number',
    default: 'auto',
    autoMeaning: 'the box of the images, at most 256',
    min: 16,
    max: 512,
    step: 2,
  },
  ...SEARCH_PARAMS,
  {
    key: 'device',
    flag: '--device',
    label: 'Compute on',
    meaning: 'The graphics processor (GPU), or the CPU.',
    group: 'device',
    kind: 'choice',
    default: 'auto',
    choices: [
      { value: 'auto', label: 'auto' },
      { value: 'gpu', label: 'GPU' },
      { value: 'cpu', label: 'CPU' },
    ],
    autoMeaning: 'the GPU where there is one',
  },
  {
    key: 'precision',
    flag: '--precision',
    label: 'Precision',
    meaning:
      'Number format in which the activations of the network are stored on a GPU; sums are always float32. float16 halves the memory they take.',
    group: 'device',
    advanced: true,
    kind: 'choice',
    default: 'auto',
    choices: [
      { value: 'auto', label: 'auto' },
      { value: 'float32', label: 'float32' },
      { value: 'float16', label: 'float16' },
    ],
    autoMeaning: 'float16 where it was measured to be faster',
  },
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
export const AB_INITIO_DEFAULTS: Partial<Params> = { method: 'ab-initio', epochs: 30, batchSize: 8, zDim: 0 };

export function defaultParams(): Params {
  return Object.fromEntries(PARAMS.map((p) => [p.key, p.default])) as Params;
}

/** cryoDRGN-BNB (Zhong et al. 2020): base 30°, five subdivisions; the most rotations that its bound may leave an image. */
export const BRANCH_AND_BOUND_DEFAULTS: Partial<Params> = { baseGridDegrees: '30', searchLevels: 5, keptPoses: 24 };

export interface Preset {
  label: string;
  /** What it comes to, by the method. */
  meaning: Record<Params['method'], string>;
  values: Partial<Params>;
}
export type PresetName = 'quick' | 'standard' | 'fine';

/** The three choices a newcomer sees; 'standard' is the default table. Ab initio has its own epochs and batches (above). */
export const PRESETS: Record<PresetName, Preset> = {
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
      'known-poses': '3 layers of 256 units, 20 epochs: where most studies start.',
      'ab-initio': '3 layers of 256 units, 30 epochs: where to start.',
    },
    values: {},
  },
  fine: {
    label: 'Fine',
    meaning: {
      'known-poses': '3 layers of 1024 units, 50 epochs: for high resolution, on a GPU.',
      'ab-initio': '3 layers of 1024 units, 30 epochs: for more detail, on a GPU.',
    },
    values: { encoderDim: 1024, decoderDim: 1024, epochs: 50 },
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
