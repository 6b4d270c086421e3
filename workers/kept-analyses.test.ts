// A second visit computes nothing: what the first has kept is read.
import { beforeEach, expect, it, vi } from 'vitest';
import { Random } from '../src/geometry/random.ts';
import { kMeansClusters } from '../src/landscape/kmeans.ts';
import { principalComponents } from '../src/landscape/pca.ts';
import { umapOf } from '../src/landscape/umap.ts';
import { AnalysisLibrary } from '../src/library/analyses/analyses.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { Analysis } from './analysis.ts';

vi.mock('../src/landscape/pca.ts', { spy: true });
vi.mock('../src/landscape/umap.ts', { spy: true });
vi.mock('../src/landscape/kmeans.ts', { spy: true });
const computations = () =>
  [principalComponents, umapOf, kMeansClusters].map((method) => vi.mocked(method).mock.calls.length);

const random = new Random(3);
const mu = Float32Array.from({ length: 600 }, () => random.normal());
const handle = { runId: 'a', epoch: 5, zDim: 3, count: 200 };
let storage: MemoryStorage;
const visit = (latents = mu) =>
  new Analysis({
    readLatents: async () => latents,
    decodeMap: () => Promise.reject(new Error('no maps here')),
    keptOf: (runId) => new AnalysisLibrary(storage, `runs/${runId}`),
  });
const call = { id: 'call' };
async function look(analysis: Analysis) {
  const clusters = await analysis.kMeans(handle, 4, 0, call);
  return { pca: await analysis.pca(handle, call), umap: await analysis.umap(handle, 0, call), clusters };
}
beforeEach(() => {
  storage = new MemoryStorage();
  vi.clearAllMocks();
});

it('shows on a second visit what the first has computed, bit for bit, and computes nothing', async () => {
  const first = visit();
  await first.openLatents(handle);
  const seen = await look(first);
  expect(computations()[1]).toBe(1);
  const second = visit(mu.slice());
  expect((await second.keptAnalyses(handle)).map(({ method }) => method).sort()).toEqual(['kmeans', 'pca', 'umap']);
  vi.clearAllMocks();
  expect(await look(second)).toEqual(seen);
  expect(computations()).toEqual([0, 0, 0]);
});

it('computes anew what latents of the same epoch are not, another seed and another k', async () => {
  const first = visit();
  await first.openLatents(handle);
  await look(first);
  vi.clearAllMocks();
  await first.kMeans(handle, 5, 0, call);
  await first.umap(handle, 1, call);
  expect(computations()[2]).toBe(1);
  expect(vi.mocked(umapOf)).toHaveBeenCalledTimes(1);
  vi.clearAllMocks();
  const trainedAgain = visit(mu.map((value) => value + 1));
  expect(await trainedAgain.keptAnalyses(handle)).toEqual([]);
  await look(trainedAgain);
  expect(vi.mocked(umapOf)).toHaveBeenCalledTimes(1);
  expect(vi.mocked(kMeansClusters)).toHaveBeenCalledTimes(1);
});

it('keeps nothing of latents that no screen has opened, nor of a call that is given up', async () => {
  const glance = visit();
  await glance.pca(handle, call);
  expect(await storage.list('runs/a/analyses')).toEqual([]);
  await glance.openLatents(handle);
  const given = glance.umap(handle, 0, { id: 'up', onProgress: () => glance.cancel('up') });
  glance.cancel('up');
  await expect(given).rejects.toMatchObject({ code: 'cancelled' });
  expect(await storage.list('runs/a/analyses')).toEqual([]);
});
