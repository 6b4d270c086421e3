// Proofs of the preprocessing: awkward boxes, crops, with and without window, batches on their way together, bad pixels.
import { expectClose, poison, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import { VitrineError } from '../../../base/errors.ts';
import type { PreprocessOptions } from '../../../imaging/preprocessor.ts';
import type { LinesVariant } from '../fourier/lines.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { GpuPreprocessor } from './preprocessor.ts';
import { makeBuffers, makePreprocessing, makeTables } from './program.ts';
import { momentsTwin, valuesTwin } from './twin.ts';

const SCALE = 1 / 37;

async function proveValues(
  gpu: Gpu,
  size: number,
  count: number,
  options: PreprocessOptions,
  variant?: LinesVariant,
): Promise<void> {
  const images = randomNumbers(size, count * size * size);
  const maker = await GpuPreprocessor.open(gpu, size, options, count, variant);
  const values = await maker.run(images, count, SCALE);
  expectClose(`values of ${size}`, values, valuesTwin(images, count, size, options, SCALE));
  const moments = await maker.moments(images, count);
  const wanted = momentsTwin(images, count, size, options);
  expectClose('moments', [moments.count, moments.squares], [wanted.count, wanted.squares]);
  // Values of both signs add up to little: what counts is the error of the mean over the deviation.
  const scale = Math.sqrt(wanted.squares * wanted.count);
  expectClose('sum over its scale', [1, moments.sum / scale], [1, wanted.sum / scale]);
  maker.dispose();
}

function values(size: number, count: number, options: PreprocessOptions = {}, variant?: LinesVariant): KernelCase {
  return {
    name: `${count} images of ${size}² ${JSON.stringify(options)} ${variant ?? ''}`,
    run: (gpu) => proveValues(gpu, size, count, options, variant),
  };
}

/** All three slots and a fourth batch that waits, of different counts: none sees another's numbers. */
async function proveOverlap(gpu: Gpu): Promise<void> {
  const [size, options] = [10, { boxPixels: 6 }];
  const maker = await GpuPreprocessor.open(gpu, size, options, 3);
  const counts = [3, 1, 2, 3];
  const batches = counts.map((count, i) => randomNumbers(i + 1, count * size * size));
  const found = await Promise.all(batches.map((images, i) => maker.run(images, counts[i], SCALE)));
  found.forEach((got, i) => expectClose(`batch ${i}`, got, valuesTwin(batches[i], counts[i], size, options, SCALE)));
  maker.dispose();
}

async function proveBadPixels(gpu: Gpu): Promise<void> {
  const maker = await GpuPreprocessor.open(gpu, 6, {}, 4);
  for (const bad of [NaN, Infinity, -Infinity]) {
    const images = randomNumbers(1, 4 * 36);
    // Row 3, in a corner that the window blots out.
    images[2 * 36] = bad;
    for (const call of [() => maker.run(images, 4, 1), () => maker.moments(images, 4)]) {
      const error: unknown = await call().then(
        () => null,
        (reason: unknown) => reason,
      );
      if (!(error instanceof VitrineError) || error.code !== 'pixels-not-finite' || error.detail.row !== 3)
        throw new Error(`${bad} in row 3 was met by ${String(error)}`);
    }
    images[2 * 36] = 0;
    await maker.run(images, 4, 1);
  }
  maker.dispose();
}

/** Every value of a batch is written. */
async function provePoisoned(gpu: Gpu): Promise<void> {
  const shape = { imagePixels: 14, boxPixels: 8, most: 3, options: {} };
  const { arena } = await gpu.allocate('poisoned', async (made) => {
    const tables = makeTables(made, shape);
    const buffers = makeBuffers(made, shape, tables.points);
    const program = await makePreprocessing({ gpu, arena: made }, shape, tables, buffers);
    const images = randomNumbers(4, 3 * 196);
    gpu.write(buffers.images, images);
    gpu.write(buffers.batch, Uint32Array.of(3, new Uint32Array(Float32Array.of(-SCALE).buffer)[0], 0, 0));
    gpu.write(buffers.columns, Uint32Array.of(3 * 5, 0, 0, 0));
    poison(gpu, buffers.spectra);
    poison(gpu, buffers.values);
    gpu.submit(program.values);
    const found = (await gpu.readFloats(buffers.values)).subarray(0, 3 * tables.points);
    expectClose('poisoned', found, valuesTwin(images, 3, 14, { boxPixels: 8 }, SCALE));
  });
  arena.destroy();
}

/** Images of 2 to 128 pixels against the twin of this room. */
export const preprocessCases: KernelCase[] = [
  ...[2, 4, 6, 10, 14, 22, 30, 34, 46, 50, 62].map((size) => values(size, 3)),
  values(2, 9, { window: false, invert: false }),
  values(14, 5, { boxPixels: 2 }),
  values(30, 4, { boxPixels: 16, windowRadius: 0.7 }),
  values(64, 3, { boxPixels: 62, window: false }),
  values(128, 2, { boxPixels: 64, invert: false }),
  values(10, 5, { boxPixels: 6 }, 'butterflies'),
  { name: 'batches on their way together', run: proveOverlap },
  { name: 'every value is written', run: provePoisoned },
  { name: 'pixels that are not finite', run: proveBadPixels },
];
