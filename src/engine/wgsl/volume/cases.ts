// Proofs of maps and their statistics: awkward boxes, previews, both domains, slabs and parts, voxels that are not finite.
import { expectClose, poison, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import { makeSphere } from '../../../imaging/sphere.ts';
import type { LinesVariant } from '../fourier/lines.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { GpuVolume } from './gpu-volume.ts';
import { statisticsTwin, volumeTwin } from './twin.ts';
import { VolumeMaker } from './volume-maker.ts';

interface MapCase {
  model: number;
  box: number;
  half?: boolean;
  variant?: LinesVariant;
  slabPlanes?: number;
  partPoints?: number;
}

async function proveMap(gpu: Gpu, { model, box, half = true, ...more }: MapCase): Promise<void> {
  const { arena } = await gpu.allocate('map case', async (made) => {
    const maker = await VolumeMaker.make(gpu, made, { modelPixels: model, boxPixels: box, half }, more);
    const sphere = makeSphere(model, { half, boxPixels: box });
    if (maker.points !== sphere.points) throw new Error(`${maker.points} points, ${sphere.points} wanted`);
    const coordinates = await gpu.readFloats(maker.coordinates);
    const wanted = Float32Array.from({ length: 4 * sphere.points }, (_, i) =>
      i % 4 === 3 ? 1 : sphere.coordinates[3 * (i >> 2) + (i % 4)],
    );
    expectClose('coordinates', coordinates.subarray(0, wanted.length), wanted, 0);
    const numbers = randomNumbers(box, (half ? 2 : 1) * sphere.points);
    gpu.write(maker.values, numbers);
    for (const deviation of [2.5, 0.5]) {
      poison(gpu, maker.volume);
      gpu.submit(maker.commands(deviation));
      const found = (await gpu.readFloats(maker.volume)).subarray(0, box ** 3);
      expectClose(`map of ${box}`, found, volumeTwin(model, box, half, numbers, deviation));
    }
  });
  arena.destroy();
}

function map(one: MapCase): KernelCase {
  return {
    name: `map ${JSON.stringify(one)}`,
    run: (gpu) => proveMap(gpu, one),
  };
}

async function proveStatistics(gpu: Gpu, box: number, voxels: Float32Array): Promise<void> {
  const arena = gpu.arena('statistics case');
  const view = arena.upload('voxels', voxels);
  const volume = await GpuVolume.of(gpu, view, box);
  const wanted = statisticsTwin(voxels);
  // Twice: the histogram begins anew, and sums come out the same to the bit.
  const first = await volume.statistics();
  const found = await volume.statistics();
  for (const key of ['mean', 'standardDeviation', 'minimum', 'maximum'] as const) {
    if (found[key] !== first[key]) throw new Error(`${key} is ${found[key]}, then ${first[key]}`);
    const scale = Math.max(Math.abs(wanted.minimum), Math.abs(wanted.maximum));
    expectClose(key, [scale, found[key]], [scale, wanted[key]]);
  }
  const total = (counts: Uint32Array) => counts.reduce((sum, count) => sum + count, 0);
  if (total(found.histogram) !== total(wanted.histogram)) throw new Error('voxels are missing in the histogram');
  // A voxel on the edge of two bins may fall into either in float32.
  found.histogram.forEach((count, bin) => {
    const allowed = 2 + total(wanted.histogram) / 100_000;
    if (Math.abs(count - wanted.histogram[bin]) > allowed)
      throw new Error(`bin ${bin}: ${count}, wanted ${wanted.histogram[bin]}`);
  });
  volume.dispose();
  arena.destroy();
}

function withBadVoxels(voxels: Float32Array): Float32Array {
  voxels[0] = NaN;
  voxels[7] = Infinity;
  voxels[voxels.length - 1] = -Infinity;
  return voxels;
}

/** Maps of 2 to 62 pixels a side, and statistics of 2³ to 64³ voxels. */
export const volumeCases: KernelCase[] = [
  ...[2, 6, 10, 14, 22, 30, 34, 46].map((box) => map({ model: box, box })),
  ...[2, 4, 10, 14, 30].map((box) => map({ model: box, box, half: false })),
  map({ model: 62, box: 62 }),
  map({ model: 34, box: 16 }),
  map({ model: 22, box: 2 }),
  map({ model: 16, box: 12, half: false }),
  map({ model: 24, box: 24, slabPlanes: 16, partPoints: 1024 + 64 }),
  map({ model: 20, box: 20, half: false, slabPlanes: 16, partPoints: 1088 }),
  map({ model: 6, box: 6, variant: 'butterflies' }),
  ...[2, 6, 16, 18, 64].map((box) => ({
    name: `statistics of ${box}³`,
    run: (gpu: Gpu) => proveStatistics(gpu, box, randomNumbers(box, box ** 3, 3)),
  })),
  { name: 'statistics of a map of one value', run: (gpu) => proveStatistics(gpu, 6, new Float32Array(216).fill(-3)) },
  {
    name: 'statistics of a map far from zero',
    run: (gpu) =>
      proveStatistics(
        gpu,
        16,
        randomNumbers(2, 4096, 0.01).map((value) => 100 + value),
      ),
  },
  {
    name: 'statistics leave out what is not finite',
    run: (gpu) => proveStatistics(gpu, 16, withBadVoxels(randomNumbers(1, 4096))),
  },
  {
    name: 'statistics of a map without numbers',
    run: (gpu) => proveStatistics(gpu, 4, new Float32Array(64).fill(NaN)),
  },
];
