// A graphics processor on paper: it takes whatever the engine makes on a device, keeps nothing, computes nothing, and says done
// at once. Programs of any size are recorded on it and their work is added up. (Dawn's null backend holds 256 MB, less than
// the larger models.) WGSL is not compiled here: the kernels' own cases do that.
import { globals } from 'webgpu';
import { Gpu, type Command } from '../src/engine/wgsl/gpu/gpu.ts';
import type { Work } from '../src/engine/wgsl/gpu/pace.ts';

/** What a good desktop driver offers. */
const LIMITS = {
  maxStorageBufferBindingSize: 2 ** 31 - 4,
  maxBufferSize: 2 ** 32,
  maxComputeWorkgroupStorageSize: 32768,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupSizeX: 1024,
  maxComputeWorkgroupSizeY: 1024,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
  minStorageBufferOffsetAlignment: 256,
};
const INFO = { vendor: 'paper', architecture: '', description: '', isFallbackAdapter: false };

const done = () => Promise.resolve();
const empty = () => Promise.resolve(null);

function buffer({ size }: { size: number }): object {
  const getMappedRange = (_from: number, bytes: number) => new ArrayBuffer(bytes);
  return { size, destroy: () => undefined, mapAsync: done, unmap: () => undefined, getMappedRange };
}

function encoder(): object {
  const pass = { setPipeline: done, setBindGroup: done, dispatchWorkgroups: done, end: done };
  return { beginComputePass: () => pass, copyBufferToBuffer: done, finish: () => ({}) };
}

function device(features: ReadonlySet<string>): object {
  return {
    limits: LIMITS,
    features,
    lost: new Promise(() => undefined),
    queue: { submit: done, writeBuffer: done, onSubmittedWorkDone: done },
    addEventListener: () => undefined,
    destroy: () => undefined,
    createBuffer: buffer,
    createBindGroup: () => ({}),
    createCommandEncoder: encoder,
    createShaderModule: () => ({ getCompilationInfo: () => Promise.resolve({ messages: [] }) }),
    createComputePipelineAsync: () => Promise.resolve({ getBindGroupLayout: () => ({}) }),
    pushErrorScope: () => undefined,
    popErrorScope: empty,
  };
}

/** Kernels are those of real adapters, without subgroups and matrix units; `half` with shader-f16. */
export function openPaperGpu({ half = false } = {}): Promise<Gpu> {
  Object.assign(globalThis, globals);
  const features = new Set(half ? ['shader-f16'] : []);
  const adapter = { info: INFO, limits: LIMITS, features, requestDevice: () => Promise.resolve(device(features)) };
  return Gpu.open(adapter as unknown as GPUAdapter, { kernels: 'hardware' });
}

/** All that `work` sends off. On a device that computes it is still computed. */
export async function recorded(gpu: Gpu, work: () => Promise<unknown>): Promise<Command[]> {
  const commands: Command[] = [];
  const own = { submit: gpu.submit.bind(gpu), run: gpu.run.bind(gpu) };
  gpu.submit = (sent) => {
    commands.push(...sent);
    own.submit(sent);
  };
  gpu.run = (sent, options) => {
    commands.push(...sent);
    return own.run(sent, options);
  };
  try {
    await work();
  } finally {
    Object.assign(gpu, own);
  }
  return commands;
}

/** A dispatch's own; a copy reads and writes its bytes. */
export function workOf(command: Command): Work {
  return 'flops' in command ? command : { flops: 0, bytes: 2 * command.from.size };
}

export function totalOf(commands: readonly Command[]): Work & { dispatches: number; copies: number } {
  const dispatches = commands.filter((command) => 'pipeline' in command).length;
  const total = { flops: 0, bytes: 0, dispatches, copies: commands.length - dispatches };
  for (const { flops, bytes } of commands.map(workOf))
    [total.flops, total.bytes] = [total.flops + flops, total.bytes + bytes];
  return total;
}
