// The E step of a linear model at known poses, in closed form (linear.md, section 2): y = γ c A(μ + Σ z_a W_a) + n, z ~ N(0, I). From an
// image's products with the slices of the mean (factor 0) and the components (1 … q) and with itself (factor q + 1) follow the
// posterior of z for each contrast γ and the evidence of γ:
//   ℓ(γ) = γt − ½γ²ν + ½ rᵀ(I + γ²H)⁻¹r − ½ log det(I + γ²H) − (γ − 1)²/2σ_γ²,  r = γg − γ²h,
// t = ⟨m, y⟩, ν = ⟨m, m⟩, g = ⟨W, y⟩, h = ⟨W, m⟩, H = ⟨W, W⟩; moments are means over γ's grid by its evidence. H is made diagonal once
// an image, after which each γ costs a few operations a component.
import { triangle } from './points.ts';
import { SymmetricEigen } from './symmetric-eigen.ts';

/** How contrast is treated: fixed at 1, or integrated over a grid in (0, 2] with a normal prior around 1. */
export interface ContrastPrior {
  /** Standard deviation of γ; 0: γ is 1. */
  deviation: number;
}

/** Standard deviation of an image's contrast around 1, where it is estimated. */
export const CONTRAST_DEVIATION = 0.3;

const CONTRASTS = 50;
/** Evidence this far below the best counts for nothing. */
const NEGLIGIBLE = 25;

/** Posterior moments of B images, as M steps and latents need them. */
export interface Posteriors {
  /** B×q means of z, and B × q(q+1)/2 covariances, lower triangles. */
  mean: Float32Array;
  covariance: Float32Array;
  /** B × (q+1): E[γ(1, z)]; B × (q+1)(q+2)/2: E[γ²(1, z)(1, z)ᵀ]. */
  first: Float32Array;
  second: Float32Array;
  /** B: E[γ]; log evidence over that of the mean alone. */
  contrast: Float32Array;
  evidenceGain: Float64Array;
}

/** `products` B × (q+2)(q+3)/2 as FactorSums gives them for q + 1 factors. */
export function posteriors(products: Float32Array, q: number, { deviation }: ContrastPrior): Posteriors {
  const width = triangle(q + 1, q + 1) + 1;
  const count = products.length / width;
  const pairs = (q * (q + 1)) / 2;
  const entries = triangle(q, q) + 1;
  const out: Posteriors = {
    mean: new Float32Array(count * q),
    covariance: new Float32Array(count * pairs),
    first: new Float32Array(count * (q + 1)),
    second: new Float32Array(count * entries),
    contrast: new Float32Array(count),
    evidenceGain: new Float64Array(count),
  };
  const image = new ImagePosterior(q, deviation);
  for (let i = 0; i < count; i++) {
    image.take(products, i * width);
    out.evidenceGain[i] = image.evidenceGain;
    out.contrast[i] = image.contrast;
    out.mean.set(image.mean, i * q);
    out.covariance.set(image.covariance, i * pairs);
    out.first.set(image.first, i * (q + 1));
    out.second.set(image.second, i * entries);
  }
  return out;
}

/** Moments of one image after the other, in arrays that are used again. */
class ImagePosterior {
  evidenceGain = 0;
  contrast = 1;
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  private readonly contrasts: Float64Array;
  private readonly penalty: Float64Array;
  private readonly evidence: Float64Array;
  private readonly alone: Float64Array;
  private readonly eigen: SymmetricEigen;
  /** g, h and means of z along H's eigenvectors. */
  private readonly g: Float64Array;
  private readonly h: Float64Array;
  private readonly z: Float64Array;
  /** Along the eigenvectors: E[z], E[γz], E[zzᵀ], E[γ²z], E[γ²zzᵀ]. */
  private readonly one: Float64Array;
  private readonly gammaOne: Float64Array;
  private readonly squareOne: Float64Array;
  private readonly two: Float64Array;
  private readonly squareTwo: Float64Array;

  constructor(
    private readonly q: number,
    deviation: number,
  ) {
    const pairs = (q * (q + 1)) / 2;
    const vector = () => new Float64Array(q);
    this.contrasts =
      deviation > 0
        ? Float64Array.from({ length: CONTRASTS }, (_, i) => (2 * (i + 1)) / CONTRASTS)
        : Float64Array.of(1);
    this.penalty = this.contrasts.map((gamma) => (deviation > 0 ? (gamma - 1) ** 2 / (2 * deviation * deviation) : 0));
    this.evidence = new Float64Array(this.contrasts.length);
    this.alone = new Float64Array(this.contrasts.length);
    this.eigen = new SymmetricEigen(q);
    [this.g, this.h, this.z, this.one, this.gammaOne, this.squareOne] = [
      ...[vector(), vector(), vector()],
      ...[vector(), vector(), vector()],
    ];
    [this.two, this.squareTwo, this.covariance] = [
      new Float64Array(pairs),
      new Float64Array(pairs),
      new Float64Array(pairs),
    ];
    this.mean = vector();
    this.first = new Float64Array(q + 1);
    this.second = new Float64Array(triangle(q, q) + 1);
  }

