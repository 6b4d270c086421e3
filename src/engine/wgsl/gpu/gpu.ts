// The graphics processor as the kernels see it: pipelines by their text, buffers that are counted, dispatches recorded once
// and submitted again and again. One command buffer a submission; within it WebGPU orders dispatches by what they write.
import { throwIfCancelled } from '../../../base/errors.ts';
import { GuardedDevice, memoryFull } from '../../gpu-device.ts';
import { AccessTable } from './access.ts';
import { Arena, type BufferView } from './arena.ts';
import type { Command, Dispatch } from './command.ts';
import { Pace } from './pace.ts';
import { ReadBack } from './read-back.ts';
import { SubmissionThrottle } from './submission-throttle.ts';

export type { Command, Copy, Dispatch } from './command.ts';

/** Sizes of a subgroup-matrix product D = A·B + C that the adapter has in hardware. */
export interface MatrixUnit {
  /** Type of A and B, type of C and D: 'f16', 'f32'. */
  component: string;
  result: string;
  M: number;
  N: number;
  K: number;
}

const WANTED = [
  'shader-f16',
  'subgroups',
  'subgroup-size-control',
  'timestamp-query',
  'chromium-experimental-subgroup-matrix',
] as const;

/** Timestamps of one query set: 4096 are allowed. */
const MOST_SPANS = 1024;

/** What proofs ask of a device beyond its adapter's own ways. */
export interface GpuOptions {
  /** Whose kernels compute: those of adapters in software or of real ones; the adapter's own kind unless said (proofs). */
  kernels?: 'software' | 'hardware';
  /** 'default': what WebGPU promises everywhere, no more, and none of its features (proofs). */
  limits?: 'adapter' | 'default';
}

/** Where a kernel is recorded: the device, and the arena that its uniforms and scratch are allocated in. */
export interface KernelContext {
  gpu: Gpu;
  arena: Arena;
}

/** What a long program may be told and ask while it is computed. */
export interface RunOptions {
  signal?: AbortSignal | undefined;
  /** 0 … 1 of the planned work that was sent off. */
  onProgress?: ((fraction: number) => void) | undefined;
  /** Awaited after each submission. */
  turn?: (() => Promise<void>) | undefined;
}

/** A WebGPU device as the kernels see it. */
export class Gpu {
  readonly device: GPUDevice;
  /** Kernels without barriers, few slices, small budgets: for adapters that compute on the CPU. */
  readonly software: boolean;
  /** How fast it is, as far as is known. */
  readonly pace: Pace;
  /** shader-f16: half-precision storage and arithmetic. */
  readonly half: boolean;
  readonly subgroups: boolean;
  /** Least and most invocations of a subgroup; 0 where it is not told. */
  readonly subgroupSizes: readonly [number, number];
  readonly matrixUnits: readonly MatrixUnit[];
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();
  private readonly arenas = new Set<Arena>();
  private readonly readBack: ReadBack;
  private readonly access = new AccessTable();
  private readonly throttle: SubmissionThrottle;

  private constructor(
    readonly guarded: GuardedDevice,
    { kernels }: GpuOptions,
  ) {
    const { device, info } = guarded;
    this.device = device;
    this.software = kernels ? kernels === 'software' : guarded.software;
    this.pace = Pace.assumed(this.software);
    this.throttle = new SubmissionThrottle(device, this.pace);
    this.readBack = new ReadBack(guarded);
    this.half = device.features.has('shader-f16');
    this.subgroups = device.features.has('subgroups');
    this.subgroupSizes = [info.subgroupMinSize ?? 0, info.subgroupMaxSize ?? 0];
    this.matrixUnits = device.features.has('chromium-experimental-subgroup-matrix' as GPUFeatureName)
      ? matrixUnitsOf(info)
      : [];
  }

  /** Error: 'device-lost' where the adapter gives no device. */
  static async open(adapter: GPUAdapter, options: GpuOptions = {}): Promise<Gpu> {
    const { limits = 'adapter' } = options;
    return new Gpu(await GuardedDevice.open(adapter, limits === 'adapter' ? WANTED : [], limits), options);
  }

  /** Most bytes that one binding may show a kernel. */
  get bindingBytes(): number {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.device.limits;
    return Math.min(maxStorageBufferBindingSize, maxBufferSize);
  }

  /** Offsets of views are multiples of this, bytes; 256 at most. */
  get alignment(): number {
    return Math.max(256, this.device.limits.minStorageBufferOffsetAlignment);
  }

  /** A group of buffers that live and are destroyed together. */
  arena(label: string): Arena {
    const arena = new Arena(this.device, label, () => this.arenas.delete(arena));
    this.arenas.add(arena);
    return arena;
  }

