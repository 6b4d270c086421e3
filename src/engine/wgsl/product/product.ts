// C[rows × outputs] = epilogue(prologue(left)[rows × inputs] · right[inputs × outputs]): the launcher of all its kernels.
// Sums are float32. Padding rows of `out` up to a multiple of 128 are written with whatever the padding of `left` gives.
import type { Arena, View } from '../gpu/arena.ts';
import type { Dispatch, Gpu } from '../gpu/gpu.ts';
import { bytesOf, slopeBelowZero } from '../gpu/kernels.ts';
import { shaderSource, type Constants } from '../gpu/source.ts';
import { shaders } from '../generated/shaders.ts';
import { matrixConstants, type MatrixVariant } from './matrix.ts';
import {
  productVariants,
  tileInvocations,
  variantName,
  type ProductShape,
  type ProductVariant,
  type RegisterVariant,
  type SkinnyVariant,
  type SubgroupVariant,
  type TileVariant,
} from './variants.ts';

export * from './variants.ts';

export interface ProductBuffers {
  /** rows (padded to 128) × inputs scalars, or points, rows (padded to 128) × vec4f. */
  left: View;
  /** Prologue 'encoding': the wave table, inputs/2 × vec4f. */
  waves?: View;
  /** inputs × outputs scalars. May be larger than a binding: it is then bound in parts. */
  right: View;
  /** float32: outputs, or images × outputs. */
  bias?: View;
  /** rows (padded to 128) × outputs scalars. */
  mask?: View;
  /** rows (padded to 128) × outputs scalars. */
  out: View;
}

export interface ProductRows {
  rows: number;
  /** First row of the chunk within the batch, for a bias by image. */
  firstRow: number;
  rowsPerImage: number;
}

/**
 * What makes the product: one dispatch, or for 'skinny' several. Errors: RangeError where the shape contradicts
 * itself or a buffer that it asks for is missing.
 */
export async function makeProduct(
  gpu: Gpu,
  arena: Arena,
  shape: ProductShape,
  buffers: ProductBuffers,
  rows: ProductRows,
  variant: ProductVariant = productVariants(gpu, shape, rows.rows)[0],
): Promise<Dispatch[]> {
  check(shape, buffers);
  const launch = { gpu, arena, shape, buffers, rows };
  if (variant.kind === 'tile') return [await tiles(launch, variant)];
  if (variant.kind === 'matrix') return [await matrices(launch, variant)];
  if (variant.kind === 'register' || variant.kind === 'subgroup') return [await registers(launch, variant)];
  return slices(launch, variant);
}

interface Launch {
  gpu: Gpu;
  arena: Arena;
  shape: ProductShape;
  buffers: ProductBuffers;
  rows: ProductRows;
}

function check(
  { label, inputs, outputs, residual, epilogue, bias, activation, prologue }: ProductShape,
  buffers: ProductBuffers,
): void {
  const refuse = (words: string): never => {
    throw new RangeError(`${label}: ${words}`);
  };
  if (inputs % 16 || outputs % 16 || inputs < 16 || outputs < 16)
    refuse(`${inputs} × ${outputs} are not multiples of 16`);
  if (residual && inputs !== outputs) refuse('a residual needs as many inputs as outputs');
  if (residual && epilogue === 'plain') refuse('a plain product has no residual');
  if (epilogue === 'forward' && bias !== 'none' && !buffers.bias) refuse('its bias is missing');
  if (epilogue === 'backward' && activation && !buffers.mask) refuse('its mask is missing');
  if (prologue === 'encoding' && !buffers.waves) refuse('its waves are missing');
}

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

function sourceOf(shape: ProductShape, constants: Constants, parts: readonly string[]): string {
  const all = [shaders['product/chunk'], ...parts];
  const enable = [
    ...(shape.scalar === 'f16' ? ['f16'] : []),
    ...(constants['BROADCAST'] ? ['subgroups'] : []),
    ...(constants['SUBGROUP'] ? ['chromium_experimental_subgroup_matrix'] : []),
  ];
  return shaderSource({ ...constantsOf(shape), ...constants }, all, enable);
}

