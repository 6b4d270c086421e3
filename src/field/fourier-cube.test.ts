// The field's coefficients between lattice points: against the slices that training computes (engine/slices.ts), the maps that
// people see (volume.ts), and a field that is known in closed form (testing/blobs.ts).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Blobs, relativeError } from '../../testing/blobs.ts';
import { sliceCubes } from '../backprojection/slicing.ts';
import type { Domain, Engine, FieldModel, ModelSpec } from '../engine/engine.ts';
import { searchOrder, searchPoints } from '../engine/scoring/points.ts';
import { coordinatesOfImage, flipsOfImage, makeSliceLayout } from '../engine/slices.ts';
import { openWasmEngine } from '../engine/wasm/engine.ts';
import { Random } from '../geometry/random.ts';
import { randomRotations } from '../geometry/rotation.ts';
import { hartleyVolume } from '../imaging/hartley.ts';
import { makeEncoding } from './network/encodings.ts';
import { cubeFromField, fieldCoefficients, fieldSlices } from './fourier-cube.ts';
import { initialWeights } from './network/initialise.ts';
import { decodeVolume } from './volume.ts';

const D = 16;
const BAND = 6;
const points = searchPoints(D, BAND);
const rotations = randomRotations(new Random(6), 7);
/** Coefficients of one grid point, k in whole steps. */
const placeOf = (reach: number, x: number, y: number, z: number) => {
  const side = 2 * reach + 1;
  return 2 * (((z + reach) * side + y + reach) * side + x + reach);
};

describe.each([
  ['fourier', 2],
  ['hartley', 2],
  ['fourier', 0],
] as const)('a tiny field, domain %s, zDim %i', (domain: Domain, zDim: number) => {
  let engine: Engine;
  let model: FieldModel;
  const z = zDim > 0 ? Float32Array.of(0.7, -1.2) : null;
  const spec: ModelSpec = {
    boxPixels: D,
    zDim,
    domain,
    activation: 'relu',
    ...{ decoderLayers: 1, decoderDim: 24, encoderLayers: 1, encoderDim: zDim > 0 ? 8 : 1, encoderMaskRadius: D / 2 },
  };
  beforeAll(async () => {
    engine = await openWasmEngine({ ownThread: true });
    const encoding = makeEncoding({ type: 'gaussian', frequencies: null, sigma: 0.5 }, D, new Random(1));
    model = await engine.createModel(
      { kind: 'network', spec, encoding },
      { weights: initialWeights(spec, encoding, new Random(2)) },
    );
  });
  afterAll(() => engine.dispose());

  it('is Hermitian: F(−k) = F(k)*', async () => {
    const coordinates = new Random(3).fillNormal(new Float32Array(3 * 200)).map((v) => v / 8);
    // The planes where the half space is decided by y, and by x.
    for (let i = 0; i < 40; i++) coordinates[3 * i + 2] = 0;
    for (let i = 0; i < 20; i++) coordinates[3 * i + 1] = 0;
    const here = await fieldCoefficients(model, z, coordinates);
    const there = await fieldCoefficients(
      model,
      z,
      coordinates.map((k) => -k),
    );
    there.forEach((v, i) => {
      if (i % 2 === 1) there[i] = -v;
    });
    expect(relativeError(there, here)).toBeLessThan(1e-6);
  });

  it('on a cube is Hermitian but for the origin, and zero outside of the band’s sphere', async () => {
    const { reach, oversampling, values } = await cubeFromField(model, z, 4, 2);
    expect({ reach, oversampling }).toEqual({ reach: 9, oversampling: 2 });
    for (let at = 0; at < values.length / 2; at++) {
      const mirror = values.length / 2 - 1 - at;
      if (at === mirror) continue;
      expect(values[2 * mirror]).toBe(values[2 * at]);
      expect(values[2 * mirror + 1] + values[2 * at + 1]).toBe(0);
    }
    expect(values[placeOf(reach, 9, 9, 9)]).toBe(0);
    expect(values[placeOf(reach, 9, 0, 0)]).not.toBe(0);
    const some = [
      [1, -2, 3],
      [-4, 0, 5],
      [0, 7, 0],
      [8, 1, 1],
    ];
    const asked = Float32Array.from(some.flat(), (step) => step / (2 * D));
    const found = await fieldCoefficients(model, z, asked);
    some.forEach(([x, y, depth], i) => {
      const at = placeOf(reach, x, y, depth);
      expect(values[at]).toBeCloseTo(found[2 * i], 6);
      expect(values[at + 1]).toBeCloseTo(found[2 * i + 1], 6);
    });
  });

  it('gives the slices that training compares with images', async () => {
    const layout = makeSliceLayout(spec);
    const order = searchOrder(layout.lattice, BAND);
    const slices = await fieldSlices(model, z, rotations, { points, count: points.count });
    const flips = new Uint8Array(layout.rowsPerImage);
    const coordinates = new Float32Array(3 * layout.rowsPerImage);
    for (let r = 0; r < 7; r++) {
      flipsOfImage(layout, rotations, 9 * r, flips, 0);
      coordinatesOfImage(layout, { rotations, at: 9 * r, flips, flipsAt: 0 }, { out: coordinates, outAt: 0 });
      const rows = await model.evaluate(coordinates, z);
      // Hartley values of the whole image: at k and −k, Re ∓ Im, the other way round where a point was flipped.
      const { points: all } = layout.lattice;
      const image = new Float32Array(all);
      if (domain === 'hartley') image.set(rows);
      else
        flips.forEach((flip, p) => {
          const [re, im] = [rows[2 * p], flip ? -rows[2 * p + 1] : rows[2 * p + 1]];
          image[p] = re - im;
          image[all - 1 - p] = re + im;
        });
      const expected = new Float32Array(2 * points.count);
      order.forEach((p, i) => {
        const [here, there] = [image[p], image[all - 1 - p]];
        expected.set([(here + there) / 2, (there - here) / 2], 2 * i);
      });
      const own = slices.subarray(2 * points.count * r, 2 * points.count * (r + 1));
      // Coordinates rounded to float32 in another order.
      expect(relativeError(own, expected)).toBeLessThan(1e-5);
    }
  });

  it('is the transform of the map it is decoded to', async () => {
    const map = await decodeVolume(model, z, D, 1);
    const hartley = new Float32Array(map.length);
    hartleyVolume(map, D, hartley);
    const { reach, values } = await cubeFromField(model, z, 5, 1);
    const [found, expected]: number[][] = [[], []];
    for (let depth = -5; depth <= 5; depth++)
      for (let y = -5; y <= 5; y++)
        for (let x = -5; x <= 5; x++) {
          if (x * x + y * y + depth * depth > 25) continue;
          const at = placeOf(reach, x, y, depth);
          found.push(values[at] - values[at + 1]);
          expected.push(hartley[((depth + D / 2) * D + y + D / 2) * D + x + D / 2]);
        }
    expect(relativeError(found, expected)).toBeLessThan(1e-5);
  });
});