  /** Buffers that are allocated now, the one for reading back included. */
  get buffersHeld(): number {
    return [...this.arenas].reduce((sum, arena) => sum + arena.count, this.readBack.bytesHeld > 0 ? 1 : 0);
  }

  /** Their bytes. */
  get bytesHeld(): number {
    return [...this.arenas].reduce((sum, arena) => sum + arena.bytes, this.readBack.bytesHeld);
  }

  /**
   * Makes an arena by `make`; where the memory does not hold it, destroys it and throws 'out-of-memory', the device being
   * as good as before.
   */
  async allocate<T>(label: string, make: (arena: Arena) => T | Promise<T>): Promise<{ arena: Arena; made: T }> {
    const arena = this.arena(label);
    this.device.pushErrorScope('out-of-memory');
    try {
      const made = await make(arena);
      const error = await this.device.popErrorScope();
      if (error) throw memoryFull(error.message);
      return { arena, made };
    } catch (error) {
      arena.destroy();
      throw error;
    }
  }

  /** The pipeline of a WGSL module with entry point `main`; compiled once a text. Error: what the compiler says. */
  pipeline(label: string, source: string): Promise<GPUComputePipeline> {
    let made = this.pipelines.get(source);
    if (!made) {
      made = this.compile(label, source);
      this.pipelines.set(source, made);
    }
    return made;
  }

  private async compile(label: string, source: string): Promise<GPUComputePipeline> {
    this.device.pushErrorScope('validation');
    const module = this.device.createShaderModule({ label, code: source });
    const scope = this.device.popErrorScope();
    const { messages } = await module.getCompilationInfo();
    const errors = messages.filter(({ type }) => type === 'error');
    if (errors.length > 0) {
      const lines = source.split('\n');
      const words = errors.map((e) => `${e.lineNum}:${e.linePos} ${e.message}\n  ${lines[e.lineNum - 1] ?? ''}`);
      throw new Error(`${label}: ${words.join('\n')}`);
    }
    await scope;
    const pipeline = await this.device.createComputePipelineAsync({
      label,
      layout: 'auto',
      compute: { module, entryPoint: 'main' },
    });
    this.access.note(pipeline, source);
    return pipeline;
  }

  /**
   * A dispatch of `pipeline` on `views` (binding n is views[n]; null where the kernel has none). `workgroups` may be any
   * number of workgroups: beyond 65535 they are laid out in two dimensions, and the kernel reads its number as
   * `workgroup_id.y * num_workgroups.x + workgroup_id.x` and leaves where it is too large. Error: RangeError where one
   * buffer is bound to be read and to be written, which WebGPU refuses when it is submitted.
   */
  dispatch(
    label: string,
    pipeline: GPUComputePipeline,
    views: readonly (BufferView | null)[],
    workgroups: number | readonly [number, number, number],
    work: { flops?: number; bytes?: number } = {},
  ): Dispatch {
    this.access.refuseMixed(label, pipeline, views);
    const entries = views.flatMap((resource, binding) => (resource ? [{ binding, resource }] : []));
    const bindings = this.device.createBindGroup({ label, layout: pipeline.getBindGroupLayout(0), entries });
    return {
      label,
      pipeline,
      bindings,
      workgroups: typeof workgroups === 'number' ? this.grid(workgroups) : workgroups,
      flops: work.flops ?? 0,
      bytes: work.bytes ?? 0,
    };
  }

  private grid(count: number): [number, number, number] {
    const most = this.device.limits.maxComputeWorkgroupsPerDimension;
    if (count <= most) return [Math.max(1, count), 1, 1];
    const rows = Math.ceil(count / most);
    return [Math.ceil(count / rows), rows, 1];
  }

  /** Sends all off at once, in submissions that each take a page's frame at most (pace.ts). */
  submit(commands: readonly Command[]): void {
    for (const part of this.pace.submissionsOf(commands)) this.send(part);
  }

  /**
   * Sends off part by part, never more ahead than keeps the device busy, so that whoever comes next waits little: what takes
   * long. Errors: 'cancelled' between two parts, 'device-lost'.
   */
  async run(commands: readonly Command[], { signal, onProgress, turn }: RunOptions = {}): Promise<void> {
    const parts = this.pace.submissionsOf(commands);
    for (const [number, part] of parts.entries()) {
      throwIfCancelled(signal);
      this.send(part);
      onProgress?.((number + 1) / parts.length);
      await this.guarded.guard(() => this.throttle.ready());
      await turn?.();
    }
  }

  private send(commands: readonly Command[]): void {
    this.submitNow(commands);
    this.throttle.submitted(commands);
  }

