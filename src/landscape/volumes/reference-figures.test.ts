// What NumPy, SciPy and scikit-learn give for a small landscape (testing/reference-set/make/landscape.py), in float64.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { softMask, percentile } from '../../validation/mask.ts';
import { cutTree } from './dendrogram-cut.ts';
import { classicalScaling, componentsOfGram } from './gram-components.ts';
import { distancesOfGram, gramOfSums, GramSum } from './gram.ts';
import { linkageOf, type LinkageMethod } from './linkage.ts';
import { silhouettes } from './silhouette.ts';
import { gradients, type Layer } from './perceptron.ts';

interface Figures {
  mask: number[];
  distances: Record<'euclidean' | 'cosine', number[]>;
  scores: number[];
  explainedVariance: number[];
  axis: number[];
  trees: Record<string, number[]>;
  cut: { 'count 4': number[]; height: [number, number[]] };
  silhouettes: Record<'euclidean' | 'cosine', { labels: number[]; values: number[] }>;
  scaling: number[];
  gradients: { loss: number; layers: { weights: number[]; biases: number[] }[] };
}

const figures = JSON.parse(
  readFileSync(new URL('../../../testing/reference-set/landscape.json', import.meta.url), 'utf8'),
) as Figures;
const [MAPS, BOX] = [14, 8];
const VOXELS = BOX ** 3;
const TIGHT = 1e-8;
const SINGLE = 1e-4;

const maps = Float64Array.from({ length: MAPS * VOXELS }, (_, at) => {
  const [m, v] = [Math.floor(at / VOXELS), at % VOXELS];
  const [z, y, x] = [Math.floor(v / BOX ** 2) - 3.7, (Math.floor(v / BOX) % BOX) - 3.4, (v % BOX) - 3.9];
  return (
    Math.exp(-(x ** 2 + y ** 2 + (z - 0.2 * m) ** 2) / 6) * (1 + 0.3 * Math.sin(1.7 * m + x)) - 0.1 * Math.cos(m * y)
  );
});
const masked = maps.map((value, at) => Math.max(0, value) * figures.mask[at % VOXELS]);

function gramOf(values: Float64Array | Float32Array): Float64Array {
  const sum = new GramSum(MAPS);
  // In two parts of unlike width.
  for (const [from, to] of [
    [0, 200],
    [200, VOXELS],
  ]) {
    const part = new Float64Array(MAPS * (to - from));
    for (let m = 0; m < MAPS; m++) part.set(values.subarray(m * VOXELS + from, m * VOXELS + to), m * (to - from));
    sum.add(part, to - from);
  }
  return sum.matrix();
}

const furthest = (found: ArrayLike<number>, expected: ArrayLike<number>): number => {
  expect(found.length).toBe(expected.length);
  return Array.from(expected).reduce((most, value, i) => Math.max(most, Math.abs(value - found[i])), 0);
};
const condensed = (square: Float64Array): number[] =>
  Array.from({ length: MAPS }, (_, a) => Array.from(square.subarray(a * MAPS + a + 1, (a + 1) * MAPS))).flat();
/** Each column of a table by the sign of the expected one. */
const signed = (found: Float64Array, expected: number[], width: number): Float64Array =>
  found.map((value, at) => {
    let dot = 0;
    for (let i = at % width; i < found.length; i += width) dot += found[i] * expected[i];
    return dot < 0 ? -value : value;
  });

