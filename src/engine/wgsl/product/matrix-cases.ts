// Proofs of the products by the matrix unit: on adapters that have one as they are; on all with the unit's functions written
// out for subgroups of one invocation, which proves everything but the unit.
import type { KernelCase } from '../../proof/kernel-cases.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { paddedRows, type Scalar } from '../gpu/kernels.ts';
import { compare } from './cases.ts';
import { emulatedUnit, emulator } from './emulated-unit.ts';
import { matrixVariants, type MatrixVariant } from './matrix.ts';
import type { ProductShape } from './product.ts';

const FORWARD = { epilogue: 'forward', residual: true, activation: 'leaky_relu', bias: 'by-image' } as const;
const BACKWARD = { epilogue: 'backward', residual: true, activation: 'leaky_relu', bias: 'none' } as const;
const ENCODED = {
  prologue: 'encoding',
  epilogue: 'forward',
  activation: 'relu',
  bias: 'shared',
  residual: false,
} as const;

async function compareAll(
  gpu: Gpu,
  variant: MatrixVariant,
  scalar: Scalar,
  shapes: Partial<ProductShape>[],
  maker = gpu,
): Promise<void> {
  // A multiple of every depth; the columns end within a tile.
  const width = variant.columns + Math.max(16, variant.depth);
  for (const more of shapes)
    for (const rows of [1, variant.rows - 1, variant.rows, variant.rows + 1]) {
      if (paddedRows(rows) % variant.rows > 0) throw new Error('rows are not padded to tiles');
      const plain = { prologue: 'rows', epilogue: 'plain', residual: false, activation: null, bias: 'none' } as const;
      const shape = {
        ...plain,
        inputs: width,
        outputs: width,
        scalar,
        label: 'matrix',
        ...more,
      };
      await compare(gpu, { shape, rows: { rows, firstRow: 25, rowsPerImage: 20 }, variant }, maker);
    }
}

/** Small, for compilers that take their time: two subgroups down and across, of 2 × 2 results of a unit 2 × 8 × 4. */
function small(scalar: Scalar, more: Partial<MatrixVariant> = {}): MatrixVariant {
  const tile = { rows: 8, columns: 32, down: 2, across: 2, depth: 4, buffers: 1, by: 'fours' } as const;
  return { kind: 'matrix', unit: emulatedUnit(scalar), subgroup: 2, ...tile, ...more };
}

const EMULATED: Record<string, { scalar: Scalar; more?: Partial<MatrixVariant>; shapes: Partial<ProductShape>[] }> = {
  'in fours': { scalar: 'f32', shapes: [FORWARD] },
  // Two results do not fit into the factors' memory: one leaves at a time.
  'in fours, staged singly': { scalar: 'f16', shapes: [BACKWARD] },
  'in fours, float16': { scalar: 'f16', more: { rows: 4, depth: 8 }, shapes: [BACKWARD] },
  'in turns': { scalar: 'f32', more: { buffers: 2 }, shapes: [BACKWARD, ENCODED] },
  'number by number, float16': { scalar: 'f16', more: { by: 'numbers' }, shapes: [FORWARD] },
  direct: { scalar: 'f32', more: { by: 'direct' }, shapes: [FORWARD] },
  'direct, float16': { scalar: 'f16', more: { by: 'direct' }, shapes: [BACKWARD] },
};

/** Written out they run on any adapter; the last needs one that has a matrix unit. */
export const matrixCases: KernelCase[] = [
  ...Object.entries(EMULATED).map(([name, { scalar, more, shapes }]): KernelCase => ({
    name: `matrix unit written out, ${name}`,
    ...(scalar === 'f16' && { needs: 'half' }),
    run: (gpu) => compareAll(gpu, small(scalar, more), scalar, shapes, emulator(gpu)),
  })),
  {
    name: 'the matrix units of the adapter, every tile',
    needs: 'matrixUnits',
    async run(gpu) {
      for (const scalar of gpu.half ? (['f32', 'f16'] as const) : (['f32'] as const))
        for (const shape of [FORWARD, BACKWARD, ENCODED])
          for (const variant of matrixVariants(gpu, { prologue: 'rows', ...shape, inputs: 96, scalar }))
            await compareAll(gpu, variant, scalar, [shape]);
    },
  },
];
