// Does a long run hold steady? Memory after a tenth of 200 epochs of a tiny set, of 1,000 maps and of 5,000 preprocessed batches,
// and after all of them, collected before each look: on the CPU's kernels and on WGSL by whatever adapter is there.
// Run: npm run bench:memory [-- --share 0.1] [--engines wasm,wgsl]   (a software adapter where no driver is named)
import { parseArgs } from 'node:util';
import type { Engine } from '../src/engine/engine.ts';
import { openWasmEngine } from '../src/engine/wasm/engine.ts';
import { WgslEngine } from '../src/engine/wgsl/engine.ts';
import { Gpu } from '../src/engine/wgsl/gpu/gpu.ts';
import { GpuPreprocessor } from '../src/engine/wgsl/preprocess/preprocessor.ts';
import type { FieldDescription } from '../src/field/description.ts';
import { decodeVolume } from '../src/field/volume.ts';
import { Random } from '../src/geometry/random.ts';
import { preprocessImages } from '../src/imaging/preprocess.ts';
import { initialCheckpoint } from '../src/inference/start.ts';
import { openTrainer } from '../src/inference/train.ts';
import type { TrainingData, TrainingPlan } from '../src/inference/training.ts';
import { openTestAdapter } from '../testing/adapter.ts';
import { Blobs, imagesInMemory } from '../testing/blobs.ts';
import { createModel } from './models.ts';
import { figures, markdown } from './report.ts';

const { values: asked } = parseArgs({
  options: { share: { type: 'string', default: '1' }, engines: { type: 'string', default: 'wasm,wgsl' } },
});
const share = Number(asked.share);
const EPOCHS = Math.round(200 * share);
const MAPS = Math.round(1000 * share);
const BATCHES = Math.round(5000 * share);
const BOX = 16;
const IMAGES = 24;
const PREPARED_PIXELS = 64;
const PREPARED_AT_ONCE = 16;

interface Memory {
  resident: number;
  external: number;
  arrayBuffers: number;
  heap: number;
}

async function collected(): Promise<Memory> {
  if (!globalThis.gc) throw new Error('run with node --expose-gc');
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await new Promise((done) => setTimeout(done, 50));
  }
  const { rss, external, arrayBuffers, heapUsed } = process.memoryUsage();
  return { resident: rss, external, arrayBuffers, heap: heapUsed };
}

const rows: string[][] = [];
const megabytes = (bytes: number) => figures(bytes / 1e6);

function say(engine: string, what: string, early: Memory, late: Memory): void {
  const change = (from: number, to: number) => `${megabytes(from)} → ${megabytes(to)}`;
  const { resident, external, arrayBuffers, heap } = early;
  const cells = [change(resident, late.resident), change(external, late.external)];
  rows.push([engine, what, ...cells, change(arrayBuffers, late.arrayBuffers), change(heap, late.heap)]);
  console.error(rows.at(-1)?.join(' | '));
}

/** `count` times `work`, looked at after a tenth and at the end. */
async function repeated(engine: string, what: string, count: number, work: () => Promise<unknown>): Promise<void> {
  let early: Memory | null = null;
  for (let i = 0; i < count; i++) {
    await work();
    if (i + 1 === Math.ceil(count / 10)) early = await collected();
  }
  if (early) say(engine, `${count} ${what}`, early, await collected());
}

async function epochs(name: string, engine: Engine): Promise<void> {
  const simulation = new Blobs(BOX).simulate({ count: IMAGES, snr: 1, shiftPixels: 1, seed: 1 });
  const images = await imagesInMemory(simulation.images);
  const data: TrainingData = { images, poses: simulation.poses, ctf: simulation.ctf };
  const field: FieldDescription = {
    kind: 'network',
    spec: {
      ...{ boxPixels: BOX, zDim: 2, domain: 'fourier', activation: 'relu', decoderLayers: 2, decoderDim: 32 },
      ...{ encoderLayers: 2, encoderDim: 32, encoderMaskRadius: BOX / 2 },
    },
    encoding: { type: 'gaussian', frequencies: null, sigma: 0.5 },
  };
  const plan: TrainingPlan = {
    field,
    ...{
      epochs: EPOCHS,
      batchSize: 8,
      learningRate: 1e-3,
      weightDecay: 0,
      beta: 0.5,
      betaSchedule: 'constant',
      seed: 1,
    },
  };
  const trainer = await openTrainer(plan, data, engine, {}, () => undefined, initialCheckpoint(field, 1), {});
  await repeated(name, `epochs of ${IMAGES} images`, EPOCHS, () => trainer.epoch());
  trainer.dispose();
}

async function maps(name: string, engine: Engine): Promise<void> {
  const model = await createModel(engine, { boxPixels: BOX, width: 32, batch: 8 });
  const z = new Float32Array(model.spec.zDim).fill(0.3);
  const map = () => (model.volume ? model.volume(z, BOX, 1) : decodeVolume(model, z, BOX, 1));
  await repeated(name, `maps of ${BOX}³`, MAPS, map);
  model.dispose();
}

const pixels = () => new Random(1).fillNormal(new Float32Array(PREPARED_AT_ONCE * PREPARED_PIXELS ** 2));
const PREPARED = `batches of ${PREPARED_AT_ONCE} × ${PREPARED_PIXELS}²`;

for (const name of asked.engines.split(',')) {
  if (name === 'wasm') {
    const engine = await openWasmEngine();
    await epochs(name, engine);
    await maps(name, engine);
    const images = pixels();
    await repeated('CPU', PREPARED, BATCHES, async () => {
      // A turn of the event loop between two, as where files are read.
      await new Promise((next) => setImmediate(next));
      return preprocessImages(images, PREPARED_AT_ONCE, PREPARED_PIXELS, { standardDeviation: 1 });
    });
    engine.dispose();
    continue;
  }
  const adapter = await openTestAdapter();
  if (!adapter) continue;
  const gpu = await Gpu.open(adapter);
  const engine = new WgslEngine(gpu);
  const { description } = gpu.guarded;
  console.error(description);
  await epochs('WGSL', engine);
  await maps('WGSL', engine);
  const preprocessor = await GpuPreprocessor.open(gpu, PREPARED_PIXELS, {}, PREPARED_AT_ONCE);
  const images = pixels();
  await repeated('WGSL', PREPARED, BATCHES, () => preprocessor.run(images, PREPARED_AT_ONCE, 1));
  preprocessor.dispose();
  engine.dispose();
}
console.log(
  markdown({
    title: 'Memory of a long run, MB',
    notes: ['After a tenth of it → at its end, collected before both.'],
    header: ['engine', 'what', 'resident', 'external', 'array buffers', 'heap'],
    rows,
  }),
);
process.exit();
