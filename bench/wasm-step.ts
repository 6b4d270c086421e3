// Training images/s of the CPU engine at the sizes of the hinge set (D = 32, 128×3 both, zdim 8, batch 16, 96 gaussian
// features) on 1 and 2 threads. Run: npx tsx bench/wasm-step.ts [--seconds 5] [--box 32] [--dim 128] [--layers 3]
// [--batch 16] [--zdim 8] [--threads 1,2]. FLOPs: 2 a multiply-add; forward, gradient of inputs, gradient of weights.
// Images a second of CPU time tell the kernels' speed where other programs share the cores.
import { parseArgs } from 'node:util';
import type { EncodingTable, ImageBatch, ModelSpec, Weights } from '../src/engine/engine.ts';
import { decoderChain, encoderChain } from '../src/engine/parameters.ts';
import { makeSliceLayout } from '../src/engine/slices.ts';
import { openWasmEngine } from '../src/engine/wasm/engine.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    box: { type: 'string', default: '32' },
    dim: { type: 'string', default: '128' },
    layers: { type: 'string', default: '3' },
    batch: { type: 'string', default: '16' },
    zdim: { type: 'string', default: '8' },
    threads: { type: 'string', default: '1,2' },
  },
});
const [seconds, box, dim, layers, batch, zDim] = [
  values.seconds,
  values.box,
  values.dim,
  values.layers,
  values.batch,
  values.zdim,
].map(Number);

/** Small numbers that look random; the same every time. */
function* numbers(): Generator<number, never> {
  let state = 1;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 31 - 1;
  }
}
const source = numbers();
const array = (length: number, scale: number) => Float32Array.from({ length }, () => source.next().value * scale);

const spec: ModelSpec = {
  boxPixels: box,
  zDim,
  domain: 'fourier',
  activation: 'relu',
  decoderLayers: layers,
  decoderDim: dim,
  encoderLayers: layers,
  encoderDim: dim,
  encoderMaskRadius: box / 2,
};
const waves = (3 * box) / 2;
const half = array(waves * 3, box / 2);
const encoding: EncodingTable = {
  waveVectors: Float32Array.from([...half, ...half]),
  isCosine: Uint8Array.from({ length: 2 * waves }, (_, j) => (j < waves ? 0 : 1)),
};
const slices = makeSliceLayout(spec);
const decoder = decoderChain(spec, 2 * waves);
const encoder = encoderChain(spec, slices.encoderInputs) ?? [];
const weights: Weights = new Map();
for (const { name, inputs, outputs } of [...encoder, ...decoder]) {
  weights.set(`${name}.weight`, { shape: [outputs, inputs], data: array(outputs * inputs, 1 / Math.sqrt(inputs)) });
  weights.set(`${name}.bias`, { shape: [outputs], data: array(outputs, 1 / Math.sqrt(inputs)) });
}
const points = slices.lattice.points;
const images: ImageBatch = {
  count: batch,
  images: array(batch * points, 1),
  rotations: Float32Array.from({ length: batch * 9 }, (_, i) => [1, 0, 0, 0, 0.6, 0.8, 0, -0.8, 0.6][i % 9]),
  translations: array(batch * 2, 0.05),
  ctf: Float32Array.from({ length: batch * 9 }, (_, i) => [box, 4, 15000, 14000, 30, 300, 2.7, 0.1, 0][i % 9]),
  noise: array(batch * zDim, 1),
};
const size = (chain: { inputs: number; outputs: number }[], skipFirst: boolean) =>
  chain.reduce((sum, l, i) => sum + l.inputs * l.outputs * (i === 0 && skipFirst ? 2 : 3), 0);
const flopsOfImage = 2 * (slices.rowsPerImage * size(decoder, true) + size(encoder, true));

for (const threads of values.threads.split(',').map(Number)) {
  const engine = await openWasmEngine({ threads });
  const model = await engine.createModel(spec, encoding, { weights });
  const options = { learningRate: 1e-4, weightDecay: 0, beta: zDim > 0 ? 1 / zDim : 0 };
  for (const warmUp = performance.now(); performance.now() - warmUp < 1000;) await model.trainStep(images, options);
  await model.takeLosses();
  const rates: number[] = [];
  const cpu = process.cpuUsage();
  for (const start = performance.now(); performance.now() - start < 1000 * seconds;) {
    const before = performance.now();
    await model.trainStep(images, options);
    rates.push(batch / ((performance.now() - before) / 1000));
  }
  rates.sort((a, b) => a - b);
  const at = (q: number) => rates[Math.min(rates.length - 1, Math.floor(q * rates.length))];
  const losses = await model.takeLosses();
  const { user, system } = process.cpuUsage(cpu);
  const cpuRate = (batch * rates.length) / ((user + system) / 1e6);
  console.log(
    `${engine.device.description}: ${at(0.5).toFixed(0)} images/s median (best ${at(1).toFixed(0)}), ` +
      `${((at(0.5) * flopsOfImage) / 1e9).toFixed(1)} GFLOP/s (best ${((at(1) * flopsOfImage) / 1e9).toFixed(1)}), ` +
      `${cpuRate.toFixed(0)} images a second of CPU time, ` +
      `${(model.memoryBytes() / 2 ** 20).toFixed(0)} MB, loss ${losses.total.toFixed(4)}`,
  );
  model.dispose();
  engine.dispose();
}
