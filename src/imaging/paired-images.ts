// Two stacks of the same particles as one: an image holds both views' values, the untilted first.
import { VitrineError } from '../base/errors.ts';
import type { HartleyImages, HartleyShard } from './hartley-images.ts';

/** Errors: 'count-mismatch' where the stacks differ in number, 'value-out-of-range' where their boxes differ. */
export function pairedImages(first: HartleyImages, second: HartleyImages): HartleyImages {
  if (first.count !== second.count)
    throw new VitrineError('count-mismatch', 'The tilted stack does not hold as many images as the untilted one.', {
      expected: String(first.count),
      found: String(second.count),
      advice: 'Image i of both stacks has to show the same particle.',
    });
  if (first.points !== second.points || first.shardSize !== second.shardSize)
    throw new VitrineError('value-out-of-range', 'The two stacks were prepared at different boxes.', {
      expected: `${first.boxPixels} pixels`,
      found: `${second.boxPixels} pixels`,
    });
  const { points } = first;
  // Both are divided by one deviation: the tilted stack's values are brought to the first's.
  const scale = second.standardDeviation / first.standardDeviation;
  return {
    count: first.count,
    boxPixels: first.boxPixels,
    points: 2 * points,
    shardSize: first.shardSize,
    standardDeviation: first.standardDeviation,
    async readShard(shard, signal): Promise<HartleyShard> {
      const [a, b] = await Promise.all([first.readShard(shard, signal), second.readShard(shard, signal)]);
      const values = new Float32Array(2 * a.count * points);
      for (let i = 0; i < a.count; i++) {
        values.set(a.values.subarray(i * points, (i + 1) * points), 2 * i * points);
        for (let p = 0; p < points; p++) values[(2 * i + 1) * points + p] = scale * b.values[i * points + p];
      }
      return { first: a.first, count: a.count, values };
    },
  };
}

/** One view of paired images, for what looks at one stack: 0 the untilted. */
export function imagesOfView(paired: HartleyImages, view: 0 | 1): HartleyImages {
  const points = paired.points / 2;
  return {
    ...paired,
    points,
    async readShard(shard, signal): Promise<HartleyShard> {
      const { first, count, values } = await paired.readShard(shard, signal);
      const own = new Float32Array(count * points);
      for (let i = 0; i < count; i++) {
        const at = (2 * i + view) * points;
        own.set(values.subarray(at, at + points), i * points);
      }
      return { first, count, values: own };
    },
  };
}
