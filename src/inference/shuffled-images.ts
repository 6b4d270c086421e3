// The images of one epoch in random order. A small set is held in memory and shuffled as a whole; a large one passes
// through in windows of shards: shards in random order, images in random order within a window, the next window read
// while the current one is learned from.
import type { HartleyImages } from '../imaging/hartley-images.ts';
import type { Random } from '../geometry/random.ts';

/** Up to this many bytes of images are held at once; a large set takes two windows of half of it. */
const RESIDENT_BYTES = 256 * 2 ** 20;

/** Images of one batch. */
export interface DrawnImages {
  /** Numbers of the images in the set. */
  indices: Uint32Array;
  /** indices.length × P; valid until the next draw. */
  values: Float32Array;
}

interface Window {
  /** Images held: numbers in the set, and their values one after the other. */
  numbers: Uint32Array;
  values: Float32Array;
}

/** Draws the images of a set in random order, holding no more than `residentBytes` of them. */
export class ShuffledImages {
  private readonly shards: number;
  private readonly shardsPerWindow: number;
  private whole: Window | null = null;

  constructor(
    private readonly images: HartleyImages,
    residentBytes: number = RESIDENT_BYTES,
  ) {
    this.shards = Math.ceil(images.count / images.shardSize);
    const shardBytes = 4 * images.shardSize * images.points;
    const bytes = 4 * images.count * images.points;
    this.shardsPerWindow =
      bytes <= residentBytes ? this.shards : Math.max(1, Math.floor(residentBytes / 2 / shardBytes));
  }

  /** Bytes of images held while training. */
  get residentBytes(): number {
    const windows = this.shardsPerWindow >= this.shards ? 1 : 2;
    const images = Math.min(this.images.count, this.shardsPerWindow * this.images.shardSize);
    return 4 * windows * images * this.images.points;
  }

  /** Every image once, `batchSize` at a time; the last batch may be smaller. */
  async *draw(batchSize: number, random: Random, signal?: AbortSignal): AsyncGenerator<DrawnImages> {
    const { points, count } = this.images;
    const order = random.permutation(this.shards);
    const buffer = new Float32Array(Math.min(batchSize, count) * points);
    const indices = new Uint32Array(Math.min(batchSize, count));
    let filled = 0;
    let next = this.load(order.subarray(0, this.shardsPerWindow), signal);
    for (let at = 0; at < this.shards; at += this.shardsPerWindow) {
      const window = await next;
      const following = order.subarray(at + this.shardsPerWindow, at + 2 * this.shardsPerWindow);
      if (following.length > 0) {
        next = this.load(following, signal);
        // Awaited above in the next round; a failure before that is not unhandled.
        next.catch(() => undefined);
      }
      for (const place of random.permutation(window.numbers.length)) {
        indices[filled] = window.numbers[place];
        buffer.set(window.values.subarray(place * points, (place + 1) * points), filled * points);
        if (++filled < indices.length) continue;
        yield { indices, values: buffer };
        filled = 0;
      }
    }
    if (filled > 0) yield { indices: indices.subarray(0, filled), values: buffer.subarray(0, filled * points) };
  }

  private async load(shards: Uint32Array, signal?: AbortSignal): Promise<Window> {
    const all = shards.length === this.shards;
    if (all && this.whole) return this.whole;
    const { points, shardSize, count } = this.images;
    // The whole set is kept in its own order, so that an epoch's order depends on its random numbers alone.
    const wanted = all ? shards.slice().sort() : shards;
    const sizes = Array.from(wanted, (shard) => Math.min(shardSize, count - shard * shardSize));
    const total = sizes.reduce((a, b) => a + b, 0);
    const window = { numbers: new Uint32Array(total), values: new Float32Array(total * points) };
    let at = 0;
    for (const shard of wanted) {
      const read = await this.images.readShard(shard, signal);
      window.values.set(read.values.subarray(0, read.count * points), at * points);
      for (let i = 0; i < read.count; i++) window.numbers[at + i] = read.first + i;
      at += read.count;
    }
    if (all) this.whole = window;
    return window;
  }
}
