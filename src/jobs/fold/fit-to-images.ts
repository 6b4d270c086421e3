// How well an atomic model that is placed somewhere explains images at their poses, before anything is learned: a₀ in closed form, and which of
// the frames that a file may have been written in is the maps'.
import { throwIfCancelled } from '../../base/errors.ts';
import { nextTask } from '../../base/event-loop.ts';
import { openAtomsModel } from '../../engine/atoms/model.ts';
import type { AtomsField, Weights } from '../../engine/engine.ts';
import { trainingBatch } from '../../inference/image-batches.ts';
import type { TrainingData, TrainingPlan } from '../../inference/training.ts';

/** Images that are looked at, evenly strided. */
const IMAGES = 512;
const AT_ONCE = 64;

/** Of the least-squares fit y ≈ a₀·f over images and points. */
export interface ImageFit {
  /** a₀: prepared images' units an electron. */
  amplitude: number;
  /** Of f and y over all points that were compared. */
  correlation: number;
  /** Of the correlation from 0, in standard deviations of images that are noise to the model. */
  significance: number;
  images: number;
}

/** Error 'cancelled'. */
export async function fitToImages(
  field: AtomsField,
  weights: Weights,
  data: TrainingData,
  plan: TrainingPlan,
  signal?: AbortSignal,
): Promise<ImageFit> {
  const model = openAtomsModel(field, { weights }, new Set());
  const { images } = data;
  const sums = { product: 0, square: 0, images: 0 };
  const stride = Math.max(1, Math.floor(images.count / IMAGES));
  let seen = 0;
  for (let shard = 0; shard * images.shardSize < images.count; shard++) {
    const { first, count, values } = await images.readShard(shard, signal);
    const chosen = Array.from({ length: count }, (_, i) => i).filter((i) => (first + i) % stride === 0);
    for (let from = 0; from < chosen.length; from += AT_ONCE) {
      const own = chosen.slice(from, from + AT_ONCE);
      const drawn = {
        indices: Uint32Array.from(own, (i) => first + i),
        values: new Float32Array(own.length * images.points),
      };
      own.forEach((i, row) =>
        drawn.values.set(values.subarray(i * images.points, (i + 1) * images.points), row * images.points),
      );
      const got = model.products(trainingBatch(drawn, data, plan, 0));
      for (const key of ['product', 'square', 'images'] as const) sums[key] += got[key];
      seen += own.length;
      await nextTask();
      throwIfCancelled(signal);
    }
  }
  const points = seen * images.points;
  const norm = Math.sqrt(sums.square * sums.images);
  const correlation = norm > 0 ? sums.product / norm : 0;
  return {
    amplitude: sums.square > 0 ? sums.product / sums.square : 0,
    correlation,
    significance: correlation * Math.sqrt(points / 2),
    images: seen,
  };
}
