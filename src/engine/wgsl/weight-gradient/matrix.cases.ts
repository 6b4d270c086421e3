// Proofs of the weight gradients by the matrix unit: on adapters that have one as they are; on all with the unit's functions
// written out for subgroups of one invocation, which proves everything but the unit.
import type { KernelCase } from '../../proof/kernel-cases.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';
import { compareAwkward, compareFeatures } from './compare.ts';
import { matrixVariants, type MatrixVariant } from './matrix.ts';

// Of a unit 2 × 4 × K. A factor is where it lies: arrays as values take compilers of software adapters minutes.
const EMULATION = `
fn multiply(a: u32, b: u32, c: mat2x4f) -> mat2x4f {
  var sums = c;
  for (var k = 0u; k < K; k++) {
    let at = b + k * STRIDE;
    let row = vec4f(f32(gradients[at]), f32(gradients[at + 1u]), f32(gradients[at + 2u]), f32(gradients[at + 3u]));
    sums[0] += f32(lefts[a + k * LEFT_STRIDE]) * row;
    sums[1] += f32(lefts[a + k * LEFT_STRIDE + 1u]) * row;
  }
  return sums;
}
fn write_result(at: u32, sums: mat2x4f) {
  for (var n = 0u; n < 4u; n++) {
    splits[at + n] = sums[0][n];
    splits[at + OUTPUTS + n] = sums[1][n];
  }
}
`;

function emulated(source: string): string {
  if (!source.includes('subgroupMatrixLoad')) return source;
  const changes: [RegExp, string][] = [
    [/^enable chromium.*$/m, ''],
    [/^@diagnostic.*$/m, ''],
    [/subgroup_matrix_result<f32, N, M>/g, 'mat2x4f'],
    [/subgroupMatrixLoad<subgroup_matrix_left<scalar, K, M>, col_major>\(&lefts, (.*), LEFT_STRIDE\)/g, '($1)'],
    [/subgroupMatrixLoad<subgroup_matrix_right<scalar, N, K>, row_major>\(&gradients, (.*), STRIDE\)/g, '($1)'],
    [/subgroupMatrixMultiplyAccumulate/g, 'multiply'],
    [/subgroupMatrixStore<row_major>\(&splits, (.*), (sum_\d+_\d+), OUTPUTS\)/g, 'write_result($1, $2)'],
  ];
  return changes.reduce((text, [from, to]) => text.replace(from, to), source) + EMULATION;
}

/** The same device, whose compiler is given the unit's functions. */
function emulator(gpu: Gpu): Gpu {
  const pipeline = (label: string, source: string) => gpu.pipeline(label, emulated(source));
  return Object.create(gpu, { pipeline: { value: pipeline } }) as Gpu;
}

function small(scalar: Scalar, K: number): MatrixVariant {
  const unit = { component: scalar, result: 'f32', M: 2, N: 4, K };
  return { kind: 'matrix', unit, subgroup: 1, inputs: 8, outputs: 16, down: 2, across: 2, depth: 4, workgroups: 512 };
}

/** Written out they run on any adapter; the last needs one that has a matrix unit. */
export const matrixCases: KernelCase[] = [
  {
    name: 'matrix unit written out: one split and two',
    run: (gpu) => compareAwkward(emulator(gpu), small('f32', 2), { outputs: 80, rows: [1, 3, 4, 9] }),
  },
  {
    name: 'matrix unit written out, features made from points',
    run: (gpu) => compareFeatures(emulator(gpu), small('f32', 2)),
  },
  {
    name: 'matrix unit written out, float16',
    needs: 'half',
    run: (gpu) => compareAwkward(emulator(gpu), small('f16', 4), { outputs: 80, rows: [9], scalar: 'f16' }),
  },
  {
    name: 'the matrix units of the adapter, every tile',
    needs: 'matrixUnits',
    async run(gpu) {
      for (const scalar of gpu.half ? (['f32', 'f16'] as const) : (['f32'] as const))
        for (const variant of matrixVariants(gpu, scalar))
          await compareAwkward(gpu, variant, { outputs: variant.outputs + 16, rows: [1, 15, 16, 17, 33], scalar });
    },
  },
];
