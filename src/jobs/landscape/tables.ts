// A landscape as files for other programs: tables, SciPy's Z, lists of particles as cryoDRGN writes them, figures.
import type { OriginalIndices } from '../../base/particle-identity.ts';
import { writeIndexPickle } from '../../formats/cryodrgn-pickles.ts';
import { writeNpy } from '../../formats/npy.ts';
import { NumpyArray } from '../../formats/numpy-arrays.ts';
import { dendrogramFigure } from '../../plots/dendrogram.ts';
import { explainedVarianceFigure } from '../../plots/bars.ts';
import { curvesFigure } from '../../plots/curves.ts';
import { scatterFigure } from '../../plots/scatter.ts';
import { columnsOf, csvOf } from '../csv.ts';
import type { Landscape } from './landscape.ts';

/** A file beside the landscape's maps. */
export interface LandscapeFile {
  name: string;
  content: string | Uint8Array;
}

/**
 * map_labels.csv, particle_labels.csv, states.csv, explained_variance.csv, Z.npy, state_XX.ind.pkl (indices in the original stack), volume_pcs.csv
 * where particles are in volume space, homogeneity.csv where it was asked for, figures.
 */
export function landscapeTables(landscape: Landscape, originalIndex: OriginalIndices): LandscapeFile[] {
  const { sketch, states, pca, dendrogram, particles, homogeneity } = landscape;
  const each = (count: number) => Array.from({ length: count }, (_, i) => i);
  const index = { name: 'index', values: originalIndex };
  const files: LandscapeFile[] = [
    {
      name: 'map_labels.csv',
      content: csvOf([
        { name: 'map', values: each(sketch.rows.length) },
        { name: 'row', values: sketch.rows },
        { name: 'index', values: sketch.rows.map((row) => originalIndex[row]) },
        { name: 'state', values: states.ofMap },
        { name: 'particles', values: sketch.particles },
        ...columnsOf(sketch.z, sketch.zDim, (d) => `z${d + 1}`),
      ]),
    },
    {
      name: 'particle_labels.csv',
      content: csvOf([
        index,
        { name: 'state', values: states.ofParticle },
        { name: 'map', values: sketch.mapOfParticle },
      ]),
    },
    {
      name: 'states.csv',
      content: csvOf([
        { name: 'state', values: each(states.count) },
        { name: 'maps', values: states.maps },
        { name: 'particles', values: states.particles },
        { name: 'spread', values: states.spread },
        { name: 'centre_map', values: states.centreMap },
        { name: 'silhouette', values: states.silhouette },
        { name: 'separation', values: states.separation },
        { name: 'few_and_far', values: states.fewAndFar },
      ]),
    },
    {
      name: 'explained_variance.csv',
      content: csvOf([
        { name: 'component', values: each(pca.components).map((k) => k + 1) },
        { name: 'of_volumes', values: pca.explainedVariance },
        { name: 'of_latents', values: each(pca.components).map((k) => pca.latentExplainedVariance[k] ?? 0) },
      ]),
    },
    { name: 'Z.npy', content: writeNpy(new NumpyArray([dendrogram.merges.length / 4, 4], dendrogram.merges)) },
    ...each(states.count).map((state) => ({
      name: `state_${String(state).padStart(2, '0')}.ind.pkl`,
      content: writeIndexPickle(
        each(states.ofParticle.length)
          .filter((i) => states.ofParticle[i] === state)
          .map((i) => originalIndex[i]),
      ),
    })),
  ];
  if (particles)
    files.push({
      name: 'volume_pcs.csv',
      content: csvOf([index, ...columnsOf(particles.scores, particles.components, (k) => `VPC${k + 1}`)]),
    });
  if (homogeneity) {
    const { clusters, meanDistance, standardDeviation } = homogeneity;
    files.push({
      name: 'homogeneity.csv',
      content: csvOf([
        { name: 'clusters', values: clusters },
        { name: 'mean_distance', values: meanDistance },
        { name: 'standard_deviation', values: standardDeviation },
      ]),
    });
    const curve = { name: 'within a cluster', x: [...clusters], y: [...meanDistance] };
    const labels = { title: 'Maps of one cluster', xLabel: 'clusters', yLabel: 'mean distance of two maps' };
    if (clusters.length > 1)
      files.push({ name: 'homogeneity.svg', content: curvesFigure({ ...labels, curves: [curve] }) });
  }
  return [...files, ...energyTables(landscape), ...figuresOf(landscape)];
}

/**
 * free_energy.csv a row a cell; free_energy.npy (kT) and density.npy (particles of a cell) on the grid that free_energy_axes.csv says; path.csv,
 * path_z.txt as `decode --zfile` reads it; and what is to be said beside them.
 */
