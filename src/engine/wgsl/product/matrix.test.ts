// Every tile for usual units compiles in every prologue and epilogue; the numbers are checked where an adapter has units
// (matrix-cases.ts, tuning/).
import { expect, it } from 'vitest';
import { describeKernel } from '../../../../testing/node-gpu.ts';
import { describeMatrixSources } from '../../../../testing/null-gpu.ts';
import type { Gpu, MatrixUnit } from '../gpu/gpu.ts';
import { matrixCases } from './matrix-cases.ts';
import type { Scalar } from '../gpu/kernels.ts';
import { matrixBytes, matrixVariants, type MatrixVariant } from './matrix.ts';
import { matrixProductSource, type ProductShape } from './product.ts';

const UNITS: MatrixUnit[] = [
  { component: 'f16', result: 'f32', M: 16, N: 8, K: 16 },
  { component: 'f16', result: 'f32', M: 16, N: 16, K: 16 },
  { component: 'f16', result: 'f16', M: 16, N: 16, K: 16 },
  { component: 'f32', result: 'f32', M: 8, N: 8, K: 8 },
];
const LARGE = { maxComputeWorkgroupStorageSize: 49152, maxComputeInvocationsPerWorkgroup: 1024 };
const LEAST = { maxComputeWorkgroupStorageSize: 16384, maxComputeInvocationsPerWorkgroup: 256 };
const SIZE_CONTROL = new Set(['subgroup-size-control']);
function adapter(
  subgroupSizes: [number, number],
  { limits = LARGE, features = new Set<string>(), matrixUnits = UNITS } = {},
): Gpu {
  return { subgroupSizes, matrixUnits, device: { limits, features } } as unknown as Gpu;
}

function shapeOf(scalar: Scalar, more: Partial<ProductShape> = {}): ProductShape {
  return {
    label: 'matrix',
    prologue: 'rows',
    epilogue: 'forward',
    residual: true,
    activation: 'relu',
    bias: 'by-image',
    inputs: 96,
    outputs: 96,
    scalar,
    ...more,
  };
}

it('offers units of the storage only, the largest first, and tiles that divide the inputs', () => {
  const found = matrixVariants(adapter([32, 32]), shapeOf('f16', { inputs: 48 }));
  expect(found.length).toBeGreaterThan(2);
  for (const { unit, depth } of found) {
    expect([unit.component, unit.result]).toEqual(['f16', 'f32']);
    expect(48 % depth).toBe(0);
  }
  expect(found[0].unit.N).toBe(16);
  expect(matrixVariants(adapter([32, 32]), shapeOf('f32')).every(({ unit }) => unit.M === 8)).toBe(true);
});

it('relies on a size of subgroups only where all have it or it can be asked for', () => {
  const shape = shapeOf('f16');
  expect(matrixVariants(adapter([32, 32]), shape).every(({ subgroup, sized }) => subgroup === 32 && !sized)).toBe(true);
  expect(matrixVariants(adapter([8, 32]), shape)).toEqual([]);
  const asked = matrixVariants(adapter([8, 32], { features: SIZE_CONTROL }), shape);
  expect(asked.length).toBeGreaterThan(2);
  expect(asked.every(({ sized }) => sized)).toBe(true);
  expect(asked[0].subgroup).toBe(32);
});

it('keeps within the memory of the adapter, and leaves direct reads out where features are made', () => {
  for (const scalar of ['f16', 'f32'] as const)
    for (const limits of [LARGE, LEAST]) {
      const found = matrixVariants(adapter([32, 32], { limits }), shapeOf(scalar));
      expect(found.length).toBeGreaterThan(scalar === 'f16' ? 4 : 1);
      for (const one of found)
        expect(matrixBytes(one, scalar)).toBeLessThanOrEqual(limits.maxComputeWorkgroupStorageSize);
    }
  const made = matrixVariants(adapter([32, 32]), shapeOf('f16', { prologue: 'encoding' }));
  expect(made.some(({ by }) => by === 'fours')).toBe(true);
  expect(made.some(({ by }) => by === 'direct')).toBe(false);
});

it('says how much workgroup memory its kernels declare', () => {
  for (const scalar of ['f16', 'f32'] as const)
    for (const variant of matrixVariants(adapter([32, 32]), shapeOf(scalar)))
      expect(declaredBytes(matrixProductSource(shapeOf(scalar), variant), variant)).toBe(matrixBytes(variant, scalar));
});

/** Of the arrays in a source, counted from its constants. */
function declaredBytes(source: string, { by, down, across, unit }: MatrixVariant): number {
  const constant = (name: string): number => Number(new RegExp(`const ${name}: u32 = (\\d+)u;`).exec(source)?.[1]);
  const size = /alias Staged = vec4<f16>/.test(source) ? 8 : 16;
  const results = 4 * down * across * unit.M * (constant('STAGED') * unit.N + 4);
  return size * constant('MEMORY') + (by === 'numbers' ? results : 0);
}

const RANGE = { features: SIZE_CONTROL, limits: LEAST };
const sources = (['f16', 'f32'] as const).flatMap((scalar) => {
  const shapes = [
    shapeOf(scalar),
    shapeOf(scalar, { epilogue: 'backward', bias: 'none' }),
    shapeOf(scalar, { prologue: 'encoding', residual: false }),
  ];
  return shapes.flatMap((shape) =>
    [adapter([32, 32]), adapter([8, 32], RANGE)].flatMap((gpu) =>
      matrixVariants(gpu, shape).map((variant) => matrixProductSource(shape, variant)),
    ),
  );
});
describeMatrixSources(`${sources.length} products by the matrix unit`, sources);

await describeKernel('products by the matrix unit', matrixCases);
