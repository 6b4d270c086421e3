// Gradients of a layer's weights: dA[inputs × outputs] = Σ_rows left[row]ᵀ·gradient[row], and of its bias Σ_rows gradient[row].
// Rows are cut into slices whose sums a second pass adds in their order: the same bits each time. One slice writes the result
// itself; a matrix larger than a binding is made in ranges of its rows.
import type { Arena, View } from '../gpu/arena.ts';
import { partOf } from '../gpu/arena.ts';
import type { Dispatch, Gpu } from '../gpu/gpu.ts';
import { bytesOf, type Scalar } from '../gpu/kernels.ts';
import { shaderSource, type Constants } from '../gpu/source.ts';
import { shaders } from '../generated/shaders.ts';
import { slicesOf, tilesOf, type WeightGradientVariant } from './slicing.ts';

export type { WeightGradientVariant } from './slicing.ts';

export interface WeightGradientShape {
  label: string;
  /** The left factor as it lies in memory, or features made from points. */
  prologue: 'rows' | 'encoding';
  /** Padded widths, multiples of 16. */
  inputs: number;
  outputs: number;
  /** Storage of the left rows and of the gradient; sums are float32. */
  scalar: Scalar;
  /** Also the sums of the gradient's columns. */
  bias: boolean;
}

export interface WeightGradientBuffers {
  /** rows × inputs scalars; for prologue 'encoding' rows × vec4f points. */
  left: View;
  /** Prologue 'encoding': inputs/2 × vec4f. */
  waves?: View;
  /** rows × outputs scalars. */
  gradient: View;
  /** inputs × outputs float32. */
  into: View;
  /** outputs float32; given where the shape has a bias. */
  biasInto?: View;
  /** At least weightGradientScratch(…) float32. */
  scratch: View;
  /** State of the loss scale (adam/state.ts): sums are divided by it, and flagged where they are not finite. */
  scale?: View;
}

/** Variants that `gpu` can run, the one to take untried first. */
export function weightGradientVariants(
  gpu: Gpu,
  { inputs, outputs }: WeightGradientShape,
  rows: number,
): WeightGradientVariant[] {
  const wide: WeightGradientVariant = { kind: 'tiles', tile: 128, each: 8 };
  const narrow: WeightGradientVariant = { kind: 'tiles', tile: 64, each: 8 };
  const many: WeightGradientVariant = { kind: 'tiles', tile: 64, each: 4 };
  // More columns an invocation reuse each left value more often, as long as eight invocations are left side by side.
  const widths = outputs >= 128 ? ([8, 16] as const) : ([4] as const);
  const registers = widths.map((each): WeightGradientVariant => {
    const threads = Math.min(16, Math.max(4, 2 ** Math.ceil(Math.log2(outputs / each))));
    return { kind: 'register', inputs: 16, outputs: each, threads };
  });
  if (gpu.guarded.software) return [...registers, many, wide];
  // A tile that reaches far beyond the matrix multiplies zeros.
  const covered = (tile: number) => Math.ceil(inputs / tile) * tile * Math.ceil(outputs / tile) * tile;
  const tiles = covered(128) > 1.2 * covered(64) || rows < 128 ? [narrow, many, wide] : [wide, narrow, many];
  return [...tiles, ...registers];
}

/** Floats of scratch; 0 where one slice holds all rows. */
export function weightGradientScratch(
  gpu: Gpu,
  shape: WeightGradientShape,
  rows: number,
  variant = weightGradientVariants(gpu, shape, rows)[0],
): number {
  const { count } = slicesOf(gpu, shape, rows, variant);
  return count === 1 ? 0 : count * (shape.inputs * shape.outputs + shape.outputs);
}

/**
 * `accumulate`: adds to `into` and `biasInto` instead of writing them (chunks after the first). Errors: what the compiler
 * says; RangeError where a buffer that the shape asks for is not given.
 */
