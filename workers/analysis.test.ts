import { describe, expect, it } from 'vitest';
import { VitrineError } from '../src/base/errors.ts';
import { Random } from '../src/geometry/random.ts';
import { alongComponent } from '../src/landscape/trajectory.ts';
import { Analysis } from './analysis.ts';
import type { LatentsHandle, Progress } from './contract.ts';
import type { ReadLatents } from './latents-registry.ts';

function latents(count: number, zDim: number): Float32Array {
  const random = new Random(1);
  return Float32Array.from({ length: count * zDim }, () => random.normal());
}
const rows = new Map<string, Float32Array>();
/** Latents as a run's folder would hold them. */
function inFolder(runId: string, count: number, zDim: number): LatentsHandle {
  rows.set(runId, latents(count, zDim));
  return { runId, epoch: 1, zDim, count };
}
const readLatents: ReadLatents = async ({ runId }) => {
  const mu = rows.get(runId);
  if (!mu) throw new VitrineError('file-missing', 'The latents are no longer kept.');
  return mu;
};

describe('the analysis API', () => {
  const analysis = new Analysis({ readLatents, decodeMap: () => Promise.reject(new Error('no engine')) });

  it('takes latents to components, clusters and a trajectory through them', async () => {
    const handle = inFolder('small', 300, 4);
    const pca = await analysis.pca(handle, { id: 'a' });
    expect(pca.projections).toHaveLength(1200);
    const clusters = await analysis.kMeans(handle, 6, 0, { id: 'b' });
    expect(clusters.counts.reduce((sum, n) => sum + n, 0)).toBe(300);
    expect([...(await analysis.nearest(handle, clusters.centres))]).toEqual([...clusters.centreIndices]);
    const points = [0, 1, 2].map((c) => Array.from(clusters.centres.subarray(c * 4, c * 4 + 4)));
    const path = await analysis.trajectory({ latents: handle, along: { kind: 'points', points }, steps: 9 });
    expect([...path.subarray(0, 4)]).toEqual(points[0]);
    expect([...path.subarray(32)]).toEqual(points[2]);
    const along = { kind: 'component', component: 1, fromPercentile: 5, toPercentile: 95 } as const;
    const walk = await analysis.trajectory({ latents: handle, along, steps: 5 });
    expect(walk).toEqual(alongComponent(pca, 1, 5, 95, 5));
  });

  it('asks for covariances where clusters are made, and nowhere else', async () => {
    const handle = inFolder('sure', 200, 2);
    const asked: LatentsHandle[] = [];
    const sure = new Analysis({
      readLatents,
      decodeMap: () => Promise.reject(new Error('no engine')),
      covariancesOf: (of) => {
        asked.push(of);
        return Promise.resolve(Float32Array.from({ length: 200 * 3 }, (_, i) => [0.5, 0, 0.98][i % 3]));
      },
    });
    await sure.pca(handle, { id: 'p' });
    expect(asked).toEqual([]);
    const byLikelihood = await sure.kMeans(handle, 4, 0, { id: 'k' });
    expect(asked).toEqual([handle]);
    expect(byLikelihood.labels).not.toEqual((await analysis.kMeans(handle, 4, 0, { id: 'l' })).labels);
  });

  it('cancels the call that is named and no other', async () => {
    const reports: Progress[] = [];
    const stopped = analysis.umap(inFolder('long', 3000, 8), 0, {
      id: 'stopped',
      onProgress: (progress) => {
        reports.push(progress);
        analysis.cancel('stopped');
      },
    });
    const other = analysis.umap(inFolder('other', 200, 2), 0, { id: 'other' });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(await other).toHaveLength(400);
    expect(reports).toHaveLength(1);
    expect(reports[0].message).not.toBe('');
    analysis.cancel('stopped');
  });
});
