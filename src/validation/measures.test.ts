// Measures against NumPy, SciPy and scikit-learn (testing/reference-set/make/validation.py): float64 to 1e-8, float32 to 1e-4.
import { describe, expect, it } from 'vitest';
import { SET, setBlob, setText } from '../../testing/reference-set/set.ts';
import { readMrcVolume } from '../formats/mrc-volume.ts';
import { Random } from '../geometry/random.ts';
import { contourForMass } from './contour.ts';
import { directionalFsc, fscAlong, sphericityOf } from './directional-fsc.ts';
import { earthMoverDistance, wassersteinOnLine } from './earth-mover.ts';
import { fsc, resolutionPixels } from './fsc.ts';
import { guinierPlot, sharpened } from './guinier.ts';
import { icosphere } from './icosphere.ts';
import { directionHarmonics, leakage } from './leakage.ts';
import { localResolution } from './local-resolution.ts';
import { applyMask } from './mask.ts';
import { correctedFsc, fscMask, FSC_MASKS } from './masked-fsc.ts';
import { neighbourhoodSimilarity } from './neighbourhood.ts';
import { partitionAgreement } from './partition-agreement.ts';
import { populations } from './population-error.ts';
import { filterShells, randomisePhases } from './radial-filter.ts';

const { boxPixels: BOX, pixelSizeAngstrom: PIXEL } = SET;

interface Expected {
  fsc: Record<string, number[]>;
  resolutionPixels: Record<string, [number, number]>;
  maskSums: Record<string, number>;
  guinier: { logAmplitudes: number[]; bFactor: number; intercept: number };
  local: { nodes: [number, number, number][]; resolutionPixels: number[] };
  directional: { directions: [number, number, number][]; curves: number[][] };
  adjustedRand: number;
  adjustedMutualInformation: number;
  wasserstein: [number, number];
  earthMover: number;
  neighbourhood: number;
  ridgeR2: number;
}
const expected = JSON.parse(setText('validation.json')) as Expected;

/** The script's numbers in [0, 1). */
function hashed(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    let x = Math.imul(i, 2654435761) + seed * 40503;
    for (const [shift, factor] of [
      [16, 0x21f0aaad],
      [15, 0x735a2d97],
    ])
      x = Math.imul((x >>> 0) ^ ((x >>> 0) >>> shift), factor);
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
  });
}

const truth = Float64Array.from((await readMrcVolume(setBlob('truth_000.mrc'))).values);
const mean = truth.reduce((a, b) => a + b, 0) / truth.length;
const deviation = Math.sqrt(truth.reduce((sum, v) => sum + (v - mean) ** 2, 0) / truth.length);
const halves = [1, 2].map((seed) => {
  const noise = hashed(truth.length, seed);
  return truth.map((value, i) => value + 3 * deviation * (noise[i] - 0.5));
}) as [Float64Array, Float64Array];
const halves32 = halves.map((map) => Float32Array.from(map)) as [Float32Array, Float32Array];
const most = (found: ArrayLike<number>, wanted: ArrayLike<number>): number => {
  expect(found.length).toBe(wanted.length);
  return Math.max(...Array.from(found, (value, i) => Math.abs(value - wanted[i])));
};

