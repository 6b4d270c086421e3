// Latents of images with their uncertainty: how far each is from a latent, and moments of functions of what it may be.
import { VitrineError } from '../../base/errors.ts';
import { triangle } from '../../engine/factors/points.ts';

/** Latents of the images that maps are made from, a row an image. */
export interface UncertainLatents {
  /** d. */
  dimension: number;
  /** N×d posterior means. */
  mean: Float32Array;
  /** N × d(d+1)/2: lower triangles of the posterior covariances, row by row. */
  covariance: Float32Array;
  /** Where latents run in a circle, its length. */
  period?: number | undefined;
}

/** Functions of a latent by which maps are combined; the first is 1. */
export interface LatentBasis {
  /** F. */
  terms: number;
  /** Of the particles' power, what the map of each function but the first is expected to have. */
  share: number;
  /**
   * How far images may be that say where a map at a latent lies: standard deviations of χ² beyond its median. Latents along straight
   * directions stray from where structures are, and a mean of several brings them back; along a curve they are there.
   */
  reach: number;
  /** F values at a latent. */
  at(z: ArrayLike<number>): ArrayLike<number>;
}

/** Standard deviations of the 95 % point of a normal distribution. */
const NINETY_FIVE = 1.645;

/** 1 and the latent's d values, each less `mean` over `deviation` (0 and 1 unless said). */
export function affineBasis(
  dimension: number,
  { mean, deviation }: { mean?: ArrayLike<number>; deviation?: ArrayLike<number> } = {},
): LatentBasis {
  const value = (z: ArrayLike<number>, a: number): number => (z[a] - (mean?.[a] ?? 0)) / (deviation?.[a] ?? 1);
  return {
    terms: dimension + 1,
    share: 1 / dimension,
    reach: NINETY_FIVE,
    at: (z) => [1, ...Array.from({ length: dimension }, (_, a) => value(z, a))],
  };
}

/** Variances below this are none. */
const LEAST_VARIANCE = 1e-12;

/** Lower triangle L of S = LLᵀ of an image's covariance, into `out`. */
function cholesky(covariance: ArrayLike<number>, at: number, dimension: number, out: Float64Array): void {
  for (let a = 0; a < dimension; a++)
    for (let b = 0; b <= a; b++) {
      let sum = covariance[at + triangle(a, b)];
      for (let c = 0; c < b; c++) sum -= out[triangle(a, c)] * out[triangle(b, c)];
      out[triangle(a, b)] = a === b ? Math.sqrt(Math.max(sum, LEAST_VARIANCE)) : sum / out[triangle(b, b)];
    }
}

/**
 * (z − z_i)ᵀ S_i⁻¹ (z − z_i) of each image: images that are unsure of their latents are near to many. Error 'count-mismatch' where z is
 * of another dimension.
 */
export function distancesTo(z: ArrayLike<number>, latents: UncertainLatents): Float64Array {
  const { dimension, mean, covariance, period } = latents;
  if (z.length !== dimension)
    throw new VitrineError('count-mismatch', 'The latent is not of this run.', {
      expected: `${dimension} numbers`,
      found: String(z.length),
      advice: 'Use latents of this run.',
    });
  const pairs = triangle(dimension, 0);
  const factor = new Float64Array(pairs);
  const solved = new Float64Array(dimension);
  return Float64Array.from({ length: mean.length / dimension }, (_, i) => {
    cholesky(covariance, i * pairs, dimension, factor);
    let distance = 0;
    for (let a = 0; a < dimension; a++) {
      let right = z[a] - mean[i * dimension + a];
      if (period !== undefined) right -= period * Math.round(right / period);
      for (let c = 0; c < a; c++) right -= factor[triangle(a, c)] * solved[c];
      solved[a] = right / factor[triangle(a, a)];
      distance += solved[a] * solved[a];
    }
    return distance;
  });
}

/** Moments of a basis under an image's posterior: E[φ], F, and E[φφᵀ], F(F+1)/2, row by row. */
export class BasisMoments {
  readonly first: Float64Array;
  readonly second: Float64Array;
  private readonly factor: Float64Array;
  private readonly point: Float64Array;

  constructor(
    private readonly basis: LatentBasis,
    private readonly latents: UncertainLatents,
  ) {
    const { dimension } = latents;
    this.first = new Float64Array(basis.terms);
    this.second = new Float64Array(triangle(basis.terms, 0));
    this.factor = new Float64Array(triangle(dimension, 0));
    this.point = new Float64Array(dimension);
  }

  /**
   * Of image `i`: means over 2d points at √d standard deviations along each direction of the covariance's factor, which have its mean
   * and covariance (Arasaratnam & Haykin 2009): exact for functions that are linear in z.
   */
  take(i: number): void {
    const { basis, latents, first, second, factor, point } = this;
    const { dimension, mean, covariance } = latents;
    cholesky(covariance, i * triangle(dimension, 0), dimension, factor);
    first.fill(0);
    second.fill(0);
    const share = 1 / (2 * dimension);
    for (let direction = 0; direction < dimension; direction++)
      for (const sign of [-1, 1]) {
        for (let a = 0; a < dimension; a++) {
          const along = a >= direction ? factor[triangle(a, direction)] : 0;
          point[a] = mean[i * dimension + a] + sign * Math.sqrt(dimension) * along;
        }
        const values = basis.at(point);
        for (let a = 0; a < basis.terms; a++) {
          first[a] += share * values[a];
          for (let b = 0; b <= a; b++) second[triangle(a, b)] += share * values[a] * values[b];
        }
      }
  }
}

/** The q-th part (as a number of standard deviations, 1.645 for 95 %) of a χ² of d degrees of freedom (Wilson & Hilferty 1931). */
export function chiSquared(dimension: number, deviations: number): number {
  const share = 2 / (9 * dimension);
  return dimension * (1 - share + deviations * Math.sqrt(share)) ** 3;
}
