// Proofs of the products: every prologue and epilogue in every variant at awkward sizes, against the twin.
import { expectClose, poison, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import { decodeHalves, encodeHalves } from '../../../base/float16.ts';
import { waveTable } from '../encoding/table.ts';
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { bytesOf, paddedRows, type Scalar } from '../gpu/kernels.ts';
import {
  makeProduct,
  productVariants,
  subgroupVariants,
  type ProductRows,
  type ProductShape,
  type ProductVariant,
} from './product.ts';
import { productTwin, type ProductNumbers } from './twin.ts';

const tile = (rows: number, columns: number, rowsEach: number, columnsEach: number, depth = 16): ProductVariant => ({
  kind: 'tile',
  rows,
  columns,
  rowsEach,
  columnsEach,
  depth,
});
const SMALL_TILE = tile(64, 64, 4, 8);
const REGISTER: ProductVariant = { kind: 'register', rows: 4, columns: 4, lanes: 8 };
const SKINNY: ProductVariant = { kind: 'skinny', rows: 4, columns: 4, lanes: 8, slice: 64, subgroup: false };
const VARIANTS: Record<string, ProductVariant> = {
  'tile 64×64': SMALL_TILE,
  'tile 64×64 by 8×8': tile(64, 64, 8, 8),
  'tile 128×128': tile(128, 128, 8, 8),
  'tile 64×64 by 8×8, 8 deep': tile(64, 64, 8, 8, 8),
  'tile 32×64, 32 deep': tile(32, 64, 4, 8, 32),
  register: REGISTER,
  'register 8×8': { kind: 'register', rows: 8, columns: 8, lanes: 32 },
  skinny: SKINNY,
};

/** A product and nothing else: no bias, activation or residual. */
export const PLAIN = {
  label: 'case',
  prologue: 'rows',
  epilogue: 'plain',
  residual: false,
  activation: null,
  bias: 'none',
} as const;
/** Every way in which a product may end, by name for people. */
export const EPILOGUES: Record<string, Pick<ProductShape, 'epilogue' | 'residual' | 'activation' | 'bias'>> = {
  plain: PLAIN,
  'shared bias': { epilogue: 'forward', residual: false, activation: null, bias: 'shared' },
  'shared bias, residual, ReLU': { epilogue: 'forward', residual: true, activation: 'relu', bias: 'shared' },
  'bias by image, leaky ReLU': { epilogue: 'forward', residual: false, activation: 'leaky_relu', bias: 'by-image' },
  'backward, mask': { epilogue: 'backward', residual: false, activation: 'relu', bias: 'none' },
  'backward, residual, leaky mask': { epilogue: 'backward', residual: true, activation: 'leaky_relu', bias: 'none' },
  'backward, residual': { epilogue: 'backward', residual: true, activation: null, bias: 'none' },
};

/** The epilogue is one text in all kernels: tiles prove that they call it rightly. */
const TILED = ['bias by image, leaky ReLU', 'backward, residual, leaky mask'];

function upload(arena: Arena, label: string, numbers: Float32Array, scalar: Scalar): BufferView {
  return arena.upload(label, scalar === 'f32' ? numbers : encodeHalves(numbers));
}

async function readScalars(gpu: Gpu, view: BufferView, scalar: Scalar): Promise<Float32Array> {
  const bytes = await gpu.read(view);
  return scalar === 'f32' ? new Float32Array(bytes) : decodeHalves(new Uint16Array(bytes));
}

/** A wave of each kind, some twice, none in the padding. */
function someWaves(pairs: number) {
  const waveVectors = randomNumbers(3, 6 * pairs, 40).map((_, i, all) => all[(i % 3) + 3 * ((i / 3) >> 1)]);
  return waveTable({ waveVectors, isCosine: Uint8Array.from({ length: 2 * pairs }, (_, j) => j % 2) });
}

/** A product that is to be proven; the first of its variants where none is said. */
export interface Trial {
  shape: ProductShape;
  rows: ProductRows;
  variant?: ProductVariant;
}

/** `maker`: the Gpu that makes the product, where it is not `gpu` with all its limits. */
export async function compare(gpu: Gpu, { shape, rows, variant }: Trial, maker = gpu): Promise<void> {
  const { inputs, outputs, scalar, prologue } = shape;
  const arena = gpu.arena('case');
  const height = paddedRows(rows.rows);
  const kept = (seed: number, count: number, scale = 1): Float32Array => {
    const numbers = randomNumbers(seed, count, scale);
    return scalar === 'f32' ? numbers : decodeHalves(encodeHalves(numbers));
  };
  const encoding = prologue === 'encoding';
  const waves = encoding ? someWaves(inputs / 2 - 3) : undefined;
  const images = Math.floor((rows.firstRow + rows.rows - 1) / rows.rowsPerImage) + 1;
  const numbers: ProductNumbers = {
    // Padding rows are poisoned too: nothing of them may reach a real row.
    left: encoding ? randomNumbers(1, 4 * rows.rows, 0.5) : kept(1, rows.rows * inputs),
    waves,
    right: kept(2, inputs * outputs),
    bias: randomNumbers(4, images * outputs),
    mask: kept(5, rows.rows * outputs),
  };
  const left = arena.buffer('left', height * (encoding ? 16 : inputs * bytesOf(scalar)));
  poison(gpu, left);
  gpu.write(left, encoding || scalar === 'f32' ? numbers.left : encodeHalves(numbers.left));
  const mask = arena.buffer('mask', height * outputs * bytesOf(scalar));
  gpu.write(mask, scalar === 'f32' ? numbers.mask! : encodeHalves(numbers.mask!));
  const buffers = {
    left,
    mask,
    waves: waves && arena.upload('waves', waves.waves),
    right: upload(arena, 'right', numbers.right, scalar),
    bias: arena.upload('bias', numbers.bias!),
    out: arena.buffer('out', height * outputs * bytesOf(scalar)),
  };
  poison(gpu, buffers.out);
  gpu.submit(await makeProduct({ gpu: maker, arena }, shape, buffers, rows, variant));
  const got = (await readScalars(gpu, buffers.out, scalar)).subarray(0, rows.rows * outputs);
  const words = `${shape.prologue}, ${shape.epilogue}, ${rows.rows} × ${inputs} × ${outputs}`;
  expectClose(words, got, productTwin(shape, numbers, rows), scalar === 'f32' ? 1e-5 : 4e-3);
  arena.destroy();
}

/** 45 rows of one image. */
export const FEW: ProductRows = { rows: 45, firstRow: 0, rowsPerImage: 45 };
/** A chunk that begins within image 1 and ends in image 3. */
export const CHUNK: ProductRows = { rows: 45, firstRow: 25, rowsPerImage: 20 };

function variantCases(name: string, variant: ProductVariant): KernelCase[] {
  const sizes = variant.kind === 'tile' ? [1, variant.rows - 1, variant.rows, variant.rows + 1] : [1, 7, 8, 9];
  return [
    {
      name: `${name}: rows and columns around a tile`,
      async run(gpu) {
        // One width for a tile, whose texts take long to compile; around the lanes of the others.
        const widths = variant.kind === 'tile' ? [80] : [16, 48, 144];
        for (const [i, rows] of sizes.entries()) {
          const outputs = widths[i % widths.length];
          const shape = { ...PLAIN, inputs: 32, outputs, scalar: 'f32' } as const;
          await compare(gpu, { shape, rows: { rows, firstRow: 0, rowsPerImage: rows }, variant });
        }
      },
    },
    ...Object.entries(EPILOGUES)
      .filter(([what]) => variant.kind !== 'tile' || TILED.includes(what))
      .map(([what, epilogue]): KernelCase => ({
        name: `${name}: ${what}`,
        async run(gpu) {
          const shape: ProductShape = { ...PLAIN, ...epilogue, inputs: 80, outputs: 80, scalar: 'f32' };
          await compare(gpu, { shape, rows: epilogue.bias === 'by-image' ? CHUNK : FEW, variant });
        },
      })),
  ];
}

/** A first layer: 96 features that the kernel makes itself from the points, a bias for each image. */
export const ENCODED: ProductShape = {
  ...PLAIN,
  prologue: 'encoding',
  epilogue: 'forward',
  activation: 'relu',
  bias: 'by-image',
  inputs: 96,
  outputs: 48,
  scalar: 'f32',
};

function sharedCases(name: string, variant: ProductVariant): KernelCase[] {
  const halves: ProductShape = {
    ...PLAIN,
    ...EPILOGUES['shared bias, residual, ReLU'],
    inputs: 80,
    outputs: 80,
    scalar: 'f16',
  };
  return [
    { name: `${name}: encoding`, run: (gpu) => compare(gpu, { shape: ENCODED, rows: CHUNK, variant }) },
    { name: `${name}: float16`, needs: 'half', run: (gpu) => compare(gpu, { shape: halves, rows: FEW, variant }) },
    {
      name: `${name}: float16, encoding, backward`,
      needs: 'half',
      async run(gpu) {
        await compare(gpu, { shape: { ...ENCODED, scalar: 'f16' }, rows: CHUNK, variant });
        const backward: ProductShape = { ...halves, ...EPILOGUES['backward, residual, leaky mask'] };
        await compare(gpu, { shape: backward, rows: FEW, variant });
      },
    },
  ];
}

const MANY = 4 * 65535 + 5;

/** Of the kernels that need no matrix unit; matrix-cases.ts and tiled-cases.ts have the others. */
export const cases: KernelCase[] = [
  ...Object.entries(VARIANTS).flatMap(([name, variant]) =>
    // The epilogues are proven by one variant of each kernel.
    ![SMALL_TILE, REGISTER, SKINNY].includes(variant)
      ? variantCases(name, variant).slice(0, 1)
      : variantCases(name, variant),
  ),
  ...sharedCases('tile', SMALL_TILE),
  ...sharedCases('register', REGISTER),
  ...sharedCases('skinny', SKINNY),
  {
    name: 'subgroups: rows and columns around a tile, encoding',
    needs: 'subgroups',
    async run(gpu) {
      // None where subgroups are wide.
      for (const variant of subgroupVariants(gpu)) {
        const { rows: height } = variant;
        for (const rows of [1, height - 1, height, height + 1])
          await compare(gpu, {
            shape: { ...PLAIN, inputs: 32, outputs: 48, scalar: 'f32' },
            rows: { rows, firstRow: 0, rowsPerImage: rows },
            variant,
          });
        const split: ProductVariant = { ...variant, kind: 'skinny', slice: 64, subgroup: true };
        for (const one of [variant, split]) await compare(gpu, { shape: ENCODED, rows: CHUNK, variant: one });
      }
    },
  },
  {
    name: 'a right factor in several bindings',
    async run(gpu) {
      const shape: ProductShape = { ...PLAIN, ...EPILOGUES['shared bias'], inputs: 336, outputs: 48, scalar: 'f32' };
      // Two splits of 64 inputs a binding: three bindings, the last split shorter.
      const narrow = Object.create(gpu, { bindingBytes: { value: 2 * 64 * 48 * 4 + 100 } }) as Gpu;
      const [first] = productVariants(narrow, shape, 1000);
      if (first.kind !== 'skinny') throw new Error(`the default is ${first.kind}`);
      await compare(gpu, { shape, rows: FEW, variant: first }, narrow);
    },
  },
  {
    name: 'all variants that are tried here',
    async run(gpu) {
      const shape: ProductShape = {
        ...PLAIN,
        ...EPILOGUES['shared bias, residual, ReLU'],
        inputs: 48,
        outputs: 48,
        scalar: 'f32',
      };
      for (const rows of [9, 130])
        for (const variant of productVariants(gpu, shape, rows))
          await compare(gpu, { shape, rows: { rows, firstRow: 0, rowsPerImage: rows }, variant });
    },
  },
  {
    name: 'the default, few rows and many inputs',
    run: (gpu) =>
      compare(gpu, {
        shape: { ...PLAIN, ...EPILOGUES['shared bias'], inputs: 20_016, outputs: 32, scalar: 'f32' },
        rows: { rows: 5, firstRow: 0, rowsPerImage: 1 },
      }),
  },
  {
    name: 'the default, many rows',
    run: (gpu) =>
      compare(gpu, {
        shape: { ...PLAIN, ...EPILOGUES['shared bias, residual, ReLU'], inputs: 96, outputs: 96, scalar: 'f32' },
        rows: { rows: 700, firstRow: 0, rowsPerImage: 700 },
      }),
  },
  {
    name: 'more than 65535 workgroups',
    run: (gpu) =>
      compare(gpu, {
        shape: { ...PLAIN, inputs: 16, outputs: 16, scalar: 'f32' },
        rows: { rows: MANY, firstRow: 0, rowsPerImage: MANY },
        variant: { kind: 'register', rows: 4, columns: 4, lanes: 4 },
      }),
  },
];
