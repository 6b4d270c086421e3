// Every tile for usual units compiles in every prologue and ending; the numbers are checked where an adapter has units
// (matrix.cases.ts, tuning/).
import { expect, it } from 'vitest';
import { describeKernel } from '../../../../testing/node-gpu.ts';
import { describeMatrixSources } from '../../../../testing/null-gpu.ts';
import type { Gpu, MatrixUnit } from '../gpu/gpu.ts';
import { matrixCases } from './matrix.cases.ts';
import { matrixVariants } from './matrix.ts';
import { weightGradientSource, weightGradientVariants, type WeightGradientShape } from './weight-gradient.ts';

const UNITS: MatrixUnit[] = [
  { component: 'f16', result: 'f32', M: 16, N: 16, K: 16 },
  { component: 'f16', result: 'f32', M: 16, N: 8, K: 16 },
  { component: 'f16', result: 'f16', M: 16, N: 16, K: 16 },
  { component: 'f32', result: 'f32', M: 8, N: 8, K: 8 },
];
const limits = { maxComputeWorkgroupStorageSize: 49152, maxComputeInvocationsPerWorkgroup: 1024 };
function adapter(subgroupSizes: [number, number], more = {}): Gpu {
  const device = { limits: { ...limits, ...more } };
  const bindingBytes = 2 ** 27;
  return {
    subgroupSizes,
    subgroups: true,
    matrixUnits: UNITS,
    device,
    bindingBytes,
    software: false,
  } as unknown as Gpu;
}

function shapeOf(scalar: 'f16' | 'f32', more: Partial<WeightGradientShape> = {}): WeightGradientShape {
  return { label: 'matrix', prologue: 'rows', inputs: 96, outputs: 80, scalar, bias: true, ...more };
}

it('offers units of the storage only, within the limits, and nothing where subgroups vary', () => {
  const found = matrixVariants(adapter([32, 32]), 'f16');
  expect(found.length).toBeGreaterThan(4);
  for (const { unit } of found) expect([unit.component, unit.result]).toEqual(['f16', 'f32']);
  expect(matrixVariants(adapter([32, 32]), 'f32').map(({ unit }) => unit.M)).toContain(8);
  const small = matrixVariants(adapter([32, 32], { maxComputeWorkgroupStorageSize: 16384 }), 'f16');
  expect(small.length).toBeGreaterThan(0);
  expect(small.length).toBeLessThan(found.length);
  expect(matrixVariants(adapter([8, 32]), 'f16')).toEqual([]);
});

it('is tried in few ways: a start compiles them all', () => {
  for (const scalar of ['f16', 'f32'] as const)
    expect(weightGradientVariants(adapter([32, 32]), shapeOf(scalar), 5000).length).toBeLessThanOrEqual(14);
  expect(weightGradientVariants(adapter([8, 32]), shapeOf('f32'), 5000).length).toBeLessThanOrEqual(7);
});

it('is tried after what needs no unit', () => {
  const kinds = weightGradientVariants(adapter([32, 32]), shapeOf('f16'), 5000).map(({ kind }) => kind);
  expect(kinds).toContain('matrix');
  expect(kinds[0]).toBe('tiles');
});

const INTO_SPLITS = { direct: false, scaled: true, accumulate: false, accumulateBias: false };
const sources = (['f16', 'f32'] as const).flatMap((scalar) =>
  matrixVariants(adapter([32, 32]), scalar).flatMap((variant) => [
    weightGradientSource(shapeOf(scalar), variant, INTO_SPLITS),
    weightGradientSource(shapeOf(scalar, { prologue: 'encoding', bias: false }), variant, INTO_SPLITS),
  ]),
);
describeMatrixSources(`${sources.length} weight gradients by the matrix unit`, sources);

await describeKernel('weight gradients by the matrix unit', matrixCases);
