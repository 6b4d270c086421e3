import { describe, expect, it } from 'vitest';
import { Random } from '../geometry/random.ts';
import { fuzzyGraph, membershipStrengths } from './fuzzy-graph.ts';
import { NeighbourTree } from './neighbours.ts';
import { CURVE } from './umap-layout.ts';
import { umapOf } from './umap.ts';

const CLUSTERS = 4;
/** Four clouds in five dimensions, row i in cloud i mod 4. */
function clouds(count: number): Float32Array {
  const random = new Random(4);
  return Float32Array.from({ length: count * 5 }, (_, i) => {
    const [row, d] = [Math.floor(i / 5), i % 5];
    return random.normal() + (d === row % CLUSTERS ? 12 : 0);
  });
}

/** Share of rows whose nearest row in the picture is of the same cloud. */
async function purity(map: Float32Array): Promise<number> {
  const { rows } = await new NeighbourTree(map, 2).nearest(map, 1, true);
  return rows.filter((nearest, row) => nearest % CLUSTERS === row % CLUSTERS).length / rows.length;
}

describe('UMAP', () => {
  it('keeps clouds apart, is the same for the same seed and another for another', async () => {
    const mu = clouds(400);
    const map = await umapOf(mu, 5, { seed: 1 });
    expect(map).toHaveLength(800);
    expect(map.every(Number.isFinite)).toBe(true);
    expect(await purity(map)).toBe(1);
    expect(await umapOf(mu, 5, { seed: 1 })).toEqual(map);
    expect(await umapOf(mu, 5, { seed: 2 })).not.toEqual(map);
  });

  it('keeps neighbourhoods: most of the ten nearest in the picture of a curved sheet are near in space', async () => {
    const random = new Random(8);
    const sheet = new Float32Array(600 * 3);
    for (let row = 0; row < 600; row++) {
      const angle = 1.5 * Math.PI * (1 + 2 * random.uniform());
      sheet.set([angle * Math.cos(angle), 20 * random.uniform(), angle * Math.sin(angle)], row * 3);
    }
    const map = await umapOf(sheet, 3, { seed: 0 });
    const near = await new NeighbourTree(sheet, 3).nearest(sheet, 30, true);
    const shown = await new NeighbourTree(map, 2).nearest(map, 10, true);
    const kept = shown.rows.filter((other, i) => {
      const row = Math.floor(i / 10);
      return near.rows.subarray(row * 30, row * 30 + 30).includes(other);
    });
    // Chance is 30 of 599.
    expect(kept.length / shown.rows.length).toBeGreaterThan(0.8);
  });

  it('places the rows beyond the sample among their own', async () => {
    const map = await umapOf(clouds(1200), 5, { seed: 1, fitAtMost: 300 });
    expect(map).toHaveLength(2400);
    expect(map.every(Number.isFinite)).toBe(true);
    expect(await purity(map)).toBe(1);
  });

  it('lays out sets too small for fifteen neighbours, equal rows, and one latent', async () => {
    for (const [mu, zDim] of [
      [Float32Array.of(1, 2), 2],
      [Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), 2],
      [new Float32Array(60).fill(3), 2],
      [Float32Array.from({ length: 50 }, (_, i) => i), 1],
    ] as const) {
      const map = await umapOf(mu, zDim, { seed: 0 });
      expect(map).toHaveLength((mu.length / zDim) * 2);
      expect(map.every(Number.isFinite)).toBe(true);
    }
  });

  it('reports rising progress and stops when it is told to', async () => {
    const controller = new AbortController();
    const fractions: number[] = [];
    const onProgress = (fraction: number) => {
      fractions.push(fraction);
      if (fractions.length === 3) controller.abort();
    };
    await expect(umapOf(clouds(4000), 5, { seed: 0, signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions[2]).toBeLessThan(1);
  });
});

describe("UMAP's graph and curve", () => {
  it("sums each row's weights to log2 of the neighbours, and joins directions as a + b − ab", async () => {
    const mu = clouds(200);
    const neighbours = await new NeighbourTree(mu, 5).nearest(mu, 14, true);
    const directed = membershipStrengths(neighbours);
    const dense = Array.from({ length: 200 }, () => new Float64Array(200));
    for (let row = 0; row < 200; row++) {
      const own = directed.subarray(row * 14, row * 14 + 14);
      expect(own.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(Math.log2(15), 3);
      expect(own[0]).toBe(1);
      own.forEach((weight, j) => (dense[row][neighbours.rows[row * 14 + j]] = weight));
    }
    const graph = fuzzyGraph(neighbours, 0);
    const joined = Array.from({ length: 200 }, () => new Float64Array(200));
    for (let row = 0; row < 200; row++) {
      for (let e = graph.start[row]; e < graph.start[row + 1]; e++) joined[row][graph.tails[e]] = graph.weights[e];
    }
    for (let a = 0; a < 200; a++) {
      for (let b = 0; b < 200; b++) {
        expect(joined[a][b]).toBeCloseTo(dense[a][b] + dense[b][a] - dense[a][b] * dense[b][a], 5);
      }
    }
    const thinned = fuzzyGraph(neighbours, 0.3);
    expect(thinned.weights.length).toBeLessThan(graph.weights.length);
    expect(Math.min(...thinned.weights)).toBeGreaterThanOrEqual(0.3);
  });

  it('uses the least-squares curve for minimum distance 0.1', () => {
    const residual = (a: number, b: number) => {
      let sum = 0;
      for (let i = 0; i < 300; i++) {
        const d = (3 * i) / 299;
        sum += (1 / (1 + a * d ** (2 * b)) - (d < 0.1 ? 1 : Math.exp(0.1 - d))) ** 2;
      }
      return sum;
    };
    const { a, b } = CURVE;
    for (const [da, db] of [
      [0.01, 0],
      [-0.01, 0],
      [0, 0.01],
      [0, -0.01],
    ]) {
      expect(residual(a + da, b + db)).toBeGreaterThan(residual(a, b));
    }
  });
});
