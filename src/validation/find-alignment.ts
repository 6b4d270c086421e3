// Where one map lies in another when nothing is known: every rotation of a 15° grid, both hands, at low resolution, with the offset that
// lays the centres of mass on each other; the best few are refined (map-alignment.ts).
import { throwIfCancelled } from '../base/errors.ts';
import { gridRotations } from '../geometry/rotation-grid.ts';
import { mirrorVolume } from '../imaging/hand.ts';
import { alignMaps, alignmentScore, type MapAlignment } from './map-alignment.ts';
import { percentile } from './mask.ts';

export interface FindAlignmentOptions {
  /** Try the mirror image too; true. */
  bothHands?: boolean;
  signal?: AbortSignal | undefined;
  onProgress?: (fraction: number) => void;
}

const GRID_LEVEL = 2;
/** Fourier pixels that rotations 15° apart tell from each other. */
const COARSE_BAND = 5;
/** Of each hand, those that are refined: a grid's best is not always nearest. */
const REFINED = 3;
const ROTATIONS_A_TURN = 256;

/** D³ maps of one box. Errors: 'count-mismatch', 'cancelled'. */
export async function findAlignment(
  map: Float32Array,
  reference: Float32Array,
  boxPixels: number,
  { bothHands = true, signal, onProgress }: FindAlignmentOptions = {},
): Promise<MapAlignment & { correlation: number }> {
  const rotations = gridRotations(GRID_LEVEL);
  const target = centreOfMass(reference, boxPixels);
  const hands = bothHands ? (['same', 'mirrored'] as const) : (['same'] as const);
  const steps = hands.length * (rotations.length / 9 + REFINED * ROTATIONS_A_TURN);
  let done = 0;
  const turn = async (): Promise<void> => {
    onProgress?.(done / steps);
    await new Promise((resolve) => setTimeout(resolve, 0));
    throwIfCancelled(signal);
  };
  let best: (MapAlignment & { correlation: number }) | null = null;
  for (const hand of hands) {
    const volume = hand === 'mirrored' ? mirrorVolume(map, boxPixels) : map;
    const own = centreOfMass(volume, boxPixels);
    const score = alignmentScore(volume, reference, boxPixels, Math.min(COARSE_BAND, boxPixels / 2));
    const found: { start: Float32Array; offsetPixels: [number, number, number]; score: number }[] = [];
    for (let at = 0; at < rotations.length; at += 9, done++) {
      if ((at / 9) % ROTATIONS_A_TURN === 0) await turn();
      const start = rotations.subarray(at, at + 9);
      // A point r of the reference lies at (r + o)·Q, so o = c·Qᵀ − c_reference.
      const offset = [0, 1, 2].map(
        (axis) => own[0] * start[3 * axis] + own[1] * start[3 * axis + 1] + own[2] * start[3 * axis + 2] - target[axis],
      );
      const offsetPixels: [number, number, number] = [offset[0], offset[1], offset[2]];
      found.push({ start, offsetPixels, score: score(start, offsetPixels) });
    }
    found.sort((a, b) => b.score - a.score);
    for (const { start, offsetPixels } of found.slice(0, REFINED)) {
      await turn();
      const search = { offsetPixels, turnDegrees: 8, shiftPixels: 1 };
      const refined = alignMaps(map, reference, boxPixels, { start, hand, search });
      if (!best || refined.correlation > best.correlation) best = refined;
      done += ROTATIONS_A_TURN;
    }
  }
  onProgress?.(1);
  if (!best) throw new RangeError('No rotation to begin from.');
  return best;
}

/** Of what lies above half the 99.9th percentile, in voxels from voxel D/2. */
function centreOfMass(map: Float32Array, boxPixels: number): [number, number, number] {
  const level = percentile(map, 99.9) / 2;
  const half = boxPixels / 2;
  const sums = [0, 0, 0];
  let mass = 0;
  map.forEach((value, at) => {
    if (!(value > level)) return;
    mass += value;
    sums[0] += value * ((at % boxPixels) - half);
    sums[1] += value * ((Math.floor(at / boxPixels) % boxPixels) - half);
    sums[2] += value * (Math.floor(at / boxPixels ** 2) - half);
  });
  return mass > 0 ? [sums[0] / mass, sums[1] / mass, sums[2] / mass] : [0, 0, 0];
}
