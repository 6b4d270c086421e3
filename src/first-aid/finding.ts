// What first aid says of a set of particles: one finding a check, in a plain sentence, with the figures behind it.

/** What is looked at, in the order in which it is told. */
export const CHECKS = [
  'images',
  'duplicates',
  'contrast',
  'pixel-size',
  'noise',
  'ctf',
  'ctf-applied',
  'poses',
  'shifts',
  'centring',
  'directions',
  'components',
  'leakage',
] as const;
export type Check = (typeof CHECKS)[number];

/** Names of the checks for people. */
export const CHECK_NAMES: Record<Check, string> = {
  images: 'Images',
  duplicates: 'Duplicates',
  contrast: 'Contrast',
  'pixel-size': 'Pixel size',
  noise: 'Noise',
  ctf: 'CTF',
  'ctf-applied': 'CTF before',
  poses: 'Poses',
  shifts: 'Shifts',
  centring: 'Centring',
  directions: 'Directions',
  components: 'Components',
  leakage: 'Leakage',
};

/** `good`: nothing to do; `look`: may be meant; `wrong`: results would suffer; `cannot say`: the data do not tell. */
export type Verdict = 'good' | 'look' | 'wrong' | 'cannot say';

/** A figure behind a sentence; `value` null where it could not be measured. */
export interface Measure {
  name: string;
  value: number | null;
  /** 'Å', 'pixels', 'standard errors' …; null for ratios and counts. */
  unit: string | null;
}

/** What the studio can set by itself where a person agrees. */
export type Remedy = 'uninvert-data' | 'invert-data';

/** What one check says. */
export interface Finding {
  check: Check;
  verdict: Verdict;
  sentence: string;
  measures: Measure[];
  /** What to do; null where there is nothing. */
  advice: string | null;
  remedy?: Remedy;
  /** Rows of the set that it is about, from 0, at most MOST_ROWS. */
  rows?: number[];
}

/** Rows that a finding lists at most. */
export const MOST_ROWS = 1000;

export const measure = (name: string, value: number | null, unit: string | null = null): Measure => ({
  name,
  value: value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(5)),
  unit,
});

/** A number for a sentence: three digits, no exponent below a million. */
export function inWords(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

/** "3 of 4,000 images", "one of 4,000 images". */
export const ofImages = (count: number, all: number): string =>
  `${count === 1 ? 'one' : count.toLocaleString('en-US')} of ${all.toLocaleString('en-US')} images`;
