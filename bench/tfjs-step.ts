// Training speed of the tfjs engine on the CPU: `npx tsx bench/tfjs-step.ts [boxPixels] [width] [batch]`. The default is the
// size of issue 2's aim: D = 32, 128×3, zdim 8, batch 16. Wall time and processor time, median of rounds.
import type { ModelSpec } from '../src/engine/engine.ts';
import { openTfjsEngine } from '../src/engine/tfjs/engine.ts';
import { makeEncoding } from '../src/field/encodings.ts';
import { initialWeights } from '../src/field/initialise.ts';
import { Random } from '../src/geometry/random.ts';
import { syntheticBatch } from './synthetic-step.ts';

const [boxPixels = 32, width = 128, count = 16] = process.argv.slice(2).map(Number);
const spec: ModelSpec = {
  boxPixels,
  zDim: 8,
  domain: 'fourier',
  activation: 'relu',
  decoderLayers: 3,
  decoderDim: width,
  encoderLayers: 3,
  encoderDim: width,
  encoderMaskRadius: boxPixels / 2,
};
const random = new Random(0);
const encoding = makeEncoding({ type: 'gaussian', frequencies: null, sigma: 0.5 }, boxPixels, random);
const engine = await openTfjsEngine();
const model = await engine.createModel(spec, encoding, { weights: initialWeights(spec, encoding, random) });
const batch = syntheticBatch(spec, count, 1);
const options = { learningRate: 1e-4, weightDecay: 0, beta: 1 / 8 };
for (let i = 0; i < 3; i++) await model.trainStep(batch, options);

const wall: number[] = [];
const processor: number[] = [];
for (let i = 0; i < 15; i++) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await model.trainStep(batch, options);
  wall.push(performance.now() - start);
  const used = process.cpuUsage(cpu);
  processor.push((used.user + used.system) / 1000);
}
const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
const milliseconds = median(wall);
console.log(
  `${engine.device.description}: D=${boxPixels} ${width}×3 batch ${count}: ${milliseconds.toFixed(1)} ms a step ` +
    `(${median(processor).toFixed(1)} ms of processor time), ${((1000 * count) / milliseconds).toFixed(1)} images/s`,
);
console.log((await model.takeLosses()).reconstruction);
engine.dispose();
