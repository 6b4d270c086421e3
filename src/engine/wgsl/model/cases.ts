// The whole engine on a device against the float64 twin of the field (proof/twin.ts): losses, gradients of every parameter by
// central differences, latents, values; the same bits twice, in chunks of any size, resumed; nothing grows, nothing stays.
import { expectClose, type KernelCase } from '../../proof/kernel-cases.ts';
import type { OptimizerState, StepOptions, Weights } from '../../engine.ts';
import { makeSphere } from '../../../imaging/sphere.ts';
import { volumeFromSphere } from '../../../imaging/volume-from-hartley.ts';
import { makeSliceLayout } from '../../slices.ts';
import { decoderChain, featureCount, hasEncoder } from '../../parameters.ts';
import { MOST_LEFT_OUT } from '../../precision.ts';
import { gradientErrors, gradientOf } from '../../proof/gradient.ts';
import {
  caseShapes,
  givenShapes,
  makeCase,
  pairShapes,
  randomArray,
  randomFrom,
  type CaseShape,
  type ModelCase,
} from '../../proof/model-cases.ts';
import { featuresTwin, lossTwin, networkTwin } from '../../proof/twin.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';
import { stepShapes, tuningSizes } from '../tuning/sizes.ts';
import { choiceKey, Tuned, TUNING_VERSION, type EncodingChoice, type Tuning } from '../tuning/tuned.ts';
import { WgslModel } from './model.ts';

const beta = 0.7;
const still: StepOptions = { learningRate: 0, weightDecay: 0, beta };
const moving: StepOptions = { learningRate: 1e-2, weightDecay: 0.1, beta };

const shapes: readonly CaseShape[] = [
  ...caseShapes,
  ...pairShapes,
  ...givenShapes,
  { name: 'zdim 64', spec: { zDim: 64, encoderDim: 24 }, features: 6, images: 2 },
];

interface Wish {
  scalar?: Scalar;
  budgetBytes?: number;
  encoding?: EncodingChoice;
}

function open(gpu: Gpu, sample: ModelCase, wish: Wish = {}, optimizer?: OptimizerState): Promise<WgslModel> {
  const { spec, encoding, weights } = sample;
  const tuned = new Tuned(gpu, encodedAs(wish.encoding ?? 'fused'));
  const { scalar = 'f32', budgetBytes } = wish;
  const options = { scalar, ...(budgetBytes && { budgetBytes }) };
  return WgslModel.create(gpu, tuned, { spec, encoding }, optimizer ? { weights, optimizer } : { weights }, options);
}

function encodedAs(encoding: EncodingChoice): Tuning {
  const choices = { encoding: { variant: JSON.stringify(encoding), microseconds: 0 } };
  return { adapter: '', version: TUNING_VERSION, choices };
}

function close(what: string, got: number, wanted: number, relative: number): void {
  if (!(Math.abs(got - wanted) <= relative * Math.abs(wanted) + 1e-9))
    throw new Error(`${what}: ${got}, wanted ${wanted}`);
}

function sameWeights(got: Weights, wanted: Weights, tolerance: number): void {
  for (const [name, { data }] of wanted) expectClose(name, got.get(name)?.data ?? [], data, tolerance);
}

async function expectTwin(gpu: Gpu, shape: CaseShape, wish: Wish): Promise<void> {
  const sample = makeCase(shape);
  const { spec, encoding, weights, batch } = sample;
  const model = await open(gpu, sample, wish);
  const gradient = await gradientOf(model, sample, beta);
  const losses = await model.takeLosses();
  const twin = lossTwin(spec, encoding, weights, batch, beta);
  close('reconstruction', losses.reconstruction, twin.reconstruction, 2e-5);
  close('KL', losses.kl, twin.kl, 2e-5);
  close('total', losses.total, twin.total, 2e-5);
  const errors = gradientErrors(sample, gradient, beta);
  if (errors.length > 0) throw new Error(errors.join('\n'));
  if (hasEncoder(spec)) {
    const latents = await model.encode(batch);
    expectClose('mu', latents.mu, twin.mu.flat());
    expectClose('log variance', latents.logVariance, twin.logVariance.flat());
  }
  const random = randomFrom(3);
  const coordinates = randomArray(random, 3 * 133, 0.5);
  const z = randomArray(random, spec.zDim);
  const values = await model.evaluate(coordinates, spec.zDim > 0 ? z : null);
  const chain = decoderChain(spec, featureCount(encoding));
  const wanted = Array.from({ length: 133 }, (_, m) => {
    const features = featuresTwin(encoding, [...coordinates.subarray(3 * m, 3 * m + 3)]);
    return networkTwin(chain, weights, [...features, ...z], spec.activation === 'leaky_relu');
  });
  expectClose('values', values, wanted.flat());
  model.dispose();
}

