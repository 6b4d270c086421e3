// A map from the field: the decoder at the lattice points inside |k| ≤ ½ (or the centre of them, for a smaller preview
// box), times the images' standard deviation, inverse Hartley transform. Map: d³ float32 [z][y][x].
import type { FieldModel, VolumeStatistics } from '../engine/engine.ts';
import { throwIfCancelled, VitrineError } from '../formats/errors.ts';
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
  return (await decodeMap(model, z, boxPixels, standardDeviation, signal)).values;
}

/** As `decodeVolume`, with the statistics where the model's device has made them. */
export async function decodeMap(
  model: FieldModel,
  z: Float32Array | null,
  boxPixels: number,
  standardDeviation: number,
  signal?: AbortSignal,
): Promise<{ values: Float32Array; statistics: VolumeStatistics | null }> {
  const latent = model.spec.zDim === 0 ? null : z;
  const whole = await model.volume?.(latent, boxPixels, standardDeviation, signal).catch((error: unknown) => {
    // A map that the device cannot hold is made of its points here.
    if (error instanceof VitrineError && error.code === 'out-of-memory') return null;
    throw error;
  });
  if (whole) return whole;
  return { values: await decodePoints(model, latent, boxPixels, standardDeviation, signal), statistics: null };
}

async function decodePoints(
  model: FieldModel,
  latent: Float32Array | null,
  boxPixels: number,
  standardDeviation: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const half = model.spec.domain === 'fourier';
  const sphere = sphereOf(model.spec.boxPixels, boxPixels, half);
  const channels = half ? 2 : 1;
  const values = new Float32Array(sphere.points * channels);
  for (let from = 0; from < sphere.points; from += POINTS_AT_A_TIME) {
    throwIfCancelled(signal);
    const to = Math.min(sphere.points, from + POINTS_AT_A_TIME);
    values.set(await model.evaluate(sphere.coordinates.subarray(3 * from, 3 * to), latent), from * channels);
  }
  return volumeFromSphere(sphere, values, standardDeviation);
}
