// What 'auto' becomes, for every option that can be left to the program: by the particles at hand and the other options. The
// form, the estimate, the run and the search all ask here.
import type { Params, ParamKey } from './params.ts';

export interface AutoContext {
  /** Side of the images in their files, pixels. */
  boxPixels: number;
  /** Enough for anything where it is not said. */
  particles?: number;
  /** Whether every particle has a second image, of the tilted specimen. */
  tiltPairs?: boolean;
}

/**
 * 'auto' of these is settled by the engine, which sees what devices there are and measures them (engine/choose.ts), or by the images
 * (inference/linear, jobs/fold).
 */
export const SETTLED_LATER = [
  'device',
  'precision',
  'mask',
  'chain',
  'modelFrame',
] as const satisfies readonly ParamKey[];
type SettledLater = (typeof SETTLED_LATER)[number];

export type ResolvedParams = {
  [K in ParamKey]: K extends SettledLater ? Params[K] : Exclude<Params[K], 'auto'>;
};
type AutoKey = Exclude<{ [K in ParamKey]: 'auto' extends Params[K] ? K : never }[ParamKey], SettledLater>;

/** Largest box that is trained at without being asked for. */
const LARGEST_BOX = 256;
const LARGEST_BAND = 48;
/** The thesis's largest shift, 10 pixels of a box of 128. */
const SHIFT_SHARE = 10 / 128;
/** Classes of a heterogeneous start, and images that each should have at least. */
const CLASSES = { heterogeneous: 4, images: 600 } as const;

type Resolved<K extends AutoKey> = ResolvedParams[K];
/** `box`: that of training, pixels. */
const RULES: { [K in AutoKey]: (params: Params, box: number, context: AutoContext) => Resolved<K> } = {
  boxPixels: (_, box) => box,
  encodingFrequencies: (_, box) => box / 2,
  beta: ({ zDim }) => (zDim > 0 ? 1 / zDim : 0),
  classes: ({ zDim }, _, { particles = Infinity }) =>
    zDim > 0 ? Math.max(1, Math.min(CLASSES.heterogeneous, Math.floor(particles / CLASSES.images))) : 1,
  shiftExtent: (_, box) => SHIFT_SHARE * box,
  bandEnd: (_, box) => Math.min(LARGEST_BAND, box / 2),
  /**
   * A homogeneous field mends its start's poses wherever they are; a heterogeneous one, looked for everywhere or around, loses more
   * of them than it mends (bench/RESULTS.md). Random poses have to be searched everywhere, and so have given ones of tilt pairs: they
   * say nothing of the second view's shifts, which only a start by expectation–maximisation finds.
   */
  searchRange: ({ zDim, start }, _, { tiltPairs = false }) => {
    if (zDim === 0 || start === 'random' || (start === 'given' && tiltPairs)) return 'everywhere';
    return start === 'em' ? 'nowhere' : 'around';
  },
};

/**
 * The options with a number or a name in the place of every 'auto', but those that are settled later. A value that was given
 * stays as it is.
 */
export function resolveAuto(params: Params, context: AutoContext): ResolvedParams {
  const box = params.boxPixels === 'auto' ? Math.min(context.boxPixels, LARGEST_BOX) : params.boxPixels;
  const resolved: Record<string, unknown> = { ...params };
  for (const [key, rule] of Object.entries(RULES))
    if (resolved[key] === 'auto') resolved[key] = rule(params, box, context);
  return resolved as ResolvedParams;
}
