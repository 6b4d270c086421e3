// Gradients of a layer's weights: dA[inputs × outputs] = Σ_rows left[row]ᵀ·gradient[row], and of its bias Σ_rows gradient[row].
// Rows are cut into splits whose sums a second pass adds in their order: the same bits each time. One split writes the result
// itself; a matrix larger than a binding is made in ranges of its rows.
import type { BufferView } from '../gpu/arena.ts';
import { partOf } from '../gpu/arena.ts';
import type { Dispatch, Gpu, KernelContext } from '../gpu/gpu.ts';
import { bytesOf } from '../gpu/kernels.ts';
import { DISPATCH_FLOPS } from '../gpu/pace.ts';
import { shaderSource, type Constants } from '../gpu/source.ts';
import { shaders } from '../generated/shaders.ts';
import { splitsByImage, splitsOf, tilesOf, type ImageRows, type Splits } from './row-splits.ts';
import {
  variantConstants,
  variantExtensions,
  weightGradientVariants,
  type WeightGradientShape,
  type WeightGradientVariant,
} from './variants.ts';

export * from './variants.ts';

/** Factors, where the sums go, scratch for partial sums. */
export interface WeightGradientBuffers {
  /** rows × inputs scalars; for prologue 'encoding' rows × vec4f points. */
  left: BufferView;
  /** Prologue 'encoding': inputs/2 × vec4f. */
  waves?: BufferView;
  /** rows × outputs scalars. */
  gradient: BufferView;
  /** inputs × outputs float32. */
  into: BufferView;
  /** outputs float32, by image images of the whole batch × outputs; given where the shape has a bias. */
  biasInto?: BufferView;
  /** At least weightGradientScratch(…) float32. */
  scratch: BufferView;
  /** State of the loss scale (adam/state.ts): sums are divided by it, and flagged where they are not finite. */
  scale?: BufferView;
}

/** Which rows of the batch they are, and whether sums are added to what is there. */
export interface WeightGradientChunk {
  rows: number;
  /** Adds to `into` and `biasInto` instead of writing them: chunks after the first. */
  accumulate: boolean;
  /** The bias's sums are of each image's rows, and written or added to on their own terms. */
  byImage?: ImageRows & { accumulate: boolean };
}

/** Whether sums by image come with the gradient, or would cut it into far too many splits. */
export function canSumByImage(
  gpu: Gpu,
  shape: WeightGradientShape,
  rows: number,
  variant: WeightGradientVariant,
  byImage: ImageRows,
): boolean {
  return splitsByImage(gpu, shape, rows, variant, byImage) !== null;
}

/** Floats of scratch; 0 where one split holds all rows. Error: RangeError as makeWeightGradient has it. */
export function weightGradientScratch(
  gpu: Gpu,
  shape: WeightGradientShape,
  rows: number,
  variant = weightGradientVariants(gpu, shape, rows)[0],
  byImage?: ImageRows,
): number {
  const splits = splitsFor(gpu, shape, rows, variant, byImage);
  return isDirect(splits, variant) ? 0 : splits.count * (shape.inputs * shape.outputs + shape.outputs);
}

/** One split's sums are the result; the matrix unit leaves even those to the second pass. */
function isDirect({ count }: Splits, { kind }: WeightGradientVariant): boolean {
  return count === 1 && kind !== 'matrix';
}

function splitsFor(
  gpu: Gpu,
  shape: WeightGradientShape,
  rows: number,
  variant: WeightGradientVariant,
  byImage?: ImageRows,
): Splits {
  const splits = byImage ? splitsByImage(gpu, shape, rows, variant, byImage) : splitsOf(gpu, shape, rows, variant);
  if (!splits) throw new RangeError(`${shape.label}: too many images for sums of each`);
  return splits;
}

/**
 * Errors: what the compiler says; RangeError where a buffer that the shape asks for is not given, or sums by image that
 * canSumByImage denies.
 */
