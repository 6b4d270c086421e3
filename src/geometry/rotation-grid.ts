// The Hopf grid on SO(3) (Yershova et al. 2010): viewing directions at HEALPix pixels × in-plane angles. Level L has nside 2^L
// and 6·2^L angles: 576 rotations at 30° (L = 1), 4608 at 15°, 36,864 at 7.5°. A rotation has eight children a level on: the
// four of its pixel with two angles each. Number = pixel · angles + angle, a whole number below 2⁵³ to level 15.
import { pixelDirection } from './healpix.ts';
import { multiplyRotations } from './local-rotations.ts';
import { matrixFromEuler } from './rotation.ts';

const DEGREES = 180 / Math.PI;

export const nsideOf = (level: number): number => 2 ** level;
export const anglesOf = (level: number): number => 6 * 2 ** level;
export const pixelsOf = (level: number): number => 12 * 4 ** level;
export const gridSize = (level: number): number => pixelsOf(level) * anglesOf(level);
/** Of the in-plane angles, degrees; neighbouring directions lie about as far apart. */
export const spacingDegrees = (level: number): number => 360 / anglesOf(level);

/** Viewing direction (a pixel) and in-plane step of a rotation: psi is (psiStep + ½) · spacing. */
export function splitIndex(index: number, level: number): { pixel: number; psiStep: number } {
  const angles = anglesOf(level);
  return { pixel: Math.floor(index / angles), psiStep: index % angles };
}

/** Viewing direction of a rotation: tilt and rot in radians. */
export function directionOf(index: number, level: number): [tiltRadians: number, rotRadians: number] {
  return pixelDirection(nsideOf(level), splitIndex(index, level).pixel);
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

/** R_i·Q for all of N×9: the grid seen from a map turned by Q, so that searches do not share their gaps. */
export function turnGrid(rotations: Float32Array, turn: Float32Array | Float64Array): Float32Array {
  const turned = new Float32Array(rotations.length);
  for (let at = 0; at < rotations.length; at += 9)
    multiplyRotations({ a: rotations, aAt: at }, { b: turn, bAt: 0 }, { out: turned, outAt: at });
  return turned;
}

/**
 * Eight rotations of the next level that fill the cell of one; every rotation there is the child of exactly one. In-plane
 * angles count from the meridian, which turns from a pixel to its child: by 22.5° beside a pole, at any level. So a child's
 * angles are the two steps next to the parent's angle carried along the great circle, not always 2i and 2i + 1.
 */
export function childrenOf(index: number, level: number): number[] {
  const { pixel, psiStep } = splitIndex(index, level);
  const angles = anglesOf(level + 1);
  const [theta, phi] = pixelDirection(nsideOf(level), pixel);
  const children: number[] = [];
  for (let child = 4 * pixel; child < 4 * pixel + 4; child++) {
    const [childTheta, childPhi] = pixelDirection(nsideOf(level + 1), child);
    const steps = Math.round((meridianTurn(theta, phi, childTheta, childPhi) / (2 * Math.PI)) * angles);
    for (let a = 0; a < 2; a++) children.push(child * angles + ((2 * psiStep + a - steps + angles) % angles));
  }
  return children;
}

/** How far meridians turn along the great circle from one direction to another, radians (Napier's analogies). */
function meridianTurn(theta: number, phi: number, toTheta: number, toPhi: number): number {
  const ratio = Math.cos((theta + toTheta) / 2) / Math.cos((theta - toTheta) / 2);
  return 2 * Math.atan(Math.tan((toPhi - phi) / 2) * ratio);
}
