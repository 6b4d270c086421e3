// C[rows × outputs] = epilogue(prologue(left)[rows × inputs] · right[inputs × outputs]): the launcher of all its kernels.
// Sums are float32. Padding rows of `out` up to a multiple of 128 are written with whatever the padding of `left` gives.
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Dispatch, Gpu, KernelContext } from '../gpu/gpu.ts';
import { bytesOf } from '../gpu/kernels.ts';
import { DISPATCH_FLOPS } from '../gpu/pace.ts';
import { productVariants } from './candidates.ts';
import { matrixProductSource, registerSource, splitSource, splitSumSource, tileSource } from './source.ts';
import {
  variantName,
  type HalfTileVariant,
  type ProductShape,
  type ProductVariant,
  type RegisterVariant,
  type SkinnyVariant,
  type SubgroupVariant,
  type TileVariant,
  type WavesVariant,
} from './variants.ts';
import { rowsOfWholeWaves } from './waves.ts';

export { productVariants } from './candidates.ts';
export { matrixProductSource, registerConstants, registerExtensions, tileConstants } from './source.ts';
export { subgroupVariants } from './subgroup-variants.ts';
export * from './variants.ts';

/** Factors, epilogue's inputs and result of a product. */
export interface ProductBuffers {
  /** rows (padded to 128) × inputs scalars, or points, rows (padded to 128) × vec4f. */
  left: BufferView;
  /** Prologue 'encoding': the wave table, inputs/2 × vec4f. */
  waves?: BufferView;
  /** inputs × outputs scalars. May be larger than a binding: it is then bound in parts. */
  right: BufferView;
  /** float32: outputs, or images × outputs. */
  bias?: BufferView;
  /** rows (padded to 128) × outputs scalars. */
  mask?: BufferView;
  /** rows (padded to 128) × outputs scalars. */
  out: BufferView;
}

/** How many rows there are, and which image each belongs to. */
export interface ProductRows {
  rows: number;
  /** First row of the chunk within the batch, for a bias by image. */
  firstRow: number;
  rowsPerImage: number;
}

/**
 * What makes the product: one dispatch, or for 'skinny' and 'waves' several. Errors: RangeError where the shape contradicts
 * itself or a buffer that it asks for is missing.
 */
