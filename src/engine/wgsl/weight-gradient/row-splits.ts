// How the rows of a weight gradient are cut into splits, so that enough workgroups run while their partial sums stay small.
import type { Gpu } from '../gpu/gpu.ts';
import type { WeightGradientVariant } from './variants.ts';

interface Sizes {
  inputs: number;
  outputs: number;
}

/** Row r of a chunk belongs to image floor((firstRow + r) / rowsPerImage). */
export interface ImageRows {
  firstRow: number;
  rowsPerImage: number;
}

/** Into which parts rows are split, each summed by workgroups of its own. */
export interface Splits {
  count: number;
  /** Rows of a split; the last of an image may have fewer, or none. */
  rows: number;
  /** Splits of each image; all of them where images are not told apart. */
  perImage: number;
  imageRows: number;
  /** Rows of the first image that lie before the chunk, and which image of the batch it is. */
  skipped: number;
  firstImage: number;
}

/** A split of fewer rows costs more in partial sums than it gains. */
const LEAST_ROWS = 128;
/** Partial sums, floats: 64 MB. */
const MOST_PARTIALS = 2 ** 24;
/** Splits that end with their images may be so many times those that need not. */
const MOST_MORE = 2;

/** Workgroups that cover `inputs` rows of the matrix. */
export function tilesOf(variant: WeightGradientVariant, inputs: number, outputs: number): number {
  const [down, across] = tileOf(variant);
  return Math.ceil(inputs / down) * Math.ceil(outputs / across);
}

/** Inputs and outputs that a workgroup sums. */
function tileOf(variant: WeightGradientVariant): [number, number] {
  if (variant.kind === 'tiles') return [variant.tile, variant.tile];
  if (variant.kind === 'subgroup') return [variant.inputs, variant.outputs * variant.lanes];
  if (variant.kind === 'matrix') return [variant.inputs, variant.outputs];
  return [variant.inputs, variant.outputs * variant.threads];
}

/** Floats of a split's sums. */
function floatsOf({ inputs, outputs }: Sizes): number {
  return inputs * outputs + outputs;
}

/** Splits whose partial sums are held. */
function mostSplits(gpu: Gpu, sizes: Sizes): number {
  return Math.floor(Math.min(MOST_PARTIALS, gpu.bindingBytes / 4) / floatsOf(sizes));
}

/** At most `most` splits of `rows` rows. */
function cut(rows: number, most: number): { count: number; rows: number } {
  const each = Math.max(1, Math.ceil(rows / Math.max(1, most) / 16) * 16);
  return { count: Math.max(1, Math.ceil(rows / each)), rows: each };
}

/** As many splits as give the variant the workgroups it wants, of 128 rows at least. */
export function splitsOf(gpu: Gpu, sizes: Sizes, rows: number, variant: WeightGradientVariant): Splits {
  const wanted = Math.ceil(variant.workgroups / tilesOf(variant, sizes.inputs, sizes.outputs));
  const splits = cut(rows, Math.min(wanted, Math.floor(rows / LEAST_ROWS), mostSplits(gpu, sizes)));
  return { ...splits, perImage: splits.count, imageRows: rows, skipped: 0, firstImage: 0 };
}

/** Splits that end with their images, so that each has the bias of one image; null where that takes far more of them. */
export function splitsByImage(
  gpu: Gpu,
  sizes: Sizes,
  rows: number,
  variant: WeightGradientVariant,
  { firstRow, rowsPerImage }: ImageRows,
): Splits | null {
  const imageRows = Math.min(rowsPerImage, firstRow + rows);
  const firstImage = Math.floor(firstRow / imageRows);
  const images = Math.floor((firstRow + rows - 1) / imageRows) - firstImage + 1;
  const free = splitsOf(gpu, sizes, rows, variant).count;
  const each = cut(Math.min(rows, imageRows), Math.round(free / images));
  const count = images * each.count;
  if (count > MOST_MORE * free || (count > 1 && count > mostSplits(gpu, sizes))) return null;
  const skipped = firstRow - firstImage * imageRows;
  return { count, rows: each.rows, perImage: each.count, imageRows, skipped, firstImage };
}
