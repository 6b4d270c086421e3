// The decoder's last layer, CTF, loss and their gradients in one pass over the rows, and a second pass that adds up the
// splits' sums in a fixed order. With w = 1/(B·P), r = CTF·H − target, (H at q, H at −q) = (Re − Im, Re + Im):
//   losses[0] += Σ r²;  ∂H = 2w·CTF·r;  ∂Re = ∂H₀ + ∂H₁, ∂Im = ∂H₁ − ∂H₀  (domain hartley: one value, H itself);
//   gradient = (∂·W)·slope;  ∂W = Σ ∂ᵀ·left, ∂b = Σ ∂.  Launchers make what is needed once and never submit.
import { shaders } from '../generated/shaders.ts';
import type { BufferView } from '../gpu/arena.ts';
import { partOf } from '../gpu/arena.ts';
import type { Command, Gpu, KernelContext } from '../gpu/gpu.ts';
import { bytesOf, slopeBelowZero } from '../gpu/kernels.ts';
import { shaderSource, type Constants } from '../gpu/source.ts';
import { outputVariants, shareOf, teamConstants, type OutputShape, type OutputVariant } from './variants.ts';

export type { OutputShape, OutputVariant } from './variants.ts';

/** Rows of the last hidden layer, targets and CTF; gradients of rows, weights and bias; sums of losses. */
export interface OutputBuffers {
  /** rows×inputs scalars: activations of the last hidden layer. */
  left: BufferView;
  /** channels×inputs float32, PyTorch's order. */
  weights: BufferView;
  /** channels float32. */
  bias: BufferView;
  /** The whole batch's, row r of the chunk at firstRow + r: channels a row. */
  targets: BufferView;
  /** CTF, one a row. */
  transfer: BufferView;
  /** Out, rows×inputs scalars: the gradient before the last hidden activation, times the loss scale. */
  gradient: BufferView;
  /** Regions of the flat gradients. */
  weightsInto: BufferView;
  biasInto: BufferView;
  /** LOSS_SUMS floats; the first grows by Σ r². */
  losses: BufferView;
  /** `outputScratch` floats. */
  scratch: BufferView;
  /** The training's state (adam/) where gradients are scaled: read here, and told of sums that are not finite. */
  scale?: BufferView | null;
}

/** Which rows of the batch they are, and whether gradients are added to what is there. */
export interface OutputChunk {
  rows: number;
  firstRow: number;
  /** Whether the gradients add to what is there. */
  accumulate: boolean;
  /** 1/(B·P). */
  weight: number;
}

/** Rows of the last hidden layer, the layer's weights and bias, and the values that come out. */
export interface ValueBuffers {
  left: BufferView;
  weights: BufferView;
  bias: BufferView;
  /** Out, rows×channels float32: (Re, Im) as the network gives them, or Hartley values. */
  values: BufferView;
}

const FINISH_COLUMNS = 16;
const FINISH_PARTS = 16;
/** Floats that a split has beside the weights: bias, squares, and what fills them up. */
const TAIL = 16;

/** Floats of scratch that `makeOutput` needs for `rows`. */
export function outputScratch(
  gpu: Gpu,
  shape: OutputShape,
  rows: number,
  variant: OutputVariant = outputVariants(gpu, shape)[0],
): number {
  return partialFloats(shape, variant, rows) + (variant.kind === 'rows' ? 4 * rows : 0);
}

/** Floats of the splits' sums, up to where a view may begin. */
function partialFloats(shape: OutputShape, variant: OutputVariant, rows: number): number {
  const floats = shareOf(variant, shape, rows).splits * (shape.channels * shape.inputs + TAIL);
  return Math.ceil(floats / 64) * 64;
}

function source(
  shape: OutputShape,
  variant: OutputVariant,
  scaled: boolean,
  parts: readonly string[],
  more: Constants = {},
): string {
  const { inputs, channels, scalar, activation } = shape;
  const constants: Constants = {
    scalar,
    INPUTS: inputs,
    CHANNELS: channels,
    SLOPE: { f32: slopeBelowZero(activation) },
    ...(variant.kind === 'teams' && teamConstants(shape, variant.lanes)),
    ...more,
  };
  const state = scaled ? [shaders['adam/state']] : [];
  return shaderSource(constants, [...state, ...parts], scalar === 'f16' ? ['f16'] : []);
}