describe('FSC within masks', () => {
  it.each(FSC_MASKS)('mask %s: curve and crossings are NumPy’s', (kind) => {
    const mask = fscMask(kind, halves, BOX, PIXEL);
    if (mask) expect(Math.abs(mask.reduce((a, b) => a + b, 0) / expected.maskSums[kind] - 1)).toBeLessThan(1e-6);
    const [a, b] = mask ? halves.map((map) => applyMask(map, mask)) : halves;
    const curve = fsc(a, b, BOX);
    // Masks are float32: their factors are rounded.
    expect(most(curve.values, expected.fsc[kind])).toBeLessThan(mask ? 1e-7 : 1e-8);
    expect(
      most([resolutionPixels(curve, 0.5), resolutionPixels(curve, 0.143)], expected.resolutionPixels[kind]),
    ).toBeLessThan(1e-5);
    const rounded = halves32.map((map) => (mask ? applyMask(map, mask) : map));
    expect(most(fsc(rounded[0], rounded[1], BOX).values, expected.fsc[kind])).toBeLessThan(1e-4);
  });

  it('random phases keep every amplitude, and nothing of the map beyond the shell', () => {
    const random = randomisePhases(truth, BOX, 8, new Random(3));
    const curve = fsc(random, truth, BOX).values;
    // Shell i of a curve holds distances below i.
    for (let shell = 1; shell <= 8; shell++) expect(curve[shell]).toBeCloseTo(1, 10);
    for (let shell = 10; shell < BOX / 2; shell++) expect(Math.abs(curve[shell])).toBeLessThan(0.12);
    const amplitudes = (map: Float64Array) => guinierPlot(map, BOX, PIXEL, { fromAngstrom: 100 }).logAmplitudes;
    expect(most(amplitudes(random), amplitudes(truth))).toBeLessThan(1e-7);
    expect(random.some((value, i) => Math.abs(value - truth[i]) > 0.1 * deviation)).toBe(true);
  });

  it('corrected FSC takes off what a mask adds to noise', () => {
    const noise = [0, 1].map((stream) => new Random(5, stream).fillNormal(new Float32Array(BOX ** 3)));
    // A tight mask correlates noise with noise of one sign: shells as wide as the mask’s transform.
    const mask = fscMask('tight', halves, BOX, PIXEL) ?? new Float32Array(0);
    const shared = halves32[0].map((value) => 0.02 * value);
    const pair = noise.map((map) => map.map((value, i) => value * deviation + 50 * shared[i])) as [
      Float32Array,
      Float32Array,
    ];
    const { masked, randomised, corrected, fromShell } = correctedFsc(pair, BOX, mask, { fromShell: 6 });
    expect(fromShell).toBe(6);
    for (let shell = 1; shell < 8; shell++) expect(corrected.values[shell]).toBe(masked.values[shell]);
    for (let shell = 8; shell < BOX / 2; shell++) {
      const by = (masked.values[shell] - randomised.values[shell]) / (1 - randomised.values[shell]);
      expect(corrected.values[shell]).toBe(by);
    }
  });
});

describe('Guinier plot', () => {
  it('is NumPy’s, and its B factor', () => {
    const plot = guinierPlot(truth, BOX, PIXEL, { fromAngstrom: (BOX * PIXEL) / 5.5, toAngstrom: (BOX * PIXEL) / 14 });
    expect(plot.fitted).toEqual({ from: 6, to: 14 });
    expect(most(plot.logAmplitudes, expected.guinier.logAmplitudes)).toBeLessThan(1e-8);
    expect(plot.bFactor / expected.guinier.bFactor).toBeCloseTo(1, 8);
    expect(plot.intercept).toBeCloseTo(expected.guinier.intercept, 8);
  });

  it('sharpening by B takes B away', () => {
    const noise = Float64Array.from(new Random(7).fillNormal(new Float32Array(BOX ** 3)));
    const blurred = filterShells(noise, BOX, (k) => Math.exp((-200 * (k / (BOX * PIXEL)) ** 2) / 4));
    const { bFactor } = guinierPlot(blurred, BOX, PIXEL, { fromAngstrom: 30, toAngstrom: 9 });
    expect(Math.abs(bFactor - 200)).toBeLessThan(10);
    const again = sharpened(blurred, BOX, PIXEL, { bFactor: 200, resolutionAngstrom: 8 });
    const { bFactor: left } = guinierPlot(again, BOX, PIXEL, { fromAngstrom: 30, toAngstrom: 9.5 });
    expect(Math.abs(left)).toBeLessThan(10);
    expect(() => guinierPlot(truth, BOX, PIXEL, { fromAngstrom: 9 })).toThrow(/Too few shells/);
  });
});

