// What a trained field is asked for, with the kernels that the tuning chose: maps, a preview, latents, a search of poses.
import { networkOf } from '../../testing/network.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { WgslModel } from '../../src/engine/wgsl/model/model.ts';
import { GpuPoseScorer } from '../../src/engine/wgsl/pose-search/scorer.ts';
import { WgslEngine } from '../../src/engine/wgsl/engine.ts';
import { fieldOnGpu } from '../field-on-gpu.ts';
import { syntheticBatch, type Size } from '../models.ts';
import { posesPart, SMALL_SIZE, THESIS_SIZE } from '../parts/poses.ts';
import { median } from '../report.ts';
import type { PartContext, Part, Step } from './part-context.ts';
import { tunedFor } from './kernels-kept.ts';

export interface Times {
  /** Shaders compiled on the way. */
  firstSeconds: number;
  seconds: number;
}

async function timesOf(work: () => Promise<unknown>, repeats = 5): Promise<Times> {
  const times: number[] = [];
  for (let i = 0; i <= repeats; i++) {
    const begin = performance.now();
    await work();
    times.push((performance.now() - begin) / 1000);
  }
  return { firstSeconds: times[0], seconds: median(times.slice(1)) };
}

const modelOn = async (context: PartContext, size: Size) => {
  const gpu = await context.gpu();
  return fieldOnGpu(gpu, tunedFor(gpu, context.folder, 'chosen'), size);
};

function mapStep(context: PartContext, size: Size, boxPixels: number): Step {
  return {
    name: `map of ${boxPixels}³, D=${size.boxPixels}, ${size.width}×3`,
    patienceSeconds: 12,
    async run() {
      const model = await modelOn(context, size);
      const z = new Float32Array(model.spec.zDim).fill(0.3);
      return timesOf(() => model.volume(z, boxPixels, 1)).finally(() => model.dispose());
    },
  };
}

/** As posesPart asks for it: models with kept kernels, on the context's device. */
async function engineAt(context: PartContext): Promise<Engine> {
  const gpu = await context.gpu();
  const engine = new WgslEngine(gpu);
  const tuned = tunedFor(gpu, context.folder, 'chosen');
  return {
    device: engine.device,
    createModel(field, state) {
      const { spec, encoding } = networkOf(field);
      return WgslModel.create(gpu, tuned, { spec, encoding }, state);
    },
    createScorer: (points) => GpuPoseScorer.create(gpu, points),
    dispose: () => undefined,
  };
}

export const field: Part = {
  name: 'field',
  seconds: 25,
  steps(context) {
    const size = context.size(256, 64);
    const large = context.small ? { ...size, boxPixels: 32 } : { ...size, boxPixels: 256, batch: 8 };
    const poses = context.small
      ? { ...SMALL_SIZE, ...size, images: 20, directImages: 2, search: { ...SMALL_SIZE.search, bandEnd: 8 } }
      : { ...THESIS_SIZE, images: 100, directImages: 5 };
    return [
      mapStep(context, size, size.boxPixels),
      mapStep(context, size, size.boxPixels / 2),
      {
        name: `latents, D=${size.boxPixels}, ${size.width}×3, ${size.batch} at a time`,
        patienceSeconds: 10,
        async run() {
          const model = await modelOn(context, size);
          const { count, images, translations, ctf } = syntheticBatch(size);
          const batch = { count, images, translations, ctf };
          const times = await timesOf(() => model.encode(batch)).finally(() => model.dispose());
          return { ...times, images: count };
        },
      },
      {
        name: `poses of ${poses.images} images, D=${poses.boxPixels}`,
        patienceSeconds: 20,
        run: async () => posesPart(await engineAt(context), poses),
      },
      mapStep(context, large, large.boxPixels),
    ];
  },
};
