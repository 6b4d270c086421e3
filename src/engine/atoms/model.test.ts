// The loss of a model of atoms as the equations have it, point by point in Fourier space and in float64, and all gradients against central
// differences of that.
import { describe, expect, it } from 'vitest';
import { atomsCase, type AtomsCase } from '../../../testing/atoms-model.ts';
import { relativeDifference } from '../../../testing/relative-difference.ts';
import { decodeMap } from '../../field/volume.ts';
import { ctfAtPoints } from '../../imaging/ctf.ts';
import { inverseHartleyVolume } from '../../imaging/hartley.ts';
import { makeLattice } from '../../imaging/lattice.ts';
import { shiftHartley } from '../../imaging/shift.ts';
import type { Chain } from '../parameters.ts';
import { fromFirstMoment } from '../proof/gradient.ts';
import type { FieldModel, Weights } from '../engine.ts';
import { openAtomsModel } from './model.ts';
import { decoderOf, encoderOf, FIXED, learnedNames, LEARNED } from './parameters.ts';

const BETA = 0.7;

type Numbers = Map<string, Float64Array>;

function perceptron(chain: Chain, weights: Numbers, input: number[]): number[] {
  return chain.reduce((x, { name, inputs, outputs, residual, activated }) => {
    const [w, b] = [weights.get(`${name}.weight`)!, weights.get(`${name}.bias`)!];
    return Array.from({ length: outputs }, (_, o) => {
      const sum = x.reduce((s, value, i) => s + w[o * inputs + i] * value, b[o] + (residual ? x[o] : 0));
      return activated ? Math.max(0, sum) : sum;
    });
  }, input);
}

/** The mean loss of the batch, as written: no windows, no transforms. */
function lossOf({ field, batch }: AtomsCase, weights: Numbers): number {
  const { boxPixels: D, boxAngstrom, centres, zDim } = field;
  const lattice = makeLattice(D);
  const { points, x, y } = lattice;
  const electrons = weights.get(FIXED.electrons)!;
  const sigma = weights.get(LEARNED.sigma)![0] * D;
  const amplitude = Math.exp(weights.get(LEARNED.logAmplitude)![0]);
  let loss = 0;
  for (let image = 0; image < batch.count; image++) {
    const target = new Float32Array(points);
    const [tx, ty] = batch.translations!.subarray(2 * image, 2 * image + 2);
    shiftHartley(batch.images.slice(image * points, (image + 1) * points), lattice, { tx, ty }, target);
    const ctf = new Float32Array(points);
    ctfAtPoints(batch.ctf!.subarray(9 * image, 9 * image + 9), lattice, ctf);
    const positions = Float64Array.from(weights.get(LEARNED.positions)!);
    if (zDim > 0) {
      const seen = Array.from(target, (value, p) => value * Math.sign(ctf[p]));
      const output = perceptron(encoderOf(field, points)!, weights, seen);
      const z = Array.from({ length: zDim }, (_, a) => {
        const [mu, log] = [output[a], output[zDim + a]];
        loss += ((BETA / points) * 0.5 * (mu * mu + Math.exp(log) - 1 - log)) / batch.count;
        return mu + Math.exp(0.5 * log) * batch.noise![image * zDim + a];
      });
      perceptron(decoderOf(field)!, weights, z).forEach((v, i) => (positions[i] += (10 / boxAngstrom) * v));
    }
    const R = batch.rotations.subarray(9 * image, 9 * image + 9);
    let squares = 0;
    for (let p = 0; p < points; p++) {
      const k = [0, 1, 2].map((axis) => x[p] * R[axis] + y[p] * R[3 + axis]);
      let value = 0;
      for (let j = 0; j < centres; j++) {
        const phase = 2 * Math.PI * D * k.reduce((s, v, axis) => s + v * positions[3 * j + axis], 0);
        value += electrons[j] * (Math.cos(phase) + Math.sin(phase));
      }
      const decay = Math.exp(-2 * Math.PI ** 2 * sigma ** 2 * k.reduce((s, v) => s + v * v, 0));
      squares += (ctf[p] * amplitude * decay * value - target[p]) ** 2;
    }
    loss += squares / points / batch.count;
    const distance = (a: number, b: number) =>
      boxAngstrom * Math.hypot(...[0, 1, 2].map((axis) => positions[3 * a + axis] - positions[3 * b + axis]));
    const energy = (pairs: Float64Array, off: (d: number) => number) => {
      let sum = 0;
      for (let i = 0; i < pairs.length; i += 2) sum += off(distance(pairs[i], pairs[i + 1])) ** 2;
      return sum / (pairs.length / 2);
    };
    loss += (field.restraintStrength / batch.count) * energy(weights.get(FIXED.bonds)!, (d) => d - 3.8);
    loss += (field.restraintStrength / batch.count) * energy(weights.get(FIXED.sides)!, (d) => Math.max(0, d - 3));
  }
  return loss;
}

