// Translation of an image by a phase, on its Hartley values (docs/CONVENTIONS.md, "Geometry"):
//   H'(k) = cos(2πk·t) H(k) + sin(2πk·t) H(−k)  moves the content by +t pixels; k in cycles per pixel.
import type { Lattice } from './lattice.ts';

interface AxisPhases {
  cosX: Float64Array;
  sinX: Float64Array;
  cosY: Float64Array;
  sinY: Float64Array;
}
const phasesBySide = new Map<number, AxisPhases>();

function phaseBuffers(side: number): AxisPhases {
  let buffers = phasesBySide.get(side);
  if (!buffers) {
    const make = () => new Float64Array(side);
    buffers = { cosX: make(), sinX: make(), cosY: make(), sinY: make() };
    phasesBySide.set(side, buffers);
  }
  return buffers;
}

/**
 * Moves the content by +t. `values`, `out`: P Hartley values at the lattice's points, may be the same array.
 * `tx`, `ty`: fraction of the box. `pixelsPerFraction`: D; D + 1 reproduces cryoDRGN's runs.
 */
export function shiftHartley(
  values: Float32Array,
  lattice: Lattice,
  { tx, ty }: { tx: number; ty: number },
  out: Float32Array,
  pixelsPerFraction: number = lattice.boxPixels,
): void {
  const { points, side, boxPixels, column, row } = lattice;
  // k·t splits by axis, so the sines of a whole image are 4(D+1) numbers.
  const { cosX, sinX, cosY, sinY } = phaseBuffers(side);
  const radiansX = (2 * Math.PI * tx * pixelsPerFraction) / boxPixels;
  const radiansY = (2 * Math.PI * ty * pixelsPerFraction) / boxPixels;
  for (let i = 0; i < side; i++) {
    const k = i - boxPixels / 2;
    cosX[i] = Math.cos(radiansX * k);
    sinX[i] = Math.sin(radiansX * k);
    cosY[i] = Math.cos(radiansY * k);
    sinY[i] = Math.sin(radiansY * k);
  }
  for (let p = 0, q = points - 1; p < q; p++, q--) {
    const i = column[p];
    const j = row[p];
    const cos = cosX[i] * cosY[j] - sinX[i] * sinY[j];
    const sin = sinX[i] * cosY[j] + cosX[i] * sinY[j];
    const here = values[p];
    const there = values[q];
    out[p] = cos * here + sin * there;
    out[q] = cos * there - sin * here;
  }
}