describe('the landscape of maps against frozen references', () => {
  it('masks as SciPy: union of half the 99.99th percentiles, dilated, with a cosine edge', () => {
    const union = new Float32Array(VOXELS);
    for (let m = 0; m < MAPS; m++) {
      const map = Float32Array.from(maps.subarray(m * VOXELS, (m + 1) * VOXELS));
      const threshold = percentile(map, 99.99) / 2;
      map.forEach((value, v) => (union[v] = Math.max(union[v], value > threshold ? 1 : 0)));
    }
    const options = { pixelSizeAngstrom: 1, threshold: 0.5, dilateAngstrom: 1.2, edgeAngstrom: 2.5 };
    expect(furthest(softMask(union, BOX, options), figures.mask)).toBeLessThan(1e-6);
  });

  it.each([['float64', masked, TIGHT] as const, ['float32', Float32Array.from(masked), SINGLE] as const])(
    'gives distances of maps in %s',
    (_, values, tolerance) => {
      const gram = gramOf(values);
      for (const metric of ['euclidean', 'cosine'] as const)
        expect(furthest(condensed(distancesOfGram(gram, MAPS, metric)), figures.distances[metric])).toBeLessThan(
          tolerance,
        );
    },
  );

  it.each([['float64', masked, TIGHT] as const, ['float32', Float32Array.from(masked), SINGLE] as const])(
    'gives components as scikit-learn in %s',
    (_, values, tolerance) => {
      const { components, scores, explainedVariance, factors } = componentsOfGram(gramOf(values), MAPS, 4);
      expect(components).toBe(4);
      expect(furthest(explainedVariance, figures.explainedVariance)).toBeLessThan(tolerance);
      expect(furthest(signed(scores, figures.scores, 4), figures.scores)).toBeLessThan(tolerance);
      const axis = new Float64Array(VOXELS);
      for (let m = 0; m < MAPS; m++) for (let v = 0; v < VOXELS; v++) axis[v] += factors[m] * values[m * VOXELS + v];
      expect(furthest(signed(axis, figures.axis, 1), figures.axis)).toBeLessThan(tolerance);
    },
  );

  it.each(Object.keys(figures.trees))('links by %s as SciPy', (name) => {
    const [method, metric] = name.split(' ') as [LinkageMethod, 'euclidean' | 'cosine'];
    const merges = linkageOf(distancesOfGram(gramOf(masked), MAPS, metric), MAPS, method);
    expect(furthest(merges, figures.trees[name])).toBeLessThan(TIGHT);
  });

  it('cuts a tree as SciPy, by count and by height', () => {
    const merges = Float64Array.from(figures.trees['average euclidean']);
    const partition = (labels: ArrayLike<number>): string => {
      const order = [...new Set(Array.from(labels))];
      return Array.from(labels, (label) => order.indexOf(label)).join(' ');
    };
    const four = cutTree(merges, { kind: 'count', states: 4 });
    expect(four.count).toBe(4);
    expect(partition(four.labels)).toBe(partition(figures.cut['count 4']));
    const [height, labels] = figures.cut.height;
    expect(partition(cutTree(merges, { kind: 'height', height }).labels)).toBe(partition(labels));
  });

  it.each(['euclidean', 'cosine'] as const)('gives silhouettes as scikit-learn by %s distances', (metric) => {
    const { labels, values } = figures.silhouettes[metric];
    const distances = distancesOfGram(gramOf(masked), MAPS, metric);
    // scikit-learn's clusters are from 1 here.
    expect(
      furthest(
        silhouettes(
          distances,
          labels.map((label) => label - 1),
          4,
        ),
        values,
      ),
    ).toBeLessThan(TIGHT);
    expect([
      ...silhouettes(
        distances,
        labels.map(() => 0),
        1,
      ),
    ]).toEqual(labels.map(() => NaN));
  });

  it('scales distances to a plane', () => {
    const found = classicalScaling(distancesOfGram(gramOf(masked), MAPS, 'euclidean'), MAPS, 2);
    expect(furthest(signed(found, figures.scaling, 2), figures.scaling)).toBeLessThan(TIGHT);
  });

  it('gives the gradients of scikit-learn’s perceptron', () => {
    const sizes = [3, 5, 4, 2];
    let at = 0;
    const take = (length: number) => Float64Array.from({ length }, () => Math.sin(1.3 * at++ + 0.7));
    const layers: Layer[] = sizes
      .slice(1)
      .map((outputs, i) => ({ inputs: sizes[i], outputs, weights: take(sizes[i] * outputs), biases: take(outputs) }));
    const inputs = Float64Array.from({ length: 18 }, (_, i) => Math.cos(0.9 * i));
    const targets = Float64Array.from({ length: 12 }, (_, i) => Math.sin(0.4 * i));
    const found = gradients(layers, inputs, targets, 6);
    expect(Math.abs(found.loss - figures.gradients.loss)).toBeLessThan(TIGHT);
    figures.gradients.layers.forEach(({ weights, biases }, l) => {
      expect(furthest(found.layers[l].weights, weights)).toBeLessThan(TIGHT);
      expect(furthest(found.layers[l].biases, biases)).toBeLessThan(TIGHT);
    });
  });
});

describe('maps that are sums of others', () => {
  it('have the products of the maps themselves', () => {
    const factors = Float64Array.from({ length: 5 * MAPS }, (_, i) => Math.sin(2.1 * i));
    const sums = new Float64Array(5 * VOXELS);
    for (let m = 0; m < 5; m++)
      for (let f = 0; f < MAPS; f++)
        for (let v = 0; v < VOXELS; v++) sums[m * VOXELS + v] += factors[m * MAPS + f] * masked[f * VOXELS + v];
    const direct = new GramSum(5);
    direct.add(sums, VOXELS);
    expect(furthest(gramOfSums(gramOf(masked), factors, 5), direct.matrix())).toBeLessThan(1e-7);
  });
});

describe('a tree', () => {
  it('is cut at the largest gap among 2 to 15 clusters', () => {
    const points = [0, 0.1, 0.2, 5, 5.1, 9, 9.2];
    const distances = Float64Array.from({ length: 49 }, (_, at) =>
      Math.abs(points[Math.floor(at / 7)] - points[at % 7]),
    );
    const cut = cutTree(linkageOf(distances, 7, 'average'), { kind: 'largest-gap' });
    expect([...cut.labels]).toEqual([0, 0, 0, 1, 1, 2, 2]);
    expect(cut.height).toBeGreaterThan(0.2);
  });

  it('is refused for distances that are no numbers', () => {
    const cosine = distancesOfGram(Float64Array.from([1, 0, 0, 0]), 2, 'cosine');
    expect(() => linkageOf(cosine, 2, 'average')).toThrow(expect.objectContaining({ code: 'value-out-of-range' }));
  });
});
