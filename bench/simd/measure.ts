// What one thread's 128-bit SIMD can do here, and what share of it the CPU engine's products reach at the sizes of a step. The best
// of many short calls counts: what else runs takes the core away now and then, but not in each of them.
import { loadKernels } from '../../src/engine/wasm/kernels.ts';
import { panelStride } from '../../src/engine/wasm/memory-plan.ts';
import { blockSize, type Size } from '../models.ts';
import { moduleOf, OPERATIONS, type Work } from './emit.ts';

export interface SimdLimits {
  /** FLOP/s of fused multiply-adds; null where there are none. */
  fused: number | null;
  /** FLOP/s of products and sums one after the other. */
  apart: number;
  /** Loads a second of 16 bytes, from the first cache. */
  loads: number;
}

/** Runs of a call before it is timed: the optimising compiler has to have come by. */
const WARM_CALLS = 3000;
const COMPILED_AFTER = 300;
const SECONDS = 0.25;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Seconds of the quickest call. */
function quickest(call: () => void, seconds = SECONDS): number {
  const end = performance.now() + 1000 * seconds;
  let best = Infinity;
  while (performance.now() < end) {
    const start = performance.now();
    call();
    best = Math.min(best, performance.now() - start);
  }
  return best / 1000;
}

async function rateOf(work: Work): Promise<number | null> {
  const bytes = moduleOf(work);
  if (!WebAssembly.validate(bytes)) return null;
  const memory = new WebAssembly.Memory({ initial: 1 });
  // Pages that were never written are one page in truth, which confuses caches.
  new Uint8Array(memory.buffer).fill(1);
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  const { f } = instance.exports as { f: (turns: number) => void };
  for (let i = 0; i < WARM_CALLS; i++) f(50);
  await pause(COMPILED_AFTER);
  const turns = 4000;
  return (turns * OPERATIONS[work]) / quickest(() => f(turns));
}

export async function measureSimd(): Promise<SimdLimits> {
  const [fused, apart, loads] = [await rateOf('fused'), await rateOf('apart'), await rateOf('loads')];
  // Four lanes, a product and a sum each.
  return { fused: fused && 8 * fused, apart: 8 * (apart ?? NaN), loads: loads ?? NaN };
}

export interface KernelRate {
  kernel: string;
  size: string;
  /** FLOP/s. */
  rate: number;
}

interface Exports {
  product(...args: (number | boolean)[]): void;
  weightGradient(...args: (number | boolean)[]): void;
}

/** The kernels of a step on a block of points and on the encoder's rows. */
export async function measureKernels(size: Size): Promise<KernelRate[]> {
  const { width, batch, features, encoderInputs, blockPanels } = blockSize(size);
  const imagePanels = Math.ceil(batch / 8);
  const { module } = await loadKernels(false);
  const rows = 8 * Math.max(blockPanels, imagePanels);
  const widest = Math.max(width, features, encoderInputs);
  const room = Math.ceil((4 * (widest + 64) * Math.max(rows, width)) / 65536) * 65536;
  const pages = (7 * room) / 65536 + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  new Float32Array(memory.buffer).forEach((_, i, floats) => (floats[i] = ((i * 7919) % 1024) / 1024 - 0.5));
  const kernels = (await WebAssembly.instantiate(module, { env: { memory } })).exports as unknown as Exports;
  const [x, weight, bias, gate, out, scratch] = [0, 1, 2, 3, 4, 5].map((i) => 65536 + i * room);

  const forward = (panels: number, inputs: number) => () => {
    const [from, to] = [panelStride(inputs), panelStride(width)];
    const residual = inputs === width ? x : 0;
    kernels.product(panels, x, from, weight, inputs, 0, width, bias, residual, from, 0, 0, out, to, true, 0);
  };
  const backward = (panels: number) => () => {
    const stride = panelStride(width);
    kernels.product(panels, x, stride, weight, width, 0, width, 0, x, stride, gate, stride, out, stride, false, 0);
  };
  const gradient = (panels: number, inputs: number) => () => {
    const [dz, from] = [panelStride(width), panelStride(inputs)];
    kernels.weightGradient(panels, x, dz, gate, from, inputs, 0, width, out, true, scratch);
  };
  const cases: [string, number, number, () => void][] = [
    ['first layer', blockPanels, features, forward(blockPanels, features)],
    ['hidden layer', blockPanels, width, forward(blockPanels, width)],
    ['hidden layer, back', blockPanels, width, backward(blockPanels)],
    ['gradient, first layer', blockPanels, features, gradient(blockPanels, features)],
    ['gradient, hidden layer', blockPanels, width, gradient(blockPanels, width)],
    ['encoder, first layer', imagePanels, encoderInputs, forward(imagePanels, encoderInputs)],
    ['its gradient', imagePanels, encoderInputs, gradient(imagePanels, encoderInputs)],
  ];
  for (const [, , , call] of cases) for (let i = 0; i < WARM_CALLS / 10; i++) call();
  await pause(COMPILED_AFTER);
  return cases.map(([kernel, panels, inputs, call]) => ({
    kernel,
    size: `${8 * panels} × ${inputs} × ${width}`,
    rate: (16 * panels * inputs * width) / quickest(call),
  }));
}
