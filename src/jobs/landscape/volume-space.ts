// The space of masked maps: products of all pairs, principal components, and the way of any map into them.
import type { LongWork } from '../../base/long-work.ts';
import type { GramComponents } from '../../landscape/volumes/gram-components.ts';
import { gramOfSums, GramSum } from '../../landscape/volumes/gram.ts';
import { forParts, inMask, type MapSet } from './map-set.ts';

/** M×M products of the masked maps; maps that are no sums count where they are above 0. */
export async function maskedGram(maps: MapSet, mask: Float32Array, work: LongWork = {}): Promise<Float64Array> {
  const sum = new GramSum(maps.bases);
  await forParts(
    maps,
    mask,
    ({ from, to, values }) => {
      const inside = inMask(maps, values, mask.subarray(from, to));
      sum.add(inside, inside.length / maps.bases);
    },
    { ...work, message: 'Comparing maps' },
  );
  return maps.factors ? gramOfSums(sum.matrix(), maps.factors, maps.count) : sum.matrix();
}

/** Directions of the components in the mask's V voxels (those above 0, in order). */
export interface VolumeAxes {
  components: number;
  /** V factors of the mask. */
  weights: Float32Array;
  /** V places in the box. */
  voxels: Uint32Array;
  /** V: mean of the masked maps. */
  mean: Float32Array;
  /** K×V, unit length. */
  axes: Float32Array;
  /** Whether density below 0 counts as 0. */
  clipped: boolean;
}

/** The first `most` components as maps. */
export async function volumeAxes(
  maps: MapSet,
  mask: Float32Array,
  { components: found, factors }: GramComponents,
  most: number,
  work: LongWork = {},
): Promise<VolumeAxes> {
  const { count, bases } = maps;
  const components = Math.min(found, most);
  const voxels = Uint32Array.from(Array.from(mask.keys()).filter((v) => mask[v] > 0));
  const weights = Float32Array.from(voxels, (v) => mask[v]);
  // The mean is one more sum of the bases.
  const sums = new Float64Array((components + 1) * bases);
  for (let k = 0; k <= components; k++)
    for (let m = 0; m < count; m++) {
      const factor = k < components ? factors[k * count + m] : 1 / count;
      if (!maps.factors) sums[k * bases + m] = factor;
      else for (let f = 0; f < bases; f++) sums[k * bases + f] += factor * maps.factors[m * bases + f];
    }
  const all = new Float32Array((components + 1) * voxels.length);
  let at = 0;
  await forParts(
    maps,
    mask,
    ({ from, to, values }) => {
      const inside = inMask(maps, values, mask.subarray(from, to));
      const width = inside.length / bases;
      for (let k = 0; k <= components; k++)
        for (let f = 0; f < bases; f++) {
          const factor = sums[k * bases + f];
          const out = k * voxels.length + at;
          for (let v = 0; v < width; v++) all[out + v] += factor * inside[f * width + v];
        }
      at += width;
    },
    { ...work, message: 'Components as maps' },
  );
  const size = components * voxels.length;
  const clipped = maps.factors === null;
  return { components, weights, voxels, mean: all.slice(size), axes: all.slice(0, size), clipped };
}

/** K components of a map D³. */
export function scoresOfMap(
  { components, weights, voxels, mean, axes, clipped }: VolumeAxes,
  map: Float32Array,
): Float64Array {
  const scores = new Float64Array(components);
  const less = new Float64Array(voxels.length);
  for (let i = 0; i < voxels.length; i++) {
    const value = map[voxels[i]];
    less[i] = (clipped && value < 0 ? 0 : value * weights[i]) - mean[i];
  }
  for (let k = 0; k < components; k++)
    for (let i = 0, from = k * voxels.length; i < voxels.length; i++) scores[k] += axes[from + i] * less[i];
  return scores;
}

/** The part of a map D³ in the mask, 0 elsewhere: `values` of its V voxels. */
export function onBox({ voxels }: VolumeAxes, values: Float32Array, boxPixels: number): Float32Array {
  const map = new Float32Array(boxPixels ** 3);
  for (let i = 0; i < voxels.length; i++) map[voxels[i]] = values[i];
  return map;
}
