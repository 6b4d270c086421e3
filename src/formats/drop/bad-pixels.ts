// Rows with NaN or infinite pixels, found by reading a set by parts; and the set without them.
import { throwIfCancelled } from '../../base/errors.ts';
import { isFileImageReader } from '../mrc.ts';
import type { ImageReader, ParticleSet } from '../particles.ts';
import { subsetOf } from '../subset.ts';

const CHUNK_BYTES = 16 * 2 ** 20;

export interface BadPixelOptions {
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
  /** Look at no more images than this, evenly spread; all where absent. */
  sample?: number;
}

/** 0-based rows, ascending. Integer stacks cannot hold such pixels and are not read. */
export async function findBadPixels(reader: ImageReader, options: BadPixelOptions = {}): Promise<number[]> {
  if (isFileImageReader(reader) && !reader.canHoldNonFinite) return [];
  const pixels = reader.boxPixels ** 2;
  const step = Math.max(1, Math.floor(reader.count / (options.sample ?? Infinity)) || 1);
  const total = Math.ceil(reader.count / step);
  const chunk = Math.max(1, Math.floor(CHUNK_BYTES / (4 * pixels)));
  const bad: number[] = [];
  for (let first = 0; first < total; first += chunk) {
    throwIfCancelled(options.signal);
    const rows = Array.from({ length: Math.min(chunk, total - first) }, (_, i) => (first + i) * step);
    const images = await reader.read(rows, options.signal);
    rows.forEach((row, i) => {
      const end = (i + 1) * pixels;
      // The sum of finite float32 values in doubles is finite; one NaN or infinity is not.
      let sum = 0;
      for (let at = i * pixels; at < end; at++) sum += images[at];
      if (!Number.isFinite(sum)) bad.push(row);
    });
    options.onProgress?.(Math.min(total, first + chunk), total);
  }
  return bad;
}

/** The set without `rows`. */
export function withoutRows(set: ParticleSet, rows: ArrayLike<number>): ParticleSet {
  const left = new Set(Array.from(rows));
  return subsetOf(
    set,
    Array.from({ length: set.count }, (_, i) => i).filter((i) => !left.has(i)),
  );
}
