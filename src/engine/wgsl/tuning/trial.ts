// What kernels are tried on: random numbers of a model's sizes in buffers of one scalar, and a kernel's output as a check and
// its time. Numbers are ±[½, 1) made from bits, never denormal, so that their speed is that of training's.
import { float16Table } from '../../../base/float16.ts';
import { makeFeatures } from '../encoding/features.ts';
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Command, Dispatch, Gpu } from '../gpu/gpu.ts';
import { bytesOf, paddedRows, type Scalar } from '../gpu/kernels.ts';
import { makeFewRows, makeFewRowsBackward, type FewRowsWay } from '../few-rows/few-rows.ts';
import { makeCopy } from '../limits/kernels.ts';
import { makeProduct, type ProductShape, type ProductVariant } from '../product/product.ts';
import {
  makeWeightGradient,
  weightGradientScratch,
  type WeightGradientShape,
  type WeightGradientVariant,
} from '../weight-gradient/weight-gradient.ts';
import type { TuningSizes } from './sizes.ts';

interface Written {
  out: BufferView;
  /** Numbers of `out` that count, and their type. */
  count: number;
  scalar: Scalar;
}

/** A variant's dispatches and what they write. */
export interface Trial extends Written {
  dispatches: Dispatch[];
  /** What else it writes: sums of a bias, the gradients beside a product. */
  also?: readonly Written[];
}

/** Factors and results of a model's largest shapes, filled with random numbers. */
export class TrialBuffers {
  private readonly left: BufferView;
  private readonly right: BufferView;
  private readonly out: BufferView;
  private readonly bias: BufferView;
  private readonly points: BufferView;
  private readonly waves: BufferView;
  private readonly into: BufferView;
  private kept: BufferView | null = null;

  constructor(
    private readonly gpu: Gpu,
    private readonly arena: Arena,
    { width, features, waves }: TuningSizes,
    private readonly scalar: Scalar,
    /** Most rows of a trial. */
    readonly rows: number,
  ) {
    const widest = Math.max(width, features);
    const size = bytesOf(scalar);
    const height = paddedRows(rows);
    this.left = randomView(gpu, arena, 'left', height * widest, scalar);
    this.right = randomView(gpu, arena, 'right', widest * width, scalar);
    this.out = arena.buffer('out', height * widest * size);
    this.bias = randomView(gpu, arena, 'bias', width, 'f32');
    this.points = randomView(gpu, arena, 'points', 4 * height, 'f32');
    this.waves = arena.upload('waves', waves);
    this.into = arena.floats('into', widest * width + width);
  }

  /** Records a product by `variant` on the first `rows`. */
  async product(shape: ProductShape, variant: ProductVariant, rows: number): Promise<Trial> {
    const { left, right, bias, points, waves, out } = this;
    const encoded = shape.prologue === 'encoding';
    const buffers = { left: encoded ? points : left, ...(encoded && { waves }), right, bias, mask: left, out };
    const place = { rows, firstRow: 0, rowsPerImage: rows };
    const dispatches = await makeProduct({ gpu: this.gpu, arena: this.arena }, shape, buffers, place, variant);
    return { dispatches, out, count: rows * shape.outputs, scalar: this.scalar };
  }

  /** Records a weight gradient by `variant` on the first `rows`. */
  async weightGradient(shape: WeightGradientShape, variant: WeightGradientVariant, rows: number): Promise<Trial> {
    const { gpu, arena, left, points, waves, into } = this;
    const encoded = shape.prologue === 'encoding';
    const floats = shape.inputs * shape.outputs;
    const biasInto = arena.floats('bias', shape.outputs);
    const buffers = {
      left: encoded ? points : left,
      ...(encoded && { waves }),
      gradient: left,
      into,
      ...(shape.bias && { biasInto }),
      scratch: this.scratch(weightGradientScratch(gpu, shape, rows, variant)),
    };
    const commands = await makeWeightGradient({ gpu, arena }, shape, buffers, { rows, accumulate: false }, variant);
    const also: Written[] = shape.bias ? [{ out: biasInto, count: shape.outputs, scalar: 'f32' }] : [];
    return { dispatches: commands.filter(isDispatch), out: into, count: floats, scalar: 'f32', also };
  }

