// Every tile for usual units compiles in every prologue and epilogue; the numbers are checked where an adapter has units
// (matrix-cases.ts, tuning/).
import { expect, it } from 'vitest';
import { describeKernel } from '../../../../testing/node-gpu.ts';
import { describeMatrixSources } from '../../../../testing/null-gpu.ts';
import type { Gpu, MatrixUnit } from '../gpu/gpu.ts';
import { matrixCases } from './matrix-cases.ts';
import { matrixVariants } from './matrix.ts';
import { matrixProductSource, type ProductShape } from './product.ts';

const UNITS: MatrixUnit[] = [
  { component: 'f16', result: 'f32', M: 16, N: 16, K: 16 },
  { component: 'f16', result: 'f32', M: 16, N: 8, K: 16 },
  { component: 'f16', result: 'f16', M: 16, N: 16, K: 16 },
  { component: 'f32', result: 'f32', M: 8, N: 8, K: 8 },
];
const limits = { maxComputeWorkgroupStorageSize: 49152, maxComputeInvocationsPerWorkgroup: 1024 };
function adapter(subgroupSizes: [number, number]): Gpu {
  return { subgroupSizes, matrixUnits: UNITS, device: { limits } } as unknown as Gpu;
}

function shapeOf(scalar: 'f16' | 'f32', more: Partial<ProductShape>): ProductShape {
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

it('offers units of the storage only, tiles that divide the inputs, and nothing where subgroups vary', () => {
  const found = matrixVariants(adapter([32, 32]), 48, 'f16');
  expect(found.length).toBeGreaterThan(2);
  for (const { unit, depth } of found) {
    expect([unit.component, unit.result]).toEqual(['f16', 'f32']);
    expect(48 % depth).toBe(0);
  }
  expect(matrixVariants(adapter([32, 32]), 64, 'f32').every(({ unit }) => unit.M === 8)).toBe(true);
  expect(matrixVariants(adapter([8, 32]), 64, 'f16')).toEqual([]);
});

const sources = (['f16', 'f32'] as const).flatMap((scalar) => {
  const variants = matrixVariants(adapter([32, 32]), 96, scalar);
  const shapes = [
    shapeOf(scalar, {}),
    shapeOf(scalar, { epilogue: 'backward', bias: 'none' }),
    shapeOf(scalar, { prologue: 'encoding', residual: false }),
  ];
  return variants.flatMap((variant) => shapes.map((shape) => matrixProductSource(shape, variant)));
});
describeMatrixSources(`${sources.length} products by the matrix unit`, sources);

await describeKernel('products by the matrix unit', matrixCases);
