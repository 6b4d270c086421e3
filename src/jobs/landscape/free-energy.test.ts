// Apparent free energy and a path on it, of a run whose particles lie in two wells with a bridge between.
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeLatentsPickle } from '../../formats/cryodrgn-pickles.ts';
import { Random } from '../../geometry/random.ts';
import { MemoryStorage } from '../../library/memory.ts';
import { RunFolder } from '../../library/runs.ts';
import { freeEnergyOf } from './free-energy.ts';
import { keptLandscape, makeLandscape, type LandscapeRun } from './landscape-job.ts';
import { pathBetween } from './path.ts';
import { LANDSCAPE_DEFAULTS } from './settings.ts';

const COUNT = 900;
const NOISE = 0.3;
const random = new Random(6);
/** Two thirds near −2, the rest near 2, a tenth between. */
const mu = Float32Array.from({ length: 2 * COUNT }, (_, at) => {
  const row = Math.floor(at / 2);
  const middle = row % 10 === 0 ? -2 + 4 * random.uniform() : row % 3 === 0 ? 2 : -2;
  return (at % 2 === 0 ? middle : 0) + 0.25 * random.normal() + NOISE * random.normal();
});
let of: LandscapeRun;
beforeEach(async () => {
  const storage = new MemoryStorage();
  const set = new URL('../../../testing/reference-set/fourier/', import.meta.url);
  for (const name of ['config.yaml', 'weights.30.pkl'])
    await storage.write(`run/${name}`, readFileSync(new URL(name, set)));
  const logVariance = new Float32Array(2 * COUNT).fill(Math.log(NOISE ** 2));
  await storage.write('run/z.30.pkl', writeLatentsPickle(2, mu, logVariance));
  of = {
    run: new RunFolder(storage, 'run'),
    ...{ boxPixels: 8, pixelSizeAngstrom: 2, latents: { epoch: 30, zDim: 2, mu } },
    decode: ([a], box) =>
      Promise.resolve(Float32Array.from({ length: box ** 3 }, (_, v) => Math.exp(-(((v % box) - 4 - a) ** 2) / 4))),
  };
});
const alongFirst = { space: 'latent' as const, axes: [0], bootstraps: 6 };

describe('an apparent free energy', () => {
  it('has its wells at the states, a barrier between, and says where it is unsure', async () => {
    const { energy, particles, unsure, from, to, points, noiseShare, caution, bootstrap } = await freeEnergyOf(
      of,
      alongFirst,
      {},
    );
    const at = (z: number) => {
      // The sign of a component is by its loadings, here of z1 alone.
      return Math.round(((z - from[0]) / (to[0] - from[0])) * (points[0] - 1));
    };
    const mean = mu.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b) / COUNT;
    const well = Math.min(...[-2.2, -2, -1.8].map((z) => energy[at(z - mean)]));
    expect(well).toBeLessThan(0.4);
    expect(energy[at(0 - mean)]).toBeGreaterThan(1);
    expect(particles.reduce((a, b) => a + b)).toBeCloseTo(COUNT, 0);
    expect(unsure[at(from[0])]).toBe(1);
    expect(noiseShare).toBeGreaterThan(0.02);
    expect(noiseShare).toBeLessThan(0.1);
    expect([bootstrap, caution.length > 100]).toEqual(['particles', true]);
  });

  it('is refused on axes that are not there, and on volumes before particles are among them', async () => {
    await expect(freeEnergyOf(of, { ...alongFirst, axes: [2] }, {})).rejects.toMatchObject({
      code: 'value-out-of-range',
    });
    await expect(freeEnergyOf(of, { ...alongFirst, axes: [0, 0] }, {})).rejects.toMatchObject({
      code: 'value-out-of-range',
    });
    await expect(freeEnergyOf(of, { ...alongFirst, space: 'volume' }, {})).rejects.toMatchObject({
      code: 'file-missing',
    });
  });

  it('has a path between two states, kept with the landscape', async () => {
    const settings = {
      ...LANDSCAPE_DEFAULTS,
      sketch: { maps: 30, farthestShare: 0.1, boxPixels: null, seed: 0 },
      states: { ...LANDSCAPE_DEFAULTS.states, cut: { kind: 'count' as const, states: 2 } },
    };
    await makeLandscape(of, settings, {});
    const wanted = { ...alongFirst, axes: [0, 1], fromState: 0, toState: 1, frames: 7 };
    const { z, points, energy } = await pathBetween(of, wanted, {});
    expect([z.length, points.length, energy.length]).toEqual([14, 14, 7]);
    const first = Array.from({ length: 7 }, (_, f) => z[2 * f]);
    expect(first[0] * first[6]).toBeLessThan(0);
    // Chords of a path that is even along its arc.
    const steps = first.slice(1).map((value, f) => Math.hypot(value - first[f], z[2 * f + 3] - z[2 * f + 1]));
    expect(Math.max(...steps)).toBeLessThan(2 * Math.min(...steps));
    const kept = await keptLandscape(of);
    expect(kept?.path?.z).toEqual(z);
    expect(kept?.freeEnergy?.axes).toEqual([0, 1]);
    await expect(pathBetween(of, { ...wanted, toState: 2 }, {})).rejects.toMatchObject({ code: 'index-out-of-range' });
  });
});
