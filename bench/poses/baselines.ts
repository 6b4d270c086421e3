// Two ways of finding poses that are known to fail, for the benchmark alone; the program offers neither. Both learn a small
// field (gaussian encoding, 64×2) from images whose poses nobody knows, by the gradient of Σ (CTF·ŷ − y)² at |k| ≤ 8 px:
//   gradient  six numbers of a rotation and a shift an image, free, from random starts (shifts from 0), moved by Adam
//   encoder   an MLP from the image to those eight numbers, trained end to end with the field
// They are expected to fail, as in Zhong's thesis (table 5.2): the loss has many minima in a pose, and neither leaves the one
// it is in. Amortised poses: Levy et al. 2022 (cryoAI), who add a convolutional encoder and a symmetrised loss to get
// through; this plain form has neither.
//   npx tsx bench/poses/baselines.ts [--set rigid] [--seed 0] [--epochs 20] [--method gradient|encoder]
//     [--start random|near] [--pose-rate 0.1]
// --start near --method gradient --pose-rate 0.02 is the control: free poses from the truth turned by about 20°, which the
// same code has to improve.
// The data lie in ../shared/reference or VITRINE_REFERENCE.
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ADAM, adamStep } from '../../src/engine/tfjs/adam.ts';
import { startWasmBackend } from '../../src/engine/tfjs/backend.ts';
import { FlatLayout } from '../../src/engine/tfjs/flat.ts';
import { makeEncoding } from '../../src/field/network/encodings.ts';
import { readCryodrgnPickle } from '../../src/formats/cryodrgn-pickles.ts';
import { openMrcStack } from '../../src/formats/mrc.ts';
import { openFileBlob } from '../../src/formats/node/file-blob.ts';
import { multiplyRotations } from '../../src/geometry/local-rotations.ts';
import { Random } from '../../src/geometry/random.ts';
import { matrixFromRotationVector, randomRotations, rotationDistanceSquared } from '../../src/geometry/rotation.ts';
import { ctfAtPoints } from '../../src/imaging/ctf.ts';
import { makeLattice } from '../../src/imaging/lattice.ts';
import { prepareParticles } from '../../src/jobs/prepare.ts';
import { MemoryStorage } from '../../src/library/memory.ts';
import { validateParams } from '../../src/params/params.ts';
import { poseError, shiftError } from '../../src/validation/pose-error.ts';
import { chain, halfPlane, network, orthonormalRows, sliceLoss, type Targets } from './slices.ts';

const BAND_PIXELS = 8;
const BATCH = 16;
const FIELD_RATE = 1e-3;
/** Numbers of a pose: two rows of a rotation, unnormalised, and a shift in pixels. */
const POSE = 8;
/** Standard deviation about each axis of the control's starts: 20° as a median. */
const NEAR_RADIANS = 0.23;

const { values: asked } = parseArgs({
  options: {
    set: { type: 'string', default: 'rigid' },
    seed: { type: 'string', default: '0' },
    epochs: { type: 'string', default: '20' },
    method: { type: 'string' },
    start: { type: 'string', default: 'random' },
    'pose-rate': { type: 'string', default: '0.1' },
  },
});
const seed = Number(asked.seed);
const epochs = Number(asked.epochs);
const root = process.env['VITRINE_REFERENCE'] ?? resolve(import.meta.dirname, '../../../shared/reference');
const at = (path: string) => resolve(root, asked.set, path);

const params = validateParams({ seed });
const { reader } = await openMrcStack({ path: 'particles.mrcs', blob: openFileBlob(at('particles.mrcs')) });
const { boxPixels, count } = reader;
const images = await prepareParticles(new MemoryStorage(), reader, asked.set, {
  boxPixels,
  invert: params.invertData,
  window: params.window,
  windowRadius: params.windowRadius,
});
const truth = readCryodrgnPickle(readFileSync(at('poses.pkl')), 'poses.pkl');
const ctf = readCryodrgnPickle(readFileSync(at('ctf.pkl')), 'ctf.pkl');
if (truth.kind !== 'poses' || ctf.kind !== 'ctf') throw new Error('poses.pkl or ctf.pkl is not what it says');
const { rotations, translations } = truth.poses;

await startWasmBackend({});
const lattice = makeLattice(boxPixels, BAND_PIXELS);
const encoding = makeEncoding({ type: 'gaussian', frequencies: null, sigma: 0.5 }, boxPixels, new Random(seed, 1));
const plane = halfPlane(lattice, encoding);
const band = await bandImages(ctf.ctf);

