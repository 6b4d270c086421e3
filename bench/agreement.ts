// Do the engines learn alike? Mean losses of every 20 steps on the hinge set from one seed, 128×3 (docs/CONVENTIONS.md), for
// the CPU's kernels, tfjs, WGSL in float32 and, where the adapter has it, in float16; 'real' is WGSL in float32 with the kernels
// that a real adapter takes untried, whatever adapter is there.
// Run: npx tsx bench/agreement.ts [--steps 200] [--every 20] [--width 128] [--layers 3] [--batch 16] [--engines wasm,tfjs,f32,f16,real]
import { parseArgs } from 'node:util';
import { openEngineInNode } from '../src/engine/node/dawn.ts';
import type { Engine } from '../src/engine/engine.ts';
import { adapterWords } from '../src/engine/gpu-adapter.ts';
import { openWgslEngine, WgslEngine } from '../src/engine/wgsl/engine.ts';
import { Gpu } from '../src/engine/wgsl/gpu/gpu.ts';
import type { TuningStore } from '../src/engine/wgsl/tuning/store.ts';
import { TUNING_VERSION, type Tuning } from '../src/engine/wgsl/tuning/tuned.ts';
import { hingeCtf, hingeImages, hingePoses } from '../testing/hinge.ts';
import { trainingLosses, worstRatio } from '../testing/training-steps.ts';
import { openTestAdapter } from '../testing/adapter.ts';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '200' },
    every: { type: 'string', default: '20' },
    width: { type: 'string', default: '128' },
    layers: { type: 'string', default: '3' },
    batch: { type: 'string', default: '16' },
    engines: { type: 'string', default: 'wasm,tfjs,f32,f16' },
  },
});
const training = {
  width: Number(values.width),
  layers: Number(values.layers),
  zDim: 8,
  batchSize: Number(values.batch),
  steps: Number(values.steps),
  every: Number(values.every),
};

async function open(name: string): Promise<Engine | null> {
  if (name === 'wasm' || name === 'tfjs') return openEngineInNode({ device: 'cpu', maker: name });
  const adapter = await openTestAdapter();
  if (!adapter || (name === 'f16' && !adapter.features.has('shader-f16'))) return null;
  if (name !== 'real') return openWgslEngine(adapter);
  return new WgslEngine(await Gpu.open(adapter, { kernels: 'hardware' }), { tuning: untuned(adapter) });
}

/** Says that nothing was found to be faster than the defaults. */
function untuned({ info }: GPUAdapter): TuningStore {
  const tuning: Tuning = { adapter: adapterWords(info), version: TUNING_VERSION, choices: {} };
  const nothing = (): Promise<void> => Promise.resolve();
  const load = (): Promise<string> => Promise.resolve(JSON.stringify(tuning));
  return { load, save: nothing, list: () => Promise.resolve([]), remove: nothing };
}

const data = { images: await hingeImages(), poses: hingePoses(), ctf: hingeCtf() };
const columns: { name: string; losses: number[] }[] = [];
for (const name of values.engines.split(',')) {
  const engine = await open(name);
  if (!engine) {
    console.log(`${name}: not on this machine`);
    continue;
  }
  const start = performance.now();
  const losses = await trainingLosses(engine, data, training, name === 'f16' ? 'float16' : 'float32');
  const rate = (training.steps * training.batchSize) / ((performance.now() - start) / 1000);
  console.log(`${name}: ${engine.device.description}, ${rate.toFixed(0)} images/s`);
  engine.dispose();
  columns.push({ name, losses });
}
console.log(`\n| steps | ${columns.map(({ name }) => name).join(' | ')} |`);
console.log(`| --- |${columns.map(() => ' --- |').join('')}`);
for (let i = 0; i < columns[0].losses.length; i++)
  console.log(`| ${(i + 1) * training.every} | ${columns.map(({ losses }) => losses[i].toFixed(5)).join(' | ')} |`);
for (const { name, losses } of columns.slice(1))
  console.log(
    `${name} differs from ${columns[0].name} by ${(100 * worstRatio(losses, columns[0].losses)).toFixed(3)} % at most`,
  );