export async function makeProduct(
  { gpu, arena }: KernelContext,
  shape: ProductShape,
  buffers: ProductBuffers,
  rows: ProductRows,
  variant: ProductVariant = productVariants(gpu, shape, rows.rows)[0],
): Promise<Dispatch[]> {
  check(shape, buffers);
  const launch = { gpu, arena, shape, buffers, rows };
  if (variant.kind === 'tile' || variant.kind === 'tile-half')
    return [await whole(launch, variant, tileSource(shape, variant), tilesOf(launch, variant))];
  if (variant.kind === 'waves') return waves(launch, variant);
  if (variant.kind === 'matrix')
    return [await whole(launch, variant, matrixProductSource(shape, variant), tilesOf(launch, variant))];
  if (variant.kind === 'register' || variant.kind === 'subgroup') return [await registers(launch, variant)];
  return splits(launch, variant);
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

function uniformOf({ arena, shape, rows }: Launch, firstSlice = 0, count = 1): BufferView {
  const words = [rows.rows, rows.firstRow, Math.max(1, rows.rowsPerImage), firstSlice, count];
  return arena.uniform(`${shape.label} rows`, words);
}

function leftViews({ shape, buffers }: Launch): (BufferView | null)[] {
  return [buffers.left, shape.prologue === 'encoding' ? (buffers.waves ?? null) : null];
}

function epilogueViews({ shape, buffers }: Launch): (BufferView | null)[] {
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

/** One dispatch over `count` workgroups, of a kernel that does the epilogue itself. */
async function whole(launch: Launch, variant: ProductVariant, source: string, count: number): Promise<Dispatch> {
  const { gpu, shape, buffers } = launch;
  const label = `${shape.label} ${variantName(variant)}`;
  const pipeline = await gpu.pipeline(label, source);
  const views = [...leftViews(launch), buffers.right, ...epilogueViews(launch), uniformOf(launch)];
  return gpu.dispatch(label, pipeline, views, count, workOf(launch));
}

function tilesOf({ shape, rows }: Launch, each: { rows: number; columns: number }): number {
  return Math.ceil(rows.rows / each.rows) * Math.ceil(shape.outputs / each.columns);
}

function registers(launch: Launch, variant: RegisterVariant | SubgroupVariant): Promise<Dispatch> {
  const { rows, lanes, columns } = variant;
  const count = tilesOf(launch, { rows, columns: lanes * columns });
  return whole(launch, variant, registerSource(launch.shape, variant), count);
}

/** Whole waves of tiles, then the rows that are left by smaller ones, where there are few: two products one after the other. */
async function waves(launch: Launch, { wave, tile, tail }: WavesVariant): Promise<Dispatch[]> {
  const { shape, buffers, rows } = launch;
  const first = rowsOfWholeWaves(rows.rows, shape.outputs, tile, wave);
  const all = (part: Launch, variant: TileVariant | HalfTileVariant) =>
    whole(part, variant, tileSource(shape, variant), tilesOf(part, variant));
  if (first === rows.rows) return [await all(launch, tile)];
  const scalarBytes = bytesOf(shape.scalar);
  const from = (view: BufferView, bytesOfRow: number): BufferView => {
    const skipped = first * bytesOfRow;
    return { buffer: view.buffer, offset: view.offset + skipped, size: view.size - skipped };
  };
  const left = from(buffers.left, shape.prologue === 'encoding' ? 16 : shape.inputs * scalarBytes);
  const out = from(buffers.out, shape.outputs * scalarBytes);
  const mask = buffers.mask && { mask: from(buffers.mask, shape.outputs * scalarBytes) };
  const rest = { ...rows, rows: rows.rows - first, firstRow: rows.firstRow + first };
  return [
    await all({ ...launch, rows: { ...rows, rows: first } }, tile),
    await all({ ...launch, buffers: { ...buffers, left, out, ...mask }, rows: rest }, tail),
  ];
}

/** One dispatch for each part of `right` that a binding can show and a submission can hold, then the sum of all splits. */
async function splits(launch: Launch, variant: SkinnyVariant): Promise<Dispatch[]> {
  const { gpu, arena, shape, buffers, rows } = launch;
  const { inputs, outputs, scalar } = shape;
  const count = Math.ceil(inputs / variant.slice);
  const label = `${shape.label} ${variantName(variant)}`;
  const pipeline = await gpu.pipeline(label, splitSource(shape, variant));
  const partials = arena.floats(`${shape.label} splits`, count * rows.rows * outputs);
  const work = workOf(launch);
  const each = tilesOf(launch, { rows: variant.rows, columns: variant.lanes * variant.columns });

  const sliceBytes = variant.slice * outputs * bytesOf(scalar);
  const inTime = DISPATCH_FLOPS / (2 * rows.rows * variant.slice * outputs);
  const most = Math.max(1, Math.floor(Math.min(gpu.bindingBytes / sliceBytes, inTime)));
  const dispatches: Dispatch[] = [];
  for (let first = 0; first < count; first += most) {
    const here = Math.min(most, count - first);
    const { buffer, offset, size } = buffers.right;
    const at = first * sliceBytes;
    const right = { buffer, offset: offset + at, size: Math.min(here * sliceBytes, size - at) };
    const views = [...leftViews(launch), right, null, null, partials, uniformOf(launch, first, here)];
    const share = { flops: (work.flops * here) / count, bytes: (work.bytes * here) / count };
    dispatches.push(gpu.dispatch(label, pipeline, views, each * here, share));
  }

  const adding = await gpu.pipeline(`${label} sum`, splitSumSource(shape));
  // Only a residual reads the left factor again.
  const lefts = shape.residual ? leftViews(launch) : [null, null];
  const views = [...lefts, partials, ...epilogueViews(launch), uniformOf(launch, 0, count)];
  const workgroups = Math.ceil((rows.rows * outputs) / 4 / 64);
  dispatches.push(gpu.dispatch(`${label} sum`, adding, views, workgroups, { bytes: 4 * count * rows.rows * outputs }));
  return dispatches;
}