const numbersOf = (weights: Weights): Numbers =>
  new Map([...weights].map(([name, { data }]) => [name, Float64Array.from(data)]));

const opened = ({ field, weights }: AtomsCase): FieldModel => openAtomsModel(field, { weights }, new Set());

describe.each([0, 2])('of %i latent dimensions', (zDim) => {
  const sample = atomsCase(zDim);

  it('the loss is that of the equations', async () => {
    const model = opened(sample);
    await model.trainStep(sample.batch, { learningRate: 0, weightDecay: 0, beta: BETA });
    // Pixels hold Gaussians of this width to 1e-3 of their transform at Nyquist, cut off at 4.5 deviations.
    expect((await model.takeLosses()).total / lossOf(sample, numbersOf(sample.weights))).toBeCloseTo(1, 4);
  });

  it('every gradient is that of central differences', async () => {
    const model = opened(sample);
    await model.trainStep(sample.batch, { learningRate: 0, weightDecay: 0, beta: BETA });
    const gradient = fromFirstMoment((await model.exportOptimizer()).first);
    const weights = numbersOf(sample.weights);
    for (const name of learnedNames(sample.field, model.points)) {
      const values = weights.get(name)!;
      const got = gradient.get(name)!.data;
      const largest = Math.max(...got.map(Math.abs));
      // Some of the many weights of a layer, all of the molecule's.
      const stride = Math.max(1, Math.floor(values.length / 40));
      for (let i = 0; i < values.length; i += stride) {
        const kept = values[i];
        const step = 1e-5 * Math.max(1, Math.abs(kept));
        const [up, down] = [1, -1].map((sign) => {
          values[i] = kept + sign * step;
          return lossOf(sample, weights);
        });
        values[i] = kept;
        expect(Math.abs(got[i] - (up - down) / (2 * step)), `${name} ${i}`).toBeLessThan(2e-3 * largest + 1e-7);
      }
    }
  });

  it('its map has the coefficients that it says', async () => {
    const { field } = sample;
    const model = opened(sample);
    const z = zDim > 0 ? Float32Array.of(0.4, -0.8) : null;
    const map = (await decodeMap(model, z, field.boxPixels, 1)).values;
    const byPoints = { ...model, spec: model.spec, operationsPerPoint: 1, evaluate: model.evaluate.bind(model) };
    const twin = (await decodeMap({ ...byPoints, volume: undefined } as unknown as FieldModel, z, field.boxPixels, 1))
      .values;
    // Of the points the map has those beyond the ball of Nyquist, too.
    expect(relativeDifference(twin, map)).toBeLessThan(2e-2);
    expect(map.some((value) => value !== 0)).toBe(true);
    inverseHartleyVolume(map, field.boxPixels, map);
  });
});

it('learns, resumes bit for bit, and tells another molecule’s weights', async () => {
  const sample = atomsCase(2);
  const options = { learningRate: 1e-3, weightDecay: 0, beta: BETA };
  const whole = opened(sample);
  const losses: number[] = [];
  for (let step = 0; step < 40; step++) {
    await whole.trainStep(sample.batch, options);
    losses.push((await whole.takeLosses()).total);
  }
  expect(losses.at(-1)).toBeLessThan(losses[0]);
  const first = opened(sample);
  for (let step = 0; step < 20; step++) await first.trainStep(sample.batch, options);
  const state = { weights: await first.exportWeights(), optimizer: await first.exportOptimizer() };
  const second = openAtomsModel(sample.field, state, new Set());
  for (let step = 0; step < 20; step++) await second.trainStep(sample.batch, options);
  expect(await second.exportWeights()).toEqual(await whole.exportWeights());
  const field = { ...sample.field, centres: 9 };
  expect(() => openAtomsModel(field, { weights: sample.weights }, new Set())).toThrow(/do not fit/);
});
