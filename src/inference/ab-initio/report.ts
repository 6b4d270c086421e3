// What is told of the poses: directions, how many still move, and what looks wrong.
import type { Notice } from '../../base/errors.ts';
import { pixelDirection } from '../../geometry/healpix.ts';
import { rotationAngle } from '../../geometry/rotation.ts';
import type { PoseReport } from '../pose-report.ts';

const NSIDE = 4;
const CELLS = 12 * NSIDE * NSIDE;
const MOVED_DEGREES = 5;
/** Below this log-likelihood gain an image's best slice fits no better than the best of as many would fit noise. */
const NOISE_EVIDENCE = 20;
/** Share of as many directions as there could be, below which they have collapsed. */
const COLLAPSED = 0.1;

let centres: Float64Array | null = null;
function cellCentres(): Float64Array {
  if (!centres) {
    centres = new Float64Array(3 * CELLS);
    for (let i = 0; i < CELLS; i++) {
      const [theta, phi] = pixelDirection(NSIDE, i);
      const sin = Math.sin(theta);
      centres.set([sin * Math.cos(phi), sin * Math.sin(phi), Math.cos(theta)], 3 * i);
    }
  }
  return centres;
}

/** Images a viewing direction (the last row of a rotation), over 192 equal areas. */
export function directionCounts(rotations: Float32Array): number[] {
  const at = cellCentres();
  const counts = new Array<number>(CELLS).fill(0);
  for (let r = 0; r < rotations.length; r += 9) {
    let [best, most] = [0, -Infinity];
    for (let i = 0; i < CELLS; i++) {
      const along = at[3 * i] * rotations[r + 6] + at[3 * i + 1] * rotations[r + 7] + at[3 * i + 2] * rotations[r + 8];
      if (along > most) [best, most] = [i, along];
    }
    counts[best]++;
  }
  return counts;
}

/** How many directions hold the images: e to their distribution's entropy. */
export function effectiveDirections(counts: readonly number[]): number {
  const total = counts.reduce((a, b) => a + b, 0);
  const entropy = counts.reduce((sum, n) => (n > 0 ? sum - (n / total) * Math.log(n / total) : sum), 0);
  return Math.exp(entropy);
}

/** What a report is made from: the poses of N images, and what their search said of them. */
export interface PosesSeen {
  stage: PoseReport['stage'];
  epoch: number;
  fraction: number;
  message: string;
  /** N×9 now, and before where there was one. */
  rotations: Float32Array;
  before: Float32Array | null;
  atBorder: number;
  /** Share that would lie at the border if shifts were spread evenly; null where the border says nothing. */
  borderIfEven: number | null;
  /** Images of each class; null where there is one. */
  classCounts: readonly number[] | null;
  error: number;
  /** Mean log-likelihood gain an image; null where it was not measured. */
  evidence: number | null;
}

/**
 * The report of what was seen: directions counted on the sphere, how many images still move, and notices of what looks wrong.
 */
export function poseReport(seen: PosesSeen): PoseReport {
  const { rotations, before } = seen;
  const count = rotations.length / 9;
  const directions = directionCounts(rotations);
  let moving: number | null = null;
  let medianMoveDegrees: number | null = null;
  if (before) {
    const moves = Float32Array.from(
      { length: count },
      (_, i) => (rotationAngle(rotations, before, 9 * i, 9 * i) * 180) / Math.PI,
    ).sort();
    moving = moves.filter((move) => move > MOVED_DEGREES).length / count;
    medianMoveDegrees = moves[count >> 1] ?? 0;
  }
  const { stage, epoch, fraction, message, atBorder, error } = seen;
  return {
    ...{
      stage,
      epoch,
      fraction,
      message,
      directions,
      moving,
      movedDegrees: MOVED_DEGREES,
      medianMoveDegrees,
      atBorder,
      error,
    },
    classes: seen.classCounts ? [...seen.classCounts] : [count],
    notices: noticesOf(seen, directions, count),
  };
}

function noticesOf(seen: PosesSeen, directions: readonly number[], count: number): Notice[] {
  const notices: Notice[] = [];
  const held = effectiveDirections(directions);
  // A start's first maps are blobs, which look the same from everywhere: their directions say nothing yet.
  if (seen.stage !== 'start' && count >= 20 && held < COLLAPSED * Math.min(CELLS, count))
    notices.push({
      code: 'directions-collapsed',
      message: 'Nearly all images were given the same few viewing directions.',
      expected: 'directions spread over much of the sphere',
      found: `as many as ${held.toFixed(0)} of ${CELLS} directions hold them`,
      advice: 'A true map rarely looks so. Try another seed, more starts, or check polarity and CTF.',
    });
  if (seen.evidence !== null && seen.evidence < NOISE_EVIDENCE)
    notices.push({
      code: 'map-like-noise',
      message: 'The map fits the images hardly better than a map of noise would.',
      expected: `a log-likelihood gain of ${NOISE_EVIDENCE} and more an image`,
      found: seen.evidence.toFixed(1),
      advice: 'Look whether the images show particles, whether their polarity and CTF are right, and try more images.',
    });
  if (seen.borderIfEven !== null && seen.atBorder > seen.borderIfEven + 0.1)
    notices.push({
      code: 'shifts-at-border',
      message: 'Many particles are shifted to the edge of what was searched: they may not be centred.',
      expected: `at most ${Math.round(100 * seen.borderIfEven)} % of best shifts at the border`,
      found: `${Math.round(100 * seen.atBorder)} %`,
      advice: 'Allow larger shifts (--t-extent), or centre the particles first.',
    });
  return notices;
}

/** Share of a grid's cells that lie at its border. */
export function borderShare([across, down]: readonly [number, number]): number | null {
  return Math.min(across, down) > 2 ? 1 - ((across - 2) * (down - 2)) / (across * down) : null;
}
