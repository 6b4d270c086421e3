// Ab initio on the reference data, row by row of what it owes: npx tsx bench/abinit.ts PART [--seed 0] [--device cpu]
//     [--epochs 30] [--start em|random] [--classes N] [--patience 1] [--every 5]
//   search   rigid searched against a field trained at its true poses: accuracy, direct against interpolated, seconds
//   rigid    rigid from its images alone, by the job as it stands: poses, shifts, FSC of the field's map to the truth, seconds
//   toy      toy_projections.mrcs (noise-free, no CTF) likewise
//   hinge    hinge heterogeneous from its images alone: Spearman of the state with neighbours in z
//   noise    the start on as many images of pure noise: its log-likelihood gain, beside which a real one is read
// The data lie in ../shared/reference or VITRINE_REFERENCE.
import { boxPixelsOf } from '../src/field/kinds.ts';
import { newRunRecord } from '../src/jobs/new-run.ts';
import { countedInOriginal, everyRow } from '../src/base/particle-identity.ts';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Engine } from '../src/engine/engine.ts';
import { openEngineInNode } from '../src/engine/node/dawn.ts';
import { decodeVolume } from '../src/field/volume.ts';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';
import { openMrcStack } from '../src/formats/mrc.ts';
import { readMrcVolume } from '../src/formats/mrc-volume.ts';
import { openFileBlob } from '../src/formats/node/file-blob.ts';
import type { Poses } from '../src/formats/particles.ts';
import { Random } from '../src/geometry/random.ts';
import { rotationDistanceSquared } from '../src/geometry/rotation.ts';
import type { HartleyImages } from '../src/imaging/hartley-images.ts';
import { PortionSearch } from '../src/inference/ab-initio/portion-search.ts';
import { findStart } from '../src/inference/em-start/start.ts';
import { initialCheckpoint } from '../src/inference/start.ts';
import { train } from '../src/inference/train.ts';
import { abInitioPlan, unknownPoses } from '../src/jobs/abinit-job.ts';
import { loadModel } from '../src/jobs/decode-job.ts';
import { prepareParticles } from '../src/jobs/prepare.ts';
import { trainRun } from '../src/jobs/train-job.ts';
import { fieldOfRun, planFrom, writeRunFolder, type RunParticles } from '../src/jobs/run-particles.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import type { RunRecord } from '../src/library/run-record.ts';
import { RunFolder } from '../src/library/runs.ts';
import { AB_INITIO_DEFAULTS, validateParams, type Params } from '../src/params/params.ts';
import { resolutionPixels, resolutionShellPixels } from '../src/validation/fsc.ts';
import { scoreLatents } from '../src/validation/latent-score.ts';
import { alignedFsc, alignMaps } from '../src/validation/map-alignment.ts';
import { poseError, shiftError } from '../src/validation/pose-error.ts';

const { values: asked, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '0' },
    device: { type: 'string', default: 'cpu' },
    epochs: { type: 'string' },
    start: { type: 'string', default: 'em' },
    every: { type: 'string' },
    classes: { type: 'string' },
    patience: { type: 'string' },
  },
});
const root = process.env['VITRINE_REFERENCE'] ?? resolve(import.meta.dirname, '../../shared/reference');
const seed = Number(asked.seed);
const device = asked.device as Params['device'];

interface Set {
  images: HartleyImages;
  poses: Poses;
  ctf: Float32Array | null;
}
async function load(stack: string, posesFile: string, ctfFile: string | null): Promise<Set> {
  const at = (path: string) => resolve(root, path);
  const { reader } = await openMrcStack({ path: stack, blob: openFileBlob(at(stack)) });
  const images = await prepareParticles(new MemoryStorage(), reader, stack, {
    ...{ boxPixels: reader.boxPixels, invert: true, window: true, windowRadius: 0.85 },
  });
  const poses = readCryodrgnPickle(readFileSync(at(posesFile)), posesFile);
  const ctf = ctfFile ? readCryodrgnPickle(readFileSync(at(ctfFile)), ctfFile) : null;
  if (poses.kind !== 'poses') throw new Error(`${posesFile} holds ${poses.kind}`);
  return { images, poses: poses.poses, ctf: ctf?.kind === 'ctf' ? ctf.ctf : null };
}
const rigid = () => load('rigid/particles.mrcs', 'rigid/poses.pkl', 'rigid/ctf.pkl');

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1);
const median = (values: ArrayLike<number>) => Array.from(values).sort((a, b) => a - b)[values.length >> 1];
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

function recordOf(params: Params, set: Set): RunRecord {
  const { count, boxPixels } = set.images;
  return newRunRecord({
    name: 'bench',
    params: { ...params, boxPixels },
    set: {
      ...{ datasetId: '', datasetName: '', files: null, particles: count },
      ...{ imagePixels: boxPixels, pixelSizeAngstrom: 1, fingerprint: '' },
    },
  });
}