describe('resolution by place and by direction', () => {
  it('local resolution is NumPy’s at the nodes', async () => {
    const found = await localResolution(halves32, BOX, { windowPixels: 12, stepPixels: 4 });
    const at = ([x, y, z]: number[]) => found.pixels[(z * BOX + y) * BOX + x];
    expect(most(expected.local.nodes.map(at), expected.local.resolutionPixels)).toBeLessThan(1e-4);
    const stopped = localResolution(halves32, BOX, { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('tells where halves agree from where they do not', async () => {
    const noise = [0, 1].map((stream) => new Random(8, stream).fillNormal(new Float32Array(BOX ** 3)));
    const good = (i: number) => i % BOX < BOX / 2;
    const pair = [noise[0], noise[1].map((value, i) => (good(i) ? noise[0][i] : value))] as [
      Float32Array,
      Float32Array,
    ];
    const { pixels } = await localResolution(pair, BOX, { windowPixels: 12, stepPixels: 8 });
    const middle = (BOX / 2) * BOX * BOX + (BOX / 2) * BOX;
    expect(pixels[middle + 8]).toBe(2);
    expect(pixels[middle + 24]).toBeGreaterThan(4);
  });

  it('curves of cones are NumPy’s; a map blurred along one axis is seen', () => {
    const found = directionalFsc(halves[0], halves[1], BOX, { level: 2 });
    const count = found.resolutionPixels.length;
    expect(count).toBe(162);
    const { directions, curves } = expected.directional;
    fscAlong(halves[0], halves[1], BOX, directions).forEach(({ values }, i) =>
      expect(most(values, curves[i])).toBeLessThan(1e-8),
    );
    // Noise that grows along kz and fades across it: white, averaged over 3×3 neighbours of a layer, less the layer before.
    const size = BOX ** 2;
    const noisy = (stream: number): Float32Array => {
      const white = new Random(9, stream).fillNormal(new Float32Array(BOX ** 3));
      const wrap = (i: number) => (i + BOX) % BOX;
      const smooth = white.map((_, at) => {
        const [x, y, layer] = [at % BOX, Math.floor(at / BOX) % BOX, Math.floor(at / size)];
        let sum = 0;
        for (const dy of [-1, 0, 1])
          for (const dx of [-1, 0, 1]) sum += white[layer * size + wrap(y + dy) * BOX + wrap(x + dx)];
        return sum / 9;
      });
      return signal.map((value, at) => value + 1.5 * (smooth[at] - smooth[(at + size) % (BOX * size)]));
    };
    const signal = new Random(11).fillNormal(new Float32Array(BOX ** 3));
    const pair = [noisy(0), noisy(1)];
    const uneven = directionalFsc(pair[0], pair[1], BOX, { threshold: 0.5 });
    const along = (axis: number) => {
      const cosines = Array.from(uneven.resolutionPixels, (_, v) => uneven.directions[3 * v + axis]);
      return uneven.resolutionPixels[cosines.indexOf(Math.max(...cosines))];
    };
    expect(along(2)).toBeGreaterThan(2 * along(0));
    expect(uneven.sphericity).toBeLessThan(0.95);
    expect(directionalFsc(truth, truth, BOX).sphericity).toBeCloseTo(1, 12);
  });

  it('sphericity of an ellipsoid’s radii falls; the icosphere is closed', () => {
    const sphere = icosphere(2);
    expect(sphere.faces.length / 3).toBe(320);
    sphere.antipodes.forEach((other, i) => expect(sphere.antipodes[other]).toBe(i));
    const radius = (v: number) =>
      1 / Math.hypot(sphere.vertices[3 * v], sphere.vertices[3 * v + 1], 2 * sphere.vertices[3 * v + 2]);
    // Oblate spheroid, axes 1, 1, ½: Ψ = π^⅓ (6V)^⅔ / A with V = 2π/3, A = 2π(1 + (1 − e²)/e · artanh e), e² = ¾.
    const e = Math.sqrt(0.75);
    const area = 2 * Math.PI * (1 + (0.25 / e) * Math.atanh(e));
    const sphericity = (Math.cbrt(Math.PI) * (4 * Math.PI) ** (2 / 3)) / area;
    expect(
      Math.abs(
        sphericityOf(
          sphere,
          Array.from(sphere.antipodes, (_, v) => radius(v)),
        ) - sphericity,
      ),
    ).toBeLessThan(0.01);
  });

  it('a contour encloses the molecule’s volume', () => {
    const map = Float32Array.from({ length: 1000 }, (_, i) => i);
    // 100 kDa fill 121,000 Å³: 121 voxels of 10 Å.
    const level = contourForMass(map, 10, 100);
    expect(map.filter((value) => value >= level).length).toBe(121);
    expect(() => contourForMass(map, 10, 1e6)).toThrow(/does not fit/);
  });
});

describe('classes, populations, neighbours', () => {
  const count = 400;

  it('ARI and AMI are scikit-learn’s', () => {
    const first = hashed(count, 11).map((v) => Math.floor(5 * v));
    const other = hashed(count, 12).map((v) => Math.floor(4 * v));
    const coin = hashed(count, 13);
    const found = partitionAgreement(
      first,
      other.map((v, i) => (coin[i] < 0.5 ? first[i] : v)),
    );
    expect(found.adjustedRand).toBeCloseTo(expected.adjustedRand, 10);
    expect(found.adjustedMutualInformation).toBeCloseTo(expected.adjustedMutualInformation, 10);
    expect(
      partitionAgreement(
        first,
        first.map((v) => 7 - v),
      ),
    ).toEqual({
      adjustedRand: expect.closeTo(1, 12),
      adjustedMutualInformation: expect.closeTo(1, 12),
    });
    expect(() => partitionAgreement([1], [1, 2])).toThrow(/same particles/);
  });

  it('Wasserstein and earth mover’s distances are SciPy’s', () => {
    const [x, y] = [hashed(count, 21), hashed(300, 22).map((v) => v * v)];
    expect(wassersteinOnLine({ values: x }, { values: y })).toBeCloseTo(expected.wasserstein[0], 10);
    const weighted = wassersteinOnLine(
      { values: x, weights: hashed(count, 23) },
      { values: y, weights: hashed(300, 24) },
    );
    expect(weighted).toBeCloseTo(expected.wasserstein[1], 10);
    const [from, to, jitter] = [hashed(20, 33), hashed(30, 34), hashed(600, 35)];
    const costs = jitter.map((v, i) => Math.abs(from[Math.floor(i / 30)] - to[i % 30]) + 0.1 * v);
    expect(earthMoverDistance(hashed(20, 31), hashed(30, 32), costs)).toBeCloseTo(expected.earthMover, 8);
    expect(() => earthMoverDistance([1, -1], [1], [0, 0])).toThrow(/below zero/);
  });

  it('neighbourhood similarity is scikit-learn’s', async () => {
    const z = [41, 42, 43].map((seed) => hashed(count, seed));
    const latents = Float32Array.from({ length: 3 * count }, (_, i) => z[i % 3][Math.floor(i / 3)]);
    const [near, far] = [hashed(count, 44), hashed(count, 45)];
    const values = Float32Array.from({ length: 2 * count }, (_, i) => {
      const row = Math.floor(i / 2);
      return i % 2 === 0 ? latents[3 * row] + 0.2 * near[row] : far[row];
    });
    const found = await neighbourhoodSimilarity({ values: latents, dimension: 3 }, { values, dimension: 2 });
    expect(found).toBeCloseTo(expected.neighbourhood, 3);
    const own = { values: latents, dimension: 3 };
    expect(await neighbourhoodSimilarity(own, own)).toBe(1);
  });

  it('leakage is ridge regression’s R² of rows held out, and nothing by chance', () => {
    const design = [51, 52, 53].map((seed) => hashed(count, seed));
    const noise = hashed(count, 54);
    const z = Float64Array.from(noise, (v, i) => design[0][i] - 0.5 * design[1][i] + 0.4 * v);
    const other = hashed(count, 61);
    const latents = Float64Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? z : other)[Math.floor(i / 2)]);
    const [follows, not] = leakage(latents, 2, { design });
    expect(follows.r2).toBeCloseTo(expected.ridgeR2, 8);
    expect(not.r2).toBeLessThan(0.02);
  });

  it('harmonics of directions are orthogonal over the sphere', () => {
    const { vertices } = icosphere(4);
    const columns = directionHarmonics(vertices);
    expect(columns.length).toBe(24);
    const product = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
    for (let a = 0; a < 24; a++)
      for (let b = 0; b < a; b++) {
        const cosine =
          product(columns[a], columns[b]) /
          Math.sqrt(product(columns[a], columns[a]) * product(columns[b], columns[b]));
        // Vertices of an icosphere are not quite even.
        expect(Math.abs(cosine)).toBeLessThan(0.05);
      }
  });

  it('populations know the binomial error of particles, and that of whole micrographs', () => {
    const labels = Array.from(hashed(2000, 71), (v) => (v < 0.2 ? 1 : 0));
    const [, rare] = populations(labels, { draws: 500 });
    expect(rare.count).toBe(labels.filter((v) => v === 1).length);
    expect(rare.standardError / Math.sqrt((rare.share * (1 - rare.share)) / 2000)).toBeGreaterThan(0.9);
    expect(rare.standardError / Math.sqrt((rare.share * (1 - rare.share)) / 2000)).toBeLessThan(1.1);
    expect((rare.halves[0] + rare.halves[1]) / 2).toBeCloseTo(rare.share, 12);
    // Micrographs of 50 with one class each: 40 draws.
    const groups = labels.map((_, i) => Math.floor(i / 50));
    const clumped = groups.map((group) => (group % 5 === 0 ? 1 : 0));
    const [, byGroup] = populations(clumped, { groups, draws: 500 });
    expect(byGroup.standardError / Math.sqrt((0.2 * 0.8) / 40)).toBeGreaterThan(0.85);
    expect(byGroup.standardError / Math.sqrt((0.2 * 0.8) / 40)).toBeLessThan(1.15);
  });
});
