// The table of columns, places on any two of them and the way back to z, against direct sums.
import { describe, expect, it } from 'vitest';
import { columnOf, tableOfRows, titleOf, type Column } from './column.ts';
import { cloudOf, nearestRow, placeOfZ, placesDecode, zAtPlace } from './place.ts';
import { runColumns, type RunNumbers } from './run-columns.ts';

const mu = new Float32Array([1, 2, 3, -1, 0, 1, 4, 4, -2]);
const latents = { zDim: 3, count: 3, mu };
// Orthonormal axes that mix all coordinates.
const s = Math.SQRT1_2;
const axes = new Float32Array([s, s, 0, s, -s, 0, 0, 0, 1]);
const mean = new Float32Array([0.5, -1, 2]);
const project = (z: ArrayLike<number>) =>
  [0, 1, 2].map((c) => [0, 1, 2].reduce((sum, d) => sum + (z[d] - mean[d]) * axes[c * 3 + d], 0));
const pca = {
  ...{ components: 3, axes, mean, explainedVariance: new Float32Array([0.6, 0.3, 0.1]) },
  projections: Float32Array.from([0, 1, 2].flatMap((row) => project(mu.subarray(3 * row, 3 * row + 3)))),
};
const particles = {
  rotDegrees: new Float32Array([-170, 0, 170]),
  tiltDegrees: new Float32Array([10, 20, 30]),
  defocusAngstrom: new Float32Array([10_000, 15_000, 20_000]),
  shiftPixels: null,
  extra: [{ name: 'score', values: new Float32Array([0.25, NaN, 0.75]) }],
};
const numbers: RunNumbers = {
  ...{ particles, startClasses: null, latents, pca, umap: new Float32Array([0, 1, 2, 3, 4, 5]), selections: [] },
  clusters: { labels: new Int32Array([1, 0, 1]), counts: [1, 2] },
};
const table = runColumns(numbers);
function column(key: string, from: readonly Column[] = table): Column {
  const found = columnOf(from, key);
  if (!found) throw new Error(`no column ${key}`);
  return found;
}
const pair = (x: string, y: string) => ({ x: column(x), y: column(y) });

