// A map from the field: the decoder at the lattice points inside |k| ≤ ½ (or the centre of them, for a smaller preview
// box), times the images' standard deviation, inverse Hartley transform. Map: d³ float32 [z][y][x].
import type { FieldModel } from '../engine/engine.ts';
import { throwIfCancelled } from '../formats/errors.ts';
import { makeSphere, type Sphere } from '../imaging/sphere.ts';
import { volumeFromSphere } from '../imaging/volume-from-hartley.ts';

/** Points asked of the model at a time. */
const POINTS_AT_A_TIME = 65536;

/** The last sphere asked for is kept: a person exploring asks for one box again and again. */
let kept: Sphere | null = null;

function sphereOf(modelPixels: number, boxPixels: number, half: boolean): Sphere {
  if (kept?.modelPixels !== modelPixels || kept.boxPixels !== boxPixels || kept.half !== half)
    kept = makeSphere(modelPixels, { half, boxPixels });
  return kept;
}

/**
 * `z`: zDim values, null for a homogeneous field. `boxPixels`: even, at most the model's; the voxels of a smaller map are
 * larger by that ratio. Errors: 'value-out-of-range' for another box, 'cancelled'.
 */
export async function decodeVolume(
  model: FieldModel,
  z: Float32Array | null,
  boxPixels: number,
  standardDeviation: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const half = model.spec.domain === 'fourier';
  const sphere = sphereOf(model.spec.boxPixels, boxPixels, half);
  const channels = half ? 2 : 1;
  const values = new Float32Array(sphere.points * channels);
  const latent = model.spec.zDim === 0 ? null : z;
  for (let from = 0; from < sphere.points; from += POINTS_AT_A_TIME) {
    throwIfCancelled(signal);
    const to = Math.min(sphere.points, from + POINTS_AT_A_TIME);
    values.set(await model.evaluate(sphere.coordinates.subarray(3 * from, 3 * to), latent), from * channels);
  }
  return volumeFromSphere(sphere, values, standardDeviation);
}