function uniformOf({ arena, shape, rows }: Launch, firstSlice = 0, count = 1): View {
  const words = [rows.rows, rows.firstRow, Math.max(1, rows.rowsPerImage), firstSlice, count];
  return arena.uniform(`${shape.label} rows`, words);
}

function leftViews({ shape, buffers }: Launch): (View | null)[] {
  return [buffers.left, shape.prologue === 'encoding' ? (buffers.waves ?? null) : null];
}

function epilogueViews({ shape, buffers }: Launch): (View | null)[] {
  const { epilogue, bias, activation } = shape;
  return [
    epilogue === 'forward' && bias !== 'none' ? (buffers.bias ?? null) : null,
    epilogue === 'backward' && activation ? (buffers.mask ?? null) : null,
    buffers.out,
  ];
}

/** Of the whole product: reads each operand once, writes once. */
function workOf({ shape, rows: { rows } }: Launch): { flops: number; bytes: number } {
  const { inputs, outputs, scalar, prologue, epilogue, activation } = shape;
  const left = prologue === 'rows' ? inputs * bytesOf(scalar) : 16;
  const results = epilogue === 'backward' && activation ? 2 : 1;
  return {
    flops: 2 * rows * inputs * outputs,
    bytes: rows * left + (inputs * outputs + results * rows * outputs) * bytesOf(scalar),
  };
}

/** Sizes as constants, and the right factor as it lies. */
const constantSizes = [shaders['product/sizes'], shaders['product/right-rows']];

/** Of tile.wgsl. */
export function tileConstants(variant: TileVariant): Record<string, number> {
  const { rows, columns, rowsEach, columnsEach, depth } = variant;
  return {
    TILE_ROWS: rows,
    TILE_COLUMNS: columns,
    DEPTH: depth,
    ROW_GROUPS: rowsEach / 4,
    COLUMN_GROUPS: columnsEach / 4,
    THREADS_DOWN: rows / rowsEach,
    THREADS_ACROSS: columns / columnsEach,
    BLOCKS_EACH: Math.ceil(((rows + columns) * depth) / 16 / tileInvocations(variant)),
  };
}

async function tiles(launch: Launch, variant: TileVariant): Promise<Dispatch> {
  const { gpu, shape, buffers, rows } = launch;
  const across = Math.ceil(shape.outputs / variant.columns);
  const constants = { ...tileConstants(variant), COLUMN_TILES: across };
  const parts = [
    ...prologueOf(shape),
    shaders['product/left-blocks'],
    ...constantSizes,
    shaders['product/epilogue'],
    shaders['product/tile'],
  ];
  const label = `${shape.label} ${variantName(variant)}`;
  const pipeline = await gpu.pipeline(label, sourceOf(shape, constants, parts));
  const views = [...leftViews(launch), buffers.right, ...epilogueViews(launch), uniformOf(launch)];
  return gpu.dispatch(label, pipeline, views, Math.ceil(rows.rows / variant.rows) * across, workOf(launch));
}

/** WGSL of a product by the matrix unit, for its launch and for proofs that it compiles. */
export function matrixProductSource(shape: ProductShape, variant: MatrixVariant): string {
  const parts = [...prologueOf(shape), shaders['product/epilogue'], shaders['product/matrix']];
  return sourceOf(shape, matrixConstants(variant, shape.outputs), parts);
}

async function matrices(launch: Launch, variant: MatrixVariant): Promise<Dispatch> {
  const { gpu, shape, buffers, rows } = launch;
  const label = `${shape.label} ${variantName(variant)}`;
  const pipeline = await gpu.pipeline(label, matrixProductSource(shape, variant));
  const views = [...leftViews(launch), buffers.right, ...epilogueViews(launch), uniformOf(launch)];
  const tiles = Math.ceil(rows.rows / variant.rows) * Math.ceil(shape.outputs / variant.columns);
  return gpu.dispatch(label, pipeline, views, tiles, workOf(launch));
}

