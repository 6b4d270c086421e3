// WGSL of the products' kernels: constants of a shape and a variant, and the parts that make the kernel.
import { slopeBelowZero } from '../gpu/kernels.ts';
import { shaderSource, type Constants } from '../gpu/source.ts';
import { SIZE_CONTROL_EXTENSION } from '../gpu/subgroups.ts';
import { shaders } from '../generated/shaders.ts';
import { matrixConstants, type MatrixVariant } from './matrix.ts';
import {
  HALF_SUMS,
  tileInvocations,
  type HalfTileVariant,
  type ProductShape,
  type RegisterVariant,
  type SkinnyVariant,
  type SubgroupVariant,
  type TileVariant,
} from './variants.ts';

function constantsOf({ epilogue, residual, activation, bias, inputs, outputs, scalar }: ProductShape): Constants {
  const forward = epilogue === 'forward';
  const flag = (set: boolean): number => (set ? 1 : 0);
  return {
    scalar,
    INPUTS: inputs,
    OUTPUTS: outputs,
    SLOPE: { f32: activation ? slopeBelowZero(activation) : 1 },
    WITH_BIAS: flag(forward && bias !== 'none'),
    SHARED_BIAS: flag(forward && bias === 'shared'),
    IMAGE_BIAS: flag(forward && bias === 'by-image'),
    WITH_RESIDUAL: flag(residual),
    ACTIVATED: flag(forward && activation !== null),
    MASKED: flag(epilogue === 'backward' && activation !== null),
  };
}

function prologueOf({ prologue }: ProductShape): string[] {
  return prologue === 'rows'
    ? [shaders['encoding/left-rows']]
    : [shaders['trigonometry/trigonometry'], shaders['encoding/left-encoding']];
}

function sourceOf(
  shape: ProductShape,
  constants: Constants,
  parts: readonly string[],
  extensions: readonly string[] = [],
): string {
  const all = [shaders['product/chunk'], ...prologueOf(shape), ...parts];
  const enable = [...(shape.scalar === 'f16' ? ['f16'] : []), ...extensions];
  return shaderSource({ ...constantsOf(shape), ...constants }, all, enable);
}

/** Sizes as constants, and the right factor as it lies. */
const constantSizes = [shaders['product/sizes'], shaders['product/right-rows']];

/** Of tile.wgsl. */
export function tileConstants(variant: TileVariant | HalfTileVariant): Constants {
  const { kind, rows, columns, rowsEach, columnsEach, depth } = variant;
  const half = kind === 'tile-half';
  return {
    TILE_ROWS: rows,
    TILE_COLUMNS: columns,
    DEPTH: depth,
    ROW_GROUPS: rowsEach / 4,
    COLUMN_GROUPS: columnsEach / 4,
    THREADS_DOWN: rows / rowsEach,
    THREADS_ACROSS: columns / columnsEach,
    BLOCKS_EACH: Math.ceil(((rows + columns) * depth) / 16 / tileInvocations(variant)),
    HALF: half ? 1 : 0,
    PARTS: half ? HALF_SUMS / 4 : 1,
    Staged: half ? 'vec4<f16>' : 'vec4<f32>',
  };
}

/** WGSL of a product by tiles in workgroup memory. */
export function tileSource(shape: ProductShape, variant: TileVariant | HalfTileVariant): string {
  const constants = { ...tileConstants(variant), COLUMN_TILES: Math.ceil(shape.outputs / variant.columns) };
  const parts = [
    shaders['product/left-blocks'],
    ...constantSizes,
    shaders['product/epilogue'],
    shaders['product/tile'],
  ];
  return sourceOf(shape, constants, parts);
}

const MATRIX_MEMORY = {
  fours: shaders['product/matrix-fours'],
  numbers: shaders['product/matrix-numbers'],
  direct: shaders['product/matrix-fours'],
};

/** WGSL of a product by the subgroup-matrix unit. */
export function matrixProductSource(shape: ProductShape, variant: MatrixVariant): string {
  const { by, sized } = variant;
  const kernel = by === 'direct' ? shaders['product/matrix-direct'] : shaders['product/matrix'];
  const parts = [shaders['product/epilogue'], shaders['product/matrix-finish'], MATRIX_MEMORY[by], kernel];
  const extensions = ['chromium_experimental_subgroup_matrix', ...(sized ? ['subgroups', SIZE_CONTROL_EXTENSION] : [])];
  return sourceOf(shape, matrixConstants(variant, shape.outputs, shape.scalar), parts, extensions);
}

type Registers = RegisterVariant | SubgroupVariant | SkinnyVariant;

function isTogether(variant: Registers): variant is SubgroupVariant | SkinnyVariant {
  return variant.kind === 'subgroup' || (variant.kind === 'skinny' && variant.subgroup);
}

/** Extensions of WGSL that register.wgsl needs. */
export function registerExtensions(variant: Registers): string[] {
  if (!isTogether(variant)) return [];
  return ['subgroups', ...(variant.sized ? [SIZE_CONTROL_EXTENSION] : [])];
}

/** Of register.wgsl, whose workgroups make lanes × columns columns. `slice`: inputs of a slice. */
export function registerConstants(variant: Registers, slice: number): Record<string, number> {
  const { rows, columns, lanes } = variant;
  const together = isTogether(variant);
  const parts = together ? rows / lanes : 1;
  return {
    BROADCAST: together ? 1 : 0,
    SIZED: together && variant.sized ? 1 : 0,
    ROWS_EACH: rows,
    ROW_PARTS: parts,
    PART_ROWS: rows / parts,
    COLUMN_GROUPS: columns / 4,
    LANES: lanes,
    SLICE: slice,
  };
}

/** WGSL of a product in registers alone. */
export function registerSource(shape: ProductShape, variant: RegisterVariant | SubgroupVariant): string {
  const parts = [shaders['product/epilogue'], shaders['product/whole'], shaders['product/register']];
  const constants = { ...registerConstants(variant, shape.inputs), COLUMN_TILES: columnTiles(shape, variant) };
  return sourceOf(shape, constants, [...constantSizes, ...parts], registerExtensions(variant));
}

function columnTiles({ outputs }: ProductShape, { lanes, columns }: Registers): number {
  return Math.ceil(outputs / (lanes * columns));
}

/** Sums of splits. */
export function splitSource(shape: ProductShape, variant: SkinnyVariant): string {
  const plain: ProductShape = { ...shape, epilogue: 'plain', residual: false };
  const constants = { ...registerConstants(variant, variant.slice), COLUMN_TILES: columnTiles(shape, variant) };
  const parts = [...constantSizes, shaders['product/partial'], shaders['product/register']];
  return sourceOf(plain, constants, parts, registerExtensions(variant));
}

/** Their sum and the epilogue. */
export function splitSumSource(shape: ProductShape): string {
  return sourceOf(shape, {}, [shaders['product/epilogue'], shaders['product/split-sum']]);
}
