// Whole steps in every shape of chunks: boxes of 24–64 pixels, batches of 1–16 and a short last one, with and without z, many
// images in a chunk and one image in several. Losses against the float64 twin; gradients against those of the kernels for
// adapters in software, which cases.ts proves by central differences.
import { expectClose, type KernelCase } from '../../proof/kernel-cases.ts';
import type { ImageBatch, StepOptions } from '../../engine.ts';
import { makeCase, type ModelCase } from '../../proof/model-cases.ts';
import { lossTwin } from '../../proof/twin.ts';
import { makeSliceLayout } from '../../slices.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { Tuned } from '../tuning/tuned.ts';
import { WgslModel } from './model.ts';

const OPTIONS: StepOptions = { learningRate: 0, weightDecay: 0, beta: 0.5 };
const WIDTH = 16;

interface StepShape {
  box: number;
  zDim: number;
  batch: number;
  /** Rows computed at a time: a share of an image's. Whole batches where it is not said. */
  imagesAtOnce?: number;
}

const shapes: StepShape[] = [
  { box: 24, zDim: 0, batch: 1 },
  { box: 24, zDim: 2, batch: 16 },
  { box: 24, zDim: 2, batch: 5, imagesAtOnce: 2 },
  { box: 32, zDim: 0, batch: 4 },
  { box: 32, zDim: 0, batch: 16, imagesAtOnce: 3 },
  { box: 32, zDim: 2, batch: 3, imagesAtOnce: 0.4 },
  { box: 64, zDim: 0, batch: 2, imagesAtOnce: 0.3 },
  { box: 64, zDim: 2, batch: 4 },
  { box: 64, zDim: 2, batch: 7, imagesAtOnce: 3 },
];

/** The budget under which model/budget.ts computes `images` at a time, about. */
function budgetBytes({ spec }: ModelCase, images: number): number {
  const layout = makeSliceLayout(spec);
  const bytesOfRow = 4 * ((spec.decoderLayers + 3) * WIDTH + 16) + 16;
  return Math.ceil(images * layout.rowsPerImage) * bytesOfRow;
}

function sampleOf({ box, zDim, batch }: StepShape): ModelCase {
  const spec = { boxPixels: box, zDim, decoderDim: WIDTH, decoderLayers: 1, encoderDim: 9 };
  return makeCase({ name: 'whole step', spec, features: 10, images: batch });
}

async function stepOn(gpu: Gpu, sample: ModelCase, batch: ImageBatch, budget?: number) {
  const { spec, encoding, weights } = sample;
  const options = budget === undefined ? {} : { budgetBytes: budget };
  const model = await WgslModel.create(gpu, Tuned.defaults(gpu), { spec, encoding }, { weights }, options);
  try {
    await model.trainStep(sample.batch, OPTIONS);
    await model.takeLosses();
    // An epoch ends with what is left of it.
    await model.trainStep(batch, OPTIONS);
    const { total } = await model.takeLosses();
    return { total, moments: (await model.exportOptimizer()).first };
  } finally {
    model.dispose();
    await model.settled;
  }
}

async function prove(gpu: Gpu, shape: StepShape): Promise<void> {
  const sample = sampleOf(shape);
  const left = Math.max(1, Math.floor(shape.batch / 3));
  const short = { ...sample.batch, count: left };
  const budget = shape.imagesAtOnce === undefined ? undefined : budgetBytes(sample, shape.imagesAtOnce);
  const found = await stepOn(gpu, sample, short, budget);
  const inSoftware = Object.create(gpu, { software: { value: true } }) as Gpu;
  const wanted = await stepOn(inSoftware, sample, short);
  const { spec, encoding, weights } = sample;
  const twin = lossTwin(spec, encoding, weights, short, OPTIONS.beta);
  expectClose('loss', [found.total], [twin.total], 2e-5);
  for (const [name, { data }] of wanted.moments) expectClose(name, found.moments.get(name)?.data ?? [], data, 3e-5);
}

/** One step a shape: the loss to 2e-5, each gradient to 3e-5 of its largest number. */
export const wholeSteps: KernelCase[] = shapes.map((shape) => ({
  name: `step ${JSON.stringify(shape)}`,
  run: (gpu) => prove(gpu, shape),
}));
