// What the operations of a search share, and how they are divided: how much of slices, moved images and errors lies in
// memory at a time.
import type { SearchPoints } from '../../scoring/scorer.ts';
import type { BufferView } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { ROWS_PAD } from '../gpu/kernels.ts';
import { firstBits } from '../slices/polynomials.ts';
import type { BufferPool } from '../gpu/buffer-pool.ts';
import type { UploadedImages } from './images.ts';
import type { ProductContext } from './product.ts';
import type { UploadedCubes } from './volumes.ts';

/** What the operations of one search share. */
export interface Search extends ProductContext {
  /** Of one call; the next may find anything in them. */
  work: BufferPool;
  /** n × (x, y). */
  positions: BufferView;
  /** D. */
  boxPixels: number;
  images: UploadedImages;
  cubes: UploadedCubes;
  /** Bytes for slices, moved images and errors, about. */
  budget: number;
}

const MEBIBYTE = 2 ** 20;
/** Bytes below which a search does not shrink its chunks. */
export const LEAST_BUDGET = 8 * MEBIBYTE;

/** Bytes to begin with. */
export function searchBudget(gpu: Gpu): number {
  return (gpu.software ? 256 : 1024) * MEBIBYTE;
}

/** Bytes of each kind. Errors are few enough to stay in a cache between the kernel that writes and the one that reads them. */
export function chunkBytesOf({ gpu, budget }: Search) {
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
