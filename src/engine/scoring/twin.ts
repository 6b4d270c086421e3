// The scorer as its formulas stand, in float64: what proves the others, and slow.
import type {
  Expectation,
  ExpectationRequest,
  FourierCube,
  OwnRequest,
  PoseScorer,
  Scores,
  SearchImages,
  SearchPoints,
  SharedRequest,
} from './scorer.ts';

/** Trilinear value of a cube at k = (x, y, 0)·R, Fourier pixels; zero outside. */
function sampleCube(cube: FourierCube, kx: number, ky: number, kz: number): [number, number] {
  const side = 2 * cube.reach + 1;
  const at = [kx, ky, kz].map((k) => k * cube.oversampling + cube.reach);
  const floor = at.map(Math.floor);
  if (floor.some((f) => f < 0 || f + 1 >= side)) return [0, 0];
  let [re, im] = [0, 0];
  for (let corner = 0; corner < 8; corner++) {
    const d = [corner & 1, (corner >> 1) & 1, corner >> 2];
    const weight = d.reduce((w, on, a) => w * (on ? at[a] - floor[a] : 1 - (at[a] - floor[a])), 1);
    const index = ((floor[2] + d[2]) * side + floor[1] + d[1]) * side + floor[0] + d[0];
    re += weight * cube.values[2 * index];
    im += weight * cube.values[2 * index + 1];
  }
  return [re, im];
}

/** Slice of a cube: points×2 at p = (x, y, 0)·R. */
export function sliceCube(cube: FourierCube, at: SearchPoints, count: number, rotation: ArrayLike<number>): number[] {
  return Array.from({ length: count }, (_, p) => {
    const along = (axis: number) => at.x[p] * rotation[axis] + at.y[p] * rotation[3 + axis];
    return sampleCube(cube, along(0), along(1), along(2));
  }).flat();
}

/**
 * The PoseScorer as its formulas stand, one image and one pose after the other in float64: what the engines' scorers are
 * compared with.
 */
export class TwinScorer implements PoseScorer {
  private cubes: readonly FourierCube[] = [];
  private images: SearchImages = { count: 0, values: new Float32Array(0), ctf: null };

  constructor(readonly points: SearchPoints) {}

  setVolumes(cubes: readonly FourierCube[]): Promise<void> {
    this.cubes = cubes;
    return Promise.resolve();
  }

  setImages(images: SearchImages): Promise<void> {
    this.images = images;
    return Promise.resolve();
  }

  private ctf(image: number, point: number): number {
    return this.images.ctf ? this.images.ctf[image * this.points.count + point] : 1;
  }

  /** y_t of an image at one point. */
  private moved(image: number, point: number, tx: number, ty: number): [number, number] {
    const at = 2 * (image * this.points.count + point);
    const [re, im] = [this.images.values[at], this.images.values[at + 1]];
    const { x, y, boxPixels } = this.points;
    const phase = (2 * Math.PI * (x[point] * tx + y[point] * ty)) / boxPixels;
    return [re * Math.cos(phase) + im * Math.sin(phase), im * Math.cos(phase) - re * Math.sin(phase)];
  }

  private error(slice: ArrayLike<number>, image: number, tx: number, ty: number, points: number): number {
    let sum = 0;
    for (let p = 0; p < points; p++) {
      const c = this.ctf(image, p);
      const [re, im] = this.moved(image, p, tx, ty);
      const [sliceRe, sliceIm] = [slice[2 * p], slice[2 * p + 1]];
      sum += c * c * (sliceRe ** 2 + sliceIm ** 2) - 2 * c * (re * sliceRe + im * sliceIm);
    }
    return sum;
  }

  private sharedSlices({ rotations, slices }: SharedRequest['source'], points: number): ArrayLike<number>[] {
    if (slices)
      return Array.from({ length: slices.length / (2 * points) }, (_, r) =>
        slices.subarray(2 * points * r, 2 * points * (r + 1)),
      );
    return this.cubes.flatMap((cube) =>
      Array.from({ length: rotations.length / 9 }, (_, r) =>
        sliceCube(cube, this.points, points, rotations.subarray(9 * r, 9 * r + 9)),
      ),
    );
  }

