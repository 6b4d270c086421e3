// Maps of a linear model or a chain are sums of a few maps: those of a sketch are made when they are read, none is decoded or kept, and
// what is linear in maps (products, components, the components of every particle) is exact.
import { combinationOf } from '../../engine/linear/combination.ts';
import { croppedMap } from '../../engine/linear/cropped-map.ts';
import { isOfMaps } from '../../engine/linear/model.ts';
import { mapPixelSize, type RunFolder } from '../../library/runs.ts';
import { percentile } from '../../validation/mask.ts';
import { expanded, tableRows, type MapSet } from './map-set.ts';

/** The maps that a run's model adds up. */
export interface BaseMaps {
  boxPixels: number;
  pixelSizeAngstrom: number;
  latentDimension: number;
  /** F of boxPixels³ [z][y][x]. */
  maps: Float32Array[];
  /** count×F of count×zDim. */
  factorsOf(z: Float32Array): Float64Array;
}

const PERCENT = 99.99;

/** Null for a run whose maps are no sums. Errors: those of reading a checkpoint. */
export async function baseMapsOf(
  run: RunFolder,
  epoch: number | null,
  boxPixels: number | null,
  pixelSizeAngstrom = 1,
) {
  const { field, checkpoint } = await run.loadCheckpoint(epoch);
  const { field: model, weights } = checkpoint;
  if (!isOfMaps(model)) return null;
  const { maps: whole, factorsAt, latentDimension } = combinationOf(model, weights);
  const side = boxPixels ?? model.boxPixels;
  const scale = field.dataset.standardDeviation;
  const maps = whole.map((map) => {
    const cropped = side === model.boxPixels ? map : croppedMap(map, model.boxPixels, side);
    return cropped.map((value) => value * scale);
  });
  const factorsOf = (z: Float32Array): Float64Array => {
    const count = z.length / latentDimension;
    const factors = new Float64Array(count * maps.length);
    for (let i = 0; i < count; i++)
      factors.set(factorsAt(z.slice(i * latentDimension, (i + 1) * latentDimension)), i * maps.length);
    return factors;
  };
  const size = mapPixelSize(model.boxPixels, pixelSizeAngstrom, side);
  return { boxPixels: side, pixelSizeAngstrom: size, latentDimension, maps, factorsOf } satisfies BaseMaps;
}

/** Maps at M latents (M×zDim). */
export function summedMaps(base: BaseMaps, z: Float32Array): MapSet {
  const { maps, boxPixels, pixelSizeAngstrom } = base;
  const factors = base.factorsOf(z);
  const count = factors.length / maps.length;
  const place = { boxPixels, pixelSizeAngstrom, bases: maps.length };
  const read = (from: number, to: number): Promise<Float32Array> => {
    const values = new Float32Array(maps.length * (to - from));
    maps.forEach((map, f) => values.set(map.subarray(from, to), f * (to - from)));
    return Promise.resolve(values);
  };
  const percentile9999 = new Float32Array(count);
  const maximum = new Float32Array(count);
  const whole = new Float32Array(maps.length * boxPixels ** 3);
  maps.forEach((map, f) => whole.set(map, f * map.length));
  const of = (rows: Uint32Array): MapSet => ({
    ...place,
    count: rows.length,
    factors: tableRows(factors, maps.length, rows),
    percentile9999: Float32Array.from(rows, (row) => percentile9999[row]),
    maximum: Float32Array.from(rows, (row) => maximum[row]),
    read,
    only: (some) => of(some.map((i) => rows[i])),
  });
  const all = Uint32Array.from({ length: count }, (_, m) => m);
  for (const m of all) {
    const map = expanded(of(Uint32Array.of(m)), whole);
    percentile9999[m] = percentile(map, PERCENT);
    maximum[m] = map.reduce((most, value) => Math.max(most, value), -Infinity);
  }
  return of(all);
}

/** Of two maps of the model their distance, as that of two rows: a factor L of the products of its maps, S = L Lᵀ. F×F, row by row. */
function distanceFactor({ maps }: BaseMaps): Float64Array {
  const size = maps.length;
  const lower = new Float64Array(size * size);
  for (let a = 0; a < size; a++)
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let v = 0; v < maps[a].length; v++) sum += maps[a][v] * maps[b][v];
      for (let k = 0; k < b; k++) sum -= lower[a * size + k] * lower[b * size + k];
      lower[a * size + b] =
        a === b ? Math.sqrt(Math.max(0, sum)) : lower[b * size + b] > 0 ? sum / lower[b * size + b] : 0;
    }
  return lower;
}

/** count×F coordinates whose distances are those of the maps at count×zDim latents. */
export function mapCoordinates(base: BaseMaps, z: Float32Array): Float32Array {
  const size = base.maps.length;
  const lower = distanceFactor(base);
  const factors = base.factorsOf(z);
  const out = new Float32Array(factors.length);
  // The mean of the first 1000 is taken off: what all have in common costs digits.
  const offset = new Float64Array(size);
  const sample = Math.min(1000, factors.length / size);
  for (let i = 0; i < sample; i++) for (let f = 0; f < size; f++) offset[f] += factors[i * size + f] / sample;
  for (let i = 0; i < factors.length / size; i++)
    for (let k = 0; k < size; k++) {
      let sum = 0;
      for (let f = k; f < size; f++) sum += (factors[i * size + f] - offset[f]) * lower[f * size + k];
      out[i * size + k] = sum;
    }
  return out;
}
