// The kernels that make a product, and which of them an adapter can run. Which one is fastest is measured (tuning/).
import type { Activation } from '../../engine.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { bytesOf, type Scalar } from '../gpu/kernels.ts';
import { unitWords } from '../limits/kernels.ts';
import { matrixVariants, type MatrixVariant } from './matrix.ts';

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

/** Tiles of rows × columns in workgroup memory; an invocation makes rowsEach × columnsEach of one (multiples of 4). */
export interface TileVariant {
  kind: 'tile';
  rows: number;
  columns: number;
  rowsEach: number;
  columnsEach: number;
  /** Inputs at a time: 8 or 16. */
  depth: number;
}

/** Tiles in registers only: `rows` × `columns` (a multiple of 4) each invocation, `lanes` of them side by side. */
export interface RegisterVariant {
  kind: 'register';
  rows: number;
  columns: number;
  lanes: number;
}

/** The register kernel by one subgroup of `lanes`, which read `rows` (a multiple of `lanes`) together and tell each other. */
export interface SubgroupVariant {
  kind: 'subgroup';
  rows: number;
  columns: number;
  lanes: number;
}

/** Inputs in slices of `slice` (a multiple of 16), each by the register kernel; then their sums in order. */
export interface SkinnyVariant {
  kind: 'skinny';
  rows: number;
  columns: number;
  lanes: number;
  slice: number;
  /** Lanes tell each other their rows, as in 'subgroup'. */
  subgroup: boolean;
}

export type ProductVariant = TileVariant | RegisterVariant | SubgroupVariant | SkinnyVariant | MatrixVariant;

/** Rows up to which a product is few rows times a large matrix. */
const FEW_ROWS = 64;
/** Slices of one product at most: their partial sums are slices × rows × outputs. */
const MOST_SLICES = 256;
const SHORTEST_SLICE = 64;

const tile = (rows: number, columns: number, rowsEach: number, columnsEach: number, depth = 16): TileVariant => ({
  kind: 'tile',
  rows,
  columns,
  rowsEach,
  columnsEach,
  depth,
});
const register = (rows: number, columns: number, lanes: number): RegisterVariant => ({
  kind: 'register',
  rows,
  columns,
  lanes,
});

const TILES = [
  tile(128, 128, 8, 8),
  tile(128, 64, 8, 8),
  tile(64, 128, 8, 8),
  tile(64, 64, 8, 8),
  tile(64, 64, 4, 8),
  tile(32, 64, 4, 8),
];
const REGISTERS = [register(8, 4, 8), register(4, 4, 8), register(4, 8, 8)];
const WIDE_REGISTERS = [register(8, 4, 32), register(4, 4, 64)];

/** Workgroup memory of a tile in bytes: float32 whatever the storage. */
export function tileBytes({ rows, columns, depth }: TileVariant): number {
  return 4 * depth * (rows + columns);
}

export function tileInvocations({ rows, columns, rowsEach, columnsEach }: TileVariant): number {
  return (rows / rowsEach) * (columns / columnsEach);
}

export function variantName(variant: ProductVariant): string {
  if (variant.kind === 'tile') {
    const { rows, columns, rowsEach, columnsEach, depth } = variant;
    return `tile ${rows}×${columns}×${depth} by ${rowsEach}×${columnsEach}`;
  }
  if (variant.kind === 'matrix')
    return `matrix ${variant.rows}×${variant.columns}×${variant.depth} by ${variant.down}×${variant.across} of ${unitWords(variant.unit)}`;
  const { kind, rows, columns, lanes } = variant;
  const slice = variant.kind === 'skinny' ? `${variant.subgroup ? ' together' : ''}, slices of ${variant.slice}` : '';
  return `${kind} ${rows}×${columns} by ${lanes}${slice}`;
}

/**
 * What is worth trying on the adapter, the default first. `rows`: how many the product will have, about; absent: many. Where
 * the right factor passes the adapter's binding, only slices can.
 */
export function productVariants(gpu: Gpu, shape: ProductShape, rows = Infinity): ProductVariant[] {
  const { inputs, outputs, scalar } = shape;
  const few = rows <= FEW_ROWS;
  const large = inputs * outputs * bytesOf(scalar) > gpu.bindingBytes;
  const skinny = few || large ? skinnyVariants(gpu, shape, rows) : [];
  if (large) return skinny;
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = gpu.device.limits;
  const tiles = TILES.filter(
    (one) =>
      tileBytes(one) <= maxComputeWorkgroupStorageSize && tileInvocations(one) <= maxComputeInvocationsPerWorkgroup,
  ).sort((a, b) => waste(a, shape, rows) - waste(b, shape, rows));
  // In software, tiles wait at each barrier and take seconds to compile: they are not even tried.
  return gpu.software
    ? [...skinny, ...subgroupVariants(gpu), ...REGISTERS]
    : [...skinny, ...tiles, ...WIDE_REGISTERS, ...subgroupVariants(gpu), ...matrixVariants(gpu, inputs, scalar)];
}

/** Lanes up to which a subgroup is narrow: two rows a lane fit into registers, and few rows fill it. */
const NARROW = 8;
const WIDE = 32;

/** Where subgroups are of one size: the lanes' rows must fit into their registers. */
export function subgroupVariants(gpu: Gpu): SubgroupVariant[] {
  const [least, most] = gpu.subgroupSizes;
  if (!gpu.subgroups || least !== most || least < 4 || least > WIDE) return [];
  const narrow = [
    [2 * least, 4],
    [least, 4],
    [least, 8],
  ];
  const shapes = least <= NARROW ? narrow : [[least, 4]];
  return shapes.map(([rows, columns]) => ({ kind: 'subgroup', rows, columns, lanes: least }));
}

/** Smaller where a tile suits the shape: columns computed for nothing, reads a number computed, too few tiles. */
function waste(one: TileVariant, { outputs }: ProductShape, rows: number): number {
  const across = Math.ceil(outputs / one.columns);
  const unused = (across * one.columns) / outputs;
  const reads = 1 + 16 / one.rows + 16 / one.columns + 0.5 / one.rowsEach + 0.5 / one.columnsEach;
  const tiles = Math.ceil(rows / one.rows) * across;
  return unused * reads * Math.max(1, 256 / tiles);
}

function skinnyVariants(gpu: Gpu, { inputs, outputs }: ProductShape, rows: number): SkinnyVariant[] {
  const slice = Math.max(SHORTEST_SLICE, 16 * Math.ceil(inputs / MOST_SLICES / 16));
  const lanes = gpu.software || outputs < 128 ? 8 : 32;
  const heights = rows <= 4 ? [4] : [8, 4];
  const alone = heights.map((height): SkinnyVariant => ({
    kind: 'skinny',
    rows: height,
    columns: 4,
    lanes,
    slice,
    subgroup: false,
  }));
  const narrow = subgroupVariants(gpu).filter((one) => one.lanes <= NARROW);
  const together = narrow.map((one): SkinnyVariant => ({ ...one, kind: 'skinny', slice, subgroup: true }));
  return gpu.software && rows > 4 ? [...together, ...alone] : [...alone, ...together];
}
