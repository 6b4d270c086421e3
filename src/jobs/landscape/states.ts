// Maps into states by a tree of their distances, and what is said of each: maps, particles, spread, the map nearest to its mean.
import { cutTree } from '../../landscape/volumes/dendrogram-cut.ts';
import { distancesOfGram } from '../../landscape/volumes/gram.ts';
import { linkageOf } from '../../landscape/volumes/linkage.ts';
import type { Dendrogram, LandscapeSketch, LandscapeStates } from './landscape.ts';
import type { DendrogramCut, StateSettings } from './settings.ts';

/** The tree of the maps that take part, whose products `gram` holds. Error 'value-out-of-range' for maps that are nothing in the mask. */
export function dendrogramOf(gram: Float64Array, maps: Uint32Array, { linkage, metric }: StateSettings): Dendrogram {
  const merges = linkageOf(distancesOfGram(gram, maps.length, metric), maps.length, linkage);
  return { linkage, metric, maps, merges };
}

/** Euclidean distances of the maps that take part, squared: what spread is measured by, whatever the metric. */
export function squaredDistances(gram: Float64Array, count: number): Float64Array {
  return distancesOfGram(gram, count, 'euclidean').map((distance) => distance * distance);
}

/** States at a cut, the one of most particles first. `squared`: of the dendrogram's maps. Errors: those of cutTree. */
export function statesAt(
  { maps, merges }: Dendrogram,
  squared: Float64Array,
  { particles: ofMaps, mapOfParticle }: LandscapeSketch,
  cut: DendrogramCut,
): LandscapeStates {
  const { labels, count, height } = cutTree(merges, cut);
  const byLabel = Array.from({ length: count }, () => 0);
  labels.forEach((label, leaf) => (byLabel[label] += ofMaps[maps[leaf]]));
  const order = byLabel.map((_, label) => label).sort((a, b) => byLabel[b] - byLabel[a] || a - b);
  const numberOf = new Int32Array(count);
  order.forEach((label, number) => (numberOf[label] = number));
  const ofMap = new Int32Array(ofMaps.length).fill(-1);
  const leavesOf = Array.from({ length: count }, (): number[] => []);
  labels.forEach((label, leaf) => {
    ofMap[maps[leaf]] = numberOf[label];
    leavesOf[numberOf[label]].push(leaf);
  });
  const told = leavesOf.map((leaves) => spreadOf(leaves, squared, { maps, ofMaps }));
  return {
    ...{ count, height, ofMap },
    ofParticle: Int32Array.from(mapOfParticle, (map) => ofMap[map]),
    maps: Uint32Array.from(leavesOf, (leaves) => leaves.length),
    particles: Uint32Array.from(order, (label) => byLabel[label]),
    spread: Float32Array.from(told, ({ spread }) => spread),
    centreMap: Uint32Array.from(told, ({ centre }) => maps[centre]),
  };
}

/** Σ w d²(m, mean)/Σ w = Σ_ij w_i w_j d_ij² / 2 (Σ w)², and the leaf nearest to the mean. */
function spreadOf(
  leaves: number[],
  squared: Float64Array,
  { maps, ofMaps }: { maps: Uint32Array; ofMaps: Uint32Array },
): { spread: number; centre: number } {
  const weights = leaves.map((leaf) => ofMaps[maps[leaf]]);
  const total = weights.reduce((a, b) => a + b, 0) || 1;
  let [sum, nearest, centre] = [0, Infinity, leaves[0]];
  leaves.forEach((a, i) => {
    const toOthers = leaves.reduce((all, b, j) => all + weights[j] * squared[a * maps.length + b], 0);
    sum += weights[i] * toOthers;
    if (toOthers < nearest) [nearest, centre] = [toOthers, a];
  });
  return { spread: Math.sqrt(sum / (2 * total * total)), centre };
}
