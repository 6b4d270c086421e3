// Whether a sketch has maps enough (Zhong's thesis, fig. 6-6): distances between the maps of two particles of one k-means cluster, against the
// number of clusters. Distances are measured in the volume components of the particles where they have any, else between the maps themselves
// (pair-distances.ts).
import { Yielder, type LongWork } from '../../base/long-work.ts';
import { Random } from '../../geometry/random.ts';
import { kMeansClusters } from '../../landscape/kmeans.ts';
import type { ParticleVolumes, SketchHomogeneity } from './landscape.ts';

const NUMBERS = [10, 20, 50, 100, 200, 500, 1000];
const MOST_PARTICLES = 10_000;
/** Clusters of fewer particles than this in the mean say nothing of pairs. */
const LEAST_EACH = 4;

/** How the maps of two particles are compared. */
export interface PairDistances {
  by: SketchHomogeneity['by'];
  /** Pairs that are measured for each number of clusters. */
  pairs: number;
  /** Particles, drawn at random, that pairs are of as far as they go: maps that are compared more than once. */
  pool: number;
  /** Of two rows of the run, in units of the map. */
  between(a: number, b: number): number | Promise<number>;
}

/** What the sketch was chosen in, and of which particles. */
export interface SketchedParticles {
  /** N×dimensions. */
  z: Float32Array;
  dimensions: number;
  /** Those that take part. */
  rows: Uint32Array;
  /** Maps of the sketch. */
  most: number;
}

/** Pairs are of different particles; one that is alone in its cluster is passed over. */
export async function homogeneityOf(
  { z, dimensions, rows: all, most }: SketchedParticles,
  distances: PairDistances,
  { seed, ...work }: LongWork & { seed: number },
): Promise<SketchHomogeneity> {
  const random = new Random(seed, 9);
  const rows = random
    .permutation(all.length)
    .subarray(0, MOST_PARTICLES)
    .map((i) => all[i]);
  const some = new Float32Array(rows.length * dimensions);
  rows.forEach((row, i) => some.set(z.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions));
  const yielder = new Yielder(work);
  const measured = async (pairs: [number, number][], done: number): Promise<{ mean: number; deviation: number }> => {
    const found: number[] = [];
    for (const [a, b] of pairs) {
      found.push(await distances.between(rows[a], rows[b]));
      const fraction = (done + found.length / pairs.length) / (clusters.length + 1);
      if (yielder.due()) await yielder.yieldToEvents(fraction, 'Comparing maps of one cluster');
    }
    return momentsOf(found);
  };
  const clusters = [...new Set([...NUMBERS.filter((k) => k < most), most])].filter(
    (k) => k > 1 && k * LEAST_EACH <= rows.length,
  );
  const pool = Math.min(distances.pool, rows.length);
  const any = Array.from({ length: distances.pairs }, (_, p): [number, number] => {
    const a = p % pool;
    return [a, (a + 1 + random.below(pool - 1)) % pool];
  });
  const overall = (await measured(any, 0)).mean;
  const told: { mean: number; deviation: number }[] = [];
  for (const k of clusters) {
    const { labels } = await kMeansClusters(some, dimensions, k, seed, work.signal ? { signal: work.signal } : {});
    told.push(await measured(pairsWithin(labels, k, { ...distances, pool }, random), told.length + 1));
  }
  return {
    ...{ by: distances.by, pairs: distances.pairs },
    clusters: Uint32Array.from(clusters),
    meanDistance: Float32Array.from(told, ({ mean }) => mean),
    standardDeviation: Float32Array.from(told, ({ deviation }) => deviation),
    overall,
  };
}

/** A particle of the pool, so that clusters count by their particles, and another of its cluster, of the pool where that has one. */
function pairsWithin(
  labels: ArrayLike<number>,
  k: number,
  { pairs, pool }: Pick<PairDistances, 'pairs' | 'pool'>,
  random: Random,
): [number, number][] {
  const members = Array.from({ length: k }, (): number[] => []);
  for (let i = 0; i < labels.length; i++) members[labels[i]].push(i);
  return Array.from({ length: pairs }, (_, p): [number, number][] => {
    const a = p % pool;
    const others = members[labels[a]].filter((i) => i !== a);
    const own = others.filter((i) => i < pool);
    const from = own.length > 0 ? own : others;
    return from.length > 0 ? [[a, from[random.below(from.length)]]] : [];
  }).flat();
}

/** By the volume components of the particles. */
export function byComponents({ scores, components }: ParticleVolumes): PairDistances {
  return {
    ...{ by: 'components', pairs: 2000, pool: MOST_PARTICLES },
    between: (a, b) => {
      let squared = 0;
      for (let k = 0; k < components; k++) squared += (scores[a * components + k] - scores[b * components + k]) ** 2;
      return Math.sqrt(squared);
    },
  };
}

function momentsOf(values: number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
