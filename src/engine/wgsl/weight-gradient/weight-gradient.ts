// Gradients of a layer's weights: dA[inputs × outputs] = Σ_rows left[row]ᵀ·gradient[row], and of its bias Σ_rows gradient[row].
// Rows are cut into slices whose sums a second pass adds in their order: the same bits each time. One slice writes the result
// itself; a matrix larger than a binding is made in ranges of its rows.
import type { Arena, View } from '../gpu/arena.ts';
import { partOf } from '../gpu/arena.ts';
import type { Dispatch, Gpu } from '../gpu/gpu.ts';
import { bytesOf } from '../gpu/kernels.ts';
import { shaderSource, type Constants } from '../gpu/source.ts';
import { shaders } from '../generated/shaders.ts';
import { slicesOf, tilesOf } from './slicing.ts';
import {
  variantConstants,
  variantExtensions,
  weightGradientVariants,
  type WeightGradientShape,
  type WeightGradientVariant,
} from './variants.ts';

export * from './variants.ts';

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
  const way: Way = { direct, scaled: scale !== undefined, accumulate: chunk.accumulate };
  const first = await gpu.pipeline(label, weightGradientSource(shape, variant, way));
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
    shaderSource({ ...endConstants(shape, way), OUTPUTS: outputs }, [SLICING, ...finishing(way), ADD]),
  );
  const uniform = arena.uniform(`${label} adding`, [chunk.rows, slices.rows, slices.count, 0, inputs]);
  const sums = inputs * outputs + (bias ? outputs : 0);
  const views = [null, null, null, uniform, scratch, into, bias ? (biasInto ?? null) : null, scale ?? null];
  const work = { flops: sums * slices.count, bytes: 4 * sums * (slices.count + 1) };
  return [...commands, gpu.dispatch(`${label} slices`, second, views, Math.ceil(sums / 256), work)];
}

/** How sums leave: at once or by slices, divided by the loss scale, added to what is there. */
interface Way {
  direct: boolean;
  scaled: boolean;
  accumulate: boolean;
}

function endConstants({ bias }: WeightGradientShape, { scaled, accumulate }: Way): Constants {
  return { BIAS: bias ? 1 : 0, SCALED: scaled ? 1 : 0, ACCUMULATE: accumulate ? 1 : 0, Flag: 'atomic<u32>' };
}

function finishing({ scaled }: Way): string[] {
  return [...(scaled ? [shaders['adam/state']] : []), shaders['weight-gradient/finished'], RESULT];
}

/** WGSL of the first pass, for its launch and for proofs that it compiles. */
export function weightGradientSource(shape: WeightGradientShape, variant: WeightGradientVariant, way: Way): string {
  const { inputs, outputs, scalar, prologue } = shape;
  // Slices do not ask what becomes of their sums: one pipeline for all.
  const end = way.direct ? way : { ...way, scaled: false, accumulate: false };
  return shaderSource(
    { ...variantConstants(variant), ...endConstants(shape, end), INPUTS: inputs, OUTPUTS: outputs, scalar },
    [
      SLICING,
      ...(prologue === 'rows' ? [shaders['encoding/left-rows']] : ENCODING),
      ...(way.direct ? finishing(way) : [shaders['weight-gradient/into-slices']]),
      KERNELS[variant.kind],
    ],
    variantExtensions(variant, scalar),
  );
}

const SLICING = shaders['weight-gradient/slicing'];
const KERNELS = {
  tiles: shaders['weight-gradient/tiles'],
  register: shaders['weight-gradient/register'],
  subgroup: shaders['weight-gradient/subgroup'],
  matrix: shaders['weight-gradient/matrix'],
};
const RESULT = shaders['weight-gradient/into-result'];
const ADD = shaders['weight-gradient/add-slices'];
const ENCODING = [shaders['trigonometry/trigonometry'], shaders['encoding/left-encoding']];

/** Inputs of one dispatch, so that their rows of the matrix fit one binding; a multiple of 128. */
function rangeOf(gpu: Gpu, inputs: number, outputs: number): number {
  const fitting = Math.floor(gpu.bindingBytes / (4 * outputs) / 128) * 128;
  return Math.min(inputs, Math.max(128, fitting));
}
