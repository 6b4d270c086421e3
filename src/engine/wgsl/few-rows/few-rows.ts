// Layers of few rows, such as the encoder's and z's, where a dispatch costs more than what it computes: a product with its
// epilogue in one, and of the way back the product and the gradients of weights and bias together in one. Float32.
// product/ and weight-gradient/ do the same for any number of rows.
import type { BufferView } from '../gpu/arena.ts';
import type { Dispatch, Gpu, KernelContext } from '../gpu/gpu.ts';
import { slopeBelowZero } from '../gpu/kernels.ts';
import { shaderSource, type Constants } from '../gpu/source.ts';
import type { ProductShape } from '../product/product.ts';
import { shaders } from '../generated/shaders.ts';

/** A product's factors, bias and result; rows are images or latents. */
export interface FewRowsBuffers {
  /** rows × inputs. */
  left: BufferView;
  /** inputs × outputs. */
  right: BufferView;
  /** outputs. */
  bias?: BufferView;
  /** rows × outputs: activations of the layer below, whose signs are the mask. */
  mask?: BufferView;
  /** rows × outputs; no row beyond the last is written. */
  out: BufferView;
}

/** What a layer's backward pass also writes: gradients of its weights and bias from the rows below it. */
export interface LayerGradients {
  /** rows × outputs: what the layer multiplied; the mask where the product has one. */
  below: BufferView;
  /** outputs × inputs: the gradient of the layer's weights. */
  weightsInto: BufferView;
  /** inputs. */
  biasInto: BufferView;
}

/** A product alone, or on the way back with the gradients of its layer's weights and bias. */
export type FewRowsWay = 'product' | 'layer back';

/** An invocation keeps four numbers of so many rows; lanes times four columns and parts of the inputs are a workgroup. */
const ROWS_EACH = 4;
const LANES = 4;
const PARTS = 32;
const THREADS = LANES * PARTS;

const MOST_ROWS = 64;
/** Beyond, each invocation's share of the inputs takes longer than a second dispatch. */
const MOST_INPUTS = 1024;

/** Whether the product is one for this room; adapters in software compute it faster without barriers. */
export function hasFewRows(gpu: Gpu, { prologue, scalar, bias, inputs, outputs }: ProductShape, rows: number): boolean {
  const plain = prologue === 'rows' && scalar === 'f32' && bias !== 'by-image';
  const held = 4 * inputs * outputs <= gpu.bindingBytes;
  return !gpu.software && plain && held && rows <= MOST_ROWS && inputs <= MOST_INPUTS;
}

/** out = epilogue(left · right). Errors: RangeError where a buffer that the shape asks for is missing. */
export async function makeFewRows(
  { gpu, arena }: KernelContext,
  shape: ProductShape,
  { left, right, bias, mask, out }: FewRowsBuffers,
  rows: number,
): Promise<Dispatch> {
  const constants = constantsOf(shape);
  if (constants['WITH_BIAS'] && !bias) throw new RangeError(`${shape.label}: its bias is missing`);
  if (constants['MASKED'] && !mask) throw new RangeError(`${shape.label}: its mask is missing`);
  const views = [left, right, constants['WITH_BIAS'] ? bias! : null, constants['MASKED'] ? mask! : null, out];
  return dispatch({ gpu, arena }, shape, { ...constants, WITH_BELOW: constants['MASKED'] }, views, rows);
}

/**
 * The way back through a layer in one dispatch: out = epilogue(left · right), where left is the layer's gradient, rows ×
 * its outputs, and right its weights transposed; Σ belowᵀ·left; Σ left.
 */
export function makeFewRowsBackward(
  { gpu, arena }: KernelContext,
  shape: ProductShape,
  { left, right, out }: FewRowsBuffers,
  { below, weightsInto, biasInto }: LayerGradients,
  rows: number,
): Promise<Dispatch> {
  const views = [left, right, null, below, out, weightsInto, biasInto];
  return dispatch({ gpu, arena }, shape, { ...constantsOf(shape), WITH_BELOW: 1, WITH_WEIGHTS: 1 }, views, rows);
}

function constantsOf({ epilogue, residual, activation, bias }: ProductShape): Constants {
  const flag = (set: boolean): number => (set ? 1 : 0);
  return {
    ROWS_EACH,
    LANES,
    PARTS,
    SLOPE: { f32: activation ? slopeBelowZero(activation) : 1 },
    WITH_BIAS: flag(epilogue === 'forward' && bias !== 'none'),
    WITH_RESIDUAL: flag(residual),
    ACTIVATED: flag(epilogue === 'forward' && activation !== null),
    MASKED: flag(epilogue === 'backward' && activation !== null),
    WITH_WEIGHTS: 0,
  };
}

async function dispatch(
  { gpu, arena }: KernelContext,
  { label, inputs, outputs }: ProductShape,
  constants: Constants,
  views: readonly (BufferView | null)[],
  rows: number,
): Promise<Dispatch> {
  const together = constants['WITH_WEIGHTS'] === 1;
  const parts = [
    shaders['few-rows/product'],
    ...(together ? [shaders['few-rows/weights']] : []),
    shaders['few-rows/main'],
  ];
  const pipeline = await gpu.pipeline(label, shaderSource(constants, parts));
  const products = Math.ceil(rows / ROWS_EACH) * (outputs / 4 / LANES);
  const sums = together ? Math.ceil((inputs * outputs) / 16 / THREADS) : 0;
  const uniform = arena.uniform(`${label} sizes`, [rows, products, inputs / 4, outputs / 4]);
  const all = [...views, ...Array.from({ length: 7 - views.length }, () => null), uniform];
  const times = together ? 2 : 1;
  return gpu.dispatch(label, pipeline, all, products + sums, {
    flops: times * 2 * rows * inputs * outputs,
    bytes: 4 * times * (inputs * outputs + rows * (inputs + outputs)),
  });
}