  scoreShared({ source, translations, points }: SharedRequest): Promise<Scores> {
    const slices = this.sharedSlices(source, points);
    const scores = emptyScores(this.images.count * slices.length);
    for (let b = 0; b < this.images.count; b++)
      slices.forEach((slice, r) =>
        keepLeast(scores, b * slices.length + r, translations.length / 2, (t) =>
          this.error(slice, b, translations[2 * t], translations[2 * t + 1], points),
        ),
      );
    return Promise.resolve(scores);
  }

  scoreOwn({ source, perImage, centres, offsets, points, volumes }: OwnRequest): Promise<Scores> {
    const scores = emptyScores(this.images.count * perImage);
    for (let b = 0; b < this.images.count; b++)
      for (let q = 0; q < perImage; q++) {
        const at = b * perImage + q;
        const slice = source.slices
          ? source.slices.subarray(2 * points * at, 2 * points * (at + 1))
          : sliceCube(
              this.cubes[volumes ? volumes[b] : 0],
              this.points,
              points,
              source.rotations.subarray(9 * at, 9 * at + 9),
            );
        keepLeast(scores, at, offsets.length / 2, (t) =>
          this.error(slice, b, centres[2 * at] + offsets[2 * t], centres[2 * at + 1] + offsets[2 * t + 1], points),
        );
      }
    return Promise.resolve(scores);
  }

  expect({ rotations, translations, points, variance }: ExpectationRequest): Promise<Expectation> {
    const slices = this.sharedSlices({ rotations }, points);
    const { count } = this.images;
    const shifts = translations.length / 2;
    const result: Expectation = {
      numerator: new Float32Array(slices.length * points * 2),
      denominator: new Float32Array(slices.length * points),
      bestRotation: new Uint32Array(count),
      bestTranslation: new Uint16Array(count),
      logEvidence: new Float32Array(count),
      effectivePoses: new Float32Array(count),
      expectedError: new Float32Array(count),
    };
    for (let b = 0; b < count; b++) {
      const errors = slices.flatMap((slice) =>
        Array.from({ length: shifts }, (_, t) =>
          this.error(slice, b, translations[2 * t], translations[2 * t + 1], points),
        ),
      );
      const best = errors.indexOf(Math.min(...errors));
      const unscaled = errors.map((error) => Math.exp((errors[best] - error) / variance));
      const total = unscaled.reduce((a, w) => a + w, 0);
      const weights = unscaled.map((w) => w / total);
      result.bestRotation[b] = Math.floor(best / shifts);
      result.bestTranslation[b] = best % shifts;
      result.logEvidence[b] = Math.log(total) - errors[best] / variance;
      result.effectivePoses[b] = 1 / weights.reduce((a, w) => a + w * w, 0);
      result.expectedError[b] = weights.reduce((a, w, i) => a + w * errors[i], 0);
      weights.forEach((weight, i) => {
        const [r, t] = [Math.floor(i / shifts), i % shifts];
        for (let p = 0; p < points; p++) {
          const c = this.ctf(b, p);
          const [re, im] = this.moved(b, p, translations[2 * t], translations[2 * t + 1]);
          result.numerator[2 * (r * points + p)] += weight * c * re;
          result.numerator[2 * (r * points + p) + 1] += weight * c * im;
          result.denominator[r * points + p] += weight * c * c;
        }
      });
    }
    return Promise.resolve(result);
  }

  dispose(): void {}
}

function emptyScores(length: number): Scores {
  return { errors: new Float32Array(length).fill(Infinity), translations: new Uint16Array(length) };
}

function keepLeast(scores: Scores, at: number, translations: number, errorOf: (t: number) => number): void {
  for (let t = 0; t < translations; t++) {
    const error = errorOf(t);
    if (error >= scores.errors[at]) continue;
    scores.errors[at] = error;
    scores.translations[at] = t;
  }
}