  private submitNow(commands: readonly Command[], writes?: GPUComputePassTimestampWrites): void {
    const encoder = this.device.createCommandEncoder();
    this.encode(encoder, commands, writes);
    this.device.queue.submit([encoder.finish()]);
  }

  private encode(
    encoder: GPUCommandEncoder,
    commands: readonly Command[],
    writes?: GPUComputePassTimestampWrites,
  ): void {
    let pass: GPUComputePassEncoder | null = null;
    for (const command of commands) {
      if ('pipeline' in command) {
        pass ??= encoder.beginComputePass(writes && { timestampWrites: writes });
        pass.setPipeline(command.pipeline);
        pass.setBindGroup(0, command.bindings);
        pass.dispatchWorkgroups(...command.workgroups);
      } else {
        pass?.end();
        pass = null;
        const { from, to } = command;
        encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, to.offset, from.size);
      }
    }
    pass?.end();
  }

  /** Waits until all that was submitted is done. */
  finished(): Promise<void> {
    return this.guarded.guard(async () => {
      await this.device.queue.onSubmittedWorkDone();
    });
  }

  /**
   * Seconds that `dispatches` take once, of `repeats` one after the other: by timestamps where the device has them, which are
   * added over submissions no longer than others (pace.ts), else by the clock around them. A browser's timestamps are multiples of
   * up to 65.536 µs: what is shorter may read 0. Not for anything that must not be done twice.
   */
  async measure(dispatches: readonly Dispatch[], repeats = 1): Promise<number> {
    const all = Array.from({ length: repeats }, () => dispatches).flat();
    const parts = this.pace.submissionsOf(all);
    const planned = this.pace.plannedSeconds(all);
    await this.finished();
    const seconds = this.device.features.has('timestamp-query')
      ? await this.timestamps(parts)
      : await this.clocked(parts);
    this.pace.learn(planned, seconds);
    return seconds / repeats;
  }

  private async clocked(parts: readonly Dispatch[][]): Promise<number> {
    const start = performance.now();
    for (const part of parts) this.submitNow(part);
    await this.finished();
    return (performance.now() - start) / 1000;
  }

  /** A pair of timestamps a submission: the sum of their spans, seconds. */
  private async timestamps(parts: readonly Dispatch[][]): Promise<number> {
    let seconds = 0;
    for (let from = 0; from < parts.length; from += MOST_SPANS) {
      const spans = parts.slice(from, from + MOST_SPANS);
      const querySet = this.device.createQuerySet({ type: 'timestamp', count: 2 * spans.length });
      const arena = this.arena('timestamps');
      const resolved = arena.buffer('timestamps', 16 * spans.length, GPUBufferUsage.QUERY_RESOLVE);
      for (const [number, part] of spans.entries())
        this.submitNow(part, {
          querySet,
          beginningOfPassWriteIndex: 2 * number,
          endOfPassWriteIndex: 2 * number + 1,
        });
      const encoder = this.device.createCommandEncoder();
      encoder.resolveQuerySet(querySet, 0, 2 * spans.length, resolved.buffer, 0);
      this.device.queue.submit([encoder.finish()]);
      const times = new BigUint64Array(await this.read(resolved));
      for (let i = 0; i < times.length; i += 2) seconds += Math.max(0, Number(times[i + 1] - times[i])) / 1e9;
      querySet.destroy();
      arena.destroy();
    }
    return seconds;
  }

  /** The bytes of a view, after all that was submitted before. Reads wait for each other. */
  read(view: BufferView): Promise<ArrayBuffer> {
    return this.readBack.read(view);
  }

  /** As `read`, as float32. */
  async readFloats(view: BufferView): Promise<Float32Array<ArrayBuffer>> {
    return new Float32Array(await this.read(view));
  }

  /** Writes into a view from `offsetBytes` on, in the order of submissions. Offset and length are multiples of 4 bytes. */
  write(view: BufferView, data: ArrayBufferView, offsetBytes = 0): void {
    const { buffer, byteOffset, byteLength } = data;
    this.device.queue.writeBuffer(
      view.buffer,
      view.offset + offsetBytes,
      buffer as ArrayBuffer,
      byteOffset,
      byteLength,
    );
  }

  /** Destroys all buffers and gives the device back. */
  close(): void {
    for (const arena of [...this.arenas]) arena.destroy();
    this.readBack.release();
    this.guarded.close();
  }
}

function matrixUnitsOf(info: GPUAdapterInfo): MatrixUnit[] {
  const configs = (info as { subgroupMatrixConfigs?: Iterable<Record<string, unknown>> }).subgroupMatrixConfigs;
  return [...(configs ?? [])].map((config) => ({
    component: String(config['componentType']),
    result: String(config['resultComponentType']),
    M: Number(config['M']),
    N: Number(config['N']),
    K: Number(config['K']),
  }));
}
