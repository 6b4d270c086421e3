// Transforms of complex lines in place, at any strides: columns of a batch of spectra, an axis of a volume.
import { shaders } from '../generated/shaders.ts';
import type { BufferView } from '../gpu/arena.ts';
import type { Command, KernelContext } from '../gpu/gpu.ts';
import { lineWork, makeLinesInParts, type LinesVariant } from './lines.ts';
import { partsOf } from './parts.ts';
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
 * `values`: complex float32, transformed in place, not divided by anything. `lines`: how many there are at most, in parts that
 * a weak device does in a page's frame; `batch`: where their number varies, a uniform of 4 words whose first says it, the
 * second being 0, for one dispatch of them all. Error: RangeError for an odd or too long line.
 */
export async function makeStridedFourier(
  { gpu, arena }: KernelContext,
  shape: StridedShape,
  values: BufferView,
  lines: number,
  batch?: BufferView,
): Promise<Command[]> {
  const { size, direction, stride, across, aside, slab, variant } = shape;
  const label = `fourier of ${size}`;
  const beside = stride > 1;
  const bytesALine = 16 * size;
  const parts = batch
    ? [{ lines, views: [values, batch] }]
    : partsOf(gpu, lines, lineWork({ size, bytesALine })).map(({ first, count }) => ({
        lines: count,
        views: [values, arena.uniform('lines', [count, first, 0, 0])],
      }));
  return makeLinesInParts(
    { gpu, arena },
    { label, size, direction, beside, lines, end: 'put', variant, bytesALine },
    shaders['fourier/strided'],
    { STRIDE: stride, ACROSS: across, ASIDE: aside, SLAB: slab },
    parts,
  );
}
