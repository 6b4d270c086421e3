// The threads that compute: Web Workers or Node's worker_threads on one shared memory a model, or this very thread where
// memory cannot be shared. The caller only awaits: it is never blocked while other threads compute.
import { nextTask } from '../../base/event-loop.ts';
import { VitrineError } from '../../base/errors.ts';
import type { Entry, KernelModule, Kernels } from './kernels.ts';
import { spawnInNode } from './node/spawn.ts';
import type { ThreadAnswer, ThreadHandle, ThreadMessage } from './thread-handle.ts';

/** Runs an entry of the kernels on all threads at once, one entry after the other. */
export interface Threads {
  readonly count: number;
  /** Makes the kernels ready on a model's memory. */
  open(model: number, kernels: KernelModule, memory: WebAssembly.Memory): Promise<void>;
  /** All threads run the entry together. Error: 'device-lost' where a thread failed; no call works after that. */
  run(model: number, entry: Entry): Promise<void>;
  close(model: number): void;
  terminate(): void;
}

function lost(reason: string): VitrineError {
  return new VitrineError('device-lost', 'A thread of the CPU engine failed.', {
    found: reason,
    advice: 'Resume the run from its last checkpoint.',
  });
}

function spawnInBrowser(): ThreadHandle {
  const worker = new Worker(new URL('./thread.worker.mjs', import.meta.url), { type: 'module' });
  return {
    post(message) {
      worker.postMessage(message);
    },
    listen(onAnswer, onFailure) {
      worker.onmessage = (event: MessageEvent<ThreadAnswer>) => onAnswer(event.data);
      worker.onerror = (event) => onFailure(event.message || 'the worker could not be started');
      worker.onmessageerror = () => onFailure('a message could not be read');
    },
    keepAlive() {},
    terminate() {
      worker.terminate();
    },
  };
}

/** Workers that share memory. */
export class WorkerThreads implements Threads {
  private readonly handles: ThreadHandle[];
  private waiting: { answers: number; resolve: () => void; reject: (error: Error) => void } | null = null;
  private failure: VitrineError | null = null;

  constructor(readonly count: number) {
    this.handles = Array.from({ length: count }, () => spawnInNode() ?? spawnInBrowser());
    for (const handle of this.handles)
      handle.listen(
        (answer) => (answer.done ? this.answered() : this.fail(answer.message)),
        (message) => this.fail(message),
      );
  }

  async open(model: number, kernels: KernelModule, memory: WebAssembly.Memory): Promise<void> {
    await this.tell(() => ({ type: 'open', model, kernels: kernels.module, memory }));
  }
  async run(model: number, entry: Entry): Promise<void> {
    await this.tell((thread) => ({ type: 'run', model, entry, thread, threads: this.count }));
  }
  close(model: number): void {
    if (this.failure) return;
    void this.tell(() => ({ type: 'close', model })).catch(() => undefined);
  }
  terminate(): void {
    this.fail('the engine was closed');
  }

  private async tell(message: (thread: number) => ThreadMessage): Promise<void> {
    // One at a time: a call waits for the one before it.
    while (this.waiting && !this.failure) await this.settled();
    if (this.failure) throw this.failure;
    return new Promise<void>((resolve, reject) => {
      this.waiting = { answers: 0, resolve, reject };
      this.handles.forEach((handle, thread) => {
        handle.keepAlive(true);
        handle.post(message(thread));
      });
    });
  }

  private readonly settledListeners: (() => void)[] = [];
  private settled(): Promise<void> {
    return new Promise((resolve) => this.settledListeners.push(resolve));
  }
  private release(): void {
    this.waiting = null;
    for (const listener of this.settledListeners.splice(0)) listener();
  }

  private answered(): void {
    const { waiting } = this;
    if (!waiting || ++waiting.answers < this.count) return;
    for (const handle of this.handles) handle.keepAlive(false);
    this.release();
    waiting.resolve();
  }

  private fail(reason: string): void {
    if (this.failure) return;
    this.failure = lost(reason);
    // The others may wait for the failed one at a barrier: they have to end too.
    for (const handle of this.handles) handle.terminate();
    const { waiting } = this;
    this.release();
    waiting?.reject(this.failure);
  }
}

/** This thread alone: computes when asked, after letting waiting messages through. */
export class OwnThread implements Threads {
  readonly count = 1;
  private readonly models = new Map<number, Kernels>();

  async open(model: number, kernels: KernelModule, memory: WebAssembly.Memory): Promise<void> {
    const instance = await WebAssembly.instantiate(kernels.module, { env: { memory } });
    this.models.set(model, instance.exports as Kernels);
  }
  async run(model: number, entry: Entry): Promise<void> {
    await nextTask();
    const kernels = this.models.get(model);
    if (!kernels) throw lost('the engine was closed');
    kernels[entry](0, 1);
  }
  close(model: number): void {
    this.models.delete(model);
  }
  terminate(): void {
    this.models.clear();
  }
}
