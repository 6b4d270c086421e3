// Apparent free energy and a path on it, of a run whose particles lie in two wells with a bridge between.
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeLatentsPickle } from '../../formats/cryodrgn-pickles.ts';
import { Random } from '../../geometry/random.ts';
import { MemoryStorage } from '../../library/memory.ts';
import { RunFolder } from '../../library/runs.ts';
import { countedInOriginal } from '../../base/particle-identity.ts';
import { readNpy } from '../../formats/npy.ts';
import { landscapeTables } from './tables.ts';
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
  // Of an epoch whose latents are of three dimensions here, and no variances are known.
  await storage.write('run/weights.31.pkl', readFileSync(new URL('weights.30.pkl', set)));
  const logVariance = new Float32Array(2 * COUNT).fill(Math.log(NOISE ** 2));
  await storage.write('run/z.30.pkl', writeLatentsPickle(2, mu, logVariance));
  of = {
    run: new RunFolder(storage, 'run'),
    ...{ boxPixels: 8, pixelSizeAngstrom: 2, latents: { epoch: 30, zDim: 2, mu } },
    decode: ([a], box) =>
      Promise.resolve(Float32Array.from({ length: box ** 3 }, (_, v) => Math.exp(-(((v % box) - 4 - a) ** 2) / 4))),
  };
});
/** The same particles with a third latent that says nothing. */
function threeDimensional(): LandscapeRun {
  const noise = new Random(9);
  const own = Float32Array.from({ length: 3 * COUNT }, (_, at) =>
    at % 3 === 2 ? 0.1 * noise.normal() : mu[2 * Math.floor(at / 3) + (at % 3)],
  );
  const { run, ...rest } = of;
  return { ...rest, run, latents: { epoch: 31, zDim: 3, mu: own } };
}
const alongFirst = { space: 'latent' as const, axes: [0], bootstraps: 6 };

describe('an apparent free energy', () => {
  it('has its wells at the states, a barrier between, and says where it is unsure', async () => {
    const { energy, particles, unsure, from, to, points, noiseShare, caution, bootstrap, cells } = await freeEnergyOf(
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
    // 900 particles do not fill 120 cells.
    expect(points[0]).toBeLessThan(120);
    expect(cells).toMatch(
      new RegExp(`^${points[0]} cells, the most with 10 or more: cells with any particle hold 1\\d`),
    );
  });

  it('is told on three axes too, as arrays with their axes', async () => {
    const three = threeDimensional();
    const energy = await freeEnergyOf(three, { space: 'latent', axes: [0, 1, 2], bootstraps: 2 }, {});
    const cells = energy.points.reduce((product, n) => product * n, 1);
    expect([energy.points.length, energy.energy.length]).toEqual([3, cells]);
    expect(energy.particles.reduce((a, b) => a + b)).toBeCloseTo(COUNT, 0);
    // Summed over two axes it has the wells of the first.
    const along = Array.from({ length: energy.points[0] }, (_, i) => {
      const width = cells / energy.points[0];
      return energy.particles.slice(i * width, (i + 1) * width).reduce((a, b) => a + b);
    });
    const half = Math.floor(along.length / 2);
    expect(Math.max(...along.slice(0, half))).toBeGreaterThan(2 * along[half]);
    await expect(freeEnergyOf(three, { space: 'latent', axes: [0, 1, 2, 3], bootstraps: 2 }, {})).rejects.toMatchObject(
      {
        code: 'value-out-of-range',
      },
    );
    await makeLandscape(three, { ...LANDSCAPE_DEFAULTS, sketch: { ...LANDSCAPE_DEFAULTS.sketch, maps: 20 } }, {});
    await freeEnergyOf(three, { space: 'latent', axes: [0, 1, 2], bootstraps: 2 }, {});
    const kept = (await keptLandscape(three))!;
    const original = countedInOriginal(Uint32Array.from({ length: COUNT }, (_, i) => i));
    const files = new Map(landscapeTables(kept, original).map(({ name, content }) => [name, content]));
    const density = readNpy(files.get('density.npy') as Uint8Array, 'density.npy');
    expect(density.shape).toEqual(energy.points);
    expect(readNpy(files.get('free_energy.npy') as Uint8Array, 'free_energy.npy').shape).toEqual(energy.points);
    expect(String(files.get('free_energy_axes.csv')).split('\n').slice(0, 2)).toEqual([
      'component,points,first,last,step',
      expect.stringMatching(`^1,${energy.points[0]},-`) as string,
    ]);
    const states = { fromState: 0, toState: 1, frames: 5 };
    const path = await pathBetween(three, { space: 'latent', axes: [0, 1, 2], bootstraps: 2, ...states }, {});
    expect([path.points.length, path.z.length]).toEqual([15, 15]);
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
