// Copies of matrices as products want them after each step of Adam: transposed, in float16, or both.
import type { Arena, BufferView } from '../gpu/arena.ts';
import { partOf } from '../gpu/arena.ts';
import type { Dispatch, Gpu, KernelContext } from '../gpu/gpu.ts';
import { bytesOf, type Scalar } from '../gpu/kernels.ts';
import { shaderSource } from '../gpu/source.ts';
import { shaders } from '../generated/shaders.ts';

/** A copy of a matrix as a product wants it: where it goes, whether it is transposed, in which storage type. */
export interface CopyOfMatrix {
  /** rows × columns float32, both multiples of 4. */
  from: BufferView;
  rows: number;
  columns: number;
  /** The same, or columns × rows where transposed. */
  to: BufferView;
  transposed: boolean;
  scalar: Scalar;
}

/** Matrices of one dispatch: two bindings each, and eight are what every adapter has. */
const MOST = 4;

/** Errors: RangeError for a matrix whose sides are no multiples of 4, or that is to be transposed and fits no binding. */
export async function makeCopies({ gpu, arena }: KernelContext, list: readonly CopyOfMatrix[]): Promise<Dispatch[]> {
  const commands: Dispatch[] = [];
  for (const scalar of ['f32', 'f16'] as const)
    for (const transposed of [false, true]) {
      const alike = list.filter((copy) => copy.scalar === scalar && copy.transposed === transposed);
      const parts = alike.flatMap((copy) => partsOf(gpu, copy));
      for (let at = 0; at < parts.length; at += MOST)
        commands.push(await copyAlike(gpu, arena, parts.slice(at, at + MOST)));
    }
  return commands;
}

/** Ranges of rows that fit a binding. */
function partsOf(gpu: Gpu, copy: CopyOfMatrix): CopyOfMatrix[] {
  const { from, to, rows, columns, transposed, scalar } = copy;
  if (rows % 4 || columns % 4) throw new RangeError(`cannot copy a matrix of ${rows} × ${columns}`);
  const most = Math.floor(gpu.bindingBytes / (4 * columns) / 32) * 32;
  if (rows <= most || 4 * rows * columns <= gpu.bindingBytes) return [copy];
  if (transposed || most === 0) throw new RangeError(`a matrix of ${rows} × ${columns} fits no binding`);
  return Array.from({ length: Math.ceil(rows / most) }, (_, part) => {
    const [first, count] = [part * most, Math.min(most, rows - part * most)];
    const offset = to.offset + first * columns * bytesOf(scalar);
    const target = { buffer: to.buffer, offset, size: count * columns * bytesOf(scalar) };
    return { ...copy, from: partOf(from, first * columns, count * columns), to: target, rows: count };
  });
}

async function copyAlike(gpu: Gpu, arena: Arena, copies: readonly CopyOfMatrix[]): Promise<Dispatch> {
  const [{ scalar, transposed }] = copies;
  const constants = { COUNT: copies.length, TRANSPOSED: transposed ? 1 : 0, scalar };
  const source = shaderSource(constants, [shaders['adam/copies']], scalar === 'f16' ? ['f16'] : []);
  let [workgroups, floats] = [0, 0];
  const words = copies.flatMap(({ rows, columns }) => {
    const count = Math.ceil(rows / 32) * Math.ceil(columns / 32);
    workgroups += count;
    floats += rows * columns;
    return [rows / 4, columns / 4, workgroups - count, count];
  });
  const views = [...copies.map(({ from }) => from), ...copies.map(({ to }) => to), arena.uniform('copies', words)];
  const pipeline = await gpu.pipeline('copies', source);
  return gpu.dispatch('copies', pipeline, views, workgroups, { bytes: floats * (4 + bytesOf(scalar)) });
}
