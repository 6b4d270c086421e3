// Which kernels adapters are offered, without any: how many, the first, and where a wave ends.
import { expect, it } from 'vitest';
import type { Gpu, MatrixUnit } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';
import { SIZE_CONTROL } from '../gpu/subgroups.ts';
import { MOST_TRIED, productVariants } from './candidates.ts';
import { tileBytes, type ProductShape } from './variants.ts';
import { rowsOfWholeWaves } from './waves.ts';

const UNITS: MatrixUnit[] = [
  { component: 'f16', result: 'f32', M: 16, N: 16, K: 16 },
  { component: 'f16', result: 'f32', M: 16, N: 8, K: 16 },
];
const LEAST = { maxComputeWorkgroupStorageSize: 16384, maxComputeInvocationsPerWorkgroup: 256 };
const LARGE = { maxComputeWorkgroupStorageSize: 49152, maxComputeInvocationsPerWorkgroup: 1024 };

function adapter(more: { limits?: typeof LEAST; matrixUnits?: MatrixUnit[]; sizes?: [number, number] } = {}): Gpu {
  const { limits = LARGE, matrixUnits = [], sizes = [32, 32] } = more;
  const device = { limits, features: new Set([SIZE_CONTROL]) };
  const gpu = { software: false, subgroups: true, subgroupSizes: sizes, matrixUnits, device, bindingBytes: 2 ** 27 };
  return gpu as unknown as Gpu;
}

function shapeOf(inputs: number, outputs: number, scalar: Scalar): ProductShape {
  const epilogue = { epilogue: 'forward', residual: inputs === outputs, activation: 'relu', bias: 'shared' } as const;
  return { label: 'product', prologue: 'rows', ...epilogue, inputs, outputs, scalar };
}

it('offers few enough to compile, one that needs no workgroup memory among them, within the limits', () => {
  for (const limits of [LEAST, LARGE])
    for (const matrixUnits of [[], UNITS])
      for (const scalar of ['f32', 'f16'] as const)
        for (const width of [256, 1024]) {
          const found = productVariants(adapter({ limits, matrixUnits }), shapeOf(width, width, scalar), 65536);
          expect(found.length).toBeLessThanOrEqual(MOST_TRIED);
          expect(new Set(found.map((one) => JSON.stringify(one))).size).toBe(found.length);
          expect(found.some(({ kind }) => kind === 'register')).toBe(true);
          expect(found[0].kind).toBe('tile');
          for (const one of found)
            if (one.kind === 'tile' || one.kind === 'tile-half')
              expect(tileBytes(one)).toBeLessThanOrEqual(limits.maxComputeWorkgroupStorageSize);
        }
});

it('offers float16 arithmetic for float16 storage only, and depths that divide the inputs', () => {
  const kinds = (scalar: Scalar) =>
    productVariants(adapter(), shapeOf(256, 256, scalar), 65536).map(({ kind }) => kind);
  expect(kinds('f16')).toContain('tile-half');
  expect(kinds('f32')).not.toContain('tile-half');
  const found = productVariants(adapter(), shapeOf(48, 48, 'f16'), 65536);
  for (const one of found) if ('depth' in one) expect(48 % one.depth).toBe(0);
});

it('asks for a size of subgroups where they vary', () => {
  const found = productVariants(adapter({ sizes: [8, 64] }), shapeOf(256, 256, 'f32'), 65536);
  const together = found.filter((one) => one.kind === 'subgroup');
  expect(together).toEqual([{ kind: 'subgroup', rows: 32, columns: 4, lanes: 32, sized: true }]);
});

it("splits the inputs of an encoder's batch, by default where tiles would be few", () => {
  const kindsOf = (rows: number, inputs: number) =>
    productVariants(adapter(), shapeOf(inputs, 256, 'f32'), rows).map(({ kind }) => kind);
  expect(kindsOf(128, 12880)[0]).toBe('skinny');
  expect(kindsOf(1024, 12880)[0]).toBe('tile');
  expect(kindsOf(1024, 12880)).toContain('skinny');
  expect(kindsOf(1025, 12880)).not.toContain('skinny');
  expect(kindsOf(128, 256)).not.toContain('skinny');
});

it('cuts at the end of a wave where little is left', () => {
  const tile = { rows: 128, columns: 128 };
  // Batch 8 of D = 128, width 256: 804 tiles are three waves of 264 and 12 more.
  expect(rowsOfWholeWaves(8 * 6426, 256, tile, 132)).toBe(50688);
  expect(rowsOfWholeWaves(16 * 6426, 256, tile, 264)).toBe(101376);
  // Half a wave and more is left as it is, as is less than one wave.
  expect(rowsOfWholeWaves(128 * 200, 256, tile, 264)).toBe(128 * 200);
  expect(rowsOfWholeWaves(1000, 256, tile, 264)).toBe(1000);
  expect(rowsOfWholeWaves(128 * 132, 256, tile, 264)).toBe(128 * 132);
});
