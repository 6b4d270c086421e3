// The mask inside the iterations (linear.md, section 2): a soft sphere at first, then the mean map's own outline, wide enough for all
// conformations: motion blurs the mean, so the threshold is low and the outline is dilated.
import { percentile, squaredDistance } from '../../validation/mask.ts';

const THRESHOLD_OF_PERCENTILE = 0.12;
const PERCENT = 99;
const DILATE_PIXELS = 2;
const SMOOTH_PIXELS = 1;
const EDGE_PIXELS = 0.8;
/** Of a soft mask: where its edge is said to be. */
const HALF = 0.5;

/** 1 inside of 0.45 D less 1.5 voxels, 0 three voxels further: D³; `wider` by so many voxels. */
export function softSphere(boxPixels: number, wider = 0): Float32Array {
  const mask = new Float32Array(boxPixels ** 3);
  const half = boxPixels / 2;
  const rim = 0.45 * boxPixels + wider;
  for (let z = 0, at = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++)
      for (let x = 0; x < boxPixels; x++, at++) {
        const radius = Math.hypot(x - half, y - half, z - half);
        mask[at] = Math.min(1, Math.max(0, (rim - radius) / 3 + 0.5));
      }
  return mask;
}

/** Factors 0 … 1 around the density of a mean map, D³; `wider` by so many voxels, below 0 narrower. */
export function solventMask(mean: Float32Array, boxPixels: number, wider = 0): Float32Array {
  const smooth = gaussianFilter(mean, boxPixels, SMOOTH_PIXELS);
  const threshold = THRESHOLD_OF_PERCENTILE * percentile(smooth, PERCENT);
  return withSoftEdge(within(smooth, boxPixels, threshold, DILATE_PIXELS + wider), boxPixels);
}

/** A mask whose half lies `voxels` further out, below 0 further in, with the soft edge of `solventMask`; for 0 the mask as it is. */
export function widerMask(mask: Float32Array, boxPixels: number, voxels: number): Float32Array {
  return voxels === 0 ? mask : withSoftEdge(within(mask, boxPixels, HALF, voxels), boxPixels);
}

/** 1 no further than `reach` voxels from what is above the threshold, below 0 where all nearer voxels are above it; else 0. */
function within(map: Float32Array, boxPixels: number, threshold: number, reach: number): Float32Array {
  if (reach >= 0)
    return squaredDistance(map, boxPixels, threshold).map((squared) => (squared <= reach * reach ? 1 : 0));
  const outside = map.map((value) => (value > threshold ? 0 : 1));
  return squaredDistance(outside, boxPixels, HALF).map((squared) => (squared > reach * reach ? 1 : 0));
}

function withSoftEdge(inside: Float32Array, boxPixels: number): Float32Array {
  return gaussianFilter(inside, boxPixels, EDGE_PIXELS);
}

/** Convolution with a Gaussian of that standard deviation in voxels, cut at four of them; beyond the box stands its last voxel. */
function gaussianFilter(map: Float32Array, boxPixels: number, deviation: number): Float32Array {
  const reach = Math.ceil(4 * deviation);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - reach) / deviation) ** 2),
  );
  const total = kernel.reduce((a, b) => a + b);
  const out = map.slice();
  const line = new Float64Array(boxPixels);
  for (const stride of [1, boxPixels, boxPixels * boxPixels])
    for (let column = 0; column < boxPixels * boxPixels; column++) {
      const inner = column % stride;
      const start = (column - inner) * boxPixels + inner;
      for (let i = 0; i < boxPixels; i++) line[i] = out[start + i * stride];
      for (let i = 0; i < boxPixels; i++) {
        let sum = 0;
        for (let k = -reach; k <= reach; k++)
          sum += kernel[k + reach] * line[Math.min(boxPixels - 1, Math.max(0, i + k))];
        out[start + i * stride] = sum / total;
      }
    }
  return out;
}
