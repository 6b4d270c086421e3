// Images that go into sums: weighted selections of a set, each in two halves, streamed shard by shard.
import { throwIfCancelled } from '../../base/errors.ts';
import type { FactorSums } from '../../engine/factors/factor-sums.ts';
import { factorBatch, type StreamData, type StreamOptions } from '../linear/image-stream.ts';

/** Images of a set, and how much each counts. */
export interface WeightedImages {
  /** Ascending, each once. */
  rows: Uint32Array;
  /** As many, above 0; null where all count alike. */
  weights: Float32Array | null;
}

/** Sums that images go into. */
export interface Place {
  images: WeightedImages;
  /** Which half of them. */
  half: 0 | 1;
  sums: FactorSums;
}

/** What is told and asked while images pass. */
export interface PassHooks extends Pick<StreamOptions, 'signal' | 'onIdle'> {
  /** Images of the set that have passed. */
  onImages?: ((done: number, total: number) => void) | undefined;
}

/**
 * One pass over the set; shards that hold no wanted image are not read. `halfOf`: N, 0 or 1. The next shard is read while one is added,
 * so that in memory are two shards and a batch. Errors: those of reading, 'cancelled', 'out-of-memory'.
 */
export async function addImages(
  data: StreamData,
  places: readonly Place[],
  halfOf: Uint8Array,
  { signal, onIdle, onImages }: PassHooks = {},
): Promise<void> {
  const { images } = data;
  const next = places.map(() => 0);
  const wanted = new Set<number>();
  for (const { images: of } of places) for (const row of of.rows) wanted.add(Math.floor(row / images.shardSize));
  const shards = [...wanted].sort((a, b) => a - b);
  const read = (k: number) => {
    const shard = k < shards.length ? images.readShard(shards[k], signal) : null;
    // Heard when its turn comes.
    shard?.catch(() => undefined);
    return shard;
  };
  let ahead = read(0);
  for (const [k, shard] of shards.entries()) {
    throwIfCancelled(signal);
    const now = await ahead;
    ahead = read(k + 1);
    if (!now) break;
    const { first, values } = now;
    const end = Math.min(images.count, (shard + 1) * images.shardSize);
    const chosen = places.map(({ images: { rows }, half }, k) => {
      const numbers: number[] = [];
      const at: number[] = [];
      for (; next[k] < rows.length && rows[next[k]] < end; next[k]++)
        if (halfOf[rows[next[k]]] === half) {
          numbers.push(rows[next[k]]);
          at.push(next[k]);
        }
      return { numbers, at };
    });
    for (const [k, { sums, images: of }] of places.entries()) {
      const { numbers, at } = chosen[k];
      for (let from = 0; from < numbers.length; from += sums.batchImages) {
        throwIfCancelled(signal);
        const batch = Uint32Array.from(numbers.slice(from, from + sums.batchImages));
        const own = new Float32Array(batch.length * images.points);
        batch.forEach((number, i) => {
          const place = (number - first) * images.points;
          own.set(values.subarray(place, place + images.points), i * images.points);
        });
        const weights = Float32Array.from(batch, (_, i) => of.weights?.[at[from + i]] ?? 1);
        await sums.setImages(factorBatch(data, batch, own));
        await sums.insert(weights, weights);
        await onIdle?.();
      }
    }
    onImages?.(end, images.count);
  }
}
