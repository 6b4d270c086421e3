// Landscapes as the screen asks for them: maps come from the engine worker's side, one call after the other, and maps that are kept are asked for
// by their names.
import { beforeEach, describe, expect, it } from 'vitest';
import { unzipSync } from 'fflate';
import { blobModel } from '../testing/linear-model.ts';
import { noOptimizer } from '../src/field/maps/checkpoint.ts';
import { Random } from '../src/geometry/random.ts';
import { newRunRecord } from '../src/jobs/new-run.ts';
import { LANDSCAPE_DEFAULTS } from '../src/jobs/landscape/settings.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { RunLibrary } from '../src/library/runs.ts';
import { LINEAR_DEFAULTS, validateParams } from '../src/params/params.ts';
import { Analysis } from './analysis.ts';
import { latentsOfLibrary } from './latents-registry.ts';
import { MapFinishing } from './map-finishing.ts';
import type { LandscapeMapName, LandscapeSettings, LatentsHandle } from './contract.ts';

const BOX = 16;
const COUNT = 120;
const random = new Random(4);
const mu = Float32Array.from(
  { length: 2 * COUNT },
  (_, at) => (at % 2 === 0 && at < 160 ? -3 : 3) + 0.3 * random.normal(),
);
const settings: LandscapeSettings = {
  ...LANDSCAPE_DEFAULTS,
  sketch: { ...LANDSCAPE_DEFAULTS.sketch, maps: 20 },
  particles: { components: 2, trainMaps: 0 },
};
const call = { id: 'a' };

let runs: RunLibrary;
let handle: LatentsHandle;
let analysis: Analysis;
beforeEach(async () => {
  runs = new RunLibrary(new MemoryStorage());
  const record = newRunRecord({
    name: 'a look',
    params: validateParams({ ...LINEAR_DEFAULTS, zDim: 2, boxPixels: BOX }),
    set: {
      ...{ datasetId: '', datasetName: '', files: null, particles: COUNT },
      ...{ imagePixels: BOX, pixelSizeAngstrom: 3, fingerprint: '' },
    },
  });
  const run = runs.folder(record.id);
  await run.writeRecord({ ...record, boxPixels: BOX });
  const { field, weights } = blobModel(BOX, 2);
  const dataset = {
    ...{ particles: 'p', poses: null, ctf: null, indices: null, dataDirectory: null },
    ...{ invertData: false, window: false, windowRadius: 0.85, standardDeviation: 1 },
  };
  await run.writeConfig(field, dataset, 0);
  const latents = { mu, logVariance: new Float32Array(mu.length) };
  const checkpoint = { epoch: 1, field, weights, optimizer: noOptimizer(), latents, history: [] };
  await run.saveCheckpoint(field, checkpoint, { learningRate: 0, weightDecay: 0 }, 1);
  handle = { runId: record.id, epoch: 1, zDim: 2, count: COUNT };
  analysis = new Analysis({
    readLatents: latentsOfLibrary(runs),
    decodeMap: () => Promise.reject(new Error('maps of a linear model are not decoded')),
    runs,
  });
});