export async function makeWeightGradient(
  gpu: Gpu,
  arena: Arena,
  shape: WeightGradientShape,
  buffers: WeightGradientBuffers,
  chunk: { rows: number; accumulate: boolean },
  variant = weightGradientVariants(gpu, shape, chunk.rows)[0],
): Promise<Dispatch[]> {
  const { label, inputs, outputs, scalar, bias } = shape;
  const { left, waves, gradient, into, biasInto, scratch, scale } = buffers;
  if (bias && !biasInto) throw new RangeError(`${label}: no place for the bias`);
  const slices = slicesOf(gpu, shape, chunk.rows, variant);
  const direct = slices.count === 1;
  const ends = { BIAS: bias ? 1 : 0, SCALED: scale ? 1 : 0, ACCUMULATE: chunk.accumulate ? 1 : 0 };
  const finish = [...(scale ? [shaders['adam/state']] : []), shaders['weight-gradient/finished'], RESULT];
  const first = await gpu.pipeline(
    label,
    shaderSource(
      { ...sizesOf(variant), ...ends, INPUTS: inputs, OUTPUTS: outputs, scalar, Flag: 'atomic<u32>' },
      [
        SLICING,
        ...(shape.prologue === 'rows' ? [shaders['encoding/left-rows']] : ENCODING),
        ...(direct ? finish : [shaders['weight-gradient/into-slices']]),
        shaders[variant.kind === 'tiles' ? 'weight-gradient/tiles' : 'weight-gradient/register'],
      ],
      scalar === 'f16' ? ['f16'] : [],
    ),
  );
  const fetched = chunk.rows * (inputs + outputs) * bytesOf(scalar);
  const commands: Dispatch[] = [];
  const range = direct ? rangeOf(gpu, inputs, outputs) : inputs;
  for (let at = 0; at < inputs; at += range) {
    const count = Math.min(range, inputs - at);
    const uniform = arena.uniform(`${label} slicing`, [chunk.rows, slices.rows, slices.count, at, count]);
    const target = partOf(into, at * outputs, count * outputs);
    const ends = direct ? [null, target, bias ? (biasInto ?? null) : null, scale ?? null] : [scratch];
    commands.push(
      gpu.dispatch(
        label,
        first,
        [left, shape.prologue === 'encoding' ? (waves ?? null) : null, gradient, uniform, ...ends],
        tilesOf(variant, count, outputs) * slices.count,
        {
          flops: 2 * chunk.rows * count * outputs,
          bytes: fetched * (count / inputs) + 4 * slices.count * count * outputs,
        },
      ),
    );
  }
  if (direct) return commands;
  const second = await gpu.pipeline(
    `${label} slices`,
    shaderSource({ ...ends, OUTPUTS: outputs, Flag: 'atomic<u32>' }, [SLICING, ...finish, ADD]),
  );
  const uniform = arena.uniform(`${label} adding`, [chunk.rows, slices.rows, slices.count, 0, inputs]);
  const sums = inputs * outputs + (bias ? outputs : 0);
  const views = [null, null, null, uniform, scratch, into, bias ? (biasInto ?? null) : null, scale ?? null];
  const work = { flops: sums * slices.count, bytes: 4 * sums * (slices.count + 1) };
  return [...commands, gpu.dispatch(`${label} slices`, second, views, Math.ceil(sums / 256), work)];
}

const SLICING = shaders['weight-gradient/slicing'];
const RESULT = shaders['weight-gradient/into-result'];
const ADD = shaders['weight-gradient/add-slices'];
const ENCODING = [shaders['trigonometry/trigonometry'], shaders['encoding/left-encoding']];

/** Inputs of one dispatch, so that their rows of the matrix fit one binding; a multiple of 128. */
function rangeOf(gpu: Gpu, inputs: number, outputs: number): number {
  const fitting = Math.floor(gpu.bindingBytes / (4 * outputs) / 128) * 128;
  return Math.min(inputs, Math.max(128, fitting));
}

function sizesOf(variant: WeightGradientVariant): Constants {
  if (variant.kind === 'register') return { EACH_M: variant.inputs, EACH_N: variant.outputs, THREADS: variant.threads };
  const { tile, each } = variant;
  const threads = (tile / each) ** 2;
  const depth = each === 4 ? 16 : 8;
  return { TILE: tile, EACH: each, DEPTH: depth, THREADS: threads, LOADS: (depth * tile) / 4 / threads };
}
