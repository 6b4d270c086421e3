// What a linear model asks of a graphics processor: batches that are uploaded and centred, their products with the maps, and that they
// are added to the sums; by the clock, with what is read back.
import { GpuFactorSums } from '../../src/engine/wgsl/factors/factor-sums.ts';
import { factorBatch, factorCalls, factorRequest, type FactorSize } from '../factors.ts';
import { median } from '../report.ts';
import type { Part, Step } from './part-context.ts';

export interface FactorTimes extends FactorSize {
  /** Of a batch. */
  count: number;
  /** Of each call on a batch, seconds; the first compiles. */
  seconds: Record<'images' | 'products' | 'insert' | 'sums', number>;
  firstSeconds: number;
  bytesHeld: number;
}

const ROUNDS = 5;

function stepOf(size: FactorSize): Step {
  return {
    name: `factor sums, D=${size.boxPixels}, ${size.components} components`,
    patienceSeconds: 15,
    async run(context): Promise<FactorTimes> {
      const gpu = await context.gpu();
      const sums = await GpuFactorSums.create(gpu, factorRequest(size));
      try {
        const batch = factorBatch(size.boxPixels, context.small ? 40 : sums.batchImages);
        const calls = factorCalls(sums, batch);
        const times: Record<keyof typeof calls, number[]> = { images: [], products: [], insert: [] };
        for (let round = 0; round <= ROUNDS; round++)
          for (const name of ['images', 'products', 'insert'] as const) {
            const begin = performance.now();
            await calls[name]();
            await gpu.finished();
            times[name].push((performance.now() - begin) / 1000);
          }
        const begin = performance.now();
        await sums.sums();
        const read = (performance.now() - begin) / 1000;
        const [images, products, insert] = [times.images, times.products, times.insert].map((all) =>
          median(all.slice(1)),
        );
        return {
          ...{ ...size, count: batch.count, bytesHeld: sums.memoryBytes() },
          ...{ seconds: { images, products, insert, sums: read } },
          firstSeconds: times.images[0] + times.products[0] + times.insert[0],
        };
      } finally {
        sums.dispose();
        await sums.settled;
      }
    },
  };
}

export const factors: Part = {
  name: 'factors',
  seconds: 25,
  steps: ({ small }) => (small ? [16] : [64, 128]).map((boxPixels) => stepOf({ boxPixels, components: 4 })),
};
