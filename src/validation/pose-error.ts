// Error of found poses, which know neither the map's orientation nor its hand nor its origin. Slices are p = (x, y, 0)·R, so a
// map turned as a whole gives R_i ≈ T_i·Q for one Q, T the true rotations; its mirror image gives J R_i J ≈ T_i·Q with
// J = diag(1, 1, −1). Error: squared Frobenius norm of the difference, 0 … 8, and the angle, once Q and the hand are removed.
// Q takes points of the found map to the true one's: a point r (a row) of the true map lies at r·Q in the found (or mirrored)
// one, which map-alignment.ts's turnVolume undoes.
import { Matrix, SingularValueDecomposition, solve } from 'ml-matrix';
import { VitrineError } from '../base/errors.ts';
import { multiplyRotations } from '../geometry/local-rotations.ts';
import { Random } from '../geometry/random.ts';
import { rotationDistanceSquared } from '../geometry/rotation.ts';
import { mirrorPoses } from '../imaging/hand.ts';
import { percentile } from './mask.ts';

/** Angles between estimated and true rotations after the best common turn. */
export interface PoseError {
  hand: 'same' | 'mirrored';
  /** Q, row-major. */
  alignment: Float64Array;
  medianSquaredError: number;
  meanSquaredError: number;
  medianDegrees: number;
  /** Fraction of images. */
  within10Degrees: number;
  /** Squared Frobenius norm of each image's difference. */
  errors: Float32Array;
}

/** Images tried as the one that is right and says what Q is. */
const CANDIDATES = 200;

/** `found`, `truth`: N×9. Errors: 'count-mismatch'. */
export function poseError(found: Float32Array, truth: Float32Array): PoseError {
  requireSameCount(found.length / 9, truth.length / 9, 'rotations');
  const same = align(found, truth);
  const mirrored = align(mirrorPoses({ rotations: found, translations: null }).rotations, truth);
  const hand = same.median <= mirrored.median ? 'same' : 'mirrored';
  const { turn, errors, median } = hand === 'same' ? same : mirrored;
  const degrees = errors.map(degreesFromSquaredError);
  return {
    hand,
    alignment: turn,
    medianSquaredError: median,
    meanSquaredError: mean(errors),
    medianDegrees: percentile(degrees, 50),
    within10Degrees: degrees.filter((angle) => angle < 10).length / degrees.length,
    errors,
  };
}

/** |A − B|² = 8 sin²(angle / 2). */
const degreesFromSquaredError = (squared: number): number =>
  (360 / Math.PI) * Math.asin(Math.min(1, Math.sqrt(squared / 8)));

interface Alignment {
  turn: Float64Array;
  errors: Float32Array;
  median: number;
}

/** The candidate T_iᵀ·R_i that most images agree on, then the least-squares Q of the better half (Kabsch 1976). */
function align(found: Float32Array, truth: Float32Array): Alignment {
  const count = found.length / 9;
  let best: Alignment | null = null;
  // Drawn, not strided: neighbouring images may share a fault.
  for (const i of new Random(0).permutation(count).subarray(0, CANDIDATES)) {
    const turn = new Float64Array(9);
    addTransposedProduct(truth, found, i, turn);
    const tried = scored(turn, found, truth);
    if (!best || tried.median < best.median) best = tried;
  }
  if (!best) throw new RangeError('No poses to align.');
  const sum = new Float64Array(9);
  for (let i = 0; i < count; i++) if (best.errors[i] <= best.median) addTransposedProduct(truth, found, i, sum);
  const refined = scored(nearestRotation(sum), found, truth);
  return refined.median < best.median ? refined : best;
}

/** out += T_iᵀ·R_i. */
function addTransposedProduct(truth: Float32Array, found: Float32Array, i: number, out: Float64Array): void {
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++)
      for (let k = 0; k < 3; k++) out[3 * row + column] += truth[9 * i + 3 * k + row] * found[9 * i + 3 * k + column];
}