function energyTables({ freeEnergy, path, sketch }: Landscape): LandscapeFile[] {
  const files: LandscapeFile[] = [];
  if (freeEnergy) {
    const { axes, points, from, to, space, energy, uncertainty, particles, unsure, caution, cells } = freeEnergy;
    const letter = space === 'latent' ? 'PC' : 'VPC';
    const coordinates = axes.map((axis, a) => {
      const stride = points.slice(a + 1).reduce((product, n) => product * n, 1);
      const step = (to[a] - from[a]) / (points[a] - 1);
      const values = Float64Array.from(energy, (_, cell) => from[a] + step * (Math.floor(cell / stride) % points[a]));
      return { name: `${letter}${axis + 1}`, values };
    });
    const numbers = { energy_kT: energy, uncertainty_kT: uncertainty, particles, unsure };
    const columns = Object.entries(numbers).map(([name, values]) => ({ name, values }));
    files.push({ name: 'free_energy.csv', content: csvOf([...coordinates, ...columns]) });
    files.push({ name: 'free_energy.txt', content: `${cells ? `${cells}\n` : ''}${caution}\n` });
    const grid = (values: Float32Array) => writeNpy(new NumpyArray(points, values));
    files.push({ name: 'free_energy.npy', content: grid(energy) }, { name: 'density.npy', content: grid(particles) });
    const ends = { points, first: from, last: to, step: from.map((low, a) => (to[a] - low) / (points[a] - 1)) };
    files.push({
      name: 'free_energy_axes.csv',
      content: csvOf([
        { name: 'component', values: axes.map((axis) => axis + 1) },
        ...Object.entries(ends).map(([name, values]) => ({ name, values })),
      ]),
    });
  }
  if (path) {
    const frames = Float32Array.from({ length: path.frames }, (_, f) => f);
    const columns = columnsOf(path.z, sketch.zDim, (d) => `z${d + 1}`);
    const energy = { name: 'energy_kT', values: path.energy };
    files.push({ name: 'path.csv', content: csvOf([{ name: 'frame', values: frames }, energy, ...columns]) });
    const rows = Array.from({ length: path.frames }, (_, f) =>
      path.z.slice(f * sketch.zDim, (f + 1) * sketch.zDim).join(' '),
    );
    files.push({ name: 'path_z.txt', content: `${rows.join('\n')}\n` });
  }
  return files;
}

function figuresOf({ pca, states, dendrogram, umap, mds, particles }: Landscape): LandscapeFile[] {
  const names = Array.from(states.particles, (count, state) => `${state}: ${count.toLocaleString('en')}`);
  const { maps } = dendrogram;
  const ofMaps = { by: 'kind' as const, of: Int32Array.from(maps, (map) => states.ofMap[map]), names };
  const plane = (table: Float32Array, width: number): Float32Array => {
    const points = new Float32Array(2 * maps.length);
    maps.forEach((map, i) => points.set([table[map * width], width > 1 ? table[map * width + 1] : 0], 2 * i));
    return points;
  };
  const percent = (k: number): string => `volume PC${k + 1} (${(100 * (pca.explainedVariance[k] ?? 0)).toFixed(1)} %)`;
  const components = { xLabel: percent(0), yLabel: pca.components > 1 ? percent(1) : '' };
  const files = [
    {
      name: 'dendrogram.svg',
      content: dendrogramFigure('Maps by their distance', {
        ...dendrogram,
        cut: states.height,
        stateOfLeaf: ofMaps.of,
      }),
    },
    {
      name: 'volume_pca.svg',
      content: scatterFigure({
        title: 'Maps in volume space',
        ...components,
        points: plane(pca.scores, pca.components),
        colours: ofMaps,
      }),
    },
    {
      name: 'umap.svg',
      content: scatterFigure({
        title: 'UMAP of maps',
        xLabel: 'UMAP 1',
        yLabel: 'UMAP 2',
        points: plane(umap, 2),
        colours: ofMaps,
      }),
    },
    {
      name: 'mds.svg',
      content: scatterFigure({
        title: 'Classical scaling of maps',
        xLabel: 'MDS 1',
        yLabel: 'MDS 2',
        points: plane(mds, 2),
        colours: ofMaps,
      }),
    },
    { name: 'explained_variance.svg', content: explainedVarianceFigure('Variance of maps', pca.explainedVariance) },
    {
      name: 'explained_variance_z.svg',
      content: explainedVarianceFigure('Variance of latents', pca.latentExplainedVariance),
    },
  ];
  if (particles) {
    const count = particles.scores.length / particles.components;
    const points = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) {
      points[2 * i] = particles.scores[i * particles.components];
      points[2 * i + 1] = particles.components > 1 ? particles.scores[i * particles.components + 1] : 0;
    }
    const colours = { by: 'kind' as const, of: states.ofParticle, names };
    files.push({
      name: 'particles.svg',
      content: scatterFigure({ title: 'Particles in volume space', ...components, points, colours }),
    });
  }
  return files;
}
