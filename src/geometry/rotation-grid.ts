// The Hopf grid on SO(3) (Yershova et al. 2010): viewing directions at HEALPix pixels × in-plane angles. Level L has nside 2^L
// and 6·2^L angles: 576 rotations at 30° (L = 1), 4608 at 15°, 36,864 at 7.5°. A rotation has eight children a level on: the
// four of its pixel with the two of its angle. Number = pixel · angles + angle.
import { pixelDirection } from './healpix.ts';
import { matrixFromEuler } from './rotation.ts';

const DEGREES = 180 / Math.PI;

export const nsideOf = (level: number): number => 2 ** level;
export const anglesOf = (level: number): number => 6 * 2 ** level;
export const pixelsOf = (level: number): number => 12 * 4 ** level;
export const gridSize = (level: number): number => pixelsOf(level) * anglesOf(level);
/** Of the in-plane angles, degrees; neighbouring directions lie about as far apart. */
export const spacingDegrees = (level: number): number => 360 / anglesOf(level);

/** Direction and in-plane step of a rotation. */
export function splitIndex(index: number, level: number): { pixel: number; psiStep: number } {
  const angles = anglesOf(level);
  return { pixel: Math.floor(index / angles), psiStep: index % angles };
}

/** Matrix (RELION's rot = φ, tilt = θ, psi in the middle of its step) into `out[offset … offset+8]`. */
export function gridRotation(
  index: number,
  level: number,
  out: Float32Array | Float64Array = new Float64Array(9),
  offset = 0,
): Float32Array | Float64Array {
  const { pixel, psiStep } = splitIndex(index, level);
  const [theta, phi] = pixelDirection(nsideOf(level), pixel);
  return matrixFromEuler(phi * DEGREES, theta * DEGREES, (psiStep + 0.5) * spacingDegrees(level), out, offset);
}

const whole = new Map<number, Float32Array>();
/** All rotations of a level, N×9; kept for the coarse levels, not to be written to. */
export function gridRotations(level: number): Float32Array {
  let rotations = whole.get(level);
  if (!rotations) {
    rotations = new Float32Array(9 * gridSize(level));
    for (let i = 0; i < gridSize(level); i++) gridRotation(i, level, rotations, 9 * i);
    if (level <= 3) whole.set(level, rotations);
  }
  return rotations;
}

/** Eight rotations of the level below that fill the cell of one. */
export function childrenOf(index: number, level: number): number[] {
  const { pixel, psiStep } = splitIndex(index, level);
  const angles = anglesOf(level + 1);
  const children: number[] = [];
  for (let p = 0; p < 4; p++) for (let a = 0; a < 2; a++) children.push((4 * pixel + p) * angles + 2 * psiStep + a);
  return children;
}
