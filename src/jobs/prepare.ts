// Images prepared for training, kept by content: the first run of a set reads and transforms the stack, later runs and
// resumed ones find the shards. A preparation that was broken off goes on after the shards it had written.
import { VitrineError } from '../base/errors.ts';
import type { ImageReader } from '../formats/particles.ts';
import { beamTiltBytes, removeBeamTilt, type TiltedOptics } from '../imaging/beam-tilt.ts';
import type { HartleyShard } from '../imaging/hartley-images.ts';
import { makeLattice, type Lattice } from '../imaging/lattice.ts';
import { prepareImages } from '../imaging/preprocess.ts';
import { cacheKey, ParticleCache, ParticleCacheWriter, sha256, SHARD_SIZE } from '../library/particle-cache.ts';
import type { Storage } from '../library/storage.ts';
import { resolveAuto } from '../params/auto.ts';
import type { Params } from '../params/params.ts';
import { openImageTransform } from './image-transform.ts';
import type { JobOptions } from './progress.ts';

/** How images are prepared; nothing has to be said. */
export interface PrepareJobOptions extends JobOptions {
  /** WebGPU that may transform the images; the CPU does where it is null, has no real adapter or fails. */
  gpu?: GPU | null;
  /** Rows of the reader's images, where a tilted beam's phase is to be taken out of them (imaging/beam-tilt.ts). */
  tilted?: TiltedOptics | null;
}

/** What is done to the images; plain data, part of the cache's key. */
export interface ImageOptions {
  /** Box for training, pixels, even. */
  boxPixels: number;
  invert: boolean;
  window: boolean;
  windowRadius: number;
}

/** Error 'value-out-of-range' for a box larger than the images. */
export function imageOptionsOf(params: Params, imagePixels: number): ImageOptions {
  const { boxPixels } = resolveAuto(params, { boxPixels: imagePixels });
  if (boxPixels > imagePixels)
    throw new VitrineError(
      'value-out-of-range',
      `Images of ${imagePixels}² cannot be trained at a box of ${boxPixels}.`,
      {
        field: '-D',
        expected: `an even box of at most ${imagePixels} pixels`,
        found: String(boxPixels),
        advice: 'Choose a smaller box, or leave it to the program.',
      },
    );
  return { boxPixels, invert: params.invertData, window: params.window, windowRadius: params.windowRadius };
}

/** Where prepared images of a key lie in the library. */
function cacheFolder(key: string): string {
  return `images/${key}`;
}

/** What the cache's key and its record say of the preparation. */
async function keyed(
  options: ImageOptions,
  tilted: TiltedOptics | null,
): Promise<ImageOptions & { beamTilt?: string }> {
  return tilted ? { ...options, beamTilt: await sha256(beamTiltBytes(tilted)) } : options;
}

/** The prepared images where they are kept whole, else null. */
export async function findPrepared(
  storage: Storage,
  fingerprint: string,
  options: ImageOptions,
  tilted: TiltedOptics | null = null,
): Promise<ParticleCache | null> {
  return ParticleCache.open(storage, cacheFolder(await cacheKey(fingerprint, await keyed(options, tilted))));
}

/** Errors: those of reading and preprocessing, 'storage' where there is no room, 'cancelled'. */
export async function prepareParticles(
  storage: Storage,
  reader: ImageReader,
  fingerprint: string,
  options: ImageOptions,
  { signal, onProgress, gpu = null, tilted = null }: PrepareJobOptions = {},
): Promise<ParticleCache> {
  const kept = await findPrepared(storage, fingerprint, options, tilted);
  if (kept) return kept;
  const done = await keyed(options, tilted);
  const folder = cacheFolder(await cacheKey(fingerprint, done));
  const lattice = makeLattice(options.boxPixels);
  const report = (images: number): void =>
    onProgress?.({
      fraction: images / reader.count,
      message: `Preparing images: ${images.toLocaleString('en')} of ${reader.count.toLocaleString('en')}`,
    });
  report(0);
  const transform = await openImageTransform(gpu, reader, options);
  try {
    const prepareOptions = { ...options, signal, transform };
    const prepared = await prepareImages(reader, { ...prepareOptions, onProgress: report });
    const { count, boxPixels, points, standardDeviation } = prepared;
    const writer = await ParticleCacheWriter.open(storage, folder, {
      fingerprint,
      count,
      boxPixels,
      points,
      standardDeviation,
      options: done,
    });
    const first = writer.firstMissing * SHARD_SIZE;
    if (first === 0)
      for await (const shard of prepared.shards()) {
        untilt(shard, shard.first, tilted, reader.boxPixels, lattice);
        await writer.write(shard);
      }
    else if (first < count) {
      const rest = await prepareImages(imagesFrom(reader, first), {
        ...prepareOptions,
        onProgress: (done) => report(first + done),
      });
      // The rest measures its own deviation; the whole set's is the one that counts.
      const scale = rest.standardDeviation / standardDeviation;
      for await (const shard of rest.shards()) {
        for (let i = 0; i < shard.values.length; i++) shard.values[i] *= scale;
        untilt(shard, first + shard.first, tilted, reader.boxPixels, lattice);
        await writer.write({ ...shard, first: first + shard.first });
      }
    }
    return await writer.finish();
  } finally {
    transform?.dispose();
  }
}

/** Takes the phase of tilted beams out of a shard whose first image is image `first` of the set. */
export function untilt(
  { count, values }: HartleyShard,
  first: number,
  tilted: TiltedOptics | null,
  imagePixels: number,
  lattice: Lattice,
): void {
  if (!tilted) return;
  for (let i = 0; i < count; i++)
    removeBeamTilt(tilted, first + i, imagePixels, lattice, { values, at: i * lattice.points });
}

function imagesFrom(reader: ImageReader, first: number): ImageReader {
  return {
    count: reader.count - first,
    boxPixels: reader.boxPixels,
    pixelSizeAngstrom: reader.pixelSizeAngstrom,
    read: (indices, signal) =>
      reader.read(
        Array.from(indices, (i) => first + i),
        signal,
      ),
  };
}