describe('the table', () => {
  it('names every number of a particle once, with its unit and kind', () => {
    const keys = table.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(titleOf(column('defocus'))).toBe('Defocus (µm)');
    expect(titleOf(column('pc2'))).toBe('PC2 (30.0 %)');
    expect([column('rot'), column('tilt'), column('cluster')].map(({ kind }) => kind)).toEqual([
      'angle',
      'number',
      'class',
    ]);
  });

  it('has what a linear model’s fit says of each particle, where it says it', () => {
    const evidenceGain = new Float32Array([4, -1, 12]);
    const keys = (fits: RunNumbers['fits']) =>
      runColumns({ ...numbers, fits }).filter(({ source }) => source === 'fit');
    expect(keys({ contrast: new Float32Array([1, 0.9, 1.1]), evidenceGain }).map(titleOf)).toEqual([
      'Contrast',
      'Log evidence over one structure',
    ]);
    const [evidence, ...others] = keys({ contrast: null, evidenceGain });
    expect([evidence.key, evidence.values(), others]).toEqual(['evidence', evidenceGain, []]);
    expect(tableOfRows([evidence], new Uint32Array([2, 0]))).toEqual([
      { name: 'evidence', values: new Float32Array([12, 4]) },
    ]);
    const quality = new Float32Array([1, 1.5, 0.9]);
    const [checked] = keys({ contrast: null, evidenceGain: null, quality });
    expect([checked.key, titleOf(checked), checked.values()]).toEqual([
      'fit_quality',
      'Left unexplained over noise',
      quality,
    ]);
    expect([keys(null), keys(undefined)]).toEqual([[], []]);
  });

  it.each([
    ['defocus', [1, 1.5, 2]],
    ['z2', [2, 0, 4]],
    ['umap2', [1, 3, 5]],
    ['cluster', [1, 0, 1]],
    ['norm', [Math.hypot(1, 2, 3), Math.hypot(-1, 0, 1), Math.hypot(4, 4, -2)].map(Math.fround)],
    ['extra:score', [0.25, NaN, 0.75]],
  ])('has the values of %s', (key, values) => {
    expect([...(column(key).values() ?? [])]).toEqual(values);
  });

  it('says what is there, what can be computed and what never will be', () => {
    const bare = runColumns({ ...numbers, umap: null, clusters: null, pca: null });
    expect(column('shift').availability).toMatchObject({ state: 'absent' });
    const computable = bare.flatMap(({ availability: at, values }) =>
      at.state === 'computable' ? [[at.by, values()]] : [],
    );
    expect(computable).toEqual([...Array(3).fill(['pca', null]), ...Array(2).fill(['umap', null]), ['clusters', null]]);
    expect(column('z1', bare).availability.state).toBe('there');
  });

  it('computes a column when it is first asked for, and once, however often the table is made', () => {
    let reads = 0;
    const watched = new Proxy(new Float32Array(mu), {
      get(target, name) {
        if (name === '0') reads++;
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const make = () => runColumns({ ...numbers, latents: { ...latents, mu: watched } });
    const first = make();
    expect(reads).toBe(0);
    const values = column('z1', first).values();
    expect(reads).toBe(1);
    expect(column('z1', make()).values()).toBe(values);
    expect(reads).toBe(1);
  });

  it('gives a table of some particles what the run adds to its dataset, classes counted from 1', () => {
    const written = tableOfRows(table, Uint32Array.of(2, 0));
    const names = ['pc1', 'pc2', 'pc3', 'umap1', 'umap2', 'z1', 'z2', 'z3', 'cluster', 'norm'];
    expect(written.map(({ name }) => name)).toEqual(names);
    const values = Object.fromEntries(written.map(({ name, values: each }) => [name, [...each]]));
    expect(values).toMatchObject({ z1: [4, 1], umap1: [4, 0], cluster: [2, 2] });
  });

  it('gives each particle the last named selection that holds it', () => {
    const selections = [
      { indices: Uint32Array.of(0, 2), color: 'red' },
      { indices: Uint32Array.of(2, 9), color: 'blue' },
    ];
    const named = column('selection', runColumns({ ...numbers, selections }));
    expect([...(named.values() ?? [])]).toEqual([0, -1, 1]);
    expect(named.classes?.colors).toEqual(['red', 'blue']);
  });
});

describe('places', () => {
  it.each([
    ['pc1', 'pc3'],
    ['pc3', 'pc2'],
    ['z2', 'z3'],
    ['z1', 'pc1'],
    ['pc2', 'z3'],
  ])('decode where they lie on %s and %s, moved by the shortest way', (x, y) => {
    const shown = pair(x, y);
    expect(placesDecode(shown)).toBe(true);
    const z = zAtPlace(latents, shown, 1, { x: 0.37, y: -1.2 });
    const place = placeOfZ(shown, z);
    expect(place?.x).toBeCloseTo(0.37, 5);
    expect(place?.y).toBeCloseTo(-1.2, 5);
    // The shortest way has no part that neither axis sees.
    const [u, v] = [shown.x.linear!.direction, shown.y.linear!.direction];
    const unseen = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    const moved = z.map((value, d) => value - mu[3 + d]);
    expect(moved.reduce((sum, value, d) => sum + value * unseen[d], 0)).toBeCloseTo(0, 5);
  });

  it('are told by the horizontal axis where both show one column, and keep the other coordinates', () => {
    const z = zAtPlace(latents, pair('z2', 'z2'), 1, { x: 5, y: 9 });
    expect(z).toEqual([-1, 5, 1]);
  });

  it('have no z on axes without a formula: the particle keeps its own', () => {
    for (const shown of [pair('umap1', 'umap2'), pair('defocus', 'z1')]) {
      expect([placesDecode(shown), placeOfZ(shown, mu)]).toEqual([false, null]);
      expect(zAtPlace(latents, shown, 2, { x: 0, y: 0 })).toEqual([4, 4, -2]);
    }
  });

  it('of one latent dimension are spread, and only the other axis moves z', () => {
    const line = { zDim: 1, count: 3, mu: new Float32Array([1, 2, 3]) };
    const columns = runColumns({ ...numbers, latents: line, pca: null });
    const shown = { x: column('z1', columns), y: column('spread', columns) };
    expect(zAtPlace(line, shown, 0, { x: 1.5, y: 0.3 })).toEqual([1.5]);
    expect(placeOfZ(shown, [1.5])).toEqual({ x: 1.5, y: 0 });
  });

  it('lie nearest to a particle in units of the screen, on one cloud for the same columns', () => {
    const cloud = cloudOf(pair('z1', 'z2'));
    if (!cloud) throw new Error('no cloud');
    expect(nearestRow(cloud, 0.5, 0.2)).toBe(1);
    expect(nearestRow(cloud, 0.5, 1.9)).toBe(0);
    expect(nearestRow(cloud, 3.9, 0, 1, 100)).toBe(2);
    const again = runColumns(numbers);
    expect(cloudOf({ x: column('z1', again), y: column('z2', again) })).toBe(cloud);
  });
});
