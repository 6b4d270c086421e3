// Images prepared as they are read, shard by shard, for work that passes over them once or a few times: nothing is kept on disk.
import type { ImageReader } from '../formats/particles.ts';
import type { TiltedOptics } from '../imaging/beam-tilt.ts';
import type { HartleyImages } from '../imaging/hartley-images.ts';
import { makeLattice } from '../imaging/lattice.ts';
import { prepareImages } from '../imaging/preprocess.ts';
import { openImageTransform } from './image-transform.ts';
import { untilt, type ImageOptions } from './prepare.ts';

/** Images that `close` ends. */
export interface StreamedImages extends HartleyImages {
  close(): void;
}

/**
 * As `prepareParticles` prepares them; a shard is read anew each time. Errors: 'value-out-of-range' for blank images or a box larger than
 * theirs, those of reading, 'cancelled'.
 */
export async function streamedImages(
  reader: ImageReader,
  options: ImageOptions,
  { tilted, gpu, signal }: { tilted: TiltedOptics | null; gpu: GPU | null; signal?: AbortSignal },
): Promise<StreamedImages> {
  const transform = await openImageTransform(gpu, reader, options);
  try {
    const prepared = await prepareImages(reader, { ...options, transform, ...(signal && { signal }) });
    const lattice = makeLattice(prepared.boxPixels);
    const { count, boxPixels, points, shardSize, standardDeviation } = prepared;
    return {
      ...{ count, boxPixels, points, shardSize, standardDeviation },
      async readShard(number, ended) {
        const shard = await prepared.readShard(number, ended);
        untilt(shard, shard.first, tilted, reader.boxPixels, lattice);
        return shard;
      },
      close: () => transform?.dispose(),
    };
  } catch (error) {
    transform?.dispose();
    throw error;
  }
}