  take(products: Float32Array, at: number): void {
    const { q, eigen, g, h, z, contrasts, evidence, alone } = this;
    for (let a = 0; a < q; a++) for (let b = 0; b <= a; b++) eigen.set(a, b, products[at + triangle(a + 1, b + 1)]);
    eigen.solve();
    const { values, vectors } = eigen;
    for (let e = 0; e < q; e++) {
      g[e] = 0;
      h[e] = 0;
      for (let a = 0; a < q; a++) {
        g[e] += vectors[a * q + e] * products[at + triangle(q + 1, a + 1)];
        h[e] += vectors[a * q + e] * products[at + triangle(a + 1, 0)];
      }
    }
    const t = products[at + triangle(q + 1, 0)];
    const norm = products[at];
    let best = -Infinity;
    for (let k = 0; k < contrasts.length; k++) {
      const gamma = contrasts[k];
      const square = gamma * gamma;
      let quadratic = 0;
      let determinant = 1;
      for (let e = 0; e < q; e++) {
        const r = gamma * g[e] - square * h[e];
        const d = 1 + square * values[e];
        quadratic += (r * r) / d;
        determinant *= d;
      }
      alone[k] = gamma * t - 0.5 * square * norm - this.penalty[k];
      evidence[k] = alone[k] + 0.5 * quadratic - 0.5 * Math.log(determinant);
      if (evidence[k] > best) best = evidence[k];
    }
    this.evidenceGain = logSumExp(evidence) - logSumExp(alone);

    const { one, gammaOne, squareOne, two, squareTwo } = this;
    for (const sums of [one, gammaOne, squareOne, two, squareTwo]) sums.fill(0);
    let [total, gammas, squares] = [0, 0, 0];
    for (let k = 0; k < contrasts.length; k++) {
      if (evidence[k] < best - NEGLIGIBLE) continue;
      const gamma = contrasts[k];
      const square = gamma * gamma;
      const weight = Math.exp(evidence[k] - best);
      total += weight;
      gammas += weight * gamma;
      squares += weight * square;
      for (let e = 0; e < q; e++) {
        const variance = 1 / (1 + square * values[e]);
        z[e] = variance * (gamma * g[e] - square * h[e]);
        one[e] += weight * z[e];
        gammaOne[e] += weight * gamma * z[e];
        squareOne[e] += weight * square * z[e];
        for (let f = 0; f <= e; f++) {
          const product = weight * (z[e] * z[f] + (e === f ? variance : 0));
          two[triangle(e, f)] += product;
          squareTwo[triangle(e, f)] += square * product;
        }
      }
    }
    this.contrast = gammas / total;
    this.first[0] = gammas / total;
    this.second[0] = squares / total;
    for (let a = 0; a < q; a++) {
      this.mean[a] = this.turned(one, a) / total;
      this.first[a + 1] = this.turned(gammaOne, a) / total;
      this.second[triangle(a + 1, 0)] = this.turned(squareOne, a) / total;
      for (let b = 0; b <= a; b++) {
        this.covariance[triangle(a, b)] = this.turnedTwice(two, a, b) / total - this.mean[a] * this.mean[b];
        this.second[triangle(a + 1, b + 1)] = this.turnedTwice(squareTwo, a, b) / total;
      }
    }
  }

  /** Entry `a` of a vector given along the eigenvectors. */
  private turned(along: Float64Array, a: number): number {
    const { q, eigen } = this;
    let sum = 0;
    for (let e = 0; e < q; e++) sum += eigen.vectors[a * q + e] * along[e];
    return sum;
  }

  private turnedTwice(along: Float64Array, a: number, b: number): number {
    const { q } = this;
    const { vectors } = this.eigen;
    let sum = 0;
    for (let e = 0; e < q; e++)
      for (let f = 0; f <= e; f++) {
        const both = vectors[a * q + e] * vectors[b * q + f];
        sum += along[triangle(e, f)] * (e === f ? both : both + vectors[a * q + f] * vectors[b * q + e]);
      }
    return sum;
  }
}

function logSumExp(values: Float64Array): number {
  let most = -Infinity;
  for (const value of values) most = Math.max(most, value);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - most);
  return most + Math.log(sum);
}

/** Of B × q(q+1)/2 covariances the logarithms of the B×q variances. */
export function logVariances(covariance: Float32Array, q: number): Float32Array {
  const pairs = triangle(q, 0);
  const out = new Float32Array((covariance.length / pairs) * q);
  for (let i = 0; i < out.length / q; i++)
    for (let a = 0; a < q; a++) out[i * q + a] = Math.log(Math.max(covariance[i * pairs + triangle(a, a)], 1e-30));
  return out;
}