/** Of register.wgsl, whose workgroups make lanes × columns columns. `slice`: inputs of a slice. */
export function registerConstants(
  variant: RegisterVariant | SubgroupVariant | SkinnyVariant,
  slice: number,
): Record<string, number> {
  const { rows, columns, lanes } = variant;
  const together = variant.kind === 'subgroup' || (variant.kind === 'skinny' && variant.subgroup);
  const parts = together ? rows / lanes : 1;
  return {
    BROADCAST: together ? 1 : 0,
    ROWS_EACH: rows,
    ROW_PARTS: parts,
    PART_ROWS: rows / parts,
    COLUMN_GROUPS: columns / 4,
    LANES: lanes,
    SLICE: slice,
  };
}

async function registers(launch: Launch, variant: RegisterVariant | SubgroupVariant): Promise<Dispatch> {
  const { gpu, shape, buffers, rows } = launch;
  const across = Math.ceil(shape.outputs / (variant.lanes * variant.columns));
  const constants = { ...registerConstants(variant, shape.inputs), COLUMN_TILES: across };
  const parts = [
    ...prologueOf(shape),
    ...constantSizes,
    shaders['product/epilogue'],
    shaders['product/whole'],
    shaders['product/register'],
  ];
  const label = `${shape.label} ${variantName(variant)}`;
  const pipeline = await gpu.pipeline(label, sourceOf(shape, constants, parts));
  const views = [...leftViews(launch), buffers.right, ...epilogueViews(launch), uniformOf(launch)];
  const workgroups = Math.ceil(rows.rows / variant.rows) * across;
  return gpu.dispatch(label, pipeline, views, workgroups, workOf(launch));
}

/** One dispatch for each part of `right` that a binding can show, then the sum of all slices. */
async function slices(launch: Launch, variant: SkinnyVariant): Promise<Dispatch[]> {
  const { gpu, arena, shape, buffers, rows } = launch;
  const { inputs, outputs, scalar } = shape;
  const across = Math.ceil(outputs / (variant.lanes * variant.columns));
  const constants = { ...registerConstants(variant, variant.slice), COLUMN_TILES: across };
  const count = Math.ceil(inputs / variant.slice);
  const label = `${shape.label} ${variantName(variant)}`;
  const plain: ProductShape = { ...shape, epilogue: 'plain', residual: false };
  const parts = [...prologueOf(shape), ...constantSizes, shaders['product/partial'], shaders['product/register']];
  const pipeline = await gpu.pipeline(label, sourceOf(plain, constants, parts));
  const partials = arena.floats(`${shape.label} slices`, count * rows.rows * outputs);
  const work = workOf(launch);

  const sliceBytes = variant.slice * outputs * bytesOf(scalar);
  const most = Math.max(1, Math.floor(gpu.bindingBytes / sliceBytes));
  const dispatches: Dispatch[] = [];
  for (let first = 0; first < count; first += most) {
    const here = Math.min(most, count - first);
    const { buffer, offset, size } = buffers.right;
    const at = first * sliceBytes;
    const right = { buffer, offset: offset + at, size: Math.min(here * sliceBytes, size - at) };
    const views = [...leftViews(launch), right, null, null, partials, uniformOf(launch, first, here)];
    const workgroups = Math.ceil(rows.rows / variant.rows) * across * here;
    const share = { flops: (work.flops * here) / count, bytes: (work.bytes * here) / count };
    dispatches.push(gpu.dispatch(label, pipeline, views, workgroups, share));
  }

  const ending = [...prologueOf(shape), shaders['product/epilogue'], shaders['product/slices-sum']];
  const adding = await gpu.pipeline(`${label} sum`, sourceOf(shape, {}, ending));
  // Only a residual reads the left factor again.
  const lefts = shape.residual ? leftViews(launch) : [null, null];
  const views = [...lefts, partials, ...epilogueViews(launch), uniformOf(launch, 0, count)];
  const workgroups = Math.ceil((rows.rows * outputs) / 4 / 64);
  dispatches.push(gpu.dispatch(`${label} sum`, adding, views, workgroups, { bytes: 4 * count * rows.rows * outputs }));
  return dispatches;
}
