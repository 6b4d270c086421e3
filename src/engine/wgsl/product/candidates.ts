// Which kernels are worth a trial on an adapter, at most MOST_TRIED: compiling them is most of a first start. The first is taken
// untried. Which one is fastest is measured (tuning/).
import type { Gpu } from '../gpu/gpu.ts';
import { bytesOf } from '../gpu/kernels.ts';
import { matrixVariants } from './matrix.ts';
import { FEW_ROWS, skinnyVariants, splitsLater } from './skinny.ts';
import { subgroupVariants } from './subgroup-variants.ts';
import {
  tileBytes,
  tileInvocations,
  type HalfTileVariant,
  type ProductShape,
  type ProductVariant,
  type RegisterVariant,
  type TileVariant,
  type WavesVariant,
} from './variants.ts';

/** Candidates of a shape with many rows. */
export const MOST_TRIED = 16;
/** Tiles among them: less where other kinds are there too. */
const TILES_ALONE = 9;
const TILES_WITH_HALF = 7;
const TILES_WITH_MATRIX = 3;
const HALVES_WITH_MATRIX = 2;

const tile = (rows: number, columns: number, rowsEach: number, columnsEach: number, depth = 16): TileVariant => ({
  kind: 'tile',
  rows,
  columns,
  rowsEach,
  columnsEach,
  depth,
});
const half = (rows: number, columns: number, rowsEach: number, columnsEach: number): HalfTileVariant => ({
  kind: 'tile-half',
  rows,
  columns,
  rowsEach,
  columnsEach,
  depth: 32,
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
// Where few invocations fit side by side: teams of 64, more of them or fewer barriers.
const SMALL_CHIP_TILES = [tile(64, 64, 8, 8, 8), tile(64, 64, 8, 8, 32), tile(32, 64, 4, 8, 32)];
const HALF_TILES = [half(128, 128, 8, 8), half(128, 64, 8, 8), half(64, 64, 8, 8)];
const REGISTERS = [register(8, 4, 8), register(4, 4, 8), register(4, 8, 8)];
const WIDE_REGISTERS = [register(8, 4, 32), register(4, 4, 64)];

/** Workgroups of 128 × 128 that large cards run at once: two on each of 132 cores, one on each of 128. */
const WAVES = [264, 128];
const TAIL = tile(32, 64, 4, 8);

/**
 * What is worth trying on the adapter, the default first. `rows`: how many the product will have, about; absent: many. Where
 * the right factor passes the adapter's binding, only splits can.
 */
export function productVariants(gpu: Gpu, shape: ProductShape, rows = Infinity): ProductVariant[] {
  const { inputs, outputs, scalar } = shape;
  const large = inputs * outputs * bytesOf(scalar) > gpu.bindingBytes;
  if (large) return skinnyVariants(gpu, shape, rows);
  // In software, tiles wait at each barrier and take seconds to compile: they are not even tried.
  if (gpu.software) {
    const skinny = rows <= FEW_ROWS ? skinnyVariants(gpu, shape, rows) : [];
    return [...skinny, ...subgroupVariants(gpu), ...REGISTERS];
  }
  const fits = fittingTo(gpu, shape);
  const tiles = TILES.filter(fits).sort((a, b) => waste(a, shape, rows) - waste(b, shape, rows));
  const plain = [...WIDE_REGISTERS, ...subgroupVariants(gpu)];
  if (rows <= FEW_ROWS) return [...skinnyVariants(gpu, shape, rows), ...tiles, ...plain];
  const busy = tiles.length > 0 ? workgroupsOf(tiles[0], outputs, rows) : 0;
  if (splitsLater(shape, rows)) {
    const skinny = skinnyVariants(gpu, shape, rows);
    // Too few workgroups that each go through all inputs: splits give work to all cores.
    return busy < ENOUGH_WORKGROUPS ? [...skinny, ...tiles, ...plain] : [...tiles, ...skinny, ...plain];
  }
  return [...manyRows(gpu, shape, tiles, fits), ...plain].slice(0, MOST_TRIED);
}

/** Workgroups below which all but the smallest adapters are surely not busy. */
const ENOUGH_WORKGROUPS = 48;

function workgroupsOf(one: TileVariant, outputs: number, rows: number): number {
  return Math.ceil(rows / one.rows) * Math.ceil(outputs / one.columns);
}

type AnyTile = TileVariant | HalfTileVariant;

function fittingTo(gpu: Gpu, { inputs }: ProductShape): (one: AnyTile) => boolean {
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = gpu.device.limits;
  return (one) =>
    inputs % one.depth === 0 &&
    tileBytes(one) <= maxComputeWorkgroupStorageSize &&
    tileInvocations(one) <= maxComputeInvocationsPerWorkgroup;
}

/** Kernels for rows by the thousand; `tiles` those of every adapter, the best guess first. */
function manyRows(
  gpu: Gpu,
  shape: ProductShape,
  tiles: TileVariant[],
  fits: (one: AnyTile) => boolean,
): ProductVariant[] {
  const matrices = matrixVariants(gpu, shape);
  const halves = shape.scalar === 'f16' ? HALF_TILES.filter(fits) : [];
  const some = [...tiles.slice(0, 4), ...SMALL_CHIP_TILES.filter(fits), ...tiles.slice(4)];
  if (matrices.length > 0)
    return [...some.slice(0, TILES_WITH_MATRIX), ...halves.slice(0, HALVES_WITH_MATRIX), ...matrices];
  const waves = wavesOf([...halves, ...tiles].find(isLargeTile));
  const count = halves.length > 0 ? TILES_WITH_HALF : TILES_ALONE;
  return [...some.slice(0, count), ...halves, ...waves];
}

function isLargeTile({ rows, columns }: AnyTile): boolean {
  return rows * columns >= 128 * 128;
}

function wavesOf(large: AnyTile | undefined): WavesVariant[] {
  return large ? WAVES.map((wave) => ({ kind: 'waves', wave, tile: large, tail: TAIL })) : [];
}

/** Smaller where a tile suits the shape: columns computed for nothing, reads a number computed, too few tiles. */
function waste(one: TileVariant, { outputs }: ProductShape, rows: number): number {
  const across = Math.ceil(outputs / one.columns);
  const unused = (across * one.columns) / outputs;
  const reads = 1 + 16 / one.rows + 16 / one.columns + 0.5 / one.rowsEach + 0.5 / one.columnsEach;
  const tiles = Math.ceil(rows / one.rows) * across;
  return unused * reads * Math.max(1, 256 / tiles);
}
