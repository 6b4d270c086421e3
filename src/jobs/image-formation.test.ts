// Images formed as RELION writes it down, from atoms whose transform is known in closed form, go the whole way of a training:
// preparation, batch, slices and transfer. What the true volume predicts there has to be what was imaged, and no longer where
// one of the effects is left out.
import { countedInOriginal, everyRow } from '../base/particle-identity.ts';
import { describe, expect, it } from 'vitest';
import { BatchPrologue } from '../engine/batch.ts';
import type { ImageBatch } from '../engine/engine.ts';
import { networkFromParams } from '../field/network/description.ts';
import { makeSliceLayout } from '../engine/slices.ts';
import { OPTICS_WIDTH, ORDINARY_OPTICS, type ImageReader } from '../formats/particles.ts';
import { Random } from '../geometry/random.ts';
import { randomRotations } from '../geometry/rotation.ts';
import { tiltedOptics } from '../imaging/beam-tilt.ts';
import { formationOf } from '../imaging/image-optics.ts';
import { trainingBatch } from '../inference/image-batches.ts';
import { MemoryStorage } from '../library/memory.ts';
import { validateParams } from '../params/params.ts';
import { findPrepared, prepareParticles } from './prepare.ts';
import { trainingData } from './run-particles.ts';

const BOX = 32;
const COUNT = 12;
const SET_PIXEL = 2;
/** Two groups: pixel sizes, magnifications (2 %, a degree of skew), beam tilts in mrad. */
const GROUPS = [
  { pixel: 2, magnification: [1.02, 0.0175, -0.0175, 0.98], tilt: [2, -1] },
  { pixel: 2.15, magnification: [0.985, 0.01, 0.012, 1.02], tilt: [-1.5, 2] },
] as const;

interface Atom {
  at: [number, number, number];
  weight: number;
}
const random = new Random(4);
const atoms: Atom[] = Array.from({ length: 24 }, () => ({
  at: [14 * random.normal(), 9 * random.normal(), 6 * random.normal()],
  weight: 0.5 + random.uniform(),
}));
const SIGMA = 1.2;

/** Transform of the atoms (white, positive) at a frequency in 1/Å. */
function objectAt([x, y, z]: number[]): [number, number] {
  const fall = Math.exp(-2 * Math.PI ** 2 * SIGMA ** 2 * (x * x + y * y + z * z));
  let [re, im] = [0, 0];
  for (const { at, weight } of atoms) {
    const angle = -2 * Math.PI * (x * at[0] + y * at[1] + z * at[2]);
    re += weight * fall * Math.cos(angle);
    im += weight * fall * Math.sin(angle);
  }
  return [re, im];
}

const rotations = randomRotations(random, COUNT);
const translations = Float32Array.from({ length: 2 * COUNT }, () => 0.05 * random.normal());
const ctf = Float32Array.from(
  Array.from({ length: COUNT }, (_, i) => {
    const defocus = 9000 + 6000 * random.uniform();
    const { pixel } = GROUPS[i % 2];
    return [BOX, pixel, defocus + 400, defocus - 400, 180 * random.uniform(), 300, 2.7, 0.1, 20 * random.uniform()];
  }).flat(),
);
/** Scale, B factor, applied, magnification, ratio, tilt: images as they are, flipped and multiplied by the CTF in turn. */
const optics = Float32Array.from(
  Array.from({ length: COUNT }, (_, i) => {
    const { pixel, magnification, tilt } = GROUPS[i % 2];
    return [0.7 + 0.6 * random.uniform(), 100, i % 3, ...magnification, SET_PIXEL / pixel, ...tilt];
  }).flat(),
);

/** RELION's CTF at a frequency in 1/Å. */
function relionCtf(image: number, x: number, y: number): number {
  const [, , u, v, angle, kilovolt, cs, w, shift] = ctf.subarray(9 * image, 9 * image + 9);
  const [scale, bFactor] = optics.subarray(OPTICS_WIDTH * image, OPTICS_WIDTH * image + 2);
  const volt = kilovolt * 1000;
  const wavelength = 12.2643247 / Math.sqrt(volt * (1 + 0.978466e-6 * volt));
  const s2 = x * x + y * y;
  const defocus = 0.5 * (u + v) + 0.5 * (u - v) * Math.cos(2 * (Math.atan2(y, x) - (angle * Math.PI) / 180));
  const gamma =
    -Math.PI * wavelength * defocus * s2 +
    0.5 * Math.PI * cs * 1e7 * wavelength ** 3 * s2 * s2 -
    (shift * Math.PI) / 180 -
    Math.atan(w / Math.sqrt(1 - w * w));
  return -Math.sin(gamma) * Math.exp((-bFactor * s2) / 4) * scale;
}

