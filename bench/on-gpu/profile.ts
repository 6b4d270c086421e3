// A timestamp around each dispatch of a program: what the device does, without what lies between.
import type { Command, Gpu } from '../../src/engine/wgsl/gpu/gpu.ts';
import { workOf } from '../recorded.ts';

export interface ProfileRow {
  label: string;
  count: number;
  seconds: number;
  flops: number;
  bytes: number;
}

/** Dispatches of one submission: watchdogs and query sets have their limits. */
const TOGETHER = 32;

/** By label, the longest first; null where the device tells no time. */
export async function profile(gpu: Gpu, commands: readonly Command[]): Promise<ProfileRow[] | null> {
  if (!gpu.device.features.has('timestamp-query')) return null;
  const rows = new Map<string, ProfileRow>();
  for (let first = 0; first < commands.length; first += TOGETHER) {
    const part = commands.slice(first, first + TOGETHER);
    const seconds = await timesOf(gpu, part);
    for (const [i, command] of part.entries()) {
      const label = 'label' in command ? command.label : 'copy';
      const row = rows.get(label) ?? { label, count: 0, seconds: 0, flops: 0, bytes: 0 };
      const { flops, bytes } = workOf(command);
      row.count++;
      row.seconds += seconds[i];
      row.flops += flops;
      row.bytes += bytes;
      rows.set(label, row);
    }
  }
  return [...rows.values()].sort((a, b) => b.seconds - a.seconds);
}

async function timesOf(gpu: Gpu, commands: readonly Command[]): Promise<number[]> {
  const { device } = gpu;
  const count = 2 * commands.length;
  const querySet = device.createQuerySet({ type: 'timestamp', count });
  const arena = gpu.arena('profile');
  const resolved = arena.buffer('timestamps', 8 * count, GPUBufferUsage.QUERY_RESOLVE);
  const encoder = device.createCommandEncoder();
  for (const [i, command] of commands.entries()) {
    const writes = { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 };
    const pass = encoder.beginComputePass({ timestampWrites: writes });
    if ('pipeline' in command) {
      pass.setPipeline(command.pipeline);
      pass.setBindGroup(0, command.bindings);
      pass.dispatchWorkgroups(...command.workgroups);
    }
    pass.end();
    if ('from' in command) {
      const { from, to } = command;
      encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, to.offset, from.size);
    }
  }
  encoder.resolveQuerySet(querySet, 0, count, resolved.buffer, 0);
  device.queue.submit([encoder.finish()]);
  const stamps = new BigUint64Array(await gpu.read(resolved));
  querySet.destroy();
  arena.destroy();
  return commands.map((_, i) => Number(stamps[2 * i + 1] - stamps[2 * i]) / 1e9);
}