  /** A layer of few rows in one dispatch (few-rows/): its product, on the way back with the gradients of weights and bias. */
  async fewRows(shape: ProductShape, way: FewRowsWay, rows: number): Promise<Trial> {
    const { gpu, arena, left, right, bias, out, into } = this;
    const product: Written = { out, count: rows * shape.outputs, scalar: 'f32' };
    if (way === 'product') {
      const dispatch = await makeFewRows({ gpu, arena }, shape, { left, right, bias, mask: left, out }, rows);
      return { ...product, dispatches: [dispatch] };
    }
    const biasInto = arena.floats('bias', shape.inputs);
    const gradients = { below: left, weightsInto: into, biasInto };
    const dispatch = await makeFewRowsBackward({ gpu, arena }, shape, { left, right, out }, gradients, rows);
    const weights: Written = { out: into, count: shape.inputs * shape.outputs, scalar: 'f32' };
    return {
      ...weights,
      dispatches: [dispatch],
      also: [{ out: biasInto, count: shape.inputs, scalar: 'f32' }, product],
    };
  }

  /** Records the features of `rows` points. */
  async features(features: number, rows: number): Promise<Trial> {
    const { gpu, arena, points, waves, out, scalar } = this;
    const dispatches = await makeFeatures({ gpu, arena }, { features, scalar }, { points, waves, out }, rows);
    return { dispatches, out, count: rows * features, scalar };
  }

  /** A copy of the left rows: `bytes`, a multiple of 16, read and written. */
  async copy(): Promise<Dispatch> {
    const { gpu, arena, left, out } = this;
    const bytes = Math.floor(Math.min(left.size, out.size) / 16) * 16;
    return makeCopy({ gpu, arena }, bytes, left, out);
  }

  private scratch(floats: number): BufferView {
    if (!this.kept || this.kept.size < 4 * floats) this.kept = this.arena.floats('scratch', floats);
    return this.kept;
  }
}

function isDispatch(command: Command): command is Dispatch {
  return 'pipeline' in command;
}

function randomView(gpu: Gpu, arena: Arena, label: string, count: number, scalar: Scalar): BufferView {
  const view = arena.buffer(label, count * bytesOf(scalar));
  const words = new Uint32Array(Math.min(view.size / 4, 1 << 18));
  const [positive, negative, noise] =
    scalar === 'f32' ? [0x3f000000, 0xbf000000, 0x7fffff] : [0x38003800, 0xb8003800, 0x03ff03ff];
  let state = 1;
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const bits = state ^ (state >>> 16);
    words[i] = (bits & 0x80000000 ? negative : positive) | (bits & noise);
  }
  for (let at = 0; at < view.size; at += words.byteLength) gpu.write(view, words.subarray(0, (view.size - at) / 4), at);
  return view;
}

/** All that a trial writes, its outputs being poisoned before. */
export async function outputOf(gpu: Gpu, trial: Trial): Promise<Float32Array> {
  const written = [trial, ...(trial.also ?? [])];
  const viewOf = ({ out, count, scalar }: Written): BufferView => ({
    ...out,
    size: Math.ceil((count * bytesOf(scalar)) / 16) * 16,
  });
  for (const view of written.map(viewOf)) gpu.write(view, new Uint32Array(view.size / 4).fill(0x7fff7fff));
  gpu.submit(trial.dispatches);
  const numbers = new Float32Array(written.reduce((sum, { count }) => sum + count, 0));
  let at = 0;
  for (const one of written) {
    numbers.set(floatsFrom(await gpu.read(viewOf(one)), one), at);
    at += one.count;
  }
  return numbers;
}

function floatsFrom(bytes: ArrayBuffer, { count, scalar }: Written): Float32Array {
  if (scalar === 'f32') return new Float32Array(bytes, 0, count);
  const table = float16Table();
  return Float32Array.from(new Uint16Array(bytes, 0, count), (half) => table[half]);
}

/** Whether two outputs are the same but for rounding: float32 sums in another order, float16's last bits. */
export function agree(got: Float32Array, wanted: Float32Array, scalar: Scalar): boolean {
  const size = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const allowed = (scalar === 'f32' ? 2e-5 : 4e-3) * size;
  return wanted.every((value, i) => Math.abs(got[i] - value) <= allowed);
}
