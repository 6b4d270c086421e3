// Voxel reconstruction from posed images: each image, moved by its shift and weighted by its CTF, is added to Fourier space at
// its rotation; the sums' quotient is the map (the Wiener filter of direct Fourier inversion).
import type { SearchImages, SearchPoints } from '../engine/scoring/scorer.ts';
import type { FourierSums } from './insertion.ts';

/** Poses of B images, to insert them at. */
export interface PosedImages {
  /** B×9. */
  rotations: Float32Array;
  /** B×2 pixels, added to the content. */
  shifts: Float32Array;
}

/** Which frequencies of which images are inserted: the first `count` of `points`, ordered by radius; of all images, or those `keep` says. */
export interface BackprojectionPoints {
  points: SearchPoints;
  count: number;
  keep?: (image: number) => boolean;
}

/** Adds `images` (all, or those `keep` says) to `sums`, up to the first `count` points. */
export function backproject(
  sums: FourierSums,
  images: SearchImages,
  { rotations, shifts }: PosedImages,
  { points, count, keep = () => true }: BackprojectionPoints,
): void {
  const values = new Float32Array(2 * count);
  const weights = new Float32Array(count).fill(1);
  const all = points.count;
  for (let b = 0; b < images.count; b++) {
    if (!keep(b)) continue;
    for (let p = 0; p < count; p++) {
      const c = images.ctf ? images.ctf[b * all + p] : 1;
      const angle = (2 * Math.PI * (points.x[p] * shifts[2 * b] + points.y[p] * shifts[2 * b + 1])) / points.boxPixels;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const at = 2 * (b * all + p);
      const [re, im] = [images.values[at], images.values[at + 1]];
      values[2 * p] = c * (re * cos + im * sin);
      values[2 * p + 1] = c * (im * cos - re * sin);
      if (images.ctf) weights[p] = c * c;
    }
    sums.add(points, count, { rotation: rotations, rotationAt: 9 * b, values, valuesAt: 0, weights, weightsAt: 0 });
  }
}