export async function makeWeightGradient(
  { gpu, arena }: KernelContext,
  shape: WeightGradientShape,
  buffers: WeightGradientBuffers,
  chunk: WeightGradientChunk,
  variant = weightGradientVariants(gpu, shape, chunk.rows)[0],
): Promise<Dispatch[]> {
  const { label, inputs, outputs, scalar, bias } = shape;
  const { left, waves, gradient, into, biasInto, scratch, scale } = buffers;
  if (bias && !biasInto) throw new RangeError(`${label}: no place for the bias`);
  const { accumulate, byImage } = chunk;
  const splits = splitsFor(gpu, shape, chunk.rows, variant, byImage);
  const direct = isDirect(splits, variant);
  const accumulateBias = byImage ? byImage.accumulate : accumulate;
  const way: Way = { direct, scaled: scale !== undefined, accumulate, accumulateBias };
  const uniformOf = (name: string, first: number, count: number): BufferView => {
    const images = [splits.perImage, splits.imageRows, splits.skipped, splits.firstImage];
    return arena.uniform(`${label} ${name}`, [chunk.rows, splits.rows, splits.count, first, count, ...images]);
  };
  const first = await gpu.pipeline(label, weightGradientSource(shape, variant, way));
  // Features are made from points.
  const leftBytes = shape.prologue === 'rows' ? inputs * bytesOf(scalar) : 16;
  const fetched = chunk.rows * (leftBytes + outputs * bytesOf(scalar));
  const commands: Dispatch[] = [];
  const range = direct ? rangeOf(gpu, chunk.rows, inputs, outputs) : inputs;
  for (let at = 0; at < inputs; at += range) {
    const count = Math.min(range, inputs - at);
    const uniform = uniformOf('row splits', at, count);
    const target = partOf(into, at * outputs, count * outputs);
    const ends = direct ? [null, target, bias ? (biasInto ?? null) : null, scale ?? null] : [scratch];
    commands.push(
      gpu.dispatch(
        label,
        first,
        [left, shape.prologue === 'encoding' ? (waves ?? null) : null, gradient, uniform, ...ends],
        tilesOf(variant, count, outputs) * splits.count,
        {
          flops: 2 * chunk.rows * count * outputs,
          bytes: fetched * (count / inputs) + 4 * splits.count * count * outputs,
        },
      ),
    );
  }
  if (direct) return commands;
  const second = await gpu.pipeline(
    `${label} splits`,
    shaderSource({ ...endConstants(shape, way), OUTPUTS: outputs }, [ROW_SPLITS, ...finishing(way), ADD]),
  );
  const uniform = uniformOf('adding', 0, inputs);
  const sums = inputs * outputs + (bias ? outputs * (splits.count / splits.perImage) : 0);
  const views = [null, null, null, uniform, scratch, into, bias ? (biasInto ?? null) : null, scale ?? null];
  const work = { flops: sums * splits.count, bytes: 4 * sums * (splits.count + 1) };
  return [...commands, gpu.dispatch(`${label} splits`, second, views, Math.ceil(sums / 256), work)];
}

/** How sums leave: at once or by splits, divided by the loss scale, added to what is there. */
interface Way {
  direct: boolean;
  scaled: boolean;
  accumulate: boolean;
  accumulateBias: boolean;
}

function endConstants({ bias }: WeightGradientShape, { scaled, accumulate, accumulateBias }: Way): Constants {
  const flag = (set: boolean): number => (set ? 1 : 0);
  return {
    BIAS: flag(bias),
    SCALED: flag(scaled),
    ACCUMULATE: flag(accumulate),
    ACCUMULATE_BIAS: flag(accumulateBias),
    Flag: 'atomic<u32>',
  };
}

function finishing({ scaled }: Way): string[] {
  return [...(scaled ? [shaders['adam/state']] : []), shaders['weight-gradient/finished'], RESULT];
}

/** WGSL of the first pass, for its launch and for proofs that it compiles. */
export function weightGradientSource(shape: WeightGradientShape, variant: WeightGradientVariant, way: Way): string {
  const { inputs, outputs, scalar, prologue } = shape;
  // Splits do not ask what becomes of their sums: one pipeline for all.
  const end = way.direct ? way : { ...way, scaled: false, accumulate: false, accumulateBias: false };
  return shaderSource(
    { ...variantConstants(variant), ...endConstants(shape, end), INPUTS: inputs, OUTPUTS: outputs, scalar },
    [
      ROW_SPLITS,
      ...(prologue === 'rows' ? [shaders['encoding/left-rows']] : ENCODING),
      ...(way.direct ? finishing(way) : [variant.kind === 'matrix' ? INTO_FLAT : INTO_SPLITS]),
      KERNELS[variant.kind],
    ],
    variantExtensions(variant, scalar),
  );
}

const ROW_SPLITS = shaders['weight-gradient/row-splits'];
const KERNELS = {
  tiles: shaders['weight-gradient/tiles'],
  register: shaders['weight-gradient/register'],
  subgroup: shaders['weight-gradient/subgroup'],
  matrix: shaders['weight-gradient/matrix'],
};
const INTO_SPLITS = shaders['weight-gradient/into-splits'];
const INTO_FLAT = shaders['weight-gradient/into-splits-flat'];
const RESULT = shaders['weight-gradient/into-result'];
const ADD = shaders['weight-gradient/add-splits'];
const ENCODING = [shaders['trigonometry/trigonometry'], shaders['encoding/left-encoding']];

/** Inputs of one dispatch, so that their rows of the matrix fit one binding and the work one submission; a multiple of 128. */
function rangeOf(gpu: Gpu, rows: number, inputs: number, outputs: number): number {
  const inTime = DISPATCH_FLOPS / (2 * rows * outputs);
  const fitting = Math.floor(Math.min(gpu.bindingBytes / (4 * outputs), inTime) / 128) * 128;
  return Math.min(inputs, Math.max(128, fitting));
}
