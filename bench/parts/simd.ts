// What binds the CPU engine: the most that 128-bit SIMD of one thread does here, and the share of it that its products reach.
import { sizeWords, type Size } from '../models.ts';
import { percent, scaled, type Part } from '../report.ts';
import { measureKernels, measureSimd } from '../simd/measure.ts';

export async function simdPart(size: Size): Promise<Part> {
  // First: they switch relaxed SIMD on where it has to be.
  const kernels = await measureKernels(size);
  const { fused, apart, loads } = await measureSimd();
  const most = fused ?? apart;
  const flops = (rate: number) => [`${scaled(rate)}FLOP/s`, percent(rate / most)];
  return {
    title: `128-bit SIMD of one thread, and the engine's products, ${sizeWords(size)}`,
    notes: [
      'The best of short calls. Products on one block of points, or on the encoder’s rows: rows × inputs × units.',
    ],
    header: ['what', 'size', 'rate', 'share of the most'],
    rows: [
      ['multiply-adds, fused', 'registers', ...(fused ? flops(fused) : ['not here', '–'])],
      ['products and sums', 'registers', ...flops(apart)],
      ['loads of 16 bytes', '16 KB', `${scaled(16 * loads)}B/s`, '–'],
      ...kernels.map(({ kernel, size: words, rate }) => [kernel, words, ...flops(rate)]),
    ],
  };
}
