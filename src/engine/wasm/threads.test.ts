// What threads have to themselves: the barrier, at which a thread sleeps while another is late, and the multiply-add, which
// rounds in a Node worker as it does here.
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { SLEEPS_ADDRESS } from './header-fields.ts';
import { loadKernels, SQUARE_IS_ROUNDED } from './kernels.ts';

interface Exports {
  barrier(threads: number): void;
  fuses(factor: number): number;
}

/** A second thread: says how it multiplies and adds, then waits at the barrier of two as often as it is told. */
const SECOND = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { exports } = new WebAssembly.Instance(workerData.module, { env: { memory: workerData.memory } });
  parentPort.postMessage({ fuses: exports.fuses(workerData.factor) });
  for (let time = 1; time <= workerData.times; time++) {
    exports.barrier(2);
    parentPort.postMessage({ passed: time });
  }
`;

async function twoThreads(times: number) {
  const { module, fused } = await loadKernels(true);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const { barrier } = (await WebAssembly.instantiate(module, { env: { memory } })).exports as unknown as Exports;
  const told: { fuses?: number; passed?: number }[] = [];
  const workerData = { module, memory, times, factor: SQUARE_IS_ROUNDED };
  const second = new Worker(SECOND, { eval: true, workerData });
  second.on('message', (message: object) => told.push(message));
  const sleeps = new Int32Array(memory.buffer, SLEEPS_ADDRESS, 1);
  return { barrier, fused, told, sleeps: () => Atomics.load(sleeps, 0), second };
}

describe('a second thread', () => {
  it('sleeps at the barrier until the late one comes, every time, and no one passes before', async () => {
    const { barrier, told, sleeps, second } = await twoThreads(3);
    const passed = () => told.filter((message) => message.passed !== undefined).length;
    for (let time = 1; time <= 3; time++) {
      // This thread is late for as long as the other does not sleep: a thread that spun would never be counted.
      await vi.waitFor(() => expect(sleeps()).toBeGreaterThanOrEqual(time), 20_000);
      expect(passed()).toBe(time - 1);
      barrier(2);
      await vi.waitFor(() => expect(passed()).toBe(time), 20_000);
    }
    await second.terminate();
  });

  it('multiplies and adds as this one does, fused where relaxed SIMD is there', async () => {
    const { fused, told, second } = await twoThreads(0);
    await vi.waitFor(() => expect(told.length).toBe(1), 20_000);
    expect(told[0].fuses).toBe(fused ? 1 : 0);
    await second.terminate();
  });
});

/** Whether the processor has a fused multiply-add; null where that cannot be read. */
function processorFuses(): boolean | null {
  if (process.arch === 'arm64') return true;
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  return /^flags\s*:.* fma /m.test(readFileSync('/proc/cpuinfo', 'utf8'));
}

describe('the multiply-add that is told', () => {
  it.skipIf(processorFuses() === null)('is fused in Node wherever the processor can', async () => {
    expect((await loadKernels(true)).fused).toBe(processorFuses());
  });

  it('is what a number says: one rounding leaves the rest of a square, two leave nothing', async () => {
    const { module, fused } = await loadKernels(false);
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    const { fuses } = (await WebAssembly.instantiate(module, { env: { memory } })).exports as unknown as Exports;
    expect(fuses(SQUARE_IS_ROUNDED)).toBe(fused ? 1 : 0);
    // A square that float32 holds whole leaves nothing either way.
    expect(fuses(1.5)).toBe(0);
  });
});
