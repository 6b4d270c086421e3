// Which bindings a kernel reads and writes, and dispatches that mix them on one buffer.
import { describe, expect, it } from 'vitest';
import { openTestGpu } from '../../../../testing/node-gpu.ts';
import { accessOf } from './access.ts';

const KERNEL = `
@group(0) @binding(0) var<storage, read> given: array<f32>;
@group(0) @binding(1) var<storage, read_write> into: array<f32>;
@compute @workgroup_size(1) fn main() { into[0] = given[0]; }`;

it('reads accesses from the text of a kernel', () => {
  const found = accessOf(`${KERNEL}\n@group(0) @binding(3) var<uniform> size: vec4u;`);
  expect([...found]).toEqual([
    [0, 'read'],
    [1, 'read_write'],
    [3, 'uniform'],
  ]);
});

it('works out numbers that are sums of constants', () => {
  const found = accessOf(
    'const COUNT: u32 = 3u;\n@group(0) @binding(2 * COUNT + 1) var<storage, read> values: array<f32>;',
  );
  expect([...found]).toEqual([[7, 'read']]);
});

const gpu = await openTestGpu();
describe.skipIf(!gpu)('a dispatch', () => {
  it('is refused by name where it reads and writes one buffer, even in parts that do not meet', async () => {
    if (!gpu) return;
    const arena = gpu.arena('test');
    const { buffer } = arena.floats('both', 128);
    const part = (offset: number) => ({ buffer, offset, size: 256 });
    const pipeline = await gpu.pipeline('copy', KERNEL);
    expect(() => gpu.dispatch('copy', pipeline, [part(0), part(256)], 1)).toThrow('are one buffer');
    const third = arena.floats('third', 64);
    expect(() => gpu.dispatch('copy', pipeline, [null, null, third], 1)).toThrow('no such binding');
    gpu.submit([gpu.dispatch('copy', pipeline, [part(0), arena.floats('other', 64)], 1)]);
    await gpu.finished();
    gpu.close();
  });
});
