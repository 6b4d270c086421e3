// What an experiment of the science benchmark is: a set that is simulated, what is learned from it, and figures.
import type { Work } from './work.ts';

/** A figure of an experiment. */
export interface Row {
  /** What was measured, with its unit. */
  figure: string;
  value: string;
  /** What it has to reach, and whether it did; absent where nothing is asked. */
  toReach?: { words: string; reached: boolean };
}

export interface Experiment {
  name: string;
  /** Table or figure of Zhong's thesis that shows the like. */
  thesis: string;
  /** What differs from there. */
  differs: string;
  run(work: Work): Promise<Row[]>;
}

/** How large everything is. */
export interface Size {
  name: 'small' | 'full';
  boxPixels: number;
  pixelSizeAngstrom: number;
  /** Images of a set at known poses; without poses; of the rare state's set. */
  images: number;
  unposedImages: number;
  rareImages: number;
  /** Conformations of a motion; a square number. */
  states: number;
  /** Width of the networks, all of three layers. */
  width: number;
  /** Passes after the start of a run from images alone. */
  unposedEpochs: number;
}

export const SIZES: Record<Size['name'], Size> = {
  small: {
    ...{ name: 'small', boxPixels: 32, pixelSizeAngstrom: 4, states: 25, width: 128 },
    ...{ images: 3000, unposedImages: 1000, rareImages: 10_000, unposedEpochs: 10 },
  },
  // Zhong's thesis: 50,000 images of 128², networks of 3 × 256.
  full: {
    ...{ name: 'full', boxPixels: 128, pixelSizeAngstrom: 1, states: 49, width: 256 },
    ...{ images: 50_000, unposedImages: 50_000, rareImages: 100_000, unposedEpochs: 30 },
  },
};

/** Signal over noise of every set, unless an experiment says otherwise. */
export const SNR = 0.1;
