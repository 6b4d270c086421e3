// Transforms of complex lines in place, at any strides: columns of a batch of spectra, an axis of a volume.
import { shaders } from '../generated/shaders.ts';
import type { Arena, View } from '../gpu/arena.ts';
import type { Command, Gpu } from '../gpu/gpu.ts';
import { makeLines, type LinesVariant } from './lines.ts';
import type { Direction } from './plan.ts';

/** Number n of line l lies at ⌊l / across⌋·slab + (l mod across)·aside + n·stride, in complex numbers. */
export interface StridedShape {
  size: number;
  direction: Direction;
  stride: number;
  across: number;
  aside: number;
  slab: number;
  variant?: LinesVariant | undefined;
}

/**
 * `values`: complex float32, transformed in place, not divided by anything. `lines`: how many there are at most; `batch`: a
 * uniform of 4 words whose first is how many of them to do, where that varies. Error: RangeError for an odd or too long
 * line.
 */
export async function makeStridedFourier(
  gpu: Gpu,
  arena: Arena,
  shape: StridedShape,
  values: View,
  lines: number,
  batch: View = arena.uniform('lines', [lines, 0, 0, 0]),
): Promise<Command[]> {
  const { size, direction, stride, across, aside, slab, variant } = shape;
  const label = `fourier of ${size}`;
  const beside = stride > 1;
  return [
    await makeLines(
      gpu,
      arena,
      { label, size, direction, beside, lines, end: 'put', variant, bytesALine: 16 * size },
      shaders['fourier/strided'],
      { STRIDE: stride, ACROSS: across, ASIDE: aside, SLAB: slab },
      [values, batch],
    ),
  ];
}
