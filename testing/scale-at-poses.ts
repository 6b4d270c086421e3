// How a map of any units is brought to those of prepared images.
import { sliceCubes } from '../src/backprojection/slicing.ts';
import type { FourierCube, SearchImages, SearchPoints } from '../src/engine/scoring/scorer.ts';

/** The factor by which the slices of a map at the images' poses fit them best; `translations` as fractions of the box. */
export function scaleAtPoses(
  cube: FourierCube,
  points: SearchPoints,
  images: SearchImages,
  { rotations, translations }: { rotations: Float32Array; translations: Float32Array },
): number {
  const n = points.count;
  const slices = sliceCubes(() => cube, points, n, rotations);
  let [cross, power] = [0, 0];
  for (let at = 0; at < images.count * n; at++) {
    const [b, p] = [Math.floor(at / n), at % n];
    const phase = 2 * Math.PI * (points.x[p] * translations[2 * b] + points.y[p] * translations[2 * b + 1]);
    const [re, im, cos, sin] = [slices[2 * at], slices[2 * at + 1], Math.cos(phase), Math.sin(phase)];
    const c = images.ctf ? images.ctf[at] : 1;
    cross += c * (images.values[2 * at] * (re * cos - im * sin) + images.values[2 * at + 1] * (re * sin + im * cos));
    power += c * c * (re * re + im * im);
  }
  return cross / power;
}
