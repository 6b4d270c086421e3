// Density and Fourier coefficients of a structure of Gaussians.

/** Gaussians of one width at 3N positions; positions and σ in fractions of the box, amplitudes the integral of each. */
interface Gaussians {
  positions: Float64Array;
  amplitudes: Float64Array;
  sigma: number;
  /** D of the training box. */
  boxPixels: number;
}

const CUT_OFF = 5;

/** Re and Im at M lattice coordinates (M×3, cycles a pixel): Σ a exp(−2π²σ²k²) exp(−2πik·x). */
export function coefficientsOf(
  { positions, amplitudes, sigma, boxPixels }: Gaussians,
  coordinates: Float32Array,
): Float32Array {
  const count = coordinates.length / 3;
  const values = new Float32Array(2 * count);
  const width = sigma * boxPixels;
  for (let i = 0; i < count; i++) {
    const [kx, ky, kz] = [coordinates[3 * i], coordinates[3 * i + 1], coordinates[3 * i + 2]];
    let [re, im] = [0, 0];
    for (let j = 0; j < amplitudes.length; j++) {
      const phase =
        -2 * Math.PI * boxPixels * (kx * positions[3 * j] + ky * positions[3 * j + 1] + kz * positions[3 * j + 2]);
      re += amplitudes[j] * Math.cos(phase);
      im += amplitudes[j] * Math.sin(phase);
    }
    const decay = Math.exp(-2 * Math.PI ** 2 * width * width * (kx * kx + ky * ky + kz * kz));
    values[2 * i] = decay * re;
    values[2 * i + 1] = decay * im;
  }
  return values;
}

/** Density on d³ voxels ([z][y][x]) times `scale`, grey values as on the training box; d at most D. */
export function densityOf(
  { positions, amplitudes, sigma, boxPixels }: Gaussians,
  mapPixels: number,
  scale: number,
): Float32Array {
  const d = mapPixels;
  const values = new Float32Array(d ** 3);
  const width = sigma * d;
  const norm = scale / ((2 * Math.PI) ** 1.5 * (sigma * boxPixels) ** 3);
  const axes = [0, 1, 2].map(() => new Float64Array(d));
  for (let j = 0; j < amplitudes.length; j++) {
    const bounds = [0, 1, 2].map((axis) => {
      const at = d / 2 + d * positions[3 * j + axis];
      const first = Math.max(0, Math.ceil(at - CUT_OFF * width));
      const end = Math.min(d, Math.floor(at + CUT_OFF * width) + 1);
      for (let i = first; i < end; i++) axes[axis][i] = Math.exp(-((i - at) ** 2) / (2 * width * width));
      return { first, end };
    });
    for (let z = bounds[2].first; z < bounds[2].end; z++)
      for (let y = bounds[1].first; y < bounds[1].end; y++) {
        const factor = norm * amplitudes[j] * axes[2][z] * axes[1][y];
        const row = (z * d + y) * d;
        for (let x = bounds[0].first; x < bounds[0].end; x++) values[row + x] += factor * axes[0][x];
      }
  }
  return values;
}
