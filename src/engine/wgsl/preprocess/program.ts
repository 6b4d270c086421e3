// The kernels of one batch of images, on given buffers: rows, columns, then the values at the mask's points or the moments.
import { makeWindow } from '../../../imaging/window.ts';
import type { PreprocessOptions } from '../../../imaging/preprocessor.ts';
import { makeLines, type LinesVariant } from '../fourier/lines.ts';
import { makeStridedFourier } from '../fourier/strided.ts';
import { shaders } from '../generated/shaders.ts';
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Command, KernelContext } from '../gpu/gpu.ts';
import { shaderSource } from '../gpu/source.ts';
import { columnsOf, latticePoints, maskPoints } from './spectrum-points.ts';

const MOMENT_THREADS = 128;

/** Boxes, images a batch and options of preprocessing. */
export interface PreprocessShape {
  imagePixels: number;
  boxPixels: number;
  /** Images of a batch at most. */
  most: number;
  options: PreprocessOptions;
  variant?: LinesVariant | undefined;
}

/** What all batches share. */
export interface PreprocessTables {
  window: BufferView;
  mask: BufferView;
  lattice: BufferView;
  points: number;
}

/** Window, columns of the spectrum and points of the mask, uploaded once. */
export function makeTables(arena: Arena, { imagePixels, boxPixels, options }: PreprocessShape): PreprocessTables {
  const windowed = options.window ?? true;
  const mask = maskPoints(imagePixels, boxPixels);
  return {
    window: windowed
      ? arena.upload('window', makeWindow(imagePixels, options.windowRadius))
      : arena.floats('no window', 4),
    mask: arena.upload('mask points', mask),
    lattice: arena.upload('lattice points', latticePoints(imagePixels, boxPixels)),
    points: mask.length,
  };
}

/** Buffers of one batch. */
export interface PreprocessBuffers {
  /** most × D² pixels. */
  images: BufferView;
  /** most × D × (d/2+1) complex. */
  spectra: BufferView;
  /** most × P values at the mask's points, or most × 2 moments at the front. */
  values: BufferView;
  /** most: not 0 where an image has pixels that are not finite. Not cleared here. */
  flags: BufferView;
  /** Uniforms of 4 words whose first is a count: of images (then the scale's bits, float32), and of columns of all images. */
  batch: BufferView;
  columns: BufferView;
}

/** Buffers of one batch. */
export function makeBuffers(arena: Arena, shape: PreprocessShape, points: number): PreprocessBuffers {
  const { imagePixels, boxPixels, most } = shape;
  return {
    images: arena.floats('images', most * imagePixels ** 2),
    spectra: arena.floats('spectra', 2 * most * imagePixels * columnsOf(boxPixels)),
    values: arena.floats('values', most * points),
    flags: arena.buffer('flags', 4 * most),
    batch: arena.uniform('batch', [0, 0, 0, 0]),
    columns: arena.uniform('columns', [0, 0, 0, 0]),
  };
}

/** Commands from pixels to values, and from pixels to the sums of the standard deviation. */
export interface PreprocessProgram {
  /** Windowed values at the mask's points. */
  values: Command[];
  /** Sums of values and squares over the symmetrised lattice, not windowed. */
  moments: Command[];
}

/** Error: RangeError for images of more than LONGEST_LINE pixels. */
export async function makePreprocessing(
  { gpu, arena }: KernelContext,
  shape: PreprocessShape,
  tables: PreprocessTables,
  buffers: PreprocessBuffers,
): Promise<PreprocessProgram> {
  const { imagePixels: size, boxPixels, most, options, variant } = shape;
  const columns = columnsOf(boxPixels);
  const { images, spectra, values, flags, batch } = buffers;
  const rows = (windowed: boolean) =>
    makeLines(
      { gpu, arena },
      {
        label: windowed ? 'image rows, windowed' : 'image rows',
        size,
        direction: 'forward',
        beside: false,
        lines: (most * size) / 2,
        end: 'finish',
        variant,
        bytesALine: 8 * size + 16 * columns,
      },
      shaders['preprocess/image-rows'],
      { COLUMNS: columns, WINDOWED: windowed },
      [images, tables.window, spectra, flags, batch],
    );
  const alongColumns = await makeStridedFourier(
    { gpu, arena },
    { size, direction: 'forward', stride: columns, across: columns, aside: 1, slab: size * columns, variant },
    spectra,
    most * columns,
    buffers.columns,
  );
  const gather = (label: string, part: string, points: number, threads: number) =>
    gpu.pipeline(
      label,
      shaderSource({ SIZE: size, COLUMNS: columns, POINTS: points, THREADS: threads }, [
        shaders['preprocess/hartley-value'],
        part,
      ]),
    );
  const area = (boxPixels + 1) ** 2;
  const pick = await gather('mask points', shaders['preprocess/mask-points'], tables.points, 64);
  const add = await gather('moments', shaders['preprocess/moments'], area, MOMENT_THREADS);
  const unwindowed = await rows(false);
  return {
    values: [
      (options.window ?? true) ? await rows(true) : unwindowed,
      ...alongColumns,
      gpu.dispatch(
        'mask points',
        pick,
        [spectra, tables.mask, batch, values],
        [Math.ceil(tables.points / 64), most, 1],
        {
          bytes: 16 * most * tables.points,
        },
      ),
    ],
    moments: [
      unwindowed,
      ...alongColumns,
      gpu.dispatch('moments', add, [spectra, tables.lattice, batch, values], [most, 1, 1], { bytes: 12 * most * area }),
    ],
  };
}
