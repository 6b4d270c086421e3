// Three engines learn the reference set alike: 60 steps from one seed, a small network (the CPU does the graphics
// processor's work in tests). bench/agreement.ts does the same at full size and with float16.
import { expect, it } from 'vitest';
import { openTestAdapter } from '../../testing/adapter.ts';
import { setCtf, setImages, setPoses } from '../../testing/reference-set/set.ts';
import { trainingLosses, worstRatio, type StepsOfTraining } from '../../testing/training-steps.ts';
import { openTfjsEngine } from './tfjs/engine.ts';
import { openWasmEngine } from './wasm/engine.ts';
import { openWgslEngine } from './wgsl/engine.ts';

const training: StepsOfTraining = { width: 32, layers: 1, zDim: 4, batchSize: 4, steps: 60, every: 6 };

it('60 steps have the same losses on wasm, tfjs and WGSL, within 1 % at every 6th', async () => {
  const data = { images: await setImages(), poses: setPoses(), ctf: setCtf() };
  const losses = new Map<string, number[]>();
  const adapter = await openTestAdapter();
  const engines = [openWasmEngine({ threads: 1 }), openTfjsEngine(), ...(adapter ? [openWgslEngine(adapter)] : [])];
  for (const opening of engines) {
    const engine = await opening;
    losses.set(engine.device.engine, await trainingLosses(engine, data, training));
    engine.dispose();
  }
  const wasm = losses.get('wasm') ?? [];
  expect(wasm).toHaveLength(training.steps / training.every);
  // They learn: single means of 24 images scatter by a twentieth.
  const half = wasm.length / 2;
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  expect(sum(wasm.slice(half))).toBeLessThan(0.98 * sum(wasm.slice(0, half)));
  for (const [engine, found] of losses) expect(worstRatio(found, wasm), engine).toBeLessThan(0.01);
});
