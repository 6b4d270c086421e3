// The same kernels serve adapters in software and real ones; here with no more than every device has.
import { afterAll, expect, it } from 'vitest';
import { describeCases, openTestGpu } from '../../../../testing/node-gpu.ts';
import { makeHalfCube } from '../../factors/half-cube.ts';
import { factorAnswers, factorImages, normals } from '../../proof/factor-cases.ts';
import { expectClose } from '../../proof/kernel-cases.ts';
import { openWasmEngine } from '../../wasm/engine.ts';
import { WgslEngine } from '../engine.ts';
import { factorCases } from './cases.ts';

await describeCases('Factor sums', factorCases, { kernels: 'hardware', limits: 'default' });

const gpu = await openTestGpu({ kernels: 'hardware', limits: 'default' });
const engines = gpu && { wgsl: new WgslEngine(gpu), wasm: await openWasmEngine({ ownThread: true }) };
afterAll(() => Object.values(engines ?? {}).forEach((engine) => engine.dispose()));

it.skipIf(!engines)('Factor sums on WGSL are those on WebAssembly', async () => {
  if (!engines) return;
  const grid = makeHalfCube(16, 7, 2, 1.12);
  const request = { imagePixels: 16, grid, factors: 3, groups: 2 };
  const cubes = [1, 2, 3].map((seed) => normals(2 * grid.voxels, seed));
  const batches = [70, 13].map((count) => factorImages(16, count, { seed: count }));
  const [wgsl, wasm] = await Promise.all([
    engines.wgsl.createFactorSums(request),
    engines.wasm.createFactorSums?.(request),
  ]);
  expect(wasm).toBeDefined();
  if (!wasm) return;
  const found = await factorAnswers(wgsl, batches, cubes);
  const wanted = await factorAnswers(wasm, batches, cubes);
  for (const key of ['products', 'residuals', 'inserted'] as const) expectClose(key, found[key], wanted[key], 2e-5);
});
