// The same kernels serve adapters in software and real ones; here with no more than every device has.
import { afterAll, expect, it } from 'vitest';
import { dryRunGpu } from '../../../../testing/dry-run-gpu.ts';
import { describeCases, openTestGpu } from '../../../../testing/node-gpu.ts';
import { Random } from '../../../geometry/random.ts';
import { randomRotations } from '../../../geometry/rotation.ts';
import { makeLattice } from '../../../imaging/lattice.ts';
import { makeHalfCube } from '../../factors/half-cube.ts';
import { factorAnswers, factorImages, normals } from '../../proof/factor-cases.ts';
import { triangle } from '../../factors/points.ts';
import { expectClose } from '../../proof/kernel-cases.ts';
import { openWasmEngine } from '../../wasm/engine.ts';
import { WgslEngine } from '../engine.ts';
import { ASSUMED } from '../gpu/pace.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { factorCases } from './cases.ts';
import { GpuFactorSums } from './factor-sums.ts';

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

const random = new Random(3);

/** A device on paper that takes no dispatch which a device of default limits would refuse. */
function leastDevice() {
  const { gpu, sent } = dryRunGpu(ASSUMED, { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28 });
  const dispatch: Gpu['dispatch'] = (label, pipeline, views, workgroups, work) => {
    const bound = views.flatMap((view) => (view ? [view] : []));
    // One is the uniform.
    expect(bound.length, label).toBeLessThanOrEqual(9);
    for (const { size, offset } of bound) {
      expect(size, label).toBeLessThanOrEqual(2 ** 27);
      expect(offset % 256, label).toBe(0);
    }
    return gpu.dispatch(label, pipeline, views, workgroups, work);
  };
  return { gpu: Object.create(gpu, { dispatch: { value: dispatch } }) as Gpu, sent };
}

it.each([
  { box: 128, components: 4 },
  { box: 128, components: 16 },
  { box: 160, components: 4 },
])('D = $box, $components components fit every device, in submissions of a frame', async ({ box, components }) => {
  const { gpu, sent } = leastDevice();
  const grid = makeHalfCube(box, box / 2 - 1);
  const factors = components + 1;
  const sums = await GpuFactorSums.create(gpu, { imagePixels: box, grid, factors, groups: 1 });
  const count = sums.batchImages;
  await sums.setImages({
    ...{ count, images: new Float32Array(count * makeLattice(box).points), rotations: randomRotations(random, count) },
    ...{ translations: null, ctf: null, groups: null },
  });
  await sums.products();
  await sums.residuals(new Float32Array(count * factors));
  for (let i = 0; i < 2; i++)
    await sums.insert(new Float32Array(count * factors), new Float32Array(count * triangle(factors, 0)));
  const planned = gpu.pace.submissionsOf(sent).map((part) => gpu.pace.plannedSeconds(part));
  expect(Math.max(...planned)).toBeLessThan(0.016);
});