describe('a landscape in the analysis worker', () => {
  it('is planned, made, read again and cut, without a map decoded for a linear model', async () => {
    expect(await analysis.landscapeOf(handle)).toBeNull();
    expect(await analysis.landscapePlan(handle, settings, call)).toMatchObject({ maps: 'components', sketchMaps: 0 });
    const told: string[] = [];
    const made = await analysis.runLandscape(handle, settings, {
      id: 'b',
      onProgress: ({ message }) => told.push(message),
    });
    expect([...made.states.particles]).toEqual([80, 40]);
    expect(told.length).toBeGreaterThan(0);
    expect((await analysis.landscapeOf(handle))?.states).toEqual(made.states);
    expect((await analysis.cutLandscape(handle, { kind: 'count', states: 4 })).count).toBe(4);
    const other = { ...settings.states, linkage: 'single' as const };
    expect((await analysis.reclusterLandscape(handle, other, call)).dendrogram.linkage).toBe('single');
    const masked = await analysis.remaskLandscape(handle, { ...settings.mask, threshold: 'none' }, call);
    expect(masked.mask.share).toBeGreaterThan(0.2);
  });

  it('tells volume components of all particles exactly, and their energy', async () => {
    const made = await analysis.runLandscape(handle, settings, call);
    const { particles } = await analysis.landscapeParticles(handle, settings.particles, call);
    expect(particles).toMatchObject({ how: 'exact', components: 2 });
    made.sketch.rows.forEach((row, map) => {
      const [found, expected] = [particles?.scores[2 * row] ?? NaN, made.pca.scores[map * made.pca.components]];
      expect(Math.abs(found - expected)).toBeLessThan(1e-3 * Math.max(1, Math.abs(expected)));
    });
    const energy = await analysis.landscapeFreeEnergy(handle, { space: 'volume', axes: [0], bootstraps: 2 }, call);
    expect(energy.energy).toHaveLength(energy.points[0]);
    const between = { space: 'latent' as const, axes: [0, 1], bootstraps: 0, fromState: 0, toState: 1, frames: 4 };
    expect((await analysis.landscapePath(handle, between, call)).z).toHaveLength(8);
  });

  it('tells exactly whether the sketch has maps enough, with and without volume components', async () => {
    await analysis.runLandscape(handle, settings, call);
    const { homogeneity: byMaps } = await analysis.landscapeHomogeneity(handle, call);
    expect(byMaps).toMatchObject({ by: 'maps', pairs: 2000 });
    // Maps of two latents have two components: the same pairs are as far apart in them.
    const { homogeneity: byComponents } = await analysis.landscapeParticles(handle, settings.particles, call);
    expect(byComponents).toMatchObject({ by: 'components', clusters: byMaps?.clusters });
    byMaps?.meanDistance.forEach((mean, i) =>
      expect(Math.abs(mean / (byComponents?.meanDistance[i] ?? NaN) - 1)).toBeLessThan(1e-3),
    );
    expect((byMaps?.overall ?? NaN) / (byComponents?.overall ?? NaN)).toBeCloseTo(1, 3);
    expect(byMaps?.meanDistance.at(-1)).toBeLessThan(byMaps?.overall ?? 0);
  });

  it('gives its maps by name to whoever asks for a map', async () => {
    await analysis.runLandscape(handle, settings, call);
    const finishing = new MapFinishing(runs);
    const ask = (landscape: LandscapeMapName) =>
      finishing.ofLandscape({ runId: handle.runId, epoch: 1, z: [], boxPixels: BOX, from: 'landscape', landscape });
    const [mean, first, last] = [
      await ask({ kind: 'mean' }),
      await ask({ kind: 'along', component: 0, at: 0 }),
      await ask({ kind: 'along', component: 0, at: 1 }),
    ];
    expect(mean).toMatchObject({ boxPixels: BOX, epoch: 1 });
    expect(mean.pixelSizeAngstrom).toBeCloseTo(3, 5);
    expect(Math.max(...first.values.map((value, v) => Math.abs(value - last.values[v])))).toBeGreaterThan(0.01);
    const state = await ask({ kind: 'state-mean', state: 1 });
    expect(state.values).toHaveLength(BOX ** 3);
    await expect(ask({ kind: 'state-sd', state: 9 })).rejects.toMatchObject({ code: 'file-missing' });
  });

  it('leaves as an archive of tables, lists, figures and maps', async () => {
    await analysis.runLandscape(handle, settings, call);
    const { name, blob } = await analysis.exportLandscape(handle, 'a look', call);
    expect(name).toMatch(/\.zip$/);
    const files = Object.keys(unzipSync(new Uint8Array(await blob.arrayBuffer())));
    for (const file of [
      'particle_labels.csv',
      'Z.npy',
      'state_00.ind.pkl',
      'dendrogram.svg',
      'mask.mrc',
      'state_01_mean.mrc',
    ])
      expect(files).toContain(file);
  });

  it('is refused where nothing was made yet, and ends when it is cancelled', async () => {
    await expect(analysis.cutLandscape(handle, { kind: 'largest-gap' })).rejects.toMatchObject({
      code: 'file-missing',
    });
    const underway = analysis.runLandscape(handle, settings, { id: 'c' });
    analysis.cancel('c');
    await expect(underway).rejects.toMatchObject({ code: 'cancelled' });
    expect((await analysis.runLandscape(handle, settings, call)).states.count).toBe(2);
  });
});
