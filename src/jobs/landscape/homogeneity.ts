// Whether a sketch has maps enough (Zhong's thesis, fig. 6-6): distances between maps of particles of one k-means cluster, against the number of
// clusters. Distances are those in the volume components of the particles, so that no map is decoded for it.
import type { LongWork } from '../../base/long-work.ts';
import { Random } from '../../geometry/random.ts';
import { kMeansClusters } from '../../landscape/kmeans.ts';
import type { ParticleVolumes, SketchHomogeneity } from './landscape.ts';

const NUMBERS = [10, 20, 50, 100, 200, 500, 1000];
const MOST_PARTICLES = 10_000;
/** Pairs that are measured for each number of clusters. */
const PAIRS = 2000;
/** Clusters of fewer particles than this in the mean say nothing of pairs. */
const LEAST_EACH = 4;

/** `z`: N×dimensions, what the sketch was chosen in; `most`: its maps. */
export async function homogeneityOf(
  z: Float32Array,
  dimensions: number,
  { scores, components }: ParticleVolumes,
  { most, seed, ...work }: LongWork & { most: number; seed: number },
): Promise<SketchHomogeneity> {
  const random = new Random(seed, 9);
  const rows = random.permutation(z.length / dimensions).subarray(0, MOST_PARTICLES);
  const some = new Float32Array(rows.length * dimensions);
  rows.forEach((row, i) => some.set(z.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions));
  const distance = (a: number, b: number): number => {
    let squared = 0;
    for (let k = 0; k < components; k++)
      squared += (scores[rows[a] * components + k] - scores[rows[b] * components + k]) ** 2;
    return Math.sqrt(squared);
  };
  const clusters = NUMBERS.filter((k) => k <= most && k * LEAST_EACH <= rows.length);
  const told: { mean: number; deviation: number }[] = [];
  for (const k of clusters) {
    const { labels } = await kMeansClusters(some, dimensions, k, seed, work);
    const members = Array.from({ length: k }, (): number[] => []);
    labels.forEach((label, i) => members[label].push(i));
    const pairs = Array.from({ length: PAIRS }, () => {
      // A cluster by its particles, as a particle drawn at random sees it.
      const a = random.below(rows.length);
      const own = members[labels[a]];
      return distance(a, own[random.below(own.length)]);
    });
    told.push(momentsOf(pairs));
  }
  const any = Array.from({ length: PAIRS }, () => distance(random.below(rows.length), random.below(rows.length)));
  return {
    clusters: Uint32Array.from(clusters),
    meanDistance: Float32Array.from(told, ({ mean }) => mean),
    standardDeviation: Float32Array.from(told, ({ deviation }) => deviation),
    overall: momentsOf(any).mean,
  };
}

function momentsOf(values: number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
