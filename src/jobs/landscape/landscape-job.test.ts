// A landscape from latents to states on a run of the reference set, with maps that are told from z by a formula: three shapes in known
// shares. What was decoded is kept and not decoded again.
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { countedInOriginal } from '../../base/particle-identity.ts';
import { MemoryStorage } from '../../library/memory.ts';
import { RunFolder } from '../../library/runs.ts';
import {
  keptLandscape,
  makeLandscape,
  reclustered,
  remasked,
  statesAtCut,
  type LandscapeRun,
} from './landscape-job.ts';
import { withParticles } from './particles.ts';
import { withHomogeneity } from './pair-distances.ts';
import { planLandscape } from './plan.ts';
import { LANDSCAPE_DEFAULTS, type LandscapeSettings } from './settings.ts';
import { readLandscapeMap, landscapeFiles } from './state-maps.ts';
import { writeMrcVolume } from '../../formats/mrc-write.ts';
import { keepDrawnMask, keepMaskFile } from '../kept-masks.ts';
import { readJson, writeJson } from '../../library/arrays.ts';
import type { Landscape } from './landscape.ts';
import { freeEnergyOf } from './free-energy.ts';
import { rowsAlong, writeTrajectories } from './trajectories.ts';
import { LandscapeFolder } from './landscape-folder.ts';
import { landscapeTables } from './tables.ts';
import { readNpy } from '../../formats/npy.ts';
import { readCryodrgnPickle } from '../../formats/cryodrgn-pickles.ts';

const BOX = 12;
const COUNT = 300;
/** Particles 0–199, 200–293, 294–299. */
const stateOf = (row: number): number => (row < 200 ? 0 : row < 294 ? 1 : 2);
const CENTRES = [
  [0, 0],
  [4, 0],
  [2, 6],
];
const mu = Float32Array.from({ length: 2 * COUNT }, (_, at) => {
  const row = Math.floor(at / 2);
  return CENTRES[stateOf(row)][at % 2] + 0.4 * Math.sin(12.9898 * at + 3 * row);
});

/** A ball that moves with z1 and one that comes with z2. */
function mapAt([a, b]: Float32Array, boxPixels: number): Float32Array {
  const half = boxPixels / 2;
  return Float32Array.from({ length: boxPixels ** 3 }, (_, at) => {
    const [z, y, x] = [Math.floor(at / boxPixels ** 2), Math.floor(at / boxPixels) % boxPixels, at % boxPixels];
    const near = (cx: number, cy: number) => Math.exp(-((x - cx) ** 2 + (y - cy) ** 2 + (z - half) ** 2) / 3);
    return 2 * near(half - 2 + a / 2, half) + (b / 4) * near(half, half + 3) + 0.5 * near(half - 2, half - 2);
  });
}

const settings: LandscapeSettings = {
  ...LANDSCAPE_DEFAULTS,
  sketch: { maps: 40, farthestShare: 0.1, boxPixels: null, seed: 1 },
  states: { linkage: 'average', metric: 'euclidean', cut: { kind: 'count', states: 3 }, excludedMaps: [] },
  mask: { threshold: 'percentile', dilateAngstrom: 2, edgeAngstrom: 2, within: 'none' },
  particles: { components: 2, trainMaps: 60 },
};

let decoded = 0;
let of: LandscapeRun;
beforeEach(async () => {
  const storage = new MemoryStorage();
  const set = new URL('../../../testing/reference-set/fourier/', import.meta.url);
  for (const name of ['config.yaml', 'weights.30.pkl'])
    await storage.write(`run/${name}`, readFileSync(new URL(name, set)));
  decoded = 0;
  of = {
    run: new RunFolder(storage, 'run'),
    ...{ boxPixels: BOX, pixelSizeAngstrom: 2, latents: { epoch: 30, zDim: 2, mu } },
    decode: (z, boxPixels) => {
      decoded++;
      return Promise.resolve(mapAt(z, boxPixels));
    },
  };
});

