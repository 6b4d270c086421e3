// A Gpu on paper: programs are recorded at the sizes of real runs and laptops' limits, and nothing is allocated, compiled or
// computed. For what is planned: dispatches, their work, submissions, bytes.
import { Arena } from '../src/engine/wgsl/gpu/arena.ts';
import { Gpu, type Command, type Dispatch, type RunOptions } from '../src/engine/wgsl/gpu/gpu.ts';
import { Pace, type Work } from '../src/engine/wgsl/gpu/pace.ts';

const MEBIBYTE = 2 ** 20;
/** Of a usual laptop's graphics processor. */
const LAPTOP = {
  maxStorageBufferBindingSize: 2048 * MEBIBYTE,
  maxBufferSize: 2048 * MEBIBYTE,
  maxComputeWorkgroupStorageSize: 32768,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
  minStorageBufferOffsetAlignment: 256,
};
export type DryRunLimits = Partial<typeof LAPTOP>;

export interface DryRunGpu {
  gpu: Gpu;
  /** All commands that were sent off, in order. */
  sent: Command[];
}

/** `rates`: of the pace that plans. `half`: with shader-f16. */
export function dryRunGpu(rates: Work, limits: DryRunLimits = {}, software = false, half = false): DryRunGpu {
  (globalThis as { GPUBufferUsage?: unknown }).GPUBufferUsage ??= { STORAGE: 1, COPY_SRC: 2, COPY_DST: 4, UNIFORM: 8 };
  const sent: Command[] = [];
  const pace = new Pace(rates);
  const device = {
    limits: { ...LAPTOP, ...limits },
    features: new Set<string>(),
    createBuffer: ({ size }: GPUBufferDescriptor) => ({ size, destroy: () => undefined }),
    queue: { writeBuffer: () => undefined },
  } as unknown as GPUDevice;
  const arena = (label: string): Arena => new Arena(device, label, () => undefined);
  const send = (commands: readonly Command[]): void => void sent.push(...commands);
  const parts: Partial<Record<keyof Gpu, unknown>> = {
    ...{ device, software, half, subgroups: false, subgroupSizes: [0, 0], matrixUnits: [] },
    guarded: { software: false, guard: async (work: () => unknown) => work() },
    pace,
    arena,
    allocate: async (label: string, make: (own: Arena) => unknown) => {
      const own = arena(label);
      return { arena: own, made: await make(own) };
    },
    pipeline: () => Promise.resolve({}),
    dispatch: (
      label: string,
      _: unknown,
      __: unknown,
      workgroups: Dispatch['workgroups'],
      work: Partial<Work> = {},
    ) => ({
      ...{ label, pipeline: {}, bindings: {}, workgroups },
      ...{ flops: work.flops ?? 0, bytes: work.bytes ?? 0 },
    }),
    submit: send,
    run: (commands: readonly Command[], { onProgress }: RunOptions = {}) => {
      const parts = pace.submissionsOf(commands);
      parts.forEach((_, number) => onProgress?.((number + 1) / parts.length));
      return Promise.resolve(send(commands));
    },
    finished: () => Promise.resolve(),
    write: () => undefined,
    read: ({ size }: { size: number }) => Promise.resolve(new ArrayBuffer(size)),
    readFloats: ({ size }: { size: number }) => Promise.resolve(new Float32Array(size / 4)),
  };
  const properties = Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, { value }]));
  return { gpu: Object.create(Gpu.prototype, properties) as Gpu, sent };
}
