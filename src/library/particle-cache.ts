// Prepared particles on a storage: Hartley values in shards of 1024 images, written by parts and read by shard.
// float32 where the whole set takes at most 256 MiB, else float16. Kept by content: the key is a hash of sampled images
// and of how they were prepared, so a second run of the same set finds them and another preprocessing does not.
// Layout of images/KEY/: meta.json, shard-00000.f32 … (little-endian, count × points), `complete` once all are there.
import { VitrineError, throwIfCancelled } from '../base/errors.ts';
import type { ImageReader } from '../formats/particles.ts';
import type { HartleyImages, HartleyShard } from '../imaging/hartley-images.ts';
import { decodeHalves, encodeHalves } from '../base/float16.ts';
import type { Storage } from './storage.ts';

/** Images a shard. */
export const SHARD_SIZE = 1024;
/** Sets up to here are kept as float32, and in memory once read. */
export const FULL_PRECISION_BYTES = 256 * 2 ** 20;
const SAMPLED_IMAGES = 64;
const VERSION = 1;

/** meta.json of prepared images. */
export interface CacheMeta {
  version: number;
  /** Of the images, before preparation. */
  fingerprint: string;
  count: number;
  boxPixels: number;
  points: number;
  standardDeviation: number;
  precision: 'float32' | 'float16';
  /** What was done to the images, for people. */
  options: unknown;
}

/** What the writer needs to know before the first shard. */
export type CacheHeader = Omit<CacheMeta, 'version' | 'precision'>;

/** SHA-256 of the count, the box and 64 evenly strided images: changes with the stack, costs no full read. */
export async function fingerprintImages(reader: ImageReader, signal?: AbortSignal): Promise<string> {
  const samples = Math.min(SAMPLED_IMAGES, reader.count);
  const indices = Array.from({ length: samples }, (_, i) =>
    Math.floor((i * (reader.count - 1)) / Math.max(1, samples - 1)),
  );
  const pixels = await reader.read(indices, signal);
  const bytes = new Uint8Array(8 + pixels.byteLength);
  new Uint32Array(bytes.buffer, 0, 2).set([reader.count, reader.boxPixels]);
  bytes.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength), 8);
  return sha256(bytes);
}

/** Name of the cache of images with this fingerprint prepared with these options (plain data, order of keys counts). */
export async function cacheKey(fingerprint: string, options: unknown): Promise<string> {
  const text = JSON.stringify({ version: VERSION, fingerprint, options });
  return (await sha256(new TextEncoder().encode(text))).slice(0, 32);
}

/** In hexadecimal digits. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Bytes a set takes when kept. */
export function cacheBytes(count: number, points: number): number {
  const full = count * points * 4;
  return full <= FULL_PRECISION_BYTES ? full : full / 2;
}

/** Prepared images read by shard. */
export class ParticleCache implements HartleyImages {
  readonly count: number;
  readonly boxPixels: number;
  readonly points: number;
  readonly shardSize = SHARD_SIZE;
  readonly standardDeviation: number;
  private readonly inMemory = new Map<number, HartleyShard>();

  private constructor(
    private readonly storage: Storage,
    private readonly folder: string,
    readonly meta: CacheMeta,
  ) {
    this.count = meta.count;
    this.boxPixels = meta.boxPixels;
    this.points = meta.points;
    this.standardDeviation = meta.standardDeviation;
  }

  /** The complete cache in `folder`, or null. */
  static async open(storage: Storage, folder: string): Promise<ParticleCache | null> {
    const meta = await readMeta(storage, folder);
    if (!meta || !(await storage.read(`${folder}/complete`))) return null;
    return new ParticleCache(storage, folder, meta);
  }

  async readShard(shard: number, signal?: AbortSignal): Promise<HartleyShard> {
    const kept = this.inMemory.get(shard);
    if (kept) return kept;
    throwIfCancelled(signal);
    const count = imagesInShard(this.meta, shard);
    const path = `${this.folder}/${shardName(this.meta, shard)}`;
    const bytes = await this.storage.read(path);
    if (!bytes || bytes.length !== shardBytes(this.meta, shard))
      throw new VitrineError('storage', 'Prepared images are missing or damaged.', {
        file: path,
        expected: `${shardBytes(this.meta, shard)} bytes`,
        found: bytes ? `${bytes.length} bytes` : 'nothing',
        advice: 'Open the original files again, and the images are prepared anew.',
      });
    const values =
      this.meta.precision === 'float32'
        ? new Float32Array(aligned(bytes, 4).buffer, aligned(bytes, 4).byteOffset, count * this.points)
        : decodeHalves(new Uint16Array(aligned(bytes, 2).buffer, aligned(bytes, 2).byteOffset, count * this.points));
    const result = { first: shard * SHARD_SIZE, count, values };
    if (this.count * this.points * 4 <= FULL_PRECISION_BYTES) this.inMemory.set(shard, result);
    return result;
  }
}