/** Images within the band: complex values and CTF on one half (count×points), and what an encoder sees of them. */
async function bandImages(microscopes: Float32Array) {
  const { points } = plane;
  const whole = makeLattice(boxPixels);
  const placeOf = new Map(Array.from(whole.index, (index, place) => [index, place]));
  const places = Array.from(lattice.index, (index) => placeOf.get(index) as number);
  const made = () => new Float32Array(count * points);
  const [real, imaginary, transfer] = [made(), made(), made()];
  const seen = new Float32Array(count * lattice.points);
  const values = new Float32Array(lattice.points);
  for (let shard = 0; shard * images.shardSize < count; shard++) {
    const read = await images.readShard(shard);
    for (let i = 0; i < read.count; i++) {
      const image = read.first + i;
      ctfAtPoints(microscopes.subarray(9 * image, 9 * image + 9), lattice, values);
      for (let p = 0; p < points; p++) {
        const here = read.values[i * whole.points + places[p]];
        const there = read.values[i * whole.points + places[lattice.mirror[p]]];
        real[image * points + p] = (here + there) / 2;
        imaginary[image * points + p] = (there - here) / 2;
        transfer[image * points + p] = values[p];
        seen[image * lattice.points + p] = here * Math.sign(values[p]);
        seen[image * lattice.points + lattice.mirror[p]] = there * Math.sign(values[p]);
      }
    }
  }
  return { real, imaginary, ctf: transfer, seen };
}

/** Rows `chosen` of a table. */
function gather(table: Float32Array, chosen: Uint32Array): tf.Tensor2D {
  const width = table.length / count;
  const out = new Float32Array(chosen.length * width);
  chosen.forEach((row, i) => out.set(table.subarray(row * width, (row + 1) * width), i * width));
  return tf.tensor2d(out, [chosen.length, width]);
}

const targetsOf = (chosen: Uint32Array): Targets => ({
  real: tf.transpose(gather(band.real, chosen)),
  imaginary: tf.transpose(gather(band.imaginary, chosen)),
  ctf: tf.transpose(gather(band.ctf, chosen)),
});

const decoder = chain('decoder', encoding.isCosine.length, 64, 2, 2);

/** PyTorch's start of linear layers, and Adam's zeros. */
function startedAdam(layout: FlatLayout, random: Random) {
  const drawn = layout.layers.flatMap(({ inputs, outputs }) =>
    Array.from({ length: (inputs + 1) * outputs }, () => (2 * random.uniform() - 1) / Math.sqrt(inputs)),
  );
  const zeros = () => tf.zeros<tf.Rank.R1>([layout.size]);
  return { steps: 0, parameters: tf.tensor1d(drawn), first: zeros(), second: zeros() };
}

/** Runs the epochs; `step` learns from a batch and returns its loss. */
async function learn(name: string, random: Random, step: (chosen: Uint32Array) => Promise<number>): Promise<void> {
  const began = performance.now();
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = random.permutation(count);
    let sum = 0;
    for (let from = 0; from < count; from += BATCH) {
      const chosen = order.subarray(from, from + BATCH);
      sum += chosen.length * (await step(chosen));
    }
    const seconds = (performance.now() - began) / 1000;
    console.log(`${name}, epoch ${epoch}: loss ${(sum / count).toFixed(4)}, ${seconds.toFixed(0)} s`);
  }
}

async function byGradient(): Promise<Float32Array> {
  const random = new Random(seed, 2);
  const layout = new FlatLayout([decoder]);
  const field = startedAdam(layout, random);
  const poses = startingPoses(random);
  report('start', (await posesFrom(poses)).found, null);
  const rate = Number(asked['pose-rate']);
  // Each image is met once an epoch, so its Adam has taken as many steps as there were epochs.
  const first = new Float32Array(poses.length);
  const second = new Float32Array(poses.length);
  const steps = new Uint32Array(count);
  await learn('gradient', random, async (chosen) => {
    const [loss, byWeights, byPoses] = tf.tidy(() => {
      const targets = targetsOf(chosen);
      const { value, grads } = tf.valueAndGrads((weights, pose) =>
        sliceLoss(plane, layout.split(weights as tf.Tensor1D), pose as tf.Tensor2D, targets),
      )([field.parameters, gather(poses, chosen)]);
      return [value, ...grads];
    });
    adamStep(field, byWeights as tf.Tensor1D, FIELD_RATE, 0);
    const gradient = await byPoses.data();
    chosen.forEach((image, i) => {
      const step = ++steps[image];
      for (let k = 0; k < POSE; k++) {
        const [j, g] = [image * POSE + k, gradient[i * POSE + k]];
        first[j] = ADAM.beta1 * first[j] + (1 - ADAM.beta1) * g;
        second[j] = ADAM.beta2 * second[j] + (1 - ADAM.beta2) * g * g;
        const mean = first[j] / (1 - ADAM.beta1 ** step);
        poses[j] -= (rate * mean) / (Math.sqrt(second[j] / (1 - ADAM.beta2 ** step)) + ADAM.epsilon);
      }
    });
    const [value] = await loss.data();
    tf.dispose([loss, byWeights, byPoses]);
    return value;
  });
  return poses;
}

