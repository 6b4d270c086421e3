// Gaussians projected along the beam, in real space: each adds a small window of pixels, so that the work grows with the number of
// centres and not with the product of centres and Fourier points. The transform of the sum is the slice that a Fourier-domain
// evaluation gives (Σ a exp(−2π²σ²k²) exp(−2πik·x)) to the Gaussian's tail beyond the window and beyond Nyquist.
//
// Source: Zhong et al., Cryofold (thesis chapter 7); eq. 7.1 and 7.2 as printed there are no transform pair: the transform of a
// normalised Gaussian of standard deviation σ is exp(−2π²σ²k²), which is what stands here.

/** Standard deviations from the centre to where a Gaussian is cut: exp(−4.5²/2) = 4e-5 of its height. */
const CUT_OFF = 4.5;
/** Pixels: a narrower Gaussian is not held by the pixels, its transform reaches beyond Nyquist by more than 1e-4 of its whole. */
export const NARROWEST_PIXELS = 0.7;

/** The derivatives of a loss by what the projection of N centres is made of. */
export interface ProjectionGradient {
  /** N: by the projected x in pixels. */
  x: Float64Array;
  y: Float64Array;
  /** By σ in pixels, of all centres. */
  sigma: number;
  /** N: by the amplitude of each centre. */
  amplitude: Float64Array;
}

/** Projects N Gaussians of one σ onto D×D pixels and takes gradients back; holds the buffers of one model. */
export class GaussianProjector {
  private readonly across: Float64Array;
  private readonly along: Float64Array;
  private readonly gradient: ProjectionGradient;

  constructor(
    private readonly boxPixels: number,
    private readonly centres: number,
  ) {
    this.across = new Float64Array(boxPixels);
    this.along = new Float64Array(boxPixels);
    this.gradient = {
      x: new Float64Array(centres),
      y: new Float64Array(centres),
      sigma: 0,
      amplitude: new Float64Array(centres),
    };
  }

  /**
   * Adds Σ_j a_j G(x − x_j) to `image` (D², [y][x]). x and y (N) in pixels from the box's origin D/2; amplitudes (N) are the sums over
   * all pixels; `sigma` in pixels.
   */
  project(x: Float64Array, y: Float64Array, amplitudes: ArrayLike<number>, sigma: number, image: Float32Array): void {
    const { boxPixels: D, centres, across, along } = this;
    const norm = 1 / (2 * Math.PI * sigma * sigma);
    for (let j = 0; j < centres; j++) {
      const columns = this.window(x[j], sigma, across);
      const rows = this.window(y[j], sigma, along);
      const amplitude = amplitudes[j] * norm;
      for (let row = rows.first; row < rows.end; row++) {
        const factor = amplitude * along[row];
        const at = row * D;
        for (let column = columns.first; column < columns.end; column++) image[at + column] += factor * across[column];
      }
    }
  }

  /** The adjoint: derivatives of a loss whose derivative by each pixel is `by` (D²). Valid until the next call. */
  backproject(
    x: Float64Array,
    y: Float64Array,
    amplitudes: ArrayLike<number>,
    sigma: number,
    by: Float32Array,
  ): ProjectionGradient {
    const { boxPixels: D, centres, across, along, gradient } = this;
    const norm = 1 / (2 * Math.PI * sigma * sigma);
    const square = 1 / (sigma * sigma);
    gradient.sigma = 0;
    for (let j = 0; j < centres; j++) {
      const columns = this.window(x[j], sigma, across);
      const rows = this.window(y[j], sigma, along);
      const [left, low] = [D / 2 + x[j], D / 2 + y[j]];
      let [sum, sumX, sumY, sumSquares] = [0, 0, 0, 0];
      for (let row = rows.first; row < rows.end; row++) {
        let [rowSum, rowX, rowSquares] = [0, 0, 0];
        const at = row * D;
        for (let column = columns.first; column < columns.end; column++) {
          const value = by[at + column] * across[column];
          const dx = column - left;
          rowSum += value;
          rowX += value * dx;
          rowSquares += value * dx * dx;
        }
        const dy = row - low;
        const weight = along[row];
        sum += weight * rowSum;
        sumX += weight * rowX;
        sumY += weight * rowSum * dy;
        sumSquares += weight * (rowSquares + rowSum * dy * dy);
      }
      const amplitude = amplitudes[j] * norm;
      gradient.x[j] = amplitude * sumX * square;
      gradient.y[j] = amplitude * sumY * square;
      gradient.amplitude[j] = norm * sum;
      gradient.sigma += (amplitude * (sumSquares * square - 2 * sum)) / sigma;
    }
    return gradient;
  }

  /** exp(−(i − D/2 − centre)²/2σ²) of the pixels near a centre, and which these are. */
  private window(centre: number, sigma: number, out: Float64Array): { first: number; end: number } {
    const at = this.boxPixels / 2 + centre;
    const reach = CUT_OFF * sigma;
    const first = Math.max(0, Math.ceil(at - reach));
    const end = Math.min(this.boxPixels, Math.floor(at + reach) + 1);
    const factor = -0.5 / (sigma * sigma);
    for (let i = first; i < end; i++) out[i] = Math.exp(factor * (i - at) * (i - at));
    return { first, end };
  }
}
