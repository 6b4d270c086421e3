// Distances of the maps that take part, as the tree has them, kept with the landscape (map_distances.f32, the pairs above the diagonal row by
// row), so that a cut elsewhere says the same of its states as the tree.
import { distancesOfGram } from '../../landscape/volumes/gram.ts';
import { readFloats, writeArray } from '../../library/arrays.ts';
import type { LandscapeFolder } from './landscape-folder.ts';
import type { Landscape } from './landscape.ts';
import type { MapMetric } from './settings.ts';

/** L×L both. */
export interface MapDistances {
  /** In the metric of the tree; null where an older version kept none. */
  own: Float64Array | null;
  /** Euclidean ones, squared: what spread is measured by, whatever the metric. */
  squared: Float64Array;
}

const FILE = 'map_distances.f32';

/** Of maps by the products of their pairs. */
export function mapDistances(
  gram: Float64Array,
  count: number,
  metric: MapMetric,
): MapDistances & { own: Float64Array } {
  const own = distancesOfGram(gram, count, metric);
  const plain = metric === 'euclidean' ? own : distancesOfGram(gram, count, 'euclidean');
  return { own, squared: plain.map((distance) => distance * distance) };
}

/** Keeps them in place of those before. Error 'storage'. */
export async function keepMapDistances(folder: LandscapeFolder, own: Float64Array, count: number): Promise<void> {
  const pairs = new Float32Array((count * (count - 1)) / 2);
  for (let a = 0, at = 0; a < count; a++) for (let b = a + 1; b < count; b++) pairs[at++] = own[a * count + b];
  await writeArray(folder.storage, folder.path(FILE), pairs);
}

/** Those of a landscape that is kept; Euclidean ones in its components, which hold all but noise. */
export async function keptMapDistances(
  folder: LandscapeFolder,
  { dendrogram, pca }: Pick<Landscape, 'dendrogram' | 'pca'>,
): Promise<MapDistances> {
  const { maps } = dendrogram;
  const count = maps.length;
  const squared = new Float64Array(count ** 2);
  const { scores, components } = pca;
  maps.forEach((a, i) =>
    maps.forEach((b, j) => {
      for (let k = 0; k < components; k++)
        squared[i * count + j] += (scores[a * components + k] - scores[b * components + k]) ** 2;
    }),
  );
  const pairs = await readFloats(folder.storage, folder.path(FILE));
  if (pairs?.length !== (count * (count - 1)) / 2) return { own: null, squared };
  const own = new Float64Array(count ** 2);
  for (let a = 0, at = 0; a < count; a++)
    for (let b = a + 1; b < count; b++) own[a * count + b] = own[b * count + a] = pairs[at++];
  return { own, squared };
}