/** An ab initio run by the job itself. */
async function abInitio(engine: Engine, set: Set, changes: Partial<Params>) {
  const started = performance.now();
  const params = validateParams({
    ...{ ...AB_INITIO_DEFAULTS, seed, device, decoderDim: 128, encoderDim: 128 },
    ...(asked.start !== 'em' && { start: asked.start as Params['start'] }),
    ...(asked.classes !== undefined && { classes: Number(asked.classes) }),
    ...(asked.patience !== undefined && { patience: Number(asked.patience) }),
    ...(asked.every !== undefined && { searchEvery: Number(asked.every) }),
    ...changes,
    ...(asked.epochs !== undefined && { epochs: Number(asked.epochs) }),
  });
  const { count } = set.images;
  const particles: RunParticles = {
    images: set.images,
    poses: unknownPoses(count),
    ctf: set.ctf,
    optics: null,
    originalIndex: countedInOriginal(everyRow(count)),
  };
  const run = new RunFolder(new MemoryStorage(), '');
  const record = recordOf(params, set);
  await run.writeRecord(record);
  await writeRunFolder(run, record, particles);
  let told = '';
  let steps = 0;
  await trainRun(
    run,
    () => Promise.resolve(engine),
    particles,
    {},
    {
      onEvent(event) {
        if (event.type === 'started') told = `start ${seconds(started)} s`;
        if (event.type === 'poses' && event.report.stage !== 'search' && ++steps % 40 === 0)
          console.log(`  ${seconds(started)} s: ${event.report.message}; ${event.report.classes.join(' ')}`);
        if (event.type === 'poses' && event.report.stage === 'search')
          console.log(
            `  ${seconds(started)} s: ${event.report.message}, ${event.report.moving?.toFixed(3) ?? '–'} moved`,
          );
      },
    },
  );
  const poses = (await run.poses(params.epochs))!;
  const first = (await run.poses(0))!;
  console.log(`${told}, in all ${seconds(started)} s`);
  return { run, poses, first };
}

function tellPoses(name: string, found: Poses, set: Set) {
  const error = poseError(found.rotations, set.poses.rotations);
  const { boxPixels, count } = set.images;
  const zeros = new Float32Array(2 * count);
  const shifts = shiftError(
    found.translations ?? zeros,
    set.poses.translations ?? zeros,
    set.poses.rotations,
    error.errors,
    boxPixels,
  );
  console.log(
    `${name}: squared Frobenius median ${error.medianSquaredError.toFixed(4)}, mean ${error.meanSquaredError.toFixed(4)}; ` +
      `${(100 * error.within10Degrees).toFixed(1)} % within 10°; shifts median ${shifts.medianPixels.toFixed(2)} px; ${error.hand} hand`,
  );
  return { error, shifts };
}

async function search(engine: Engine): Promise<void> {
  const set = await rigid();
  const params = validateParams({ zDim: 0, decoderDim: 128, epochs: 40, batchSize: 8, seed, device });
  const field = fieldOfRun(recordOf(params, set), {});
  const begun = performance.now();
  const checkpoint = await train({
    ...{ plan: planFrom(params, field), data: set, engine, control: {}, onEvent: () => undefined },
    start: initialCheckpoint(field, seed),
  });
  console.log(`a field of 128×3 learned at the true poses in ${seconds(begun)} s`);
  const model = await engine.createModel(checkpoint.field, { weights: checkpoint.weights });
  const shard = await set.images.readShard(0);
  const drawn = { indices: Uint32Array.from({ length: set.images.count }, (_, i) => i), values: shard.values };
  const cases: [string, Partial<Params>][] = [
    ['interpolated, ±3 px by 7×7', { shiftExtent: 3, shiftGrid: 7, polish: 0 }],
    ['the same, and off the grid', { shiftExtent: 3, shiftGrid: 7 }],
    ['interpolated, thesis defaults (±10 px by 14×14)', { shiftExtent: 10, polish: 0 }],
    ['direct, ±3 px by 7×7', { shiftExtent: 3, shiftGrid: 7, slices: 'direct', polish: 0 }],
    [
      'branch and bound, ±3 px by 9×8',
      {
        shiftExtent: 3,
        baseGridDegrees: '30',
        searchLevels: 5,
        keptPoses: 24,
        searchMethod: 'branch-and-bound',
        polish: 0,
      },
    ],
  ];
  for (const [name, changes] of cases) {
    const plan = abInitioPlan(validateParams({ ...params, ...changes, method: 'ab-initio' }), planFrom(params, field));
    const poses = unknownPoses(set.images.count);
    const portion = await PortionSearch.open(engine, plan, { ...set, poses });
    const since = performance.now();
    await portion.search(drawn, model, 1);
    const took = seconds(since);
    portion.dispose();
    const errors = Float32Array.from({ length: set.images.count }, (_, i) =>
      rotationDistanceSquared(poses.rotations, set.poses.rotations, 9 * i, 9 * i),
    );
    const pixels = Float32Array.from({ length: set.images.count }, (_, i) =>
      Math.hypot(...[0, 1].map((a) => 32 * (poses.translations![2 * i + a] - set.poses.translations![2 * i + a]))),
    );
    console.log(
      `${name}: ${took} s; squared Frobenius median ${median(errors).toFixed(4)}, mean ${mean(errors).toFixed(4)}; ` +
        `shifts median ${median(pixels).toFixed(2)} px`,
    );
  }
  model.dispose();
}