describe('a field known in closed form', () => {
  const blobs = new Blobs(D);

  it.each(['fourier', 'hartley'] as const)('comes out as it is, domain %s', async (domain) => {
    const coordinates = new Random(3).fillNormal(new Float32Array(3 * 60)).map((v) => v / 8);
    const found = await fieldCoefficients(blobs.field(domain, 1), Float32Array.of(2), coordinates);
    const expected = Array.from({ length: 60 }, (_, i) => {
      const [x, y, depth] = coordinates.subarray(3 * i, 3 * i + 3).map((k) => k * D);
      return blobs.transform(x, y, depth, 2);
    }).flat();
    expect(relativeError(found, expected)).toBeLessThan(1e-5);
  });

  it.each(['fourier', 'hartley'] as const)(
    'sliced from a cube is what it is directly, the nearer the finer, %s',
    async (domain) => {
      // An untrained network of domain 'fourier' is torn at z = 0, where its imaginary part does not vanish; this one is not.
      const field = blobs.field(domain);
      const direct = await fieldSlices(field, null, rotations, { points, count: points.count });
      const errors: number[] = [];
      for (const oversampling of [1, 2, 4]) {
        const cube = await cubeFromField(field, null, BAND, oversampling);
        errors.push(
          relativeError(
            sliceCubes(() => cube, points, points.count, rotations),
            direct,
          ),
        );
      }
      // Linear interpolation: a quarter of the error at half the step.
      expect(errors[2]).toBeLessThan(0.02);
      expect(errors[1]).toBeLessThan(errors[0] / 3);
      expect(errors[2]).toBeLessThan(errors[1] / 3);
    },
  );

  it('is asked once at half of a sphere’s points', async () => {
    const field = blobs.field('fourier');
    await cubeFromField(field, null, 4, 2);
    const sphere = (4 / 3) * Math.PI * (4 * 2 + 1.75) ** 3;
    expect(field.asked / sphere).toBeGreaterThan(0.45);
    expect(field.asked / sphere).toBeLessThan(0.55);
  });

  it('stops when told to', async () => {
    const abort = new AbortController();
    abort.abort();
    const field = blobs.field('fourier');
    await expect(cubeFromField(field, null, 4, 2, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
    await expect(fieldSlices(field, null, rotations, { points, count: 3 }, abort.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(field.asked).toBe(0);
  });
});
