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
  /** Signal over noise; without poses; of the rare state's set. */
  snr: number;
  unposedSnr: number;
  rareSnr: number;
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
  // An image of 32² at SNR 0.4 holds a quarter of the signal that one of 128² at SNR 0.1 does, at SNR 1.6 as much.
  small: {
    ...{ snr: 0.4, unposedSnr: 0.5, rareSnr: 1.6 },
    ...{ name: 'small', boxPixels: 32, pixelSizeAngstrom: 4, states: 25, width: 128 },
    ...{ images: 3000, unposedImages: 1000, rareImages: 10_000, unposedEpochs: 10 },
  },
  // Zhong's thesis: 50,000 images of 128², networks of 3 × 256.
  full: {
    ...{ snr: 0.1, unposedSnr: 0.1, rareSnr: 0.1 },
    ...{ name: 'full', boxPixels: 128, pixelSizeAngstrom: 1, states: 49, width: 256 },
    ...{ images: 50_000, unposedImages: 50_000, rareImages: 100_000, unposedEpochs: 30 },
  },
};
