import { describe, expect, it } from 'vitest';
import { Random } from '../src/geometry/random.ts';
import { Analysis } from './analysis.ts';
import type { Progress, VolumeData } from './contract.ts';

function latents(count: number, zDim: number): Float32Array {
  const random = new Random(1);
  return Float32Array.from({ length: count * zDim }, () => random.normal());
}
function ball(boxPixels: number, radius: number): VolumeData {
  const half = boxPixels / 2;
  const values = Float32Array.from({ length: boxPixels ** 3 }, (_, v) => {
    const [x, y, z] = [v % boxPixels, Math.floor(v / boxPixels) % boxPixels, Math.floor(v / boxPixels ** 2)];
    return radius - Math.hypot(x - half, y - half, z - half);
  });
  return { boxPixels, pixelSizeAngstrom: 2, values, z: [], label: 'ball' };
}

describe('the analysis API', () => {
  const analysis = new Analysis();

  it('takes latents to components, clusters and a trajectory through them', async () => {
    const mu = latents(300, 4);
    const pca = await analysis.pca(mu, 4, { id: 'a' });
    expect(pca.projections).toHaveLength(1200);
    const clusters = await analysis.kMeans(mu, 4, 6, 0, { id: 'b' });
    expect(clusters.counts.reduce((sum, n) => sum + n, 0)).toBe(300);
    expect([...(await analysis.nearest(mu, 4, clusters.centres))]).toEqual([...clusters.centreIndices]);
    const points = [0, 1, 2].map((c) => Array.from(clusters.centres.subarray(c * 4, c * 4 + 4)));
    const path = await analysis.trajectory({ mu, zDim: 4, along: { kind: 'points', points }, steps: 9 });
    expect([...path.subarray(0, 4)]).toEqual(points[0]);
    expect([...path.subarray(32)]).toEqual(points[2]);
    const along = { kind: 'component', component: 1, fromPercentile: 5, toPercentile: 95, pca } as const;
    expect(await analysis.trajectory({ mu, zDim: 4, along, steps: 5 })).toHaveLength(20);
  });

  it('cancels the call that is named and no other', async () => {
    const reports: Progress[] = [];
    const stopped = analysis.umap(latents(3000, 8), 8, 0, {
      id: 'stopped',
      onProgress: (progress) => {
        reports.push(progress);
        analysis.cancel('stopped');
      },
    });
    const other = analysis.umap(latents(200, 2), 2, 0, { id: 'other' });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(await other).toHaveLength(400);
    expect(reports).toHaveLength(1);
    expect(reports[0].message).not.toBe('');
    analysis.cancel('stopped');
  });

  it('contours and measures a map', async () => {
    const map = ball(24, 7);
    const { positions, indices } = await analysis.isosurface(map, 0);
    expect(indices.length).toBeGreaterThan(1000);
    expect(Math.hypot(...positions.subarray(0, 3))).toBeCloseTo(14, 0);
    const statistics = await analysis.statistics(map);
    expect(statistics.max).toBe(7);
    expect(statistics.suggestedLevel).toBeGreaterThan(statistics.mean);
  });

  it('correlates maps of one box and refuses two sizes', async () => {
    const map = ball(24, 7);
    const curve = await analysis.fsc(map, map);
    expect(curve).toHaveLength(12);
    curve.forEach((value) => expect(value).toBeCloseTo(1, 5));
    await expect(analysis.fsc(map, ball(20, 7))).rejects.toMatchObject({ code: 'value-out-of-range' });
  });
});