async function rigidAlone(engine: Engine): Promise<void> {
  const set = await rigid();
  const { run, poses, first } = await abInitio(engine, set, { shiftExtent: 3, shiftGrid: 7 });
  tellPoses('start', first, set);
  const { error, shifts } = tellPoses('end', poses, set);
  const { model, field } = await loadModel(engine, run, null);
  const map = await decodeVolume(model, null, boxPixelsOf(field), set.images.standardDeviation);
  model.dispose();
  const truth = await readMrcVolume({ path: 'truth.mrc', blob: openFileBlob(resolve(root, 'rigid/truth.mrc')) });
  const box = truth.boxPixels;
  const aligned = alignMaps(map, truth.values, box, {
    start: error.alignment,
    hand: error.hand,
    search: { offsetPixels: shifts.offsetPixels },
  });
  const curve = alignedFsc(map, truth.values, box, aligned);
  console.log(`FSC to truth.mrc: ${Array.from(curve.values, (v) => v.toFixed(3)).join(' ')}`);
  console.log(
    `crosses 0.5 at ${resolutionPixels(curve).toFixed(2)} px (shell: ${resolutionShellPixels(curve).toFixed(2)})`,
  );
}

async function toy(engine: Engine): Promise<void> {
  const set = await load('files/toy_projections.mrcs', 'files/toy_angles.pkl', null);
  const { poses, first } = await abInitio(engine, set, { shiftGrid: 7 });
  tellPoses('start', first, set);
  tellPoses('end', poses, set);
}

async function hinge(engine: Engine): Promise<void> {
  const set = await load('hinge/particles.mrcs', 'hinge/poses.pkl', 'hinge/ctf.pkl');
  const { run, poses, first } = await abInitio(engine, set, { zDim: 8, shiftExtent: 3, shiftGrid: 7 });
  tellPoses('start', first, set);
  tellPoses('end', poses, set);
  const labels = readFileSync(resolve(root, 'hinge/labels.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => Number(row.split(',')[0]));
  const epochs = await run.epochs();
  for (const epoch of epochs.filter((e) => e % 10 === 0 || e === epochs.at(-1))) {
    const latents = await run.latents(epoch);
    console.log(`epoch ${epoch}: ${JSON.stringify(await scoreLatents(latents!.mu, 8, Float32Array.from(labels)))}`);
  }
}

async function noise(engine: Engine): Promise<void> {
  const set = await rigid();
  const shard = await set.images.readShard(0);
  const random = new Random(seed);
  const images: HartleyImages = {
    ...set.images,
    count: set.images.count,
    boxPixels: set.images.boxPixels,
    points: set.images.points,
    shardSize: set.images.shardSize,
    standardDeviation: 1,
    readShard: () => Promise.resolve({ first: 0, count: shard.count, values: noiseLike(shard.values, random) }),
  };
  for (const [name, of] of [
    ['rigid', set.images],
    ['noise', images],
  ] as const) {
    const plan = { seed, starts: 1, classes: 1, baseLevel: 2, shiftExtent: 3 };
    const { evidence } = await findStart(engine, { images: of, ctf: set.ctf }, plan);
    console.log(`${name}: log-likelihood gain an image ${evidence.toFixed(1)}`);
  }
}
let kept: Float32Array | null = null;
function noiseLike(values: Float32Array, random: Random): Float32Array {
  kept ??= random.fillNormal(new Float32Array(values.length));
  return kept;
}

const parts: Record<string, (engine: Engine) => Promise<void>> = { search, rigid: rigidAlone, toy, hinge, noise };
const part = positionals[0] ?? '';
if (!(part in parts)) throw new Error(`which part? ${Object.keys(parts).join(', ')}`);
const engine = await openEngineInNode({ device });
console.log(`${part}, seed ${seed}: ${engine.device.description}`);
await parts[part](engine);
engine.dispose();
