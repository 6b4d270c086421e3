// What a kernel's proof is made of: cases that run on any Gpu, in Node and in a browser, and compare with the kernel's twin.
// Outputs are poisoned before, so that a number nobody wrote is seen.
import type { BufferView } from '../wgsl/gpu/arena.ts';
import type { Gpu } from '../wgsl/gpu/gpu.ts';

/** One proof of a kernel, for Node, a browser and the measuring program alike. */
export interface KernelCase {
  name: string;
  /** Needs shader-f16, subgroups or a matrix unit: left out where the device has none. */
  needs?: 'half' | 'subgroups' | 'matrixUnits';
  /** Rejects where the kernel is wrong. */
  run(gpu: Gpu): Promise<void>;
}

/** Whether the device has what a case needs. */
export function canRun({ needs }: KernelCase, gpu: Gpu): boolean {
  if (!needs) return true;
  return needs === 'matrixUnits' ? gpu.matrixUnits.length > 0 : gpu[needs];
}

/** Fills a view with NaN (float32; in float16 each half is one too). */
export function poison(gpu: Gpu, view: BufferView): void {
  gpu.write(view, new Uint32Array(view.size / 4).fill(0x7fff7fff));
}

/** Uniform in [−1, 1): a linear congruential generator, the same everywhere. */
export function randomNumbers(seed: number, count: number, scale = 1): Float32Array<ArrayBuffer> {
  let state = (seed * 2654435761) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  for (let i = 0; i < 8; i++) next();
  return Float32Array.from({ length: count }, () => scale * next());
}

let largest = 0;

/** The largest error that was compared since this was last asked, as a share of the one allowed (measuring programs keep it). */
export function takeLargestError(): number {
  const taken = largest;
  largest = 0;
  return taken;
}

/**
 * Throws where `got` differs from `wanted` by more than `tolerance` × the largest |wanted|, or is not a number. float32
 * sums in another order: 1e-5; float16 storage: 4e-3.
 */
export function expectClose(what: string, got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance = 1e-5): void {
  if (got.length !== wanted.length) throw new Error(`${what}: ${got.length} numbers, ${wanted.length} wanted`);
  let size = 0;
  for (let i = 0; i < wanted.length; i++) size = Math.max(size, Math.abs(wanted[i]));
  const allowed = tolerance * size + 1e-12;
  for (let i = 0; i < wanted.length; i++) largest = Math.max(largest, Math.abs(got[i] - wanted[i]) / allowed);
  for (let i = 0; i < wanted.length; i++)
    if (!(Math.abs(got[i] - wanted[i]) <= allowed))
      throw new Error(`${what}[${i}] of ${wanted.length}: ${got[i]}, wanted ${wanted[i]} ± ${allowed}`);
}