const counts = (labels: Int32Array): Record<string, number> => {
  const told: Record<string, number> = {};
  labels.forEach(
    (label, row) => (told[`${label} of ${stateOf(row)}`] = (told[`${label} of ${stateOf(row)}`] ?? 0) + 1),
  );
  return told;
};

describe('a landscape', () => {
  it('finds states, the rare one among them, and is read again as it was made', async () => {
    const { states, sketch, pca, mask, dendrogram } = await makeLandscape(of, settings, {});
    expect(decoded).toBe(40);
    expect(counts(states.ofParticle)).toEqual({ '0 of 0': 200, '1 of 1': 94, '2 of 2': 6 });
    expect([...states.particles]).toEqual([200, 94, 6]);
    expect(sketch.particles.reduce((a, b) => a + b)).toBe(COUNT);
    expect(states.maps.reduce((a, b) => a + b)).toBe(40);
    expect(dendrogram.merges).toHaveLength(4 * 39);
    expect(mask.share).toBeGreaterThan(0.05);
    expect(mask.share).toBeLessThan(0.8);
    expect(pca.explainedVariance[0]).toBeGreaterThan(0.5);
    const kept = await keptLandscape(of);
    expect(kept?.states).toEqual(states);
    expect(kept?.dendrogram).toEqual(dendrogram);
    expect(kept?.pca).toEqual(pca);
    const other = { ...of, latents: { ...of.latents, mu: mu.map((value) => value + 1) } };
    expect(await keptLandscape(other)).toBeNull();
  });

  it('decodes nothing again for another mask, tree or cut', async () => {
    const first = await makeLandscape(of, settings, {});
    decoded = 0;
    const wider = await remasked(of, { ...settings.mask, threshold: 'none' }, {});
    expect(wider.mask.voxels).toBeGreaterThan(first.mask.voxels);
    const two = await reclustered(of, { ...settings.states, linkage: 'ward', cut: { kind: 'count', states: 2 } }, {});
    expect(two.states.count).toBe(2);
    expect(two.dendrogram.linkage).toBe('ward');
    const cut = await statesAtCut(of, { kind: 'count', states: 5 });
    expect(cut.count).toBe(5);
    // A cut tells the same of its states as the tree.
    const same = await statesAtCut(of, { kind: 'count', states: 2 });
    same.silhouette.forEach((width, state) => expect(width).toBeCloseTo(two.states.silhouette[state], 5));
    expect(same.silhouette[0]).toBeGreaterThan(0.5);
    expect((await keptLandscape(of))?.states.count).toBe(2);
    await makeLandscape(of, settings, {});
    expect(decoded).toBe(0);
    const again = await makeLandscape(of, { ...settings, sketch: { ...settings.sketch, seed: 2 } }, {});
    expect(decoded).toBe(40);
    expect(again.settings.sketch.seed).toBe(2);
  });

  it('is compared in the mask that was drawn or in the file, says which, and keeps it when another is drawn', async () => {
    await makeLandscape(of, settings, {});
    const half = (from: number, to: number): Blob => {
      const values = Float32Array.from({ length: BOX ** 3 }, (_, at) => (at % BOX >= from && at % BOX < to ? 1 : 0));
      return new Blob([writeMrcVolume({ boxPixels: BOX, pixelSizeAngstrom: 2, values }) as Uint8Array<ArrayBuffer>]);
    };
    const sphere = { kind: 'sphere', centreAngstrom: [0, 0, 0], radiusAngstrom: 9 } as const;
    const drawn = { shapes: [{ how: 'add' as const, ...sphere }], edgeAngstrom: 5 };
    await expect(remasked(of, { ...settings.mask, within: 'drawn' }, {})).rejects.toMatchObject({
      code: 'file-missing',
    });
    await keepDrawnMask(of.run, { blob: half(0, 6) }, drawn);
    await keepMaskFile(of.run, { path: 'work/right.mrc', blob: half(4, 12) });
    const inFile = await remasked(of, { ...settings.mask, threshold: 'none', within: 'file' }, {});
    expect(inFile.mask).toMatchObject({ voxels: 8 * BOX ** 2, within: { kind: 'file', name: 'right.mrc' } });
    const inDrawn = await remasked(of, { ...settings.mask, threshold: 'none', within: 'drawn' }, {});
    expect(inDrawn.mask).toMatchObject({ voxels: 6 * BOX ** 2, within: { kind: 'drawn', ...drawn } });
    // Another one is drawn: the landscape stays in its own until it is compared again.
    await keepDrawnMask(of.run, { blob: half(0, 3) }, { shapes: [], edgeAngstrom: 0 });
    const ward = await reclustered(of, { ...settings.states, linkage: 'ward' }, {});
    expect(ward.mask).toEqual(inDrawn.mask);
    expect((await keptLandscape(of))?.mask).toEqual(inDrawn.mask);
    expect((await remasked(of, ward.settings.mask, {})).mask.voxels).toBe(3 * BOX ** 2);
    // A record of an older version, which knew one place for both.
    const path = 'run/landscape.30/landscape.json';
    const old = (await readJson<Landscape>(of.run.storage, path))!;
    const { within: _within, ...extent } = old.mask;
    const settingsThen = { ...old.settings, mask: { ...old.settings.mask, within: 'chosen' } };
    await writeJson(of.run.storage, path, { ...old, settings: settingsThen, mask: extent });
    const read = await keptLandscape(of);
    expect(read?.settings.mask.within).toBe('file');
    expect(read?.mask.within).toEqual({ kind: 'file', name: 'chosen_mask.mrc' });
  });

  it('leaves out states and their particles', async () => {
    const { states } = await makeLandscape(of, settings, {});
    const excludedMaps = [...states.ofMap.keys()].filter((map) => states.ofMap[map] === 0);
    const rest = await reclustered(of, { ...settings.states, cut: { kind: 'count', states: 2 }, excludedMaps }, {});
    expect(counts(rest.states.ofParticle)).toEqual({ '-1 of 0': 200, '0 of 1': 94, '1 of 2': 6 });
    expect(Number.isNaN(rest.pca.scores[excludedMaps[0] * rest.pca.components])).toBe(true);
    const all = Array.from({ length: 40 }, (_, map) => map);
    await expect(reclustered(of, { ...settings.states, excludedMaps: all }, {})).rejects.toMatchObject({
      code: 'value-out-of-range',
    });
  });

  it('keeps mean and deviation of each state, weighted by particles', async () => {
    const { sketch, states } = await makeLandscape(of, settings, {});
    const folder = new LandscapeFolder(of.run, 30);
    const mean = await readLandscapeMap(folder, landscapeFiles.stateMean(1));
    const deviation = await readLandscapeMap(folder, landscapeFiles.stateDeviation(1));
    const own = [...states.ofMap.keys()].filter((map) => states.ofMap[map] === 1);
    const maps = own.map((map) => mapAt(sketch.z.slice(2 * map, 2 * map + 2), BOX));
    const total = own.reduce((sum, map) => sum + sketch.particles[map], 0);
    for (const voxel of [5 + BOX * (6 + BOX * 6), 8 + BOX * (6 + BOX * 6), 6 + BOX * (9 + BOX * 6)]) {
      const expected = own.reduce((sum, map, i) => sum + (sketch.particles[map] * maps[i][voxel]) / total, 0);
      const squares = own.reduce(
        (sum, map, i) => sum + (sketch.particles[map] * (maps[i][voxel] - expected) ** 2) / total,
        0,
      );
      // Halves of 16 bits hold 11 bits of each value.
      expect(mean.values[voxel]).toBeCloseTo(expected, 2);
      expect(deviation.values[voxel]).toBeCloseTo(Math.sqrt(squares), 2);
    }
    expect(mean.pixelSizeAngstrom).toBeCloseTo(2, 5);
  });

  it('brings all particles into volume space, and goes on where it was stopped', async () => {
    await makeLandscape(of, settings, {});
    decoded = 0;
    const { particles, pca, sketch, homogeneity } = await withParticles(of, settings.particles, {});
    expect(decoded).toBe(60);
    expect([...(homogeneity?.clusters ?? [])]).toEqual([10, 20, 40]);
    const [ten, twenty] = homogeneity?.meanDistance ?? [];
    expect(twenty).toBeLessThan(ten);
    expect(ten).toBeLessThan(0.5 * (homogeneity?.overall ?? 0));
    expect(particles?.heldOutR2[0]).toBeGreaterThan(0.95);
    const scores = particles?.scores ?? new Float32Array(0);
    expect(scores).toHaveLength(2 * COUNT);
    const map = 7;
    const range = Math.max(...pca.scores) - Math.min(...pca.scores);
    expect(Math.abs(scores[2 * sketch.rows[map]] - pca.scores[map * pca.components])).toBeLessThan(0.1 * range);
    await withParticles(of, { components: 2, trainMaps: 70 }, {});
    expect(decoded).toBe(70);
  });

  it('says whether the sketch has maps enough where particles have no volume components', async () => {
    const { states } = await makeLandscape(of, settings, {});
    decoded = 0;
    const stop = new AbortController();
    stop.abort();
    await expect(withHomogeneity(of, { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
    const { homogeneity, particles } = await withHomogeneity(of, {});
    expect([particles, homogeneity?.by, homogeneity?.pairs]).toEqual([null, 'maps', 40]);
    expect(decoded).toBeGreaterThan(60);
    expect(decoded).toBeLessThan(60 + 3 * 40);
    // All pairs of all particles of each state are farther from each other than those of one of forty clusters.
    const { values: mask } = await readLandscapeMap(new LandscapeFolder(of.run, 30), landscapeFiles.mask);
    const maps = Array.from({ length: 60 }, (_, i) => {
      const map = mapAt(mu.slice(10 * i, 10 * i + 2), BOX);
      return map.map((value, v) => Math.max(0, value) * mask[v]);
    });
    const meanOf = (taken: (a: number, b: number) => boolean): number => {
      const found = maps.flatMap((a, i) =>
        maps.flatMap((b, j) =>
          i < j && taken(5 * i, 5 * j) ? [Math.hypot(...a.map((value, v) => value - b[v]))] : [],
        ),
      );
      return found.reduce((sum, value) => sum + value, 0) / found.length;
    };
    const [ten, twenty, forty] = homogeneity?.meanDistance ?? [];
    expect(ten).toBeGreaterThan(twenty);
    expect(twenty).toBeGreaterThan(forty);
    expect(ten).toBeLessThan(meanOf((a, b) => states.ofParticle[a] === states.ofParticle[b]));
    // Any two, of forty pairs: within some standard errors of all pairs of a fifth of the particles.
    expect(Math.abs((homogeneity?.overall ?? NaN) / meanOf(() => true) - 1)).toBeLessThan(0.5);
    expect((await keptLandscape(of))?.homogeneity).toEqual(homogeneity);
  });

  it('gives maps along a component, decoded at particles in its order and as sums', async () => {
    await makeLandscape(of, settings, {});
    const landscape = await withParticles(of, settings.particles, {});
    const rows = rowsAlong(landscape, 0, 5);
    const scores = rows.map((row) => landscape.particles?.scores[2 * row] ?? NaN);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    expect(new Set(rows).size).toBeGreaterThan(2);
    const files = await writeTrajectories(of, { components: 1, frames: 5 }, {});
    expect(files).toContain('volume_pc1/decoded_005.mrc');
    expect(files).toHaveLength(10);
    const { values } = await readLandscapeMap(new LandscapeFolder(of.run, 30), files[0]);
    const { mu, zDim } = of.latents;
    const own = mapAt(mu.slice(rows[0] * zDim, (rows[0] + 1) * zDim), BOX);
    values.forEach((value, v) => expect(value).toBeCloseTo(own[v], 5));
  });

  it('draws micrographs for the uncertainty of an energy where they are known', async () => {
    await makeLandscape(of, settings, {});
    const on = { space: 'latent' as const, axes: [0], bootstraps: 8 };
    const single = await freeEnergyOf(of, on, {});
    expect(single.bootstrap).toBe('particles');
    // Ten micrographs, each of one kind of particle: which are drawn moves the energies more.
    const few = {
      ...of,
      micrographs: () => Promise.resolve(Array.from({ length: COUNT }, (_, i) => Math.floor(i / 30))),
    };
    const grouped = await freeEnergyOf(few, on, {});
    expect(grouped.bootstrap).toBe('micrographs');
    const known = (values: Float32Array) =>
      values.filter((value, c) => single.particles[c] > 1 && Number.isFinite(value));
    const mean = (values: Float32Array) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(known(grouped.uncertainty))).toBeGreaterThan(mean(known(single.uncertainty)));
  });

  it('is cancelled, and resumes from the maps that were kept', async () => {
    const stop = new AbortController();
    const large: LandscapeRun = {
      ...of,
      boxPixels: 64,
      decode: (z, box) => {
        if (++decoded === 35) stop.abort();
        // Two voxels differ: maps of this size by the formula take half a minute.
        const map = new Float32Array(box ** 3);
        map.set([9 + z[0], 9 + z[1]], 132128);
        return Promise.resolve(map);
      },
    };
    const at64 = { ...settings, sketch: { ...settings.sketch, boxPixels: 64 } };
    await expect(makeLandscape(large, at64, { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(decoded).toBe(35);
    await makeLandscape(large, at64, {});
    // Parts of 30 maps at this box.
    expect(decoded).toBe(35 + 10);
  });

  it('says beforehand what it will decode and keep', async () => {
    const plan = await planLandscape(of, settings, {});
    expect(plan).toMatchObject({ sketchMaps: 40, trainMaps: 60, boxPixels: BOX, maps: 'decoded' });
    expect(plan.storageBytes).toBeGreaterThan(2 * 40 * BOX ** 3);
    await makeLandscape(of, settings, {});
    expect(await planLandscape(of, settings, {})).toMatchObject({ sketchMaps: 0 });
    await expect(
      planLandscape(of, { ...settings, sketch: { ...settings.sketch, boxPixels: 13 } }, {}),
    ).rejects.toMatchObject({
      code: 'value-out-of-range',
    });
  });

  it('becomes tables, SciPy’s Z and lists of particles', async () => {
    await makeLandscape(of, settings, {});
    const landscape = await withParticles(of, settings.particles, {});
    const original = countedInOriginal(Uint32Array.from({ length: COUNT }, (_, i) => 3 * i));
    const files = new Map(landscapeTables(landscape, original).map(({ name, content }) => [name, content]));
    const bytes = (name: string) => files.get(name) as Uint8Array;
    expect(readNpy(bytes('Z.npy'), 'Z.npy').shape).toEqual([39, 4]);
    const rare = readCryodrgnPickle(bytes('state_02.ind.pkl'), 'state_02.ind.pkl');
    expect(rare).toMatchObject({ kind: 'index', count: 6 });
    expect(JSON.stringify(Object.values(rare))).toContain(String(3 * 294));
    expect(String(files.get('particle_labels.csv')).split('\n').slice(0, 2)).toEqual([
      'index,state,map',
      `0,0,${landscape.sketch.mapOfParticle[0]}`,
    ]);
    const header = 'state,maps,particles,spread,centre_map,silhouette,separation,few_and_far';
    expect(String(files.get('states.csv')).split('\n')[0]).toBe(header);
    expect(String(files.get('volume_pcs.csv')).split('\n')).toHaveLength(COUNT + 2);
    for (const name of ['dendrogram.svg', 'volume_pca.svg', 'umap.svg', 'mds.svg', 'particles.svg'])
      expect(String(files.get(name))).toMatch(/^<svg[\s\S]*<path stroke/);
  });
});
