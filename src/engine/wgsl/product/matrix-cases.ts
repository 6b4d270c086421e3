// Proofs of the products by the matrix unit: on adapters that have one as they are; on all with the unit's functions written
// out for subgroups of one invocation, which proves everything but the unit.
import { paddedRows, type Scalar } from '../gpu/kernels.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { KernelCase } from '../../../../testing/kernel-cases.ts';
import { compare } from './cases.ts';
import { matrixVariants, type MatrixVariant } from './matrix.ts';
import type { ProductShape } from './product.ts';

const EMULATION = `
alias Left = array<f32, M * K>;
alias Right = array<f32, K * N>;
alias Result = array<f32, M * N>;
fn read_left(first: u32, stride: u32) -> Left {
  var out: Left;
  for (var i = 0u; i < M * K; i++) { out[i] = f32(lefts[first + i / K * stride + i % K]); }
  return out;
}
fn read_right(first: u32, stride: u32) -> Right {
  var out: Right;
  for (var i = 0u; i < K * N; i++) { out[i] = f32(rights[first + i / N * stride + i % N]); }
  return out;
}
fn multiply(a: Left, b: Right, c: Result) -> Result {
  var left = a;
  var right = b;
  var out = c;
  for (var i = 0u; i < M * N; i++) {
    for (var k = 0u; k < K; k++) { out[i] += left[i / N * K + k] * right[k * N + i % N]; }
  }
  return out;
}
fn write_result(to: u32, value: Result) {
  var numbers = value;
  for (var i = 0u; i < M * N; i++) { results[to + i] = numbers[i]; }
}
`;

function emulated(source: string): string {
  const changes: [RegExp, string][] = [
    [/^enable chromium.*$/m, ''],
    [/^@diagnostic.*$/m, ''],
    [/subgroup_matrix_result<f32, N, M>/g, 'Result'],
    [
      /subgroupMatrixLoad<subgroup_matrix_left<scalar, K, M>>\(&lefts, (.*), false, LEFT_STRIDE\)/g,
      'read_left($1, LEFT_STRIDE)',
    ],
    [
      /subgroupMatrixLoad<subgroup_matrix_right<scalar, N, K>>\(&rights, (.*), false, RIGHT_STRIDE\)/g,
      'read_right($1, RIGHT_STRIDE)',
    ],
    [/subgroupMatrixMultiplyAccumulate/g, 'multiply'],
    [/subgroupMatrixStore\(&results, (.*), (sum_\d+_\d+), false, N\)/g, 'write_result($1, $2)'],
  ];
  return changes.reduce((text, [from, to]) => text.replace(from, to), source) + EMULATION;
}

/** The same device, whose compiler is given the unit's functions. */
function emulator(gpu: Gpu): Gpu {
  const pipeline = (label: string, source: string) => gpu.pipeline(label, emulated(source));
  return Object.create(gpu, { pipeline: { value: pipeline } }) as Gpu;
}

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
  const width = variant.columns + 32;
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

/** Small, for compilers that take their time; its three sizes differ, so that none stands for another. */
function small(scalar: Scalar): MatrixVariant {
  const unit = { component: scalar, result: 'f32', M: 2, N: 8, K: 4 };
  return { kind: 'matrix', unit, subgroup: 1, rows: 8, columns: 16, down: 2, across: 2, depth: 8 };
}

export const matrixCases: KernelCase[] = [
  { name: 'matrix unit written out', run: (gpu) => compareAll(gpu, small('f32'), 'f32', [FORWARD], emulator(gpu)) },
  {
    name: 'matrix unit written out, float16',
    needs: 'half',
    run: (gpu) => compareAll(gpu, small('f16'), 'f16', [BACKWARD], emulator(gpu)),
  },
  {
    name: 'the matrix units of the adapter, every tile',
    needs: 'matrixUnits',
    async run(gpu) {
      for (const scalar of gpu.half ? (['f32', 'f16'] as const) : (['f32'] as const))
        for (const variant of matrixVariants(gpu, 96, scalar))
          await compareAll(gpu, variant, scalar, [FORWARD, BACKWARD, ENCODED]);
    },
  },
];
