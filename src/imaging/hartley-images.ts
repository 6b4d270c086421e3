// Preprocessed particles as training reads them: Hartley values at the lattice's mask points, in shards.

/** One shard's images: `count` × P values, images `first … first+count−1` of the set. */
export interface HartleyShard {
  first: number;
  count: number;
  values: Float32Array;
}

/** Prepared images, read shard by shard: Hartley values at the mask's P points, divided by one standard deviation. */
export interface HartleyImages {
  readonly count: number;
  readonly boxPixels: number;
  /** Values an image: mask points P of the lattice (imaging/lattice, raster order, DC excluded). */
  readonly points: number;
  /** Images a shard (1024), the last one may be shorter. */
  readonly shardSize: number;
  /** Standard deviation by which the values were divided; volumes are multiplied by it. */
  readonly standardDeviation: number;
  readShard(shard: number, signal?: AbortSignal): Promise<HartleyShard>;
}
