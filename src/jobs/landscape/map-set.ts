// M maps of one box by parts of their voxels: as they were decoded (kept-maps.ts) or as sums of a few maps of a model (summed-maps.ts).
// What is computed of them goes part by part, so that they are never all in memory.
import { Yielder, type LongWork } from '../../base/long-work.ts';

/** M maps V_m = Σ_f A_mf B_f of F maps B. */
export interface MapSet {
  /** M. */
  count: number;
  boxPixels: number;
  pixelSizeAngstrom: number;
  /** M×F; null where the maps are the F themselves. */
  factors: Float64Array | null;
  /** F. */
  bases: number;
  /** M: half of it is cryoDRGN's threshold; and the largest value. */
  percentile9999: Float32Array;
  maximum: Float32Array;
  /** F×(to − from) values of the maps B at these voxels. */
  read(from: number, to: number): Promise<Float32Array>;
  /** Those of these maps, from 0. */
  only(maps: Uint32Array): MapSet;
}

/** Bytes of the values of one part. */
const PART_BYTES = 48e6;

/** Calls `onPart` with the bases' values of each part in order; voxels where `mask` is 0 throughout are passed over. */
export async function forParts(
  maps: MapSet,
  mask: Float32Array | null,
  onPart: (part: { from: number; to: number; values: Float32Array }) => void,
  { message, ...work }: LongWork & { message: string },
): Promise<void> {
  const voxels = maps.boxPixels ** 3;
  const width = Math.max(256, Math.floor(PART_BYTES / (4 * maps.bases)));
  const yielder = new Yielder(work);
  for (let from = 0; from < voxels; from += width) {
    const to = Math.min(voxels, from + width);
    if (!mask || mask.subarray(from, to).some((value) => value > 0))
      onPart({ from, to, values: await maps.read(from, to) });
    await yielder.yieldToEvents(to / voxels, message);
  }
}

/** M×width of the maps themselves. */
export function expanded({ count, bases, factors }: MapSet, values: Float32Array): Float32Array {
  if (!factors) return values;
  const width = values.length / bases;
  const out = new Float32Array(count * width);
  for (let m = 0; m < count; m++)
    for (let f = 0; f < bases; f++) {
      const factor = factors[m * bases + f];
      if (factor === 0) continue;
      const [to, from] = [m * width, f * width];
      for (let v = 0; v < width; v++) out[to + v] += factor * values[from + v];
    }
  return out;
}

/** Map values in the mask, those below 0 as 0 where maps are no sums: `values` as `read`, the mask's voxels only. */
export function inMask({ bases, factors }: MapSet, values: Float32Array, mask: Float32Array): Float32Array {
  const inside: number[] = [];
  mask.forEach((value, v) => value > 0 && inside.push(v));
  const width = mask.length;
  const out = new Float32Array(bases * inside.length);
  for (let f = 0, at = 0; f < bases; f++)
    for (const v of inside) {
      const value = values[f * width + v];
      out[at++] = factors || value > 0 ? value * mask[v] : 0;
    }
  return out;
}

/** The rows of a table of `width` values a row. */
export function tableRows(table: Float64Array, width: number, rows: Uint32Array): Float64Array {
  const out = new Float64Array(rows.length * width);
  rows.forEach((row, i) => out.set(table.subarray(row * width, (row + 1) * width), i * width));
  return out;
}