/** The rotation nearest to a matrix: U·diag(1, 1, det UVᵀ)·Vᵀ of its singular value decomposition. */
function nearestRotation(matrix: Float64Array): Float64Array {
  const svd = new SingularValueDecomposition(Matrix.from1DArray(3, 3, matrix));
  const { leftSingularVectors: u, rightSingularVectors: v } = svd;
  const product = (sign: number) =>
    u
      .mmul(Matrix.diag([1, 1, sign]))
      .mmul(v.transpose())
      .to1DArray();
  const turn = Float64Array.from(product(1));
  return determinant(turn) > 0 ? turn : Float64Array.from(product(-1));
}

const determinant = (m: Float64Array): number =>
  m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);

function scored(turn: Float64Array, found: Float32Array, truth: Float32Array): Alignment {
  const errors = new Float32Array(found.length / 9);
  const turned = new Float64Array(9);
  for (let i = 0; i < errors.length; i++) {
    multiplyRotations({ a: truth, aAt: 9 * i }, { b: turn, bAt: 0 }, { out: turned, outAt: 0 });
    errors[i] = rotationDistanceSquared(turned, found, 0, 9 * i);
  }
  return { turn, errors, median: percentile(errors, 50) };
}

/** Distances between estimated and true shifts. */
export interface ShiftError {
  /** Where the found map lies in the true map's frame: o of t_found ≈ t_true + (T_i·o)_xy, pixels. */
  offsetPixels: [number, number, number];
  medianPixels: number;
  meanPixels: number;
  /** Distance of each image. */
  distances: Float32Array;
}

/**
 * Error of translations (N×2, fractions of the box) once the map's origin is removed. A map moved by o moves the shift of the
 * image at T_i by o's projection; mirroring along z leaves x and y, so neither hand nor Q matters with the true rotations
 * `truthRotations` (N×9). o is fitted on the images whose `rotationErrors` are in the better half: the rest's shifts are as
 * wrong as their rotations. Errors: 'count-mismatch'.
 */
export function shiftError(
  found: Float32Array,
  truth: Float32Array,
  truthRotations: Float32Array,
  rotationErrors: Float32Array,
  boxPixels: number,
): ShiftError {
  const count = found.length / 2;
  requireSameCount(count, truth.length / 2, 'translations');
  requireSameCount(count, truthRotations.length / 9, 'rotations');
  const difference = found.map((value, i) => (value - truth[i]) * boxPixels);
  const limit = percentile(rotationErrors, 50);
  const normal = Matrix.zeros(3, 3);
  const right = Matrix.zeros(3, 1);
  for (let i = 0; i < count; i++) {
    if (rotationErrors[i] > limit) continue;
    for (let axis = 0; axis < 2; axis++) {
      const row = truthRotations.subarray(9 * i + 3 * axis, 9 * i + 3 * axis + 3);
      for (let a = 0; a < 3; a++) {
        right.set(a, 0, right.get(a, 0) + row[a] * difference[2 * i + axis]);
        for (let b = 0; b < 3; b++) normal.set(a, b, normal.get(a, b) + row[a] * row[b]);
      }
    }
  }
  // By singular values: images that all look one way leave a direction of o open, and its least value, 0, will do.
  const [x, y, z] = solve(normal, right, true).to1DArray();
  const distances = Float32Array.from({ length: count }, (_, i) => {
    const rest = [0, 1].map((axis) => {
      const at = 9 * i + 3 * axis;
      const moved = truthRotations[at] * x + truthRotations[at + 1] * y + truthRotations[at + 2] * z;
      return difference[2 * i + axis] - moved;
    });
    return Math.hypot(rest[0], rest[1]);
  });
  return {
    offsetPixels: [x, y, z],
    medianPixels: percentile(distances, 50),
    meanPixels: mean(distances),
    distances,
  };
}

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function requireSameCount(found: number, truth: number, what: string): void {
  if (found === truth && found > 0) return;
  throw new VitrineError('count-mismatch', `Found and true ${what} are not of the same images.`, {
    expected: `${truth} ${what}`,
    found: String(found),
    advice: 'Compare poses of one stack, image by image.',
  });
}
