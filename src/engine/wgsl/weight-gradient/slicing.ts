// How the rows of a weight gradient are cut into slices, so that enough workgroups run while their partial sums stay small.
import type { Gpu } from '../gpu/gpu.ts';
import type { WeightGradientVariant } from './variants.ts';

interface Sizes {
  inputs: number;
  outputs: number;
}

export interface Slices {
  count: number;
  /** Rows of a slice; the last may have fewer. */
  rows: number;
  /** Workgroups of a slice. */
  tiles: number;
}

/** Workgroups wanted: a few for each core of a large processor; in software, some for each thread. */
const WANTED = 512;
const WANTED_SOFTWARE = 32;
/** A slice of fewer rows costs more in partial sums than it gains. */
const LEAST_ROWS = 128;
/** Partial sums, floats: 64 MB. */
const MOST_PARTIALS = 2 ** 24;

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

export function slicesOf(gpu: Gpu, { inputs, outputs }: Sizes, rows: number, variant: WeightGradientVariant): Slices {
  const tiles = tilesOf(variant, inputs, outputs);
  const wanted = gpu.software ? WANTED_SOFTWARE : WANTED;
  const partials = inputs * outputs + outputs;
  const most = Math.min(
    Math.ceil(wanted / tiles),
    Math.floor(rows / LEAST_ROWS),
    Math.floor(Math.min(MOST_PARTIALS, gpu.bindingBytes / 4) / partials),
  );
  const each = Math.max(1, Math.ceil(rows / Math.max(1, most) / 16) * 16);
  return { count: Math.max(1, Math.ceil(rows / each)), rows: each, tiles };
}
