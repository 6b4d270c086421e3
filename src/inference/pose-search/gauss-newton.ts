// Refinement of poses off every grid, through the model: Gauss–Newton with damping (Levenberg–Marquardt) on |c·S·e^{2πi k·t/D}
// − y|² over a rotation vector and a shift. The slice's derivatives by rotation are central differences of slices turned by
// ±STEP about the three axes; those by shift are exact. Rotations are multiplied from the left: R ← exp(w)·R.
import type { SearchImages, SearchPoints } from '../../engine/scoring/scorer.ts';
import { multiplyRotations, rotationFromVector } from '../../geometry/local-rotations.ts';

/** M slices at rotations (M×9): M×points×2. `imageOf` says which image each belongs to. */
export type Slicer = (rotations: Float32Array, points: number, imageOf: Uint32Array) => Promise<Float32Array>;

export interface GaussNewtonOptions {
  /** How many of the search points count. */
  points: number;
  iterations: number;
  /** An image turned further than this from where it began keeps its last pose within; radians. */
  largestTurn: number;
  /** Likewise for shifts, pixels. */
  largestShift: number;
}

export interface RefinedPoses {
  rotations: Float32Array;
  /** B×2 pixels. */
  shifts: Float32Array;
  /** |c·S − y|² over the points. */
  errors: Float32Array;
}

const STEP = 0.01;
/** Unknowns: three of the rotation, two of the shift. */
const UNKNOWNS = 5;

export async function refinePoses(
  images: SearchImages,
  points: SearchPoints,
  start: { rotations: Float32Array; shifts: Float32Array },
  slicer: Slicer,
  options: GaussNewtonOptions,
): Promise<RefinedPoses> {
  const { count } = images;
  const rotations = start.rotations.slice();
  const shifts = start.shifts.slice();
  const turned = new Float32Array(count);
  const ones = Uint32Array.from({ length: count }, (_, b) => b);
  const sevens = Uint32Array.from({ length: 7 * count }, (_, i) => Math.floor(i / 7));
  const normal = Array.from({ length: count }, () => new NormalEquations());
  const damping = new Float32Array(count).fill(1e-3);
  const residual = new Residual(images, points, options.points);
  let errors = new Float32Array(count);
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const slices = await slicer(turnedRotations(rotations, count), options.points, sevens);
    for (let b = 0; b < count; b++) errors[b] = residual.linearise(b, slices, shifts, normal[b]);
    const tried = { rotations: new Float32Array(9 * count), shifts: new Float32Array(2 * count) };
    const angles = new Float32Array(count);
    const turn = new Float32Array(9);
    for (let b = 0; b < count; b++) {
      const step = normal[b].solve(damping[b]);
      const angle = Math.hypot(step[0], step[1], step[2]);
      angles[b] = angle;
      rotationFromVector(step[0], step[1], step[2], turn, 0);
      multiplyRotations({ a: turn, aAt: 0 }, { b: rotations, bAt: 9 * b }, { out: tried.rotations, outAt: 9 * b });
      tried.shifts[2 * b] = shifts[2 * b] + step[3];
      tried.shifts[2 * b + 1] = shifts[2 * b + 1] + step[4];
    }
    const after = await slicer(tried.rotations, options.points, ones);
    const next = errors.slice();
    for (let b = 0; b < count; b++) {
      const error = residual.error(b, after, tried.shifts);
      const moved = Math.hypot(
        tried.shifts[2 * b] - start.shifts[2 * b],
        tried.shifts[2 * b + 1] - start.shifts[2 * b + 1],
      );
      const allowed = turned[b] + angles[b] <= options.largestTurn && moved <= options.largestShift;
      if (allowed && error < errors[b]) {
        rotations.set(tried.rotations.subarray(9 * b, 9 * b + 9), 9 * b);
        shifts.set(tried.shifts.subarray(2 * b, 2 * b + 2), 2 * b);
        turned[b] += angles[b];
        next[b] = error;
        damping[b] *= 0.3;
      } else damping[b] *= 10;
    }
    errors = next;
  }
  return { rotations, shifts, errors };
}

/** Each rotation itself and turned by ±STEP about x, y and z: 7 an image. */
function turnedRotations(rotations: Float32Array, count: number): Float32Array {
  const turns = new Float32Array(6 * 9);
  for (let axis = 0; axis < 3; axis++)
    for (let side = 0; side < 2; side++) {
      const vector = [0, 0, 0];
      vector[axis] = side === 0 ? STEP : -STEP;
      rotationFromVector(vector[0], vector[1], vector[2], turns, 9 * (2 * axis + side));
    }
  const all = new Float32Array(7 * 9 * count);
  for (let b = 0; b < count; b++) {
    all.set(rotations.subarray(9 * b, 9 * b + 9), 63 * b);
    for (let i = 0; i < 6; i++)
      multiplyRotations(
        { a: turns, aAt: 9 * i },
        { b: rotations, bAt: 9 * b },
        { out: all, outAt: 63 * b + 9 * (i + 1) },
      );
  }
  return all;
}

