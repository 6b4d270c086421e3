// A map from the field: the decoder at the lattice points inside |k| ≤ ½ (or the centre of them, for a smaller preview
// box), times the images' standard deviation, inverse Hartley transform. Map: d³ float32 [z][y][x].
import type { FieldModel, LongCall, VolumeStatistics } from '../engine/engine.ts';
import { nextTask } from '../base/event-loop.ts';
import { throwIfCancelled, VitrineError } from '../base/errors.ts';
import { makeSphere, type Sphere } from '../imaging/sphere.ts';
import { volumeFromSphere } from '../imaging/volume-from-hartley.ts';

/** Points asked of the model at a time, and the operations that they take. */
const MOST_POINTS = 65536;
const LEAST_POINTS = 512;
const OPERATIONS_AT_A_TIME = 5e9;

/** The last sphere asked for is kept: a person exploring asks for one box again and again. */
let kept: Sphere | null = null;

function sphereOf(modelPixels: number, boxPixels: number, half: boolean): Sphere {
  if (kept?.modelPixels !== modelPixels || kept.boxPixels !== boxPixels || kept.half !== half)
    kept = makeSphere(modelPixels, { half, boxPixels });
  return kept;
}

/**
 * `z`: zDim values, null for a homogeneous field. `boxPixels`: even, at most the model's; the voxels of a smaller map are
 * larger by that ratio. `onProgress` is told 0 … 1. Errors: 'value-out-of-range' for another box, 'cancelled'.
 */
export async function decodeVolume(
  model: FieldModel,
  z: Float32Array | null,
  boxPixels: number,
  standardDeviation: number,
  options: LongCall = {},
): Promise<Float32Array> {
  return (await decodeMap(model, z, boxPixels, standardDeviation, options)).values;
}

/** As `decodeVolume`, with the statistics where the model's device has made them. */
export async function decodeMap(
  model: FieldModel,
  z: Float32Array | null,
  boxPixels: number,
  standardDeviation: number,
  options: LongCall = {},
): Promise<{ values: Float32Array; statistics: VolumeStatistics | null }> {
  const latent = model.spec.zDim === 0 ? null : z;
  const whole = await model.volume?.(latent, boxPixels, standardDeviation, options).catch((error: unknown) => {
    // A map that the device cannot hold is made of its points here.
    if (error instanceof VitrineError && error.code === 'out-of-memory') return null;
    throw error;
  });
  if (whole) return whole;
  return { values: await decodePoints(model, latent, boxPixels, standardDeviation, options), statistics: null };
}

async function decodePoints(
  model: FieldModel,
  latent: Float32Array | null,
  boxPixels: number,
  standardDeviation: number,
  { signal, onProgress, turn }: LongCall,
): Promise<Float32Array> {
  const half = model.spec.domain === 'fourier';
  const sphere = sphereOf(model.spec.boxPixels, boxPixels, half);
  const channels = half ? 2 : 1;
  const values = new Float32Array(sphere.points * channels);
  const most = pointsAtATime(model);
  for (let from = 0; from < sphere.points; from += most) {
    throwIfCancelled(signal);
    const to = Math.min(sphere.points, from + most);
    values.set(await model.evaluate(sphere.coordinates.subarray(3 * from, 3 * to), latent), from * channels);
    onProgress?.(to / sphere.points);
    // A worker hears of a cancel between two tasks.
    await nextTask();
    await turn?.();
  }
  return volumeFromSphere(sphere, values, standardDeviation);
}

/** Fewer of a field that takes many operations, so that a cancel is heard after some tenths of a second on one thread. */
function pointsAtATime({ operationsPerPoint }: FieldModel): number {
  return Math.max(LEAST_POINTS, Math.min(MOST_POINTS, Math.floor(OPERATIONS_AT_A_TIME / operationsPerPoint)));
}
