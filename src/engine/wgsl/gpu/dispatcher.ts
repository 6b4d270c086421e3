// Where dispatches whose sizes a call gives are made and sent off: their parameters lie in the slots of one uniform buffer. How
// fast the device is (pace.ts) decides how much one dispatch does and when they are sent, and never what comes out.
import { uniformBytes, type Arena, type UniformWord, type BufferView } from './arena.ts';
import type { Command, Gpu } from './gpu.ts';
import { SUBMISSION_SECONDS } from './pace.ts';
import { shaderSource } from './source.ts';

const SLOT_BYTES = 256;
const SLOTS = 128;
/** Planned seconds after which they are sent: a few submissions. */
const LOAD_SECONDS = 0.05;

/** One dispatch of a kernel. */
export interface Launch {
  /** Names the kernel: the same label has the same text. */
  label: string;
  source: () => string;
  /** Binding n is views[n]. */
  views: readonly (BufferView | null)[];
  parameters: readonly UniformWord[];
  parametersAt: number;
  workgroups: number;
  flops?: number;
  bytes?: number;
}

/** A kernel of one invocation an element, 64 a workgroup. */
export interface ElementwiseLaunch {
  /** Names the kernel: the same label has the same text. */
  label: string;
  /** WGSL, joined. */
  parts: readonly string[];
  /** Elements; one more workgroup takes what is left of them. */
  count: number;
  /** The uniform of binding 0. */
  parameters: readonly UniformWord[];
  /** Binding n + 1 is views[n]. */
  views: readonly (BufferView | null)[];
  /** Bytes that it moves, for the plan (gpu/pace.ts). */
  bytes?: number;
}

/** Records dispatches with their parameters and submits them in loads of some 50 ms. */
export class Dispatcher {
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();
  private readonly slots: BufferView;
  private commands: Command[] = [];
  private planned = 0;

  /** `keep`: nothing is sent off (benchmarks). */
  constructor(
    private readonly gpu: Gpu,
    arena: Arena,
    private readonly keep = false,
  ) {
    this.slots = arena.buffer('parameters', SLOTS * SLOT_BYTES, GPUBufferUsage.UNIFORM);
  }

  /** Operations of a dispatch that lets a page's frames come after it. */
  get flopsAtOnce(): number {
    return SUBMISSION_SECONDS * this.gpu.pace.flopsPerSecond;
  }

  /** Adds one; submits those before it where the load is full. Error: what the compiler says of its text. */
  async add({ label, source, views, parameters, parametersAt, workgroups, flops = 0, bytes = 0 }: Launch) {
    let pipeline = this.pipelines.get(label);
    if (!pipeline) {
      pipeline = this.gpu.pipeline(label, source());
      this.pipelines.set(label, pipeline);
    }
    const compiled = await pipeline;
    if (this.commands.length === SLOTS || this.planned > LOAD_SECONDS) await this.send();
    if (this.commands.length === SLOTS) throw new RangeError(`more than ${SLOTS} dispatches are not kept`);
    const slot = { ...this.slots, offset: this.commands.length * SLOT_BYTES, size: SLOT_BYTES };
    this.gpu.write(slot, uniformBytes(parameters));
    const bound = [...views];
    while (bound.length <= parametersAt) bound.push(null);
    bound[parametersAt] = slot;
    this.commands.push(this.gpu.dispatch(label, compiled, bound, workgroups, { flops, bytes }));
    this.planned += this.gpu.pace.secondsOf({ flops, bytes });
  }

  /** Adds a kernel of 64 invocations a workgroup that has its parameters in binding 0, on `count` elements. */
  each({ label, parts, count, parameters, views, bytes = 0 }: ElementwiseLaunch): Promise<void> {
    return this.add({
      label,
      source: () => shaderSource({}, parts),
      views: [null, ...views],
      parameters,
      parametersAt: 0,
      workgroups: Math.ceil(count / 64),
      bytes,
    });
  }

  /** Writes into a buffer that dispatches before may read: they go first. */
  async write(view: BufferView, data: ArrayBufferView): Promise<void> {
    await this.send();
    this.gpu.write(view, data);
  }

  /** Sends off what was added. */
  async send(): Promise<void> {
    if (this.keep || this.commands.length === 0) return;
    const { commands } = this;
    this.drop();
    await this.gpu.run(commands);
  }

  /** Forgets what was added and not sent off. */
  drop(): void {
    this.commands = [];
    this.planned = 0;
  }

  /** What was added, for `gpu.measure`. */
  kept(): readonly Command[] {
    return this.commands;
  }
}
