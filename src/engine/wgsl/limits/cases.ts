// Proofs that the limits' kernels do the arithmetic that is counted: every multiply-add changes what is written.
import { expectClose, poison, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { FMA_THREADS, makeCopy, makeFma, makeMatrix, matrixSource, MATRIX_CHAINS, MATRIX_SLOTS } from './kernels.ts';
import { measureLimits } from './measure.ts';
import { fmaSum, matrixProduct } from './twin.ts';

async function countsEveryStep(gpu: Gpu, scalar: 'f32' | 'f16', lanes: 1 | 4): Promise<void> {
  const arena = gpu.arena('limits');
  const [workgroups, rounds] = [3, 5];
  const sums = arena.floats('sums', workgroups * FMA_THREADS);
  // With a = b = 1 each step adds one: whole numbers, exact in float16 too.
  for (const [a, b] of [
    [1, 1],
    [-1, 1],
  ]) {
    poison(gpu, sums);
    gpu.submit([await makeFma({ gpu, arena }, { scalar, lanes, workgroups, rounds, a, b }, sums)]);
    const wanted = Array.from({ length: workgroups * FMA_THREADS }, (_, t) => fmaSum(t, lanes, rounds, a, b));
    expectClose(`sums, a = ${a}`, await gpu.readFloats(sums), wanted, 1e-7);
  }
  arena.destroy();
}

/** The sums and products that these kernels leave, against fmaSum and matrixProduct. */
export const cases: KernelCase[] = [
  { name: 'every multiply-add counts, float32', run: (gpu) => countsEveryStep(gpu, 'f32', 1) },
  { name: 'every multiply-add counts, float32 × 4', run: (gpu) => countsEveryStep(gpu, 'f32', 4) },
  { name: 'every multiply-add counts, float16', needs: 'half', run: (gpu) => countsEveryStep(gpu, 'f16', 1) },
  { name: 'every multiply-add counts, float16 × 4', needs: 'half', run: (gpu) => countsEveryStep(gpu, 'f16', 4) },
  {
    name: 'a copy moves every number and no more',
    async run(gpu) {
      for (const count of [4, 4092, 4096, 4100, 70_004]) {
        const arena = gpu.arena('limits');
        const numbers = randomNumbers(count, count);
        const [from, to] = [arena.upload('from', numbers), arena.floats('to', count + 4)];
        gpu.write(to, new Float32Array(count + 4).fill(7));
        gpu.submit([await makeCopy({ gpu, arena }, 4 * count, from, to)]);
        const got = await gpu.readFloats(to);
        expectClose('copied', got.subarray(0, count), numbers, 0);
        expectClose('beyond the end', got.subarray(count), [7, 7, 7, 7], 0);
        arena.destroy();
      }
    },
  },
  {
    name: 'the matrix unit multiplies and accumulates, float32 units',
    needs: 'matrixUnits',
    async run(gpu) {
      for (const unit of gpu.matrixUnits.filter(({ component, result }) => component === 'f32' && result === 'f32')) {
        const { M, N, K } = unit;
        const arena = gpu.arena('limits');
        const [left, right] = [randomNumbers(1, M * K), randomNumbers(2, K * N)];
        const product = arena.floats('product', MATRIX_SLOTS * MATRIX_CHAINS * M * N);
        poison(gpu, product);
        const views = { left: arena.upload('left', left), right: arena.upload('right', right), product };
        gpu.submit([await makeMatrix({ gpu, arena }, unit, MATRIX_SLOTS, 3, views)]);
        const wanted = matrixProduct(left, right, [M, N, K], 3);
        const got = await gpu.readFloats(product);
        for (let at = 0; at < got.length; at += M * N)
          // Units may round float32 to fewer bits on the way.
          expectClose(`product at ${at}`, got.subarray(at, at + M * N), wanted, 4e-3);
        arena.destroy();
      }
    },
  },
  {
    name: 'limits come out finite and nothing is left behind',
    async run(gpu) {
      const before = gpu.bytesHeld;
      const { fma, fma32, copy } = await measureLimits(gpu, 0.01);
      if (!fma.every(({ flops }) => flops > 1e6 && flops < 1e16)) throw new Error(`rates ${JSON.stringify(fma)}`);
      if (!(fma32 > 0 && copy > 1e6 && copy < 1e15)) throw new Error(`rates ${fma32}, ${copy}`);
      // The buffer for read-backs may have been made on the way.
      if (gpu.bytesHeld > before + 65536) throw new Error(`${gpu.bytesHeld - before} bytes left`);
    },
  },
];

/** WGSL of the matrix unit for usual units; a compiler can look at it where no unit is. */
export function matrixSources(): string[] {
  return [
    { component: 'f16', result: 'f32', M: 16, N: 16, K: 16 },
    { component: 'f16', result: 'f16', M: 16, N: 8, K: 16 },
    { component: 'f32', result: 'f32', M: 8, N: 8, K: 8 },
  ].map((unit) => matrixSource(unit, 128));
}
