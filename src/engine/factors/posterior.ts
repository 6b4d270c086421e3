// The E step of a linear model at known poses, in closed form (linear.md, section 2): y = γ c A(μ + Σ z_a W_a) + n, z ~ N(0, I). From an
// image's products with the slices of the mean (factor 0) and the components (1 … q) and with itself (factor q + 1) follow the
// posterior of z for each contrast γ and the evidence of γ:
//   ℓ(γ) = γt − ½γ²ν + ½ rᵀ(I + γ²H)⁻¹r − ½ log det(I + γ²H) − (γ − 1)²/2σ_γ²,  r = γg − γ²h,
// t = ⟨m, y⟩, ν = ⟨m, m⟩, g = ⟨W, y⟩, h = ⟨W, m⟩, H = ⟨W, W⟩; moments are means over γ's grid by its evidence.
import { triangle } from './points.ts';

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
  const contrasts =
    deviation > 0 ? Float64Array.from({ length: CONTRASTS }, (_, i) => (2 * (i + 1)) / CONTRASTS) : Float64Array.of(1);
  const evidence = new Float64Array(contrasts.length);
  const alone = new Float64Array(contrasts.length);
  const solver = new LatentSolver(q);
  const first = new Float64Array(q + 1);
  const second = new Float64Array(entries);
  const mean = new Float64Array(q);
  const outer = new Float64Array(pairs);
  for (let i = 0; i < count; i++) {
    solver.take(products, i * width);
    contrasts.forEach((gamma, g) => {
      const penalty = deviation > 0 ? (gamma - 1) ** 2 / (2 * deviation * deviation) : 0;
      alone[g] = solver.evidenceOfMean(gamma) - penalty;
      evidence[g] = alone[g] + solver.solve(gamma);
    });
    const best = evidence.reduce((a, b) => Math.max(a, b));
    out.evidenceGain[i] = logSumExp(evidence) - logSumExp(alone);
    first.fill(0);
    second.fill(0);
    mean.fill(0);
    outer.fill(0);
    let total = 0;
    for (let g = 0; g < contrasts.length; g++) {
      if (evidence[g] < best - NEGLIGIBLE) continue;
      const gamma = contrasts[g];
      const weight = Math.exp(evidence[g] - best);
      if (contrasts.length > 1) solver.solve(gamma);
      solver.invert();
      total += weight;
      first[0] += weight * gamma;
      second[0] += weight * gamma * gamma;
      for (let a = 0; a < q; a++) {
        const z = solver.z[a];
        mean[a] += weight * z;
        first[a + 1] += weight * gamma * z;
        second[triangle(a + 1, 0)] += weight * gamma * gamma * z;
        for (let b = 0; b <= a; b++) {
          const product = solver.inverse[triangle(a, b)] + z * solver.z[b];
          outer[triangle(a, b)] += weight * product;
          second[triangle(a + 1, b + 1)] += weight * gamma * gamma * product;
        }
      }
    }
    for (let a = 0; a <= q; a++) out.first[i * (q + 1) + a] = first[a] / total;
    for (let e = 0; e < entries; e++) out.second[i * entries + e] = second[e] / total;
    out.contrast[i] = first[0] / total;
    for (let a = 0; a < q; a++) {
      out.mean[i * q + a] = mean[a] / total;
      for (let b = 0; b <= a; b++)
        out.covariance[i * pairs + triangle(a, b)] =
          outer[triangle(a, b)] / total - (mean[a] / total) * (mean[b] / total);
    }
  }
  return out;
}

/** Of B × q(q+1)/2 covariances the logarithms of the B×q variances. */
export function logVariances(covariance: Float32Array, q: number): Float32Array {
  const pairs = triangle(q, 0);
  const out = new Float32Array((covariance.length / pairs) * q);
  for (let i = 0; i < out.length / q; i++)
    for (let a = 0; a < q; a++) out[i * q + a] = Math.log(Math.max(covariance[i * pairs + triangle(a, a)], 1e-30));
  return out;
}

function logSumExp(values: Float64Array): number {
  const most = values.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (const value of values) sum += Math.exp(value - most);
  return most + Math.log(sum);
}

/** (I + γ²H) z = γg − γ²h of one image by Cholesky's decomposition. */
class LatentSolver {
  readonly z: Float64Array;
  /** Lower triangle of (I + γ²H)⁻¹, after `invert`. */
  readonly inverse: Float64Array;
  private readonly factor: Float64Array;
  private readonly inverted: Float64Array;
  private products: Float32Array = new Float32Array(0);
  private at = 0;

  constructor(private readonly q: number) {
    const pairs = (q * (q + 1)) / 2;
    this.z = new Float64Array(q);
    this.inverse = new Float64Array(pairs);
    this.factor = new Float64Array(pairs);
    this.inverted = new Float64Array(pairs);
  }

  take(products: Float32Array, at: number): void {
    this.products = products;
    this.at = at;
  }

  /** ⟨a, b⟩, a ≥ b. */
  private product(a: number, b: number): number {
    return this.products[this.at + triangle(a, b)];
  }

  evidenceOfMean(gamma: number): number {
    return gamma * this.product(this.q + 1, 0) - 0.5 * gamma * gamma * this.product(0, 0);
  }

  /** Finds z; returns ½ rᵀz − ½ log det(I + γ²H). */
  solve(gamma: number): number {
    const { q, factor, z } = this;
    const squared = gamma * gamma;
    let logDeterminant = 0;
    let quadratic = 0;
    for (let a = 0; a < q; a++) {
      const row = triangle(a, 0);
      for (let b = 0; b <= a; b++) {
        let sum = squared * this.product(a + 1, b + 1) + (a === b ? 1 : 0);
        for (let c = 0; c < b; c++) sum -= factor[row + c] * factor[triangle(b, c)];
        factor[row + b] = a === b ? Math.sqrt(sum) : sum / factor[triangle(b, b)];
      }
      logDeterminant += 2 * Math.log(factor[row + a]);
      let right = gamma * this.product(q + 1, a + 1) - squared * this.product(a + 1, 0);
      for (let c = 0; c < a; c++) right -= factor[row + c] * z[c];
      z[a] = right / factor[row + a];
      quadratic += z[a] * z[a];
    }
    for (let a = q - 1; a >= 0; a--) {
      for (let c = a + 1; c < q; c++) z[a] -= factor[triangle(c, a)] * z[c];
      z[a] /= factor[triangle(a, a)];
    }
    return 0.5 * quadratic - 0.5 * logDeterminant;
  }

  /** (I + γ²H)⁻¹ of the last `solve`. */
  invert(): void {
    const { q, factor, inverted, inverse } = this;
    for (let a = 0; a < q; a++) {
      inverted[triangle(a, a)] = 1 / factor[triangle(a, a)];
      for (let b = 0; b < a; b++) {
        let sum = 0;
        for (let c = b; c < a; c++) sum -= factor[triangle(a, c)] * inverted[triangle(c, b)];
        inverted[triangle(a, b)] = sum / factor[triangle(a, a)];
      }
    }
    for (let a = 0; a < q; a++)
      for (let b = 0; b <= a; b++) {
        let sum = 0;
        for (let c = a; c < q; c++) sum += inverted[triangle(c, a)] * inverted[triangle(c, b)];
        inverse[triangle(a, b)] = sum;
      }
  }
}
