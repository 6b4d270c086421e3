// The phase that a tilted beam gives an image (Glaeser 2011; docs/CONVENTIONS.md, "Beyond the nine columns"), taken out once an
// image: an image formed at tilt t (mrad) has the transform e^{iψ}·F, ψ(k) = −2π·Cs·λ²·10⁻³·(t·Mk)|Mk|², k in 1/Å, Cs in Å.
import { CTF_WIDTH, OPTICS_WIDTH } from '../formats/particles.ts';
import { VitrineError } from '../base/errors.ts';
import { electronWavelengthAngstrom } from './ctf.ts';
import type { Lattice } from './lattice.ts';

/** Rows of the images, as many of each. */
export interface TiltedOptics {
  /** N×9 of the original images. */
  ctf: Float32Array;
  /** N×10 as OPTICS_COLUMNS. */
  optics: Float32Array;
}

const TILT = 8;

/**
 * Null where no beam is tilted. Error 'ctf-missing' where one is, but voltage, spherical aberration and pixel size, which its
 * phase needs, are not known.
 */
export function tiltedOptics(ctf: Float32Array | null, optics: Float32Array | null | undefined): TiltedOptics | null {
  let tilted = -1;
  for (let at = TILT; optics && tilted < 0 && at < optics.length; at += OPTICS_WIDTH)
    if (optics[at] !== 0 || optics[at + 1] !== 0) tilted = Math.floor(at / OPTICS_WIDTH);
  if (!optics || tilted < 0) return null;
  if (ctf) return { ctf, optics };
  throw new VitrineError('ctf-missing', 'The images have a beam tilt, which cannot be taken out without their CTF.', {
    row: tilted + 1,
    expected: 'voltage, spherical aberration and pixel size of each image',
    found: 'none',
    advice: 'Give the CTF too.',
  });
}

/** ψ of an image in radians as a function of the frequency in cycles per pixel of a box of `boxPixels`. */
function beamTiltPhase(
  { ctf, optics }: TiltedOptics,
  image: number,
  imagePixels: number,
  boxPixels: number,
): (x: number, y: number) => number {
  const row = ctf.subarray(CTF_WIDTH * image, CTF_WIDTH * (image + 1));
  const [xx, xy, yx, yy, , tx, ty] = optics.subarray(OPTICS_WIDTH * image + 3, OPTICS_WIDTH * (image + 1));
  const wavelength = electronWavelengthAngstrom(row[5] * 1e3);
  // The field of view stays when a transform is cropped, so the pixel grows.
  const pixelSize = (row[1] * imagePixels) / boxPixels;
  const factor = (-2 * Math.PI * row[6] * 1e7 * wavelength ** 2 * 1e-3) / pixelSize ** 3;
  return (x, y) => {
    const [u, v] = [xx * x + xy * y, yx * x + yy * y];
    return factor * (tx * u + ty * v) * (u * u + v * v);
  };
}

/**
 * F ← e^{−iψ}·F in place, on Hartley values at the lattice's points from `at`: H'(k) = cos ψ H(k) + sin ψ H(−k), as ψ(−k) = −ψ(k).
 * `imagePixels`: side of the images that the CTF's pixel size is of.
 */
export function removeBeamTilt(
  tilted: TiltedOptics,
  image: number,
  imagePixels: number,
  { points, x, y, boxPixels }: Lattice,
  { values, at }: { values: Float32Array; at: number },
): void {
  const [tx, ty] = tilted.optics.subarray(OPTICS_WIDTH * image + TILT, OPTICS_WIDTH * image + TILT + 2);
  if (tx === 0 && ty === 0) return;
  const phase = beamTiltPhase(tilted, image, imagePixels, boxPixels);
  for (let p = 0, q = points - 1; p < q; p++, q--) {
    const angle = phase(x[p], y[p]);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const here = values[at + p];
    const there = values[at + q];
    values[at + p] = cos * here + sin * there;
    values[at + q] = cos * there - sin * here;
  }
}

/** What tells images whose beam tilt was taken out from others, byte for byte: the numbers that the phases are made of. */
export function beamTiltBytes({ ctf, optics }: TiltedOptics): Uint8Array<ArrayBuffer> {
  const count = optics.length / OPTICS_WIDTH;
  const numbers = new Float32Array(9 * count);
  for (let i = 0; i < count; i++) {
    const row = CTF_WIDTH * i;
    const more = OPTICS_WIDTH * i;
    numbers.set([ctf[row + 1], ctf[row + 5], ctf[row + 6]], 9 * i);
    numbers.set(optics.subarray(more + 3, more + 7), 9 * i + 3);
    numbers.set(optics.subarray(more + TILT, more + TILT + 2), 9 * i + 7);
  }
  return new Uint8Array(numbers.buffer);
}
