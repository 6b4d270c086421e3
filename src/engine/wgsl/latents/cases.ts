// Proofs of sampling, KL and their gradients, at one and many dimensions, padding written as zeros.
import { inTwoDimensions } from '../../proof/grid.ts';
import { expectClose, poison, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import { stepUniform, writeStep } from '../adam/step.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { padded } from '../parameters/layout.ts';
import { makeSampling, makeSamplingGradient } from './latents.ts';
import { samplingGradientTwin, samplingTwin } from './twin.ts';

/** Rows of `parts` side by side, padded to `width`. */
function joined(images: number, zDim: number, width: number, parts: ArrayLike<number>[]): Float32Array<ArrayBuffer> {
  const out = new Float32Array(images * width);
  for (let image = 0; image < images; image++)
    parts.forEach((part, p) => {
      for (let k = 0; k < zDim; k++) out[image * width + p * zDim + k] = part[image * zDim + k];
    });
  return out;
}

async function compare(gpu: Gpu, zDim: number, images: number, at: Gpu = gpu): Promise<void> {
  const count = images * zDim;
  const mean = randomNumbers(1, count, 2);
  const logVariance = randomNumbers(2, count, 3);
  const noise = randomNumbers(3, count, 2);
  const slope = randomNumbers(4, count);
  const values = { zDim, images, mean, logVariance, noise };
  const [narrow, wide] = [padded(zDim), padded(2 * zDim)];

  const arena = gpu.arena('case');
  const step = stepUniform(arena);
  writeStep(gpu, step, { learningRate: 0, weightDecay: 0, beta: 0.5, klWeight: 0.25, images });
  const encoded = arena.upload('encoded', joined(images, zDim, wide, [mean, logVariance]));
  const inputs = { encoded, noise: arena.upload('noise', noise), step };
  const z = arena.floats('z', images * narrow);
  const into = arena.floats('into', images * wide);
  poison(gpu, z);
  poison(gpu, into);
  const losses = arena.upload('losses', new Float32Array([1, 2, 3, 4]));
  const zGradient = arena.upload('gradient of z', joined(images, zDim, narrow, [slope]));
  gpu.submit([
    ...(await makeSampling(at, arena, { zDim, images }, { ...inputs, z, losses })),
    ...(await makeSamplingGradient(at, arena, { zDim, images }, { ...inputs, zGradient, into })),
  ]);

  const sampled = samplingTwin(values);
  expectClose('z', await gpu.readFloats(z), joined(images, zDim, narrow, [sampled.z]));
  const { divergence } = sampled;
  expectClose('losses', await gpu.readFloats(losses), [1, 2 + divergence, 3 + 0.5 * divergence, 4]);
  const gradient = samplingGradientTwin(values, slope, 0.5 * 0.25);
  const wanted = joined(images, zDim, wide, [gradient.mean, gradient.logVariance]);
  expectClose('gradient', await gpu.readFloats(into), wanted);
  arena.destroy();
}

const sizes: KernelCase[] = (
  [
    [1, 1],
    [8, 8],
    [10, 1],
    [16, 5],
    [64, 65],
  ] as const
).map(([zDim, images]) => ({
  name: `zDim ${zDim}, ${images} images`,
  run: (gpu) => compare(gpu, zDim, images),
}));

/** Every size against the twin of this room. */
export const cases: KernelCase[] = [
  ...sizes,
  {
    name: 'workgroups in two dimensions, as beyond 65535',
    run: (gpu) => compare(gpu, 16, 65, inTwoDimensions(gpu)),
  },
];
