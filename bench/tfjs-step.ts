// Training speed of the tfjs engine: `npx tsx bench/tfjs-step.ts [cpu|gpu] [boxPixels] [width] [batch]`. The default is its
// wasm backend at the size of issue 2's aim: D = 32, 128×3, zdim 8, batch 16. Wall time and processor time a step, medians;
// on a graphics processor four steps are one round, which is waited for.
import type { ModelSpec } from '../src/engine/engine.ts';
import { openEngineInNode } from '../src/engine/node/dawn.ts';
import { makeEncoding } from '../src/field/encodings.ts';
import { initialWeights } from '../src/field/initialise.ts';
import { Random } from '../src/geometry/random.ts';
import { syntheticBatch } from './synthetic-step.ts';

const words = process.argv.slice(2);
const device = words[0] === 'gpu' || words[0] === 'cpu' ? words[0] : 'cpu';
const [boxPixels = 32, width = 128, count = 16] = words.filter((word) => word !== device).map(Number);
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
const engine = await openEngineInNode({ device, maker: 'tfjs' });
const model = await engine.createModel(spec, encoding, { weights: initialWeights(spec, encoding, random) });
const batch = syntheticBatch(spec, count, 1);
const options = { learningRate: 1e-4, weightDecay: 0, beta: 1 / 8 };
/** Steps a round: waiting for a graphics processor after each would measure the way there and back. */
const steps = device === 'gpu' ? 4 : 1;
let reconstruction = 0;
const round = async () => {
  for (let i = 0; i < steps; i++) await model.trainStep(batch, options);
  ({ reconstruction } = await model.takeLosses());
};
for (let i = 0; i < 3; i++) await round();

const wall: number[] = [];
const processor: number[] = [];
const started = performance.now();
for (let i = 0; i < 15 && (i < 3 || performance.now() - started < 20_000); i++) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await round();
  wall.push((performance.now() - start) / steps);
  const used = process.cpuUsage(cpu);
  processor.push((used.user + used.system) / 1000 / steps);
}
const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
const milliseconds = median(wall);
console.log(
  `${engine.device.description}: D=${boxPixels} ${width}×3 batch ${count}: ${milliseconds.toFixed(1)} ms a step ` +
    `(${median(processor).toFixed(1)} ms of processor time), ${((1000 * count) / milliseconds).toFixed(1)} images/s`,
);
console.log(reconstruction);
engine.dispose();
