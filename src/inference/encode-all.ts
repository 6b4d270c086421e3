// Latents of every image: a pass of the encoder over the shards in order.
import type { FieldModel, Latents } from '../engine/engine.ts';
import { throwIfCancelled, VitrineError } from '../base/errors.ts';
import type { HartleyImages } from '../imaging/hartley-images.ts';
import { encoderBatch, type EncodedData } from './image-batches.ts';

/** Prepared images of a set with what encoding needs of each. */
export interface EncodeData extends EncodedData {
  images: HartleyImages;
}

/** How a set is encoded; nothing has to be said. */
export interface EncodeOptions {
  batchSize?: number;
  signal?: AbortSignal;
  onProgress?: (imagesDone: number) => void;
  /** Called between batches, so that a worker can answer others. */
  onIdle?: () => Promise<void> | void;
  /**
   * Pixels a fraction of 1 stands for: D by default, as is right. cryoDRGN multiplies by D + 1; asked for that, its
   * latents come out to rounding.
   */
  shiftPixels?: number;
}

/** Memory that does not hold a batch is asked for half of it, down to one image. */
export async function encodeAll(model: FieldModel, data: EncodeData, options: EncodeOptions = {}): Promise<Latents> {
  const { images } = data;
  const { signal } = options;
  let batchSize = options.batchSize ?? 256;
  const { zDim, boxPixels } = model.spec;
  const scale = (options.shiftPixels ?? boxPixels) / boxPixels;
  const translations = scale === 1 ? data.translations : (data.translations?.map((t) => t * scale) ?? null);
  const mu = new Float32Array(images.count * zDim);
  const logVariance = new Float32Array(images.count * zDim);
  for (let shard = 0; shard * images.shardSize < images.count; shard++) {
    const { first, count, values } = await images.readShard(shard, signal);
    let from = 0;
    while (from < count) {
      throwIfCancelled(signal);
      const size = Math.min(batchSize, count - from);
      const at = first + from;
      const indices = Uint32Array.from({ length: size }, (_, i) => at + i);
      const drawn = { indices, values: values.subarray(from * images.points, (from + size) * images.points) };
      const batch = encoderBatch(drawn, { ...data, translations });
      const latents = await model.encode(batch).catch((error: unknown) => {
        if (size > 1 && error instanceof VitrineError && error.code === 'out-of-memory') return null;
        throw error;
      });
      if (!latents) {
        batchSize = Math.floor(size / 2);
        continue;
      }
      mu.set(latents.mu, at * zDim);
      logVariance.set(latents.logVariance, at * zDim);
      from += size;
      options.onProgress?.(first + from);
      await options.onIdle?.();
    }
  }
  return { mu, logVariance };
}
