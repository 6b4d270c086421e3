// What the operations of a search share, and how they are divided: how much of slices, moved images and errors lies in
// memory at a time.
import type { SearchPoints } from '../../scoring/scorer.ts';
import type { View } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { ROWS_PAD } from '../gpu/kernels.ts';
import { firstBits } from '../slices/polynomials.ts';
import type { Held } from './held.ts';
import type { HeldImages } from './images.ts';
import type { ProductDesk } from './product.ts';
import type { HeldCubes } from './volumes.ts';

export interface Search extends ProductDesk {
  /** Of one call; the next may find anything in them. */
  work: Held;
  /** n × (x, y). */
  positions: View;
  /** D. */
  boxPixels: number;
  images: HeldImages;
  cubes: HeldCubes;
  /** Bytes for slices, moved images and errors, about. */
  budget: number;
}

const MEBIBYTE = 2 ** 20;
export const LEAST_BUDGET = 8 * MEBIBYTE;

/** Bytes to begin with. */
export function searchBudget(gpu: Gpu): number {
  return (gpu.software ? 256 : 1024) * MEBIBYTE;
}

/** Bytes of each kind. Errors are few enough to stay in a cache between the kernel that writes and the one that reads them. */
export function roomsOf({ gpu, budget }: Search) {
  const bound = gpu.bindingBytes;
  return {
    slices: Math.min(budget / 2, bound),
    rows: Math.min(budget / 4, bound),
    errors: Math.min(budget / 16, bound),
    results: Math.min(budget / 16, bound),
  };
}

/** Rows of `floats` each in `bytes`: whole tiles, or what there is where not even one fits; one at least. */
export function rowsIn(bytes: number, floats: number): number {
  const rows = Math.floor(bytes / (4 * floats));
  return rows < ROWS_PAD ? Math.max(1, rows) : rows - (rows % ROWS_PAD);
}

/** Translations in pixels as turned.wgsl wants them: t/D cut into 12 bits and a rest, x and y of each. */
export function shiftsOf(translations: ArrayLike<number>, boxPixels: number): Float32Array<ArrayBuffer> {
  const shifts = new Float32Array(2 * translations.length);
  for (let i = 0; i < translations.length; i++) {
    const turns = translations[i] / boxPixels;
    const at = 4 * (i >> 1) + (i & 1);
    shifts[at] = firstBits(turns);
    shifts[at + 2] = turns - shifts[at];
  }
  return shifts;
}

/** n × (x, y). */
export function positionsOf({ count, x, y }: SearchPoints): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 ? y : x)[i >> 1]);
}
