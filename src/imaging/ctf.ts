// Contrast transfer function of one particle (docs/CONVENTIONS.md, "CTF"; Rohou & Grigorieff 2015, eq. 2–5).
//   γ = 2π(−½ df λ s² + ¼ Cs λ³ s⁴) − φ,  CTF = √(1−w²) sin γ − w cos γ = sin(γ − asin w),  s in 1/Å.
// The astigmatic df s² is written without the angle of s: df s² = ½(U+V)s² + ½(U−V)[(x²−y²) cos 2α + 2xy sin 2α].
import type { Lattice } from './lattice.ts';

/** Electron wavelength in Å; relativistic, voltage in volts. */
export function electronWavelengthAngstrom(voltageVolt: number): number {
  return 12.2639 / Math.sqrt(voltageVolt + 0.97845e-6 * voltageVolt * voltageVolt);
}

/** Phase γ of the CTF as polynomial of the frequency, of one image (docs/CONVENTIONS.md, "CTF"). */
export interface CtfPhase {
  /** Radians by squared coordinate (cycles per pixel): round part, astigmatic parts, fourth power, constant. */
  round: number;
  astigmaticEven: number;
  astigmaticOdd: number;
  fourth: number;
  constant: number;
}

/** γ − asin w as a polynomial in the coordinates (cycles per pixel); `row` as CTF_COLUMNS. */
export function ctfPhase(row: ArrayLike<number>): CtfPhase {
  const [pixelSizeAngstrom, defocusU, defocusV] = [row[1], row[2], row[3]];
  const doubleAngle = (2 * row[4] * Math.PI) / 180;
  const wavelength = electronWavelengthAngstrom(row[5] * 1e3);
  const sphericalAberrationAngstrom = row[6] * 1e7;
  const perSquarePixel = 1 / (pixelSizeAngstrom * pixelSizeAngstrom);
  const byDefocus = -Math.PI * wavelength * perSquarePixel;
  return {
    round: byDefocus * 0.5 * (defocusU + defocusV),
    astigmaticEven: byDefocus * 0.5 * (defocusU - defocusV) * Math.cos(doubleAngle),
    astigmaticOdd: byDefocus * (defocusU - defocusV) * Math.sin(doubleAngle),
    fourth: 0.5 * Math.PI * sphericalAberrationAngstrom * wavelength ** 3 * perSquarePixel ** 2,
    constant: -(row[8] * Math.PI) / 180 - Math.asin(row[7]),
  };
}

/** CTF of one particle as a function of the frequency (x, y) in cycles per pixel; `row` as CTF_COLUMNS. */
export function ctfFunction(row: ArrayLike<number>): (x: number, y: number) => number {
  const { round, astigmaticEven, astigmaticOdd, fourth, constant } = ctfPhase(row);
  return (x, y) => {
    const squared = x * x + y * y;
    return Math.sin(
      round * squared +
        astigmaticEven * (x * x - y * y) +
        astigmaticOdd * x * y +
        fourth * squared * squared +
        constant,
    );
  };
}

/**
 * CTF at the lattice's points. `row`: 9 numbers as CTF_COLUMNS; of them the pixel size sets the scale, so it has to be
 * the lattice's. `out`: P values. `bFactorSquareAngstrom` B multiplies by exp(−B s²/4).
 */
export function ctfAtPoints(
  row: ArrayLike<number>,
  lattice: Lattice,
  out: Float32Array,
  bFactorSquareAngstrom = 0,
): void {
  const { points, x, y } = lattice;
  const { round, astigmaticEven, astigmaticOdd, fourth, constant } = ctfPhase(row);
  const decay = -bFactorSquareAngstrom / (4 * row[1] * row[1]);
  // The CTF is even in k: the second half of the points mirrors the first.
  for (let p = 0, q = points - 1; p < q; p++, q--) {
    const xx = x[p] * x[p];
    const yy = y[p] * y[p];
    const squared = xx + yy;
    const phase =
      round * squared +
      astigmaticEven * (xx - yy) +
      astigmaticOdd * x[p] * y[p] +
      fourth * squared * squared +
      constant;
    const value = Math.sin(phase) * (decay === 0 ? 1 : Math.exp(decay * squared));
    out[p] = value;
    out[q] = value;
  }
}
