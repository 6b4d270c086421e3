// Images as the kernels read them: multiplied by their CTF, and its square; rows of points padded so that any image begins
// where a binding may.
import type { SearchImages } from '../../scoring/scorer.ts';
import { partOf, type BufferView } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { BufferPool } from '../gpu/buffer-pool.ts';
import { rangesOf, roundUp, type RowRange } from '../gpu/ranges.ts';

/** A search's images on the device. */
export interface UploadedImages {
  count: number;
  /** Points from one image to the next. */
  stride: number;
  /** B × stride (Re, Im): c·y. */
  weighted: BufferView;
  /** B × stride: c². Zeros behind the last image. */
  powers: BufferView;
}

/** Images behind the last that are zeros: products sum over multiples of 16. */
const BEHIND = 16;
const UPLOADED_AT_ONCE = 2 ** 22;

/** Error: 'out-of-memory'. */
export async function uploadImages(
  gpu: Gpu,
  pool: BufferPool,
  images: SearchImages,
  points: number,
): Promise<UploadedImages> {
  const { count, values, ctf } = images;
  const stride = roundUp(64, points);
  const rows = count + BEHIND;
  const weighted = await pool.takeUnbound('images', 8 * rows * stride);
  const powers = await pool.takeUnbound('powers', 4 * rows * stride);
  for (const { first, count: here } of rangesOf(rows, UPLOADED_AT_ONCE / (8 * stride))) {
    const weightedPart = new Float32Array(2 * here * stride);
    const powersPart = new Float32Array(here * stride);
    for (let row = 0; row < Math.min(here, count - first); row++)
      for (let p = 0; p < points; p++) {
        const at = (first + row) * points + p;
        const to = row * stride + p;
        const c = ctf ? ctf[at] : 1;
        weightedPart[2 * to] = c * values[2 * at];
        weightedPart[2 * to + 1] = c * values[2 * at + 1];
        powersPart[to] = c * c;
      }
    gpu.write(weighted, weightedPart, 8 * first * stride);
    gpu.write(powers, powersPart, 4 * first * stride);
  }
  return { count, stride, weighted, powers };
}

/** c·y of some images. */
export function weightedOf({ weighted, stride }: UploadedImages, { first, count }: RowRange): BufferView {
  return partOf(weighted, 2 * first * stride, 2 * count * stride);
}

/** c² of some images, and of those behind them up to a multiple of 16. */
export function powersOf({ powers, stride }: UploadedImages, { first, count }: RowRange): BufferView {
  return partOf(powers, first * stride, roundUp(BEHIND, count) * stride);
}
