// Images and maps of atoms without interpolation: every atom is a Gaussian of width σ, which projects to a Gaussian and
// splits by axis. σ = resolution / (π√2), where its transform falls to 1/e at 1/resolution. The origin is pixel D/2.

/** Gaussians are cut off at 5σ, at 4e-6 of their height. */
const REACH = 5;

/** Standard deviation (Å) of the Gaussian atom that a map of this resolution shows. */
export function gaussianWidthAngstrom(resolutionAngstrom: number): number {
  return resolutionAngstrom / (Math.PI * Math.SQRT2);
}

/** Factors of one atom along one axis: from pixel `first`, `count` of them. */
interface AxisProfile {
  first: number;
  count: number;
  values: Float64Array;
}

function profileOf(size: number): AxisProfile {
  return { first: 0, count: 0, values: new Float64Array(size) };
}

/** `centre` and `width` in pixels from pixel D/2. */
function fillProfile(profile: AxisProfile, size: number, centre: number, width: number): void {
  const middle = centre + size / 2;
  profile.first = Math.max(0, Math.ceil(middle - REACH * width));
  const last = Math.min(size - 1, Math.floor(middle + REACH * width));
  profile.count = Math.max(0, last - profile.first + 1);
  const fall = -0.5 / (width * width);
  for (let i = 0; i < profile.count; i++) {
    const distance = profile.first + i - middle;
    profile.values[i] = Math.exp(fall * distance * distance);
  }
}

/** Grid of a projection or density: box in pixels, Å of a pixel, and the resolution (Å) that atoms are blurred to. */
export interface ProjectionFrame {
  boxPixels: number;
  pixelSizeAngstrom: number;
  resolutionAngstrom: number;
}

/** Rotation (3×3 row-major from `offset`) and shift of the content in pixels. */
export interface ProjectionPose {
  rotations: ArrayLike<number>;
  offset: number;
  shiftX: number;
  shiftY: number;
}

/**
 * Projection along z of the atoms turned by the rotation at `rotations[offset …]` (r' = R r) and moved by
 * (`shiftX`, `shiftY`) pixels, added into `out` (D²).
 */
export function projectAtoms(
  positions: Float32Array,
  weights: Float32Array,
  { rotations, offset, shiftX, shiftY }: ProjectionPose,
  frame: ProjectionFrame,
  out: Float64Array,
): void {
  const { boxPixels: size, pixelSizeAngstrom } = frame;
  const width = gaussianWidthAngstrom(frame.resolutionAngstrom) / pixelSizeAngstrom;
  const [across, down] = [profileOf(size), profileOf(size)];
  const r = Float64Array.from({ length: 6 }, (_, i) => rotations[offset + i] / pixelSizeAngstrom);
  for (let a = 0; a < weights.length; a++) {
    const [x, y, z] = [positions[3 * a], positions[3 * a + 1], positions[3 * a + 2]];
    fillProfile(across, size, r[0] * x + r[1] * y + r[2] * z + shiftX, width);
    fillProfile(down, size, r[3] * x + r[4] * y + r[5] * z + shiftY, width);
    for (let j = 0; j < down.count; j++) {
      const factor = weights[a] * down.values[j];
      const at = (down.first + j) * size + across.first;
      for (let i = 0; i < across.count; i++) out[at + i] += factor * across.values[i];
    }
  }
}

/** Density of the atoms, D³ float32 [z][y][x]. */
export function densityOfAtoms(positions: Float32Array, weights: Float32Array, frame: ProjectionFrame): Float32Array {
  const { boxPixels: size, pixelSizeAngstrom } = frame;
  const width = gaussianWidthAngstrom(frame.resolutionAngstrom) / pixelSizeAngstrom;
  const profiles = [0, 1, 2].map(() => profileOf(size));
  const [across, down, along] = profiles;
  const out = new Float32Array(size ** 3);
  for (let a = 0; a < weights.length; a++) {
    profiles.forEach((profile, axis) => fillProfile(profile, size, positions[3 * a + axis] / pixelSizeAngstrom, width));
    for (let k = 0; k < along.count; k++)
      for (let j = 0; j < down.count; j++) {
        const factor = weights[a] * along.values[k] * down.values[j];
        const at = ((along.first + k) * size + down.first + j) * size + across.first;
        for (let i = 0; i < across.count; i++) out[at + i] += factor * across.values[i];
      }
  }
  return out;
}
