// Three engines learn the hinge set alike: 200 steps from one seed, a small network (the CPU does the graphics
// processor's work in tests). bench/agreement.ts does the same at full size and with float16.
import { expect, it } from 'vitest';
import { hingeLosses, worstRatio, type HingeTraining } from '../../testing/hinge-steps.ts';
import { openTestAdapter } from '../../testing/adapter.ts';
import { describeWithReference } from '../../testing/reference.ts';
import { openTfjsEngine } from './tfjs/engine.ts';
import { openWasmEngine } from './wasm/engine.ts';
import { openWgslEngine } from './wgsl/engine.ts';

const training: HingeTraining = { width: 32, layers: 1, zDim: 4, batchSize: 4, steps: 200, every: 20 };

describeWithReference('200 steps on the hinge set', () => {
  it('have the same losses on wasm, tfjs and WGSL, within 1 % at every 20th', async () => {
    const losses = new Map<string, number[]>();
    const adapter = await openTestAdapter();
    const engines = [openWasmEngine({ threads: 1 }), openTfjsEngine(), ...(adapter ? [openWgslEngine(adapter)] : [])];
    for (const opening of engines) {
      const engine = await opening;
      losses.set(engine.device.engine, await hingeLosses(engine, training));
      engine.dispose();
    }
    const wasm = losses.get('wasm') ?? [];
    expect(wasm).toHaveLength(training.steps / training.every);
    expect(wasm.at(-1)).toBeLessThan(0.99 * wasm[0]);
    for (const [engine, found] of losses) expect(worstRatio(found, wasm), engine).toBeLessThan(0.01);
  });
});
