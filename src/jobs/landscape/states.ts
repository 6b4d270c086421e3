// Maps into states by a tree of their distances, and what is said of each: maps, particles, spread, the map nearest to its mean.
import { cutTree } from '../../landscape/volumes/dendrogram-cut.ts';
import { linkageOf } from '../../landscape/volumes/linkage.ts';
import { silhouettes } from '../../landscape/volumes/silhouette.ts';
import type { Dendrogram, LandscapeSketch, LandscapeStates } from './landscape.ts';
import type { MapDistances } from './map-distances.ts';
import type { DendrogramCut, StateSettings } from './settings.ts';

/** The tree of the maps that take part by their L×L distances. Error 'value-out-of-range' for maps that are nothing in the mask. */
export function dendrogramOf(
  distances: Float64Array,
  maps: Uint32Array,
  { linkage, metric }: StateSettings,
): Dendrogram {
  return { linkage, metric, maps, merges: linkageOf(distances, maps.length, linkage) };
}

/** Of the particles, what a state that may be junk has less than. */
const FEW = 0.02;

/** States at a cut, the one of most particles first. `distances`: of the dendrogram's maps. Errors: those of cutTree. */
export function statesAt(
  { maps, merges }: Dendrogram,
  { own, squared }: MapDistances,
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
  const stateOfLeaf = Int32Array.from(labels, (label) => numberOf[label]);
  const apart = own ? apartness(own, stateOfLeaf, leavesOf) : null;
  const particles = Uint32Array.from(order, (label) => byLabel[label]);
  const few = FEW * particles.reduce((sum, state) => sum + state, 0);
  const unknown = new Float32Array(count).fill(NaN);
  return {
    ...{ count, height, ofMap },
    ofParticle: Int32Array.from(mapOfParticle, (map) => ofMap[map]),
    maps: Uint32Array.from(leavesOf, (leaves) => leaves.length),
    particles,
    spread: Float32Array.from(told, ({ spread }) => spread),
    centreMap: Uint32Array.from(told, ({ centre }) => maps[centre]),
    silhouette: apart?.silhouette ?? unknown,
    separation: apart?.separation ?? unknown,
    fewAndFar: Uint8Array.from(particles, (number, state) =>
      apart && number < few && apart.separation[state] > apart.typical ? 1 : 0,
    ),
  };
}

/** Of each state the mean silhouette of its maps and their mean distance to the nearest map of another; and the median of all distances. */
function apartness(
  own: Float64Array,
  stateOfLeaf: Int32Array,
  leavesOf: readonly number[][],
): { silhouette: Float32Array; separation: Float32Array; typical: number } {
  const leaves = stateOfLeaf.length;
  const widths = silhouettes(own, stateOfLeaf, leavesOf.length);
  const nearest = (leaf: number): number => {
    let least = Infinity;
    for (let other = 0; other < leaves; other++)
      if (stateOfLeaf[other] !== stateOfLeaf[leaf]) least = Math.min(least, own[leaf * leaves + other]);
    return least;
  };
  const meanOf = (state: readonly number[], valueOf: (leaf: number) => number): number =>
    state.reduce((sum, leaf) => sum + valueOf(leaf), 0) / state.length;
  const separation = leavesOf.map((state) => (leavesOf.length > 1 ? meanOf(state, nearest) : NaN));
  const pairs = own.filter((_, at) => at % leaves > Math.floor(at / leaves)).sort();
  return {
    silhouette: Float32Array.from(leavesOf, (state) => meanOf(state, (leaf) => widths[leaf])),
    separation: Float32Array.from(separation),
    typical: pairs[pairs.length >> 1] ?? 0,
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
