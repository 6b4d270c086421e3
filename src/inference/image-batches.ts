// Batches for the engine: the poses, CTF and noise that go with drawn images.
import type { ImageBatch } from '../engine/engine.ts';
import { CTF_WIDTH } from '../formats/particles.ts';
import { fillNoise } from './seeds.ts';
import type { DrawnImages } from './shuffled-images.ts';
import type { TrainingData, TrainingPlan } from './training.ts';

/** Rows `indices` of a table of `width` columns. */
export function takeRows(table: Float32Array, width: number, indices: Uint32Array): Float32Array {
  const rows = new Float32Array(indices.length * width);
  for (let i = 0; i < indices.length; i++)
    rows.set(table.subarray(indices[i] * width, (indices[i] + 1) * width), i * width);
  return rows;
}

export function trainingBatch(
  drawn: DrawnImages,
  data: TrainingData,
  plan: Pick<TrainingPlan, 'spec' | 'seed'>,
  epoch: number,
): ImageBatch {
  const { indices, values } = drawn;
  const zDim = plan.spec.zDim;
  const { rotations, translations } = data.poses;
  let noise: Float32Array | null = null;
  if (zDim > 0) {
    noise = new Float32Array(indices.length * zDim);
    for (let i = 0; i < indices.length; i++)
      fillNoise(noise, i * zDim, zDim, plan.seed, epoch, indices[i], data.images.count);
  }
  return {
    count: indices.length,
    images: values,
    rotations: takeRows(rotations, 9, indices),
    translations: translations && takeRows(translations, 2, indices),
    ctf: data.ctf && takeRows(data.ctf, CTF_WIDTH, indices),
    noise,
  };
}
