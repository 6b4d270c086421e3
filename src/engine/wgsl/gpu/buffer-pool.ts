// Buffers that a scorer or factor sums keep from call to call: made when first asked for, made anew where more is wanted.
import { memoryFull } from '../../gpu-device.ts';
import type { Arena, BufferView } from './arena.ts';
import type { Gpu } from './gpu.ts';

/** Hooks of tests and benchmarks. */
export interface BufferPoolOptions {
  /** Told of every buffer that is asked for, before it is filled: tests spoil what it holds. */
  onTake?: (view: BufferView) => void;
  /** Where buffers are made, and destroyed with it; in arenas of their own where it is not said. */
  within?: Arena;
}

/** Buffers by name, each as large as was ever asked for. */
export class BufferPool {
  private readonly kept = new Map<string, { arena: Arena; made: BufferView }>();

  constructor(
    private readonly gpu: Gpu,
    private readonly label: string,
    private readonly options: BufferPoolOptions = {},
  ) {}

  /** Whatever the last call left, `bytes` of it. Error: 'out-of-memory', also where no binding shows them all. */
  async take(name: string, bytes: number): Promise<BufferView> {
    if (bytes > this.gpu.bindingBytes) throw memoryFull(`${bytes} bytes in one binding (${name})`);
    return this.takeUnbound(name, bytes);
  }

  /** As `take`, of what is bound in parts. */
  async takeUnbound(name: string, bytes: number): Promise<BufferView> {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    let found = this.kept.get(name);
    if (!found || found.made.size < size) {
      this.drop(name);
      found = await this.make(name, size);
      this.kept.set(name, found);
    }
    const view = { ...found.made, size };
    this.options.onTake?.(view);
    return view;
  }

  private make(
    name: string,
    size: number,
  ): Promise<{ arena: Arena; made: BufferView }> | { arena: Arena; made: BufferView } {
    const { within } = this.options;
    if (within) return { arena: within, made: within.buffer(name, size) };
    return this.gpu.allocate(`${this.label}: ${name}`, (arena) => arena.buffer(name, size));
  }

  /** Destroys one. */
  drop(name: string): void {
    if (!this.options.within) this.kept.get(name)?.arena.destroy();
    this.kept.delete(name);
  }

  /** Bytes of all. */
  get bytes(): number {
    return [...this.kept.values()].reduce((sum, { arena }) => sum + arena.bytes, 0);
  }

  /** Destroys all. */
  release(): void {
    for (const name of [...this.kept.keys()]) this.drop(name);
  }
}
