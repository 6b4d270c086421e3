// Proofs of the stored features: every kind of wave, to float32's accuracy, in tables of any width.
import { expectClose, poison, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import { decodeHalves } from '../../../base/float16.ts';
import type { EncodingTable } from '../../engine.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { bytesOf, type Scalar } from '../gpu/kernels.ts';
import { makeFeatures } from './features.ts';
import { featuresOf, waveTable } from './table.ts';

const COORDINATES: EncodingTable = { waveVectors: new Float32Array(), isCosine: new Uint8Array() };

/** `pairs` waves as sine and cosine, then one sine and one cosine alone; `scale` radians per coordinate at most. */
function encoding(pairs: number, scale: number): EncodingTable {
  const directions = randomNumbers(pairs, 3 * (pairs + 2), scale);
  const waves = [...Array(pairs).keys()].flatMap((w) => [
    [w, 0],
    [w, 1],
  ]);
  waves.push([pairs, 0], [pairs + 1, 1]);
  return {
    waveVectors: Float32Array.from(waves.flatMap(([w]) => [...directions.subarray(3 * w, 3 * w + 3)])),
    isCosine: Uint8Array.from(waves.map(([, cosine]) => cosine)),
  };
}

interface Trial {
  encoding: EncodingTable;
  rows: number;
  scalar?: Scalar;
  /** Of what is compared; float32's own rounding of the phase grows with it. */
  tolerance: number;
}

async function compare(gpu: Gpu, { encoding: table, rows, scalar = 'f32', tolerance }: Trial): Promise<void> {
  const arena = gpu.arena('case');
  const waves = waveTable(table);
  const points = randomNumbers(9, 4 * rows, 0.5);
  const views = {
    points: arena.upload('points', points),
    waves: arena.upload('waves', waves.waves),
    out: arena.buffer('features', rows * waves.padded * bytesOf(scalar)),
  };
  poison(gpu, views.out);
  const shape = { features: waves.padded, scalar };
  gpu.submit(await makeFeatures({ gpu, arena }, shape, views, rows));
  const bytes = await gpu.read(views.out);
  const got = scalar === 'f32' ? new Float32Array(bytes) : decodeHalves(new Uint16Array(bytes));
  expectClose(`features, ${rows} × ${waves.padded}`, got, featuresOf(waves, points), tolerance);
  arena.destroy();
}

/**
 * The features against those of table.ts, as shares of the largest: 1e-6 in float32 at low frequencies, 1e-3 in
 * float16.
 */
export const cases: KernelCase[] = [
  {
    name: 'sines, cosines and padding',
    async run(gpu) {
      for (const rows of [1, 15, 16, 17]) await compare(gpu, { encoding: encoding(5, 3), rows, tolerance: 1e-6 });
    },
  },
  { name: 'coordinates', run: (gpu) => compare(gpu, { encoding: COORDINATES, rows: 33, tolerance: 1e-6 }) },
  // Phases up to about 800: their float32 rounding is 3e-5.
  { name: 'high frequencies', run: (gpu) => compare(gpu, { encoding: encoding(62, 500), rows: 101, tolerance: 1e-4 }) },
  {
    name: 'float16',
    needs: 'half',
    run: (gpu) => compare(gpu, { encoding: encoding(30, 100), rows: 65, scalar: 'f16', tolerance: 1e-3 }),
  },
  {
    name: 'more than 65535 workgroups',
    run: (gpu) => compare(gpu, { encoding: COORDINATES, rows: 16 * 65535 + 9, tolerance: 1e-6 }),
  },
];
