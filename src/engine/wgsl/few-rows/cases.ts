// Proofs of the layers of few rows against the twins of products and of weight gradients: every epilogue, the product alone
// and with the gradients, rows around a workgroup's, widths that leave invocations without inputs.
import { inTwoDimensions } from '../../proof/grid.ts';
import { expectClose, poison, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { ProductShape } from '../product/product.ts';
import { productTwin } from '../product/twin.ts';
import { weightGradientTwin } from '../weight-gradient/twin.ts';
import { hasFewRows, makeFewRows, makeFewRowsBackward } from './few-rows.ts';

type Ending = Pick<ProductShape, 'epilogue' | 'residual' | 'activation' | 'bias'>;

const ENDINGS: Record<string, Ending> = {
  plain: { epilogue: 'plain', residual: false, activation: null, bias: 'none' },
  'shared bias': { epilogue: 'forward', residual: false, activation: null, bias: 'shared' },
  'shared bias, residual, ReLU': { epilogue: 'forward', residual: true, activation: 'relu', bias: 'shared' },
  'backward, no mask': { epilogue: 'backward', residual: false, activation: null, bias: 'none' },
  'backward, residual, leaky mask': { epilogue: 'backward', residual: true, activation: 'leaky_relu', bias: 'none' },
};

/** Rows beyond `rows` are poisoned before, and have to be so afterwards. */
const MORE = 3;

/** Everything that was written, to compare bits. */
async function compare(gpu: Gpu, ending: Ending, rows: number, inputs: number, outputs: number): Promise<Float32Array> {
  const shape: ProductShape = { label: 'case', prologue: 'rows', scalar: 'f32', inputs, outputs, ...ending };
  const place = { rows, firstRow: 0, rowsPerImage: 1 };
  const left = randomNumbers(1, rows * inputs);
  const right = randomNumbers(2, inputs * outputs);
  const bias = randomNumbers(3, outputs);
  const mask = randomNumbers(4, rows * outputs);
  const arena = gpu.arena('case');
  const buffers = {
    left: arena.upload('left', left),
    right: arena.upload('right', right),
    bias: arena.upload('bias', bias),
    mask: arena.upload('mask', mask),
    out: arena.floats('out', (rows + MORE) * outputs),
  };
  const weightsInto = arena.floats('weights', inputs * outputs);
  const biasInto = arena.floats('bias gradient', inputs);
  const wanted = productTwin(shape, { left, right, bias, mask }, place);
  const words = `${ending.epilogue}, ${rows} × ${inputs} × ${outputs}`;
  const written: Float32Array[] = [];
  const expectOut = async () => {
    const got = await gpu.readFloats(buffers.out);
    expectClose(words, got.subarray(0, rows * outputs), wanted);
    if (!got.subarray(rows * outputs).every(Number.isNaN))
      throw new Error(`${words}: a row beyond the last was written`);
    written.push(got.subarray(0, rows * outputs));
  };
  poison(gpu, buffers.out);
  gpu.submit([await makeFewRows({ gpu, arena }, shape, buffers, rows)]);
  await expectOut();
  if (ending.epilogue !== 'forward') {
    for (const view of [buffers.out, weightsInto, biasInto]) poison(gpu, view);
    const gradients = { below: buffers.mask, weightsInto, biasInto };
    gpu.submit([await makeFewRowsBackward({ gpu, arena }, shape, buffers, gradients, rows)]);
    await expectOut();
    const weights = await gpu.readFloats(weightsInto);
    const sums = await gpu.readFloats(biasInto);
    expectClose(`weights, ${words}`, weights, weightGradientTwin(mask, left, rows, outputs, inputs));
    const ones = new Float32Array(rows).fill(1);
    expectClose(`bias, ${words}`, sums, weightGradientTwin(ones, left, rows, 1, inputs));
    written.push(weights, sums);
  }
  arena.destroy();
  return Float32Array.from(written.flatMap((numbers) => [...numbers]));
}

/** Every ending at 1 to 64 rows, then the widest inputs, large grids, and what the kernel refuses. */
export const cases: KernelCase[] = [
  ...Object.entries(ENDINGS).map(([name, ending]): KernelCase => ({
    name,
    async run(gpu) {
      const widths = ending.residual
        ? [[48, 48]]
        : [
            [48, 48],
            [16, 272],
            [272, 16],
          ];
      for (const [inputs, outputs] of widths)
        for (const rows of [1, 3, 4, 5, 64]) await compare(gpu, ending, rows, inputs, outputs);
    },
  })),
  {
    name: 'the widest inputs, the same bits twice',
    async run(gpu) {
      const once = () => compare(gpu, ENDINGS['backward, no mask'], 8, 1024, 144);
      expectClose('again', await once(), await once(), 0);
    },
  },
  {
    name: 'workgroups in two dimensions, as beyond 65535',
    async run(gpu) {
      await compare(inTwoDimensions(gpu), ENDINGS['backward, no mask'], 9, 144, 80);
    },
  },
  {
    name: 'asks for what it lacks, and leaves to others what is not for it',
    async run(gpu) {
      const arena = gpu.arena('case');
      const view = arena.floats('all', 16 * 16);
      const shape: ProductShape = {
        label: 'case',
        prologue: 'rows',
        scalar: 'f32',
        inputs: 16,
        outputs: 16,
        ...ENDINGS['shared bias'],
      };
      const refused = await makeFewRows({ gpu, arena }, shape, { left: view, right: view, out: view }, 4).then(
        () => null,
        (error: unknown) => error,
      );
      if (!(refused instanceof RangeError)) throw new Error(`refused with ${String(refused)}`);
      const hardware = Object.create(gpu, { software: { value: false } }) as Gpu;
      const taken = (more: Partial<ProductShape>, rows = 64) => hasFewRows(hardware, { ...shape, ...more }, rows);
      if (
        !taken({}) ||
        taken({}, 65) ||
        taken({ inputs: 1040 }) ||
        taken({ scalar: 'f16' }) ||
        taken({ bias: 'by-image' })
      )
        throw new Error('the wrong products are taken');
      arena.destroy();
    },
  },
];