/** Folders below images/ that hold whole sets of these images, however prepared. */
export async function cachesOf(storage: Storage, fingerprint: string): Promise<{ folder: string; meta: CacheMeta }[]> {
  const found: { folder: string; meta: CacheMeta }[] = [];
  for (const { name } of await storage.list('images')) {
    const folder = `images/${name}`;
    const meta = await readMeta(storage, folder);
    if (meta?.fingerprint === fingerprint && (await storage.read(`${folder}/complete`))) found.push({ folder, meta });
  }
  return found;
}

/** Writes a cache shard by shard; opening it again on a partly written one goes on after the shards that are there. */
export class ParticleCacheWriter {
  private constructor(
    private readonly storage: Storage,
    private readonly folder: string,
    private readonly meta: CacheMeta,
    private readonly present: Set<number>,
  ) {}

  static async open(storage: Storage, folder: string, header: CacheHeader): Promise<ParticleCacheWriter> {
    const full = header.count * header.points * 4 <= FULL_PRECISION_BYTES;
    const meta: CacheMeta = { version: VERSION, ...header, precision: full ? 'float32' : 'float16' };
    const old = await readMeta(storage, folder);
    const same = old !== null && JSON.stringify(old) === JSON.stringify(meta);
    if (!same) await storage.remove(folder);
    const present = new Set<number>();
    if (same) {
      const bytes = new Map((await storage.list(folder)).map((entry) => [entry.name, entry.bytes]));
      for (let shard = 0; shard < shardCount(meta); shard++)
        if (bytes.get(shardName(meta, shard)) === shardBytes(meta, shard)) present.add(shard);
    } else await storage.write(`${folder}/meta.json`, JSON.stringify(meta, null, 1));
    return new ParticleCacheWriter(storage, folder, meta, present);
  }

  get shards(): number {
    return shardCount(this.meta);
  }

  has(shard: number): boolean {
    return this.present.has(shard);
  }

  /** The first shard that is not there; equals `shards` where none is missing. */
  get firstMissing(): number {
    let shard = 0;
    while (this.present.has(shard)) shard++;
    return shard;
  }

  /** Writes one whole shard of `count × points` values. */
  async write({ first, count, values }: HartleyShard): Promise<void> {
    const shard = first / SHARD_SIZE;
    if (!Number.isInteger(shard) || count !== imagesInShard(this.meta, shard))
      throw new VitrineError('storage', `Images ${first} to ${first + count - 1} are not a whole shard.`);
    const data = this.meta.precision === 'float32' ? values : encodeHalves(values);
    await this.storage.write(
      `${this.folder}/${shardName(this.meta, shard)}`,
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
    this.present.add(shard);
  }

  async finish(): Promise<ParticleCache> {
    if (this.firstMissing < this.shards)
      throw new VitrineError('storage', `Shard ${this.firstMissing} of the prepared images was never written.`);
    await this.storage.write(`${this.folder}/complete`, 'yes\n');
    const cache = await ParticleCache.open(this.storage, this.folder);
    if (!cache) throw new VitrineError('storage', 'The prepared images cannot be read back.', { file: this.folder });
    return cache;
  }
}

async function readMeta(storage: Storage, folder: string): Promise<CacheMeta | null> {
  const bytes = await storage.read(`${folder}/meta.json`);
  if (!bytes) return null;
  const meta = JSON.parse(new TextDecoder().decode(bytes)) as CacheMeta;
  return meta.version === VERSION ? meta : null;
}

function shardCount(meta: CacheMeta): number {
  return Math.ceil(meta.count / SHARD_SIZE);
}
function imagesInShard(meta: CacheMeta, shard: number): number {
  return Math.min(SHARD_SIZE, meta.count - shard * SHARD_SIZE);
}
function shardBytes(meta: CacheMeta, shard: number): number {
  return imagesInShard(meta, shard) * meta.points * (meta.precision === 'float32' ? 4 : 2);
}
function shardName(meta: CacheMeta, shard: number): string {
  return `shard-${String(shard).padStart(5, '0')}.${meta.precision === 'float32' ? 'f32' : 'f16'}`;
}
/** Typed arrays need an aligned start; what a disk hands out may begin anywhere in a pooled buffer. */
function aligned(bytes: Uint8Array, alignment: number): Uint8Array {
  return bytes.byteOffset % alignment === 0 ? bytes : bytes.slice();
}