/** A pair takes 308 rows: chunks of 128 are parts of one of its images, or of both. */
const largePairs: CaseShape = {
  name: 'large, tilt pairs',
  spec: { zDim: 3, boxPixels: 20, tilts: 2 },
  features: 8,
  images: 6,
};
const large: CaseShape = { name: 'large', spec: { zDim: 3, boxPixels: 20 }, features: 8, images: 5 };

/** Each shape of model against its twin, then what holds for all; those in float16 need shader-f16. */
export const cases: KernelCase[] = [
  ...shapes.map((shape): KernelCase => ({ name: shape.name, run: (gpu) => expectTwin(gpu, shape, {}) })),
  { name: 'features stored', run: (gpu) => expectTwin(gpu, shapes[0], { encoding: 'stored' }) },
  // 5 × 154 rows of which 128 are computed at a time: parts of images, the last ones short.
  ...[large, largePairs].map((shape): KernelCase => ({
    name: `one gradient whatever the chunks: ${shape.name}`,
    async run(gpu) {
      const sample = makeCase(shape);
      const whole = await open(gpu, sample);
      const wanted = await gradientOf(whole, sample, beta);
      const wantedLosses = await whole.takeLosses();
      whole.dispose();
      for (const budgetBytes of [1, 2 * 160 * 400]) {
        const parts = await open(gpu, sample, { budgetBytes });
        sameWeights(await gradientOf(parts, sample, beta), wanted, 1e-5);
        close('total', (await parts.takeLosses()).total, wantedLosses.total, 1e-5);
        parts.dispose();
      }
    },
  })),
  {
    name: 'maps of any box as point by point, with their statistics',
    async run(gpu) {
      for (const shape of [shapes[0], shapes[1], shapes[2]]) {
        const model = await open(gpu, makeCase({ ...shape, spec: { ...shape.spec, boxPixels: 10 } }));
        const { zDim, domain } = model.spec;
        const z = zDim > 0 ? randomArray(randomFrom(4), zDim) : null;
        for (const boxPixels of [10, 6]) {
          const sphere = makeSphere(10, { half: domain === 'fourier', boxPixels });
          const wanted = volumeFromSphere(sphere, await model.evaluate(sphere.coordinates, z), 3);
          const { values, statistics } = await model.volume(z, boxPixels, 3);
          expectClose(`map of ${boxPixels}`, values, wanted);
          const mean = wanted.reduce((sum, v) => sum + v, 0) / wanted.length;
          expectClose(
            'mean, extremes',
            [statistics.mean, statistics.minimum, statistics.maximum],
            [mean, Math.min(...wanted), Math.max(...wanted)],
          );
        }
        model.dispose();
      }
    },
  },
  {
    name: 'the same bits twice, and resumed',
    async run(gpu) {
      const sample = makeCase(large);
      const results: string[] = [];
      for (let run = 0; run < 2; run++) {
        const model = await open(gpu, sample);
        for (let step = 0; step < 2; step++) await model.trainStep(sample.batch, moving);
        results.push(bitsOf(await model.exportWeights()));
        model.dispose();
      }
      const first = await open(gpu, sample);
      await first.trainStep(sample.batch, moving);
      const weights = await first.exportWeights();
      const second = await open(gpu, { ...sample, weights }, {}, await first.exportOptimizer());
      first.dispose();
      await second.trainStep(sample.batch, moving);
      results.push(bitsOf(await second.exportWeights()));
      second.dispose();
      if (results[1] !== results[0]) throw new Error('two runs differ');
      if (results[2] !== results[0]) throw new Error('a resumed run differs');
    },
  },
  {
    name: 'asks for the very kernels that tuning measures',
    async run(gpu) {
      const { spec, encoding, weights, batch } = makeCase(large);
      const asked = new Set<string>();
      class Listening extends Tuned {
        override product(...[shape, rows]: Parameters<Tuned['product']>) {
          if (shape.label.startsWith('decoder')) asked.add(choiceKey('product', shape, Infinity));
          return super.product(shape, rows);
        }
        override weightGradient(...[shape, rows]: Parameters<Tuned['weightGradient']>) {
          if (shape.label.startsWith('decoder')) asked.add(choiceKey('weight-gradient', shape, Infinity));
          return super.weightGradient(shape, rows);
        }
      }
      for (const encodingChoice of ['fused', 'stored'] as const) {
        asked.clear();
        const model = await WgslModel.create(
          gpu,
          new Listening(gpu, encodedAs(encodingChoice)),
          { spec, encoding },
          {
            weights,
          },
        );
        await model.trainStep(batch, still);
        model.dispose();
        const { first, hidden } = stepShapes(tuningSizes(spec, encoding), 'f32');
        const { forward, gradient } = first[encodingChoice];
        const products = [forward, hidden.forward, hidden.backward].map((one) => choiceKey('product', one, Infinity));
        const gradients = [gradient, hidden.gradient].map((one) => choiceKey('weight-gradient', one, Infinity));
        const measured = [...new Set([...products, ...gradients])].sort();
        if ([...asked].sort().join('\n') !== measured.join('\n'))
          throw new Error(`asked for\n${[...asked].sort().join('\n')}\nmeasured\n${measured.join('\n')}`);
      }
    },
  },
  {
    name: 'a batch that no binding shows is refused, and a smaller one goes on',
    async run(gpu) {
      const sample = makeCase({ ...large, spec: { boxPixels: 20, zDim: 0 } });
      const { points } = makeSliceLayout(sample.spec).lattice;
      // The rows' points are the largest: 16 bytes each, half as many rows as the images have points.
      const small = Object.create(gpu, { bindingBytes: { value: 16 * 128 * Math.ceil((2 * points) / 128) } }) as Gpu;
      const model = await open(small, sample);
      const refused = await model.trainStep(sample.batch, still).then(
        () => 'nothing',
        (error: { code?: string }) => error.code,
      );
      if (refused !== 'out-of-memory') throw new Error(`refused with ${refused}`);
      await model.trainStep({ ...sample.batch, count: 2 }, still);
      if ((await model.takeLosses()).images !== 2) throw new Error('the smaller batch was not taken');
      model.dispose();
    },
  },
  {
    name: 'half a pair is refused, and pairs go on',
    async run(gpu) {
      const sample = makeCase(largePairs);
      const model = await open(gpu, sample);
      const torn = { ...sample.batch, count: 5 };
      for (const call of [() => model.trainStep(torn, still), () => model.encode(torn)]) {
        const refused = await call().then(
          () => 'nothing',
          (error: { code?: string }) => error.code,
        );
        if (refused !== 'usage') throw new Error(`refused with ${refused}`);
      }
      await model.trainStep({ ...sample.batch, count: 4 }, still);
      await model.trainStep(sample.batch, still);
      await model.trainStep({ ...sample.batch, count: 2 }, still);
      if ((await model.takeLosses()).images !== 12) throw new Error('the pairs were not taken');
      model.dispose();
    },
  },
  {
    name: 'nothing grows, and nothing stays',
    async run(gpu) {
      const sample = makeCase(shapes[0]);
      const before = [gpu.buffersHeld, gpu.bytesHeld];
      const model = await open(gpu, sample);
      const rounds = async (count: number) => {
        for (let step = 0; step < count; step++) await model.trainStep(sample.batch, { ...moving, learningRate: 1e-3 });
        await model.encode(sample.batch);
        await model.evaluate(Float32Array.of(0.1, 0.2, -0.3), new Float32Array(3));
        await model.takeLosses();
        return [gpu.buffersHeld, gpu.bytesHeld, model.memoryBytes()].join(' ');
      };
      const resources = await rounds(10);
      const later = await rounds(190);
      if (later !== resources) throw new Error(`after 10 steps ${resources}, after 200 ${later}`);
      model.dispose();
      await model.settled;
      // The staging buffer of reads is the device's own and stays.
      const after = [gpu.buffersHeld, gpu.bytesHeld];
      if (after[0] > before[0] + 1 || model.memoryBytes() !== 0) throw new Error(`${before} before, ${after} after`);
    },
  },
  {
    name: 'learns as float32 does with float16 storage',
    needs: 'half',
    async run(gpu) {
      const sample = makeCase({ name: 'float16', spec: { zDim: 3, decoderDim: 32 }, features: 16, images: 4 });
      const finals: number[] = [];
      for (const scalar of ['f32', 'f16'] as const) {
        const model = await open(gpu, sample, { scalar });
        const options = { learningRate: 1e-3, weightDecay: 0, beta };
        for (let step = 0; step < 100; step++) await model.trainStep(sample.batch, options);
        await model.takeLosses();
        await model.trainStep(sample.batch, options);
        finals.push((await model.takeLosses()).total);
        model.dispose();
      }
      close('the loss with float16', finals[1], finals[0], 0.02);
    },
  },
  {
    name: 'steps that overflow float16 are left out with their losses, until the scale is low enough',
    needs: 'half',
    async run(gpu) {
      const sample = makeCase({ name: 'large images', spec: { zDim: 0 }, features: 9, images: 4 });
      const { batch, spec } = sample;
      const large = { ...batch, images: batch.images.map((value) => 1e5 * value) };
      const options = { learningRate: 1e-3, weightDecay: 0, beta };
      const model = await open(gpu, sample, { scalar: 'f16' });
      let counted = 0;
      const losses: number[] = [];
      for (let step = 0; step < 30; step++) {
        await model.trainStep(large, options);
        const { images, total } = await model.takeLosses();
        if (images !== 0 && images !== batch.count) throw new Error(`${images} images of a step`);
        if (images > 0) losses.push(total);
        else if (total !== 0) throw new Error(`a loss of ${total} from a step that was left out`);
        counted += Math.sign(images);
      }
      if (counted < 10 || counted === 30) throw new Error(`${counted} of 30 steps counted`);
      if ((await model.exportOptimizer()).steps !== counted) throw new Error('Adam counts other steps');
      model.dispose();
      const { total } = lossTwin(spec, sample.encoding, sample.weights, large, beta);
      close('the first loss that counted', losses[0], total, 4e-3);
    },
  },
  {
    name: 'a model says that float16 is too little after 50 steps left out in a row, and has not moved',
    needs: 'half',
    async run(gpu) {
      const sample = makeCase({ name: 'huge images', spec: { zDim: 3 }, features: 9, images: 4 });
      const { batch } = sample;
      const huge = { ...batch, images: batch.images.map((value) => 1e13 * value) };
      const model = await open(gpu, sample, { scalar: 'f16' });
      const taken = async () =>
        model.takeLosses().then(
          ({ images, total }) => `${images} images, ${total}`,
          (error: { code?: string }) => error.code,
        );
      const said: (string | undefined)[] = [];
      for (let step = 1; step <= MOST_LEFT_OUT; step++) {
        await model.trainStep(huge, moving);
        if (step === 1 || step >= MOST_LEFT_OUT - 1) said.push(await taken());
      }
      if (said.join('; ') !== '0 images, 0; 0 images, 0; precision-too-low') throw new Error(said.join('; '));
      if (bitsOf(await model.exportWeights()) !== bitsOf(sample.weights)) throw new Error('the weights have moved');
      // A step that counts ends the row.
      await model.trainStep({ ...batch, images: batch.images.map(() => 0) }, moving);
      const after = await taken();
      if (!after?.startsWith('4 images')) throw new Error(`after a step that counts: ${after}`);
      model.dispose();
    },
  },
];

function bitsOf(weights: Weights): string {
  return [...weights]
    .map(([name, { data }]) => `${name} ${[...new Uint32Array(data.slice().buffer)].join(',')}`)
    .join('\n');
}