/** Residuals c·S·e^{2πi k·t/D} − y of images and their derivatives. */
class Residual {
  constructor(
    private readonly images: SearchImages,
    private readonly points: SearchPoints,
    private readonly count: number,
  ) {}

  private phase(p: number, tx: number, ty: number): [number, number] {
    const { x, y, boxPixels } = this.points;
    const angle = (2 * Math.PI * (x[p] * tx + y[p] * ty)) / boxPixels;
    return [Math.cos(angle), Math.sin(angle)];
  }

  error(b: number, slices: Float32Array, shifts: Float32Array): number {
    const { values, ctf } = this.images;
    const all = this.points.count;
    let sum = 0;
    for (let p = 0; p < this.count; p++) {
      const c = ctf ? ctf[b * all + p] : 1;
      const [cos, sin] = this.phase(p, shifts[2 * b], shifts[2 * b + 1]);
      const [re, im] = [slices[2 * (b * this.count + p)], slices[2 * (b * this.count + p) + 1]];
      const at = 2 * (b * all + p);
      sum += (c * (re * cos - im * sin) - values[at]) ** 2 + (c * (re * sin + im * cos) - values[at + 1]) ** 2;
    }
    return sum;
  }

  /** Fills the normal equations from seven slices an image; returns the error. */
  linearise(b: number, slices: Float32Array, shifts: Float32Array, normal: NormalEquations): number {
    const { values, ctf } = this.images;
    const { count, points } = this;
    const all = points.count;
    normal.clear();
    let sum = 0;
    const jacobianRe = new Float64Array(UNKNOWNS);
    const jacobianIm = new Float64Array(UNKNOWNS);
    const slice = (i: number, p: number) => 2 * ((7 * b + i) * count + p);
    for (let p = 0; p < count; p++) {
      const c = ctf ? ctf[b * all + p] : 1;
      const [cos, sin] = this.phase(p, shifts[2 * b], shifts[2 * b + 1]);
      const s = slice(0, p);
      const re = c * (slices[s] * cos - slices[s + 1] * sin);
      const im = c * (slices[s] * sin + slices[s + 1] * cos);
      for (let axis = 0; axis < 3; axis++) {
        const plus = slice(1 + 2 * axis, p);
        const minus = slice(2 + 2 * axis, p);
        const dRe = (slices[plus] - slices[minus]) / (2 * STEP);
        const dIm = (slices[plus + 1] - slices[minus + 1]) / (2 * STEP);
        jacobianRe[axis] = c * (dRe * cos - dIm * sin);
        jacobianIm[axis] = c * (dRe * sin + dIm * cos);
      }
      const kx = (2 * Math.PI * points.x[p]) / points.boxPixels;
      const ky = (2 * Math.PI * points.y[p]) / points.boxPixels;
      jacobianRe[3] = -kx * im;
      jacobianIm[3] = kx * re;
      jacobianRe[4] = -ky * im;
      jacobianIm[4] = ky * re;
      const at = 2 * (b * all + p);
      const [rRe, rIm] = [re - values[at], im - values[at + 1]];
      sum += rRe * rRe + rIm * rIm;
      normal.add(jacobianRe, rRe);
      normal.add(jacobianIm, rIm);
    }
    return sum;
  }
}

/** JᵀJ and Jᵀr of one image. */
class NormalEquations {
  private readonly matrix = new Float64Array(UNKNOWNS * UNKNOWNS);
  private readonly right = new Float64Array(UNKNOWNS);

  clear(): void {
    this.matrix.fill(0);
    this.right.fill(0);
  }

  add(row: Float64Array, residual: number): void {
    for (let i = 0; i < UNKNOWNS; i++) {
      this.right[i] += row[i] * residual;
      for (let j = 0; j <= i; j++) this.matrix[i * UNKNOWNS + j] += row[i] * row[j];
    }
  }

  /** −(JᵀJ + damping·diag)⁻¹ Jᵀr by Cholesky's factors; zeros where the matrix is singular. */
  solve(damping: number): Float64Array {
    const n = UNKNOWNS;
    const factor = this.matrix.slice();
    const step = this.right.map((v) => -v);
    for (let i = 0; i < n; i++) factor[i * n + i] *= 1 + damping;
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        let sum = factor[i * n + j];
        for (let k = 0; k < j; k++) sum -= factor[i * n + k] * factor[j * n + k];
        if (i !== j) factor[i * n + j] = sum / factor[j * n + j];
        else if (sum > 0) factor[i * n + i] = Math.sqrt(sum);
        else return new Float64Array(n);
      }
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) step[i] -= factor[i * n + k] * step[k];
      step[i] /= factor[i * n + i];
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) step[i] -= factor[k * n + i] * step[k];
      step[i] /= factor[i * n + i];
    }
    return step;
  }
}
