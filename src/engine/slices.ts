// Which points of space an image asks the decoder for (docs/CONVENTIONS.md, "Neural field").
// Lattice point (x, y) of an image with rotation R lies at p = (x, y, 0)·R. Domain 'fourier': of the P points in raster
// order the first half is evaluated, each flipped into the half space z < 0 (z = 0: y < 0, or y = 0 and x ≤ 0); the
// value at −p is the complex conjugate. Domain 'hartley': all P points, as they are. Coordinates in [−½, ½].
import { makeLattice, type Lattice } from '../imaging/lattice.ts';
import { VitrineError } from '../base/errors.ts';
import type { ModelSpec } from './engine.ts';

/** Which points of an image's lattice the network is asked at, and in which order their rows lie. */
export interface SliceLayout {
  lattice: Lattice;
  /** Rows of the decoder an image takes: P/2 or P. */
  rowsPerImage: number;
  /** Hartley values a row predicts: (at q, at −q), or one. */
  channels: 1 | 2;
  /** Point numbers inside the encoder's mask; null where that is all of them. */
  encoderPoints: Uint32Array | null;
  encoderInputs: number;
}

/** Error: 'value-out-of-range' where the encoder's mask is larger than the lattice's. */
export function makeSliceLayout(spec: ModelSpec): SliceLayout {
  const lattice = makeLattice(spec.boxPixels);
  const radius = spec.encoderMaskRadius;
  if (spec.zDim > 0 && radius > spec.boxPixels / 2)
    throw new VitrineError('value-out-of-range', 'The encoder looks beyond the mask of the images.', {
      field: 'enc_mask',
      expected: `at most ${spec.boxPixels / 2} pixels`,
      found: String(radius),
      advice: 'Models trained without an encoder mask cannot be used here.',
    });
  let encoderPoints: Uint32Array | null = null;
  if (radius < spec.boxPixels / 2) {
    const half = spec.boxPixels / 2;
    const inside: number[] = [];
    for (let p = 0; p < lattice.points; p++)
      if ((lattice.column[p] - half) ** 2 + (lattice.row[p] - half) ** 2 <= radius * radius) inside.push(p);
    encoderPoints = Uint32Array.from(inside);
  }
  const channels = spec.domain === 'fourier' ? 2 : 1;
  return {
    lattice,
    rowsPerImage: lattice.points / channels,
    channels,
    encoderPoints,
    encoderInputs: encoderPoints?.length ?? lattice.points,
  };
}

/** Whether p has to be replaced by −p to lie in the half space the network is asked on. */
export function needsFlip(x: number, y: number, z: number): boolean {
  return z > 0 || (z === 0 && (y > 0 || (y === 0 && x > 0)));
}

/**
 * Marks the rows of one image whose point is flipped. `rotations`: row-major 3×3 at `at`; `out`: rowsPerImage flags from
 * `outAt`. Nothing is flipped in domain 'hartley'.
 */
export function flipsOfImage(
  layout: SliceLayout,
  rotations: Float32Array,
  at: number,
  out: Uint8Array,
  outAt: number,
): void {
  const { lattice, rowsPerImage, channels } = layout;
  if (channels === 1) {
    out.fill(0, outAt, outAt + rowsPerImage);
    return;
  }
  const [xx, xy, xz, yx, yy, yz] = rotations.subarray(at, at + 6);
  for (let row = 0; row < rowsPerImage; row++) {
    const x = lattice.x[row];
    const y = lattice.y[row];
    const z = x * xz + y * yz;
    const flip = z > 0 || (z === 0 && needsFlip(x * xx + y * yx, x * xy + y * yy, 0));
    out[outAt + row] = flip ? 1 : 0;
  }
}

/** A slice's rotation, nine numbers row-major from `at`, and which of its points are flipped (flipsOfImage), from `flipsAt`. */
export interface SlicePose {
  rotations: Float32Array;
  at: number;
  flips: Uint8Array;
  flipsAt: number;
}

/** Coordinates the decoder is asked at for one image, rowsPerImage×3 from `outAt`, flipped as `flips` from `flipsAt` say. */
export function coordinatesOfImage(
  layout: SliceLayout,
  { rotations, at, flips, flipsAt }: SlicePose,
  { out, outAt }: { out: Float32Array; outAt: number },
): void {
  const { lattice, rowsPerImage } = layout;
  for (let row = 0; row < rowsPerImage; row++) {
    const sign = flips[flipsAt + row] ? -1 : 1;
    const x = sign * lattice.x[row];
    const y = sign * lattice.y[row];
    for (let axis = 0; axis < 3; axis++)
      out[outAt + 3 * row + axis] = x * rotations[at + axis] + y * rotations[at + 3 + axis];
  }
}