function startingPoses(random: Random): Float32Array {
  const near = asked.start === 'near';
  const start = near ? disturbed(rotations, random) : randomRotations(random, count);
  const poses = new Float32Array(count * POSE);
  for (let i = 0; i < count; i++) poses.set(start.subarray(9 * i, 9 * i + 6), i * POSE);
  return poses;
}

function disturbed(from: Float32Array, random: Random): Float32Array {
  const out = new Float32Array(from.length);
  const turn = new Float64Array(9);
  for (let i = 0; i < from.length; i += 9) {
    const [x, y, z] = [0, 1, 2].map(() => NEAR_RADIANS * random.normal());
    matrixFromRotationVector(x, y, z, turn, 0);
    multiplyRotations({ a: from, aAt: i }, { b: turn, bAt: 0 }, { out, outAt: i });
  }
  return out;
}

async function byEncoder(): Promise<Float32Array> {
  const random = new Random(seed, 3);
  const encoder = chain('encoder', lattice.points, 128, 2, POSE);
  const layout = new FlatLayout([encoder, decoder]);
  const adam = startedAdam(layout, random);
  await learn('encoder', random, async (chosen) => {
    const [loss, gradient] = tf.tidy(() => {
      const targets = targetsOf(chosen);
      const seen = gather(band.seen, chosen);
      const { value, grads } = tf.valueAndGrads((weights) => {
        const layers = layout.split(weights as tf.Tensor1D);
        const poses = network(seen, layers.slice(0, encoder.length));
        return sliceLoss(plane, layers.slice(encoder.length), poses, targets);
      })([adam.parameters]);
      return [value, ...grads];
    });
    adamStep(adam, gradient as tf.Tensor1D, FIELD_RATE, 0);
    const [value] = await loss.data();
    tf.dispose([loss, gradient]);
    return value;
  });
  const everything = tf.tensor2d(band.seen, [count, lattice.points]);
  const poses = tf.tidy(() => network(everything, layout.split(adam.parameters).slice(0, encoder.length)));
  return Float32Array.from(await poses.data());
}

/** N×9 rotations and N×2 translations (fractions of the box) of N×8 pose numbers. */
async function posesFrom(numbers: Float32Array) {
  const [first, second] = orthonormalRows(tf.tensor2d(numbers, [count, POSE]));
  const [a, b] = [await first.data(), await second.data()];
  const found = new Float32Array(count * 9);
  const shifts = new Float32Array(count * 2);
  for (let i = 0; i < count; i++) {
    const [ax, ay, az] = a.subarray(3 * i, 3 * i + 3);
    const [bx, by, bz] = b.subarray(3 * i, 3 * i + 3);
    found.set([ax, ay, az, bx, by, bz, ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], 9 * i);
    for (let axis = 0; axis < 2; axis++) shifts[2 * i + axis] = numbers[i * POSE + 6 + axis] / boxPixels;
  }
  return { found, shifts };
}

function report(name: string, found: Float32Array, shifts: Float32Array | null): void {
  const error = poseError(found, rotations);
  const { medianSquaredError: median, meanSquaredError: mean, medianDegrees, within10Degrees } = error;
  let spread = 0;
  for (let i = 0; i < count; i++) spread += rotationDistanceSquared(found, found, 9 * i, 9 * ((i + 1) % count)) / count;
  const parts = [
    `squared Frobenius error median ${median.toFixed(3)}, mean ${mean.toFixed(3)}`,
    `${medianDegrees.toFixed(0)}°, ${(100 * within10Degrees).toFixed(1)} % within 10°`,
    `${error.hand} hand`,
    `squared distance of two images' poses ${spread.toFixed(2)}`,
  ];
  if (shifts && translations)
    parts.push(
      `shifts ${shiftError(shifts, translations, rotations, error.errors, boxPixels).medianPixels.toFixed(2)} px`,
    );
  console.log(`${name}: ${parts.join('; ')}`);
}

const energy = band.real.reduce((sum, re, i) => sum + re * re + band.imaginary[i] ** 2, 0) / band.real.length;
console.log(
  `${asked.set}, ${count} images, seed ${seed}, |k| ≤ ${BAND_PIXELS} px, ${plane.points} points an image; loss of an empty map ${energy.toFixed(4)}`,
);
const methods = { gradient: byGradient, encoder: byEncoder };
for (const [name, find] of Object.entries(methods)) {
  if (asked.method !== undefined && asked.method !== name) continue;
  const { found, shifts } = await posesFrom(await find());
  report(name, found, shifts);
}
report('random poses', randomRotations(new Random(seed, 4), count), null);
