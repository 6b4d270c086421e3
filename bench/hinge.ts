// Quality on the reference set `hinge`: trains as cryoDRGN was trained on it (128×3, zdim 8, 20 epochs, batch 16, lr 1e-4)
// and scores latents and maps against the truth: npx tsx bench/hinge.ts [--seed 0] [--epochs 20] [--maker wasm|tfjs]
// The data lie in ../shared/reference or VITRINE_REFERENCE.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { EngineKind } from '../src/engine/engine.ts';
import { openEngine } from '../src/engine/choose.ts';
import { fieldFromParams } from '../src/field/kinds.ts';
import { decodeVolume } from '../src/field/volume.ts';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';
import { openMrcStack } from '../src/formats/mrc.ts';
import { readMrcVolume } from '../src/formats/mrc-volume.ts';
import { openFileBlob } from '../src/formats/node/file-blob.ts';
import { initialCheckpoint } from '../src/inference/start.ts';
import { train } from '../src/inference/train.ts';
import { planFrom } from '../src/jobs/run-particles.ts';
import { prepareParticles } from '../src/jobs/prepare.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { validateParams } from '../src/params/params.ts';
import { scoreLatents } from '../src/validation/latent-score.ts';
import { scoreMaps } from '../src/validation/map-score.ts';

const { values: asked } = parseArgs({
  options: {
    seed: { type: 'string', default: '0' },
    epochs: { type: 'string', default: '20' },
    maker: { type: 'string', default: 'wasm' },
  },
});
const root = process.env['VITRINE_REFERENCE'] ?? resolve(import.meta.dirname, '../../shared/reference');
const at = (path: string) => resolve(root, 'hinge', path);
const file = (path: string) => ({ path, blob: openFileBlob(at(path)) });

const params = validateParams({
  zDim: 8,
  encoderDim: 128,
  decoderDim: 128,
  epochs: Number(asked.epochs),
  batchSize: 16,
  seed: Number(asked.seed),
});
const { reader } = await openMrcStack(file('particles.mrcs'));
const boxPixels = reader.boxPixels;
const images = await prepareParticles(new MemoryStorage(), reader, 'hinge', {
  boxPixels,
  invert: params.invertData,
  window: params.window,
  windowRadius: params.windowRadius,
});
const poses = readCryodrgnPickle(readFileSync(at('poses.pkl')), 'poses.pkl');
const ctf = readCryodrgnPickle(readFileSync(at('ctf.pkl')), 'ctf.pkl');
if (poses.kind !== 'poses' || ctf.kind !== 'ctf') throw new Error('poses.pkl or ctf.pkl is not what it says');

const engine = await openEngine({ device: 'cpu', maker: asked.maker as EngineKind });
console.log(`hinge, seed ${asked.seed}, ${engine.device.engine} engine: ${engine.device.description}`);
const field = fieldFromParams(params, boxPixels);
const checkpoint = await train({
  plan: planFrom(params, field),
  data: { images, poses: poses.poses, ctf: ctf.ctf },
  engine,
  control: {},
  start: initialCheckpoint(field, params.seed),
  onEvent(event) {
    if (event.type !== 'epoch') return;
    const { epoch, reconstruction, kl, imagesPerSecond } = event.summary;
    const losses = `reconstruction ${reconstruction.toFixed(4)}, KL ${kl.toFixed(2)}`;
    console.log(`epoch ${epoch}: ${losses}, ${imagesPerSecond.toFixed(0)} images/s`);
  },
});

const states = readFileSync(at('labels.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => Number(line.split(',')[0]));
const mu = checkpoint.latents?.mu ?? new Float32Array();
const latents = await scoreLatents(mu, params.zDim, states);
const model = await engine.createModel(checkpoint.field, checkpoint);
const pairs: [Float32Array, Float32Array][] = [];
for (const pick of readFileSync(at('cryodrgn/picks.txt'), 'utf8').trim().split(',').map(Number)) {
  const z = mu.slice(pick * params.zDim, (pick + 1) * params.zDim);
  const truth = await readMrcVolume(file(`truth/truth_${String(states[pick]).padStart(3, '0')}.mrc`));
  pairs.push([await decodeVolume(model, z, boxPixels, images.standardDeviation), truth.values]);
}
const maps = scoreMaps(pairs, boxPixels);
console.log(
  `seed ${asked.seed}: Spearman PC1 ${latents.spearmanPc1.toFixed(3)}, neighbours ${latents.spearmanNeighbours.toFixed(3)}; ` +
    `FSC area ${maps.fscArea.toFixed(3)}, resolution ${maps.resolutionPixels.toFixed(2)} px (sd ${maps.resolutionPixelsDeviation.toFixed(2)})`,
);
model.dispose();
engine.dispose();
