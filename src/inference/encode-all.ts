// Latents of every image: a pass of the encoder over the shards in order.
import type { FieldModel, Latents } from '../engine/engine.ts';
import { throwIfCancelled } from '../formats/errors.ts';
import { CTF_WIDTH } from '../formats/particles.ts';
import type { HartleyImages } from '../imaging/hartley-images.ts';

export interface EncodeData {
  images: HartleyImages;
  /** N×2, fraction of the box; null for none. */
  translations: Float32Array | null;
  /** N×9; null for none. */
  ctf: Float32Array | null;
}

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

export async function encodeAll(model: FieldModel, data: EncodeData, options: EncodeOptions = {}): Promise<Latents> {
  const { images, ctf } = data;
  const { batchSize = 256, signal } = options;
  const { zDim, boxPixels } = model.spec;
  const scale = (options.shiftPixels ?? boxPixels) / boxPixels;
  const translations = scale === 1 ? data.translations : (data.translations?.map((t) => t * scale) ?? null);
  const mu = new Float32Array(images.count * zDim);
  const logVariance = new Float32Array(images.count * zDim);
  for (let shard = 0; shard * images.shardSize < images.count; shard++) {
    const { first, count, values } = await images.readShard(shard, signal);
    for (let from = 0; from < count; from += batchSize) {
      throwIfCancelled(signal);
      const size = Math.min(batchSize, count - from);
      const at = first + from;
      const latents = await model.encode({
        count: size,
        images: values.subarray(from * images.points, (from + size) * images.points),
        translations: translations && translations.subarray(2 * at, 2 * (at + size)),
        ctf: ctf && ctf.subarray(CTF_WIDTH * at, CTF_WIDTH * (at + size)),
      });
      mu.set(latents.mu, at * zDim);
      logVariance.set(latents.logVariance, at * zDim);
      options.onProgress?.(at + size);
      await options.onIdle?.();
    }
  }
  return { mu, logVariance };
}