/** Transform of an image at whole Fourier pixels: the object at Mk, times the CTF and the tilt's phase there, moved off centre. */
function imagedAt(image: number, i: number, j: number): [number, number] {
  const row = optics.subarray(OPTICS_WIDTH * image, OPTICS_WIDTH * (image + 1));
  const [, , applied, xx, xy, yx, yy, , tx, ty] = row;
  const { pixel } = GROUPS[image % 2];
  const [kx, ky] = [i / BOX / pixel, j / BOX / pixel];
  const [x, y] = [xx * kx + xy * ky, yx * kx + yy * ky];
  const R = rotations.subarray(9 * image, 9 * image + 9);
  const [re, im] = objectAt([0, 1, 2].map((axis) => x * R[axis] + y * R[3 + axis]));
  const c = relionCtf(image, x, y);
  const factor = applied === 2 ? c * c : applied === 1 ? Math.abs(c) : c;
  const wavelength = 12.2643247 / Math.sqrt(3e5 * (1 + 0.978466e-6 * 3e5));
  const tilt = -2 * Math.PI * 2.7 * 1e4 * wavelength ** 2 * (tx * x + ty * y) * (x * x + y * y);
  // The pose's translation centres the image: its content lies at the negative.
  const angle = tilt + 2 * Math.PI * (i * translations[2 * image] + j * translations[2 * image + 1]);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [factor * (re * cos - im * sin), factor * (re * sin + im * cos)];
}

/** The image in real space, its centre at pixel D/2; without its Nyquist frequencies. */
function imageOf(image: number): Float32Array {
  const half = BOX / 2;
  const waves = new Float64Array(2 * BOX * BOX);
  // Rows first, then columns: the sum of all waves, axis by axis.
  for (let j = 1 - half; j < half; j++)
    for (let i = 1 - half; i < half; i++) {
      const [re, im] = imagedAt(image, i, j);
      for (let x = 0; x < BOX; x++) {
        const angle = (2 * Math.PI * i * (x - half)) / BOX;
        const at = 2 * ((j + half) * BOX + x);
        waves[at] += re * Math.cos(angle) - im * Math.sin(angle);
        waves[at + 1] += re * Math.sin(angle) + im * Math.cos(angle);
      }
    }
  return Float32Array.from({ length: BOX * BOX }, (_, pixel) => {
    const [x, y] = [pixel % BOX, Math.floor(pixel / BOX)];
    let sum = 0;
    for (let j = 1 - half; j < half; j++) {
      const angle = (2 * Math.PI * j * (y - half)) / BOX;
      const at = 2 * ((j + half) * BOX + x);
      sum += waves[at] * Math.cos(angle) - waves[at + 1] * Math.sin(angle);
    }
    return sum / BOX ** 2;
  });
}

const pixels = Array.from({ length: COUNT }, (_, image) => imageOf(image));
const reader: ImageReader = {
  count: COUNT,
  boxPixels: BOX,
  pixelSizeAngstrom: SET_PIXEL,
  read: (indices) => Promise.resolve(Float32Array.from(Array.from(indices, (i) => [...pixels[i]]).flat())),
};

