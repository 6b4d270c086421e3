// A few particles that stand for all: one near each centre of k-means, and those farthest from all that were taken (Gonzalez 1985), so that a
// state of few particles is among them.
import { type LongWork, Yielder } from '../../base/long-work.ts';
import { VitrineError } from '../../base/errors.ts';
import { Random } from '../../geometry/random.ts';
import { kMeansClusters } from '../kmeans.ts';

/** How many maps, the share of them that is of farthest particles, and the seed. */
export interface SketchRequest {
  maps: number;
  farthestShare: number;
  seed: number;
}

/** Rows that stand for N. */
export interface Sketch {
  /** M different rows: those near centres first. */
  rows: Uint32Array;
  /** N: the place in `rows` of the nearest. */
  mapOfParticle: Uint32Array;
  /** M: rows nearest to each. */
  particles: Uint32Array;
}

/** Centres are found in this many rows at most, drawn at random. */
const FIT_AT_MOST = 50_000;

/** `z`: N×dimensions, in units in which distances count. Errors: 'value-out-of-range' unless 2 ≤ maps ≤ N; 'cancelled'. */
export async function sketchOf(
  z: Float32Array,
  dimensions: number,
  { maps, farthestShare, seed }: SketchRequest,
  { onProgress, ...work }: LongWork = {},
): Promise<Sketch> {
  const count = z.length / dimensions;
  if (!Number.isInteger(maps) || maps < 2 || maps > count)
    throw new VitrineError('value-out-of-range', `${maps} maps cannot stand for ${count} particles.`, {
      field: '--sketch',
      expected: `a whole number from 2 to ${count}`,
      found: String(maps),
    });
  const part = (from: number, to: number): LongWork => ({
    ...work,
    onProgress: (fraction, message) => onProgress?.(from + (to - from) * fraction, message),
  });
  const farthest = Math.min(maps - 1, Math.round(maps * farthestShare));
  const drawn = count > FIT_AT_MOST ? new Random(seed, 1).permutation(count).subarray(0, FIT_AT_MOST) : null;
  const fitted = drawn ? rowsOf(z, dimensions, drawn) : z;
  const { centreIndices } = await kMeansClusters(fitted, dimensions, maps - farthest, seed, part(0, 0.8));
  const rows = [...new Set(Array.from(centreIndices, (row) => (drawn ? drawn[row] : row)))];
  const nearest = new Nearest(z, dimensions);
  const yielder = new Yielder(part(0.8, 1));
  const pause = async (): Promise<void> => {
    if (yielder.due()) await yielder.yieldToEvents(nearest.taken / maps, 'Choosing particles to decode');
  };
  for (const row of rows) {
    nearest.take(row);
    await pause();
  }
  // Centres that share a particle leave places free.
  while (rows.length < maps) {
    const row = nearest.farthest();
    if (nearest.distances[row] === 0) break;
    rows.push(row);
    nearest.take(row);
    await pause();
  }
  const particles = new Uint32Array(rows.length);
  for (const map of nearest.labels) particles[map]++;
  return { rows: Uint32Array.from(rows), mapOfParticle: nearest.labels, particles };
}

/** The nearest of the rows that were taken so far, of each row. */
class Nearest {
  taken = 0;
  readonly distances: Float64Array;
  readonly labels: Uint32Array;

  constructor(
    private readonly z: Float32Array,
    private readonly dimensions: number,
  ) {
    this.distances = new Float64Array(z.length / dimensions).fill(Infinity);
    this.labels = new Uint32Array(z.length / dimensions);
  }

  take(row: number): void {
    const { z, dimensions, distances, labels } = this;
    for (let i = 0; i < distances.length; i++) {
      let squared = 0;
      for (let d = 0; d < dimensions && squared < distances[i]; d++)
        squared += (z[i * dimensions + d] - z[row * dimensions + d]) ** 2;
      if (!(squared < distances[i])) continue;
      distances[i] = squared;
      labels[i] = this.taken;
    }
    this.taken++;
  }

  farthest(): number {
    let best = 0;
    for (let i = 1; i < this.distances.length; i++) if (this.distances[i] > this.distances[best]) best = i;
    return best;
  }
}

function rowsOf(z: Float32Array, dimensions: number, rows: Uint32Array): Float32Array {
  const out = new Float32Array(rows.length * dimensions);
  rows.forEach((row, i) => out.set(z.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions));
  return out;
}
