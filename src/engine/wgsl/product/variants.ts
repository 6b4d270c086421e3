// A product as its kernels see it, and the kinds of kernels that make one. Which an adapter can run: candidates.ts.
import type { Activation } from '../../engine.ts';
import type { Scalar } from '../gpu/kernels.ts';
import type { SubgroupSize } from '../gpu/subgroups.ts';
import { unitWords } from '../limits/kernels.ts';
import type { MatrixVariant } from './matrix.ts';

/** A product out = epilogue(prologue(left) · right) as its kernels see it. */
export interface ProductShape {
  label: string;
  /** 'rows': left as it lies; 'encoding': features made from points (encoding/left-encoding.wgsl). */
  prologue: 'rows' | 'encoding';
  /**
   * 'forward': + bias, + residual, activation. 'backward': + residual, × slope of `mask` (activations of the layer below:
   * slope 1 where > 0, the activation's slope below zero elsewhere). 'plain': nothing.
   */
  epilogue: 'forward' | 'backward' | 'plain';
  /** Adds the left row itself; inputs === outputs. */
  residual: boolean;
  /** null: no activation (forward) or no mask (backward). */
  activation: Activation | null;
  /** Forward only: one row for all, or one for each image: row r belongs to image floor((firstRow + r) / rowsPerImage). */
  bias: 'none' | 'shared' | 'by-image';
  /** Padded: multiples of 16. */
  inputs: number;
  outputs: number;
  /** Of left (prologue 'rows'), right, mask and out. Sums and bias are float32. */
  scalar: Scalar;
}

interface Tile {
  rows: number;
  columns: number;
  /** Of one invocation, multiples of 4. */
  rowsEach: number;
  columnsEach: number;
  /** Inputs at a time; divides those of the product. */
  depth: number;
}

/** Tiles of rows × columns in workgroup memory, in float32 whatever the storage. */
export interface TileVariant extends Tile {
  kind: 'tile';
}

/** The same in float16: tiles, and sums of HALF_SUMS products each, which are then added in float32. */
export interface HalfTileVariant extends Tile {
  kind: 'tile-half';
}

/** Products that 'tile-half' sums in float16: its rounding stays near that of the storage. */
export const HALF_SUMS = 8;

/**
 * Tiles in whole waves of `wave` workgroups, as many as the adapter runs at once; the rows that are left, where they fill less
 * than half a wave, by `tail`, whose tiles are smaller and fill it better.
 */
export interface WavesVariant {
  kind: 'waves';
  wave: number;
  tile: TileVariant | HalfTileVariant;
  tail: TileVariant | HalfTileVariant;
}

/** Tiles in registers only: `rows` × `columns` (a multiple of 4) each invocation, `lanes` of them side by side. */
export interface RegisterVariant {
  kind: 'register';
  rows: number;
  columns: number;
  lanes: number;
}

/** The register kernel by one subgroup of `lanes`, which read `rows` (a multiple of `lanes`) together and tell each other. */
export interface SubgroupVariant extends Pick<SubgroupSize, 'sized'> {
  kind: 'subgroup';
  rows: number;
  columns: number;
  lanes: number;
}

/** Inputs in splits of `slice` (a multiple of 16), each by the register kernel; then their sums in order. */
export interface SkinnyVariant extends Pick<SubgroupSize, 'sized'> {
  kind: 'skinny';
  rows: number;
  columns: number;
  lanes: number;
  slice: number;
  /** Lanes tell each other their rows, as in 'subgroup'. */
  subgroup: boolean;
}

/** All kinds; JSON of one is how a tuning keeps it, so names and fields stay. */
export type ProductVariant =
  TileVariant | HalfTileVariant | WavesVariant | RegisterVariant | SubgroupVariant | SkinnyVariant | MatrixVariant;

/** Workgroup memory of a tile in bytes. */
export function tileBytes({ kind, rows, columns, depth }: TileVariant | HalfTileVariant): number {
  return (kind === 'tile' ? 4 : 2) * depth * (rows + columns);
}

/** Invocations of a workgroup. */
export function tileInvocations({ rows, columns, rowsEach, columnsEach }: TileVariant | HalfTileVariant): number {
  return (rows / rowsEach) * (columns / columnsEach);
}

/** A variant in words, for tables and labels. */
export function variantName(variant: ProductVariant): string {
  if (variant.kind === 'tile' || variant.kind === 'tile-half') {
    const { kind, rows, columns, rowsEach, columnsEach, depth } = variant;
    return `${kind} ${rows}×${columns}×${depth} by ${rowsEach}×${columnsEach}`;
  }
  if (variant.kind === 'waves') return `${variantName(variant.tile)} in waves of ${variant.wave}`;
  if (variant.kind === 'matrix') {
    const { rows, columns, depth, down, across, unit, by, buffers, subgroup } = variant;
    const way = by === 'direct' ? ' direct' : by === 'numbers' ? ' number by number' : buffers === 2 ? ' in turns' : '';
    const team = `${down}×${across} of ${subgroup} on ${unitWords(unit)}`;
    return `matrix ${rows}×${columns}×${depth}${way} by ${team}`;
  }
  const { kind, rows, columns, lanes } = variant;
  const slice = variant.kind === 'skinny' ? `${variant.subgroup ? ' together' : ''}, splits of ${variant.slice}` : '';
  return `${kind} ${rows}×${columns} by ${lanes}${slice}`;
}