/** Loss and gradients of a chunk of rows. */
export async function makeOutput(
  { gpu, arena }: KernelContext,
  shape: OutputShape,
  buffers: OutputBuffers,
  chunk: OutputChunk,
  variant: OutputVariant = outputVariants(gpu, shape)[0],
): Promise<Command[]> {
  const { label, inputs, channels, scalar } = shape;
  const { rows, firstRow, weight } = chunk;
  const { left, weights, bias, targets, transfer, gradient } = buffers;
  const scale = buffers.scale ?? null;
  const { workgroups, splits } = shareOf(variant, shape, rows);
  const sums = partialFloats(shape, variant, rows);
  const partials = partOf(buffers.scratch, 0, sums);
  const uniform = arena.uniform(label, [rows, firstRow, { f32: 2 * weight }, 0]);
  const head = [
    shaders['output/weights'],
    shaders[scale ? 'output/scaled' : 'output/unscaled'],
    shaders['output/loss'],
  ];
  const flag = { Flag: 'u32' };
  const work = {
    flops: rows * inputs * channels * 6,
    bytes: rows * (2 * inputs * bytesOf(scalar) + 4 * (channels + 1)),
  };
  const views = [uniform, left, weights, bias, targets, transfer, gradient];
  if (variant.kind === 'teams') {
    const parts = [...head, shaders['output/teams'], shaders['output/output-teams']];
    const pipeline = await gpu.pipeline(label, source(shape, variant, scale !== null, parts, flag));
    return [
      gpu.dispatch(label, pipeline, [...views, partials, scale], workgroups, work),
      await finish({ gpu, arena }, shape, buffers, { partials, splits, accumulate: chunk.accumulate }, variant),
    ];
  }
  const judgements = partOf(buffers.scratch, sums, 4 * rows);
  const text = source(shape, variant, scale !== null, [...head, shaders['output/output-rows']], flag);
  const pipeline = await gpu.pipeline(label, text);
  const columns = await gpu.pipeline(label, source(shape, variant, false, [shaders['output/columns-rows']]));
  const share = arena.uniform(label, [rows, Math.ceil(rows / splits), splits]);
  const invocations = splits * (inputs / 4 + 1);
  return [
    gpu.dispatch(label, pipeline, [...views, judgements, scale], workgroups, work),
    gpu.dispatch(`${label} weights`, columns, [share, left, judgements, partials], Math.ceil(invocations / 64)),
    await finish({ gpu, arena }, shape, buffers, { partials, splits, accumulate: chunk.accumulate }, variant),
  ];
}

interface PartialSums {
  partials: BufferView;
  splits: number;
  accumulate: boolean;
}

async function finish(
  { gpu, arena }: KernelContext,
  shape: OutputShape,
  { weightsInto, biasInto, losses, scale = null }: OutputBuffers,
  { partials, splits, accumulate }: PartialSums,
  variant: OutputVariant,
): Promise<Command> {
  const label = `${shape.label} sums`;
  const teams = variant.kind === 'teams';
  const parts = [
    shaders[scale ? 'output/unscale' : 'output/unscale-nothing'],
    shaders['output/finish'],
    shaders[teams ? 'output/finish-teams' : 'output/finish-rows'],
  ];
  const more = { Flag: 'atomic<u32>', COLUMNS: FINISH_COLUMNS, PARTS: teams ? FINISH_PARTS : 1 };
  const pipeline = await gpu.pipeline(label, source(shape, variant, scale !== null, parts, more));
  const uniform = arena.uniform(label, [splits, accumulate ? 1 : 0]);
  const columns = shape.channels * shape.inputs + 3;
  const views = [uniform, partials, weightsInto, biasInto, losses, scale];
  const bytes = 4 * splits * columns;
  return gpu.dispatch(label, pipeline, views, Math.ceil(columns / FINISH_COLUMNS), { bytes });
}

/** The network's values of `rows` rows, without loss: for maps. */
export async function makeValues(
  { gpu, arena }: KernelContext,
  shape: OutputShape,
  { left, weights, bias, values }: ValueBuffers,
  { rows }: { rows: number },
  variant: OutputVariant = outputVariants(gpu, shape)[0],
): Promise<Command[]> {
  const { label, inputs, channels, scalar } = shape;
  const own =
    variant.kind === 'teams'
      ? [shaders['output/teams'], shaders['output/values-teams']]
      : [shaders['output/values-rows']];
  const pipeline = await gpu.pipeline(label, source(shape, variant, false, [shaders['output/weights'], ...own]));
  const uniform = arena.uniform(label, [rows]);
  const { workgroups } = shareOf(variant, shape, rows);
  const bytes = rows * (inputs * bytesOf(scalar) + 4 * channels);
  const work = { flops: 2 * rows * inputs * channels, bytes };
  return [gpu.dispatch(label, pipeline, [uniform, left, weights, bias, values], workgroups, work)];
}