/** By image, the correlation of what the true volume predicts with what was prepared, in a training that knows `known`. */
async function correlations(known: Float32Array | null, boxPixels = BOX): Promise<number[]> {
  const storage = new MemoryStorage();
  const options = { boxPixels, invert: true, window: false, windowRadius: 0.85 };
  const tilted = tiltedOptics(ctf, known);
  const images = await prepareParticles(storage, reader, 'formed', options, { tilted });
  expect(await findPrepared(storage, 'formed', options, tilted)).not.toBeNull();
  const poses = { rotations, translations };
  const originalIndex = countedInOriginal(everyRow(COUNT));
  const data = trainingData({ images, poses, ctf, optics: known, originalIndex }, BOX);
  const field = networkFromParams(validateParams({ zDim: 0, domain: 'hartley' }), { boxPixels, tilts: 1 });
  const { values } = await images.readShard(0);
  const batch = trainingBatch({ indices: originalIndex, values }, data, { field, seed: 1 }, 0);
  const layout = makeSliceLayout(field.spec);
  const { points, x, y } = layout.lattice;
  const prepared = new BatchPrologue(layout, false).prepare(batch);
  return Array.from({ length: COUNT }, (_, image) => {
    const R = batch.rotations.subarray(9 * image, 9 * image + 9);
    let [both, predicted, seen] = [0, 0, 0];
    for (let p = 0; p < points; p++) {
      // A transform has one value for both ends of an axis.
      if (Math.abs(x[p]) === 0.5 || Math.abs(y[p]) === 0.5) continue;
      const perAngstrom = boxPixels / BOX / SET_PIXEL;
      const [re, im] = objectAt([0, 1, 2].map((axis) => perAngstrom * (x[p] * R[axis] + y[p] * R[3 + axis])));
      const value = prepared.ctf[image * points + p] * (re - im);
      const target = prepared.targets[image * points + p];
      both += value * target;
      predicted += value * value;
      seen += target * target;
    }
    return both / Math.sqrt(predicted * seen);
  });
}

/** The optics with columns `from … to` as if nothing were known of them. */
function without(from: number, to: number): Float32Array {
  return optics.map((value, i) => {
    const column = i % OPTICS_WIDTH;
    return column >= from && column <= to ? ORDINARY_OPTICS[column] : value;
  });
}
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('a true volume predicts the images that its atoms were imaged as', () => {
  it.each([BOX, 24])('at a box of %i, each of them', async (boxPixels) => {
    const found = await correlations(optics, boxPixels);
    expect(Math.min(...found)).toBeGreaterThan(0.9999);
  });

  it.each([
    ['what was applied before', 2, 2, 0.8],
    ['magnification', 3, 6, 0.99],
    ['pixel sizes', 7, 7, 0.97],
    ['beam tilts', 8, 9, 0.99],
    ['B factors', 1, 1, 0.9995],
  ] as const)('and no longer without %s', async (_, from, to, below) => {
    expect(mean(await correlations(without(from, to)))).toBeLessThan(below);
  });

  it('in their strength too', async () => {
    const data = (known: Float32Array) =>
      trainingData(
        {
          images: { count: COUNT, boxPixels: BOX, points: 0, shardSize: COUNT, standardDeviation: 1, readShard: never },
          poses: { rotations, translations },
          ctf,
          optics: known,
          originalIndex: countedInOriginal(new Uint32Array(COUNT)),
        },
        BOX,
      );
    const table = data(optics).optics?.transfer;
    expect(table?.filter((_, i) => i % OPTICS_WIDTH === 0)).toEqual(optics.filter((_, i) => i % OPTICS_WIDTH === 0));
    // Nothing is left to know of images whose rows are ordinary.
    expect(data(without(0, 9)).optics).toBeNull();
  });

  it('turned over against each other where there is no CTF', () => {
    const signs = [-1, 0.5];
    const table = Float32Array.from(signs.flatMap((scale) => [scale, 100, 2, ...ORDINARY_OPTICS.slice(3)]));
    const { spec } = networkFromParams(validateParams({ zDim: 0 }), { boxPixels: BOX, tilts: 1 });
    const layout = makeSliceLayout(spec);
    const { ctf: rows, optics: known } = formationOf(null, table, BOX);
    const batch: ImageBatch = {
      count: 2,
      images: new Float32Array(2 * layout.lattice.points),
      rotations: rotations.slice(0, 18),
      ...{ translations: null, ctf: rows, optics: known?.transfer ?? null, noise: null },
    };
    const { ctf: transfer } = new BatchPrologue(layout, false).prepare(batch);
    transfer.forEach((value, i) => expect(value).toBeCloseTo(signs[i < transfer.length / 2 ? 0 : 1], 6));
    // Nothing that belongs to the CTF counts without it, nor is a CTF made up for nothing.
    expect(
      formationOf(
        null,
        optics.map((v, i) => (i % OPTICS_WIDTH === 0 ? 1 : v)),
        BOX,
      ).ctf,
    ).toBeNull();
  });
});

function never(): Promise<never> {
  return Promise.reject(new Error('not asked for'));
}
