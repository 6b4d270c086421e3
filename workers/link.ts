// One worker and the calls under way in it: starts on the first call, restarts after a crash, and no call ever hangs —
// a crash or a termination rejects everything that was waiting.
import { wrap } from 'comlink';
import { VitrineError } from '../src/base/errors.ts';
import type { CallControl } from './facade.ts';
import { OutgoingCall } from './wire.ts';

type RemoteMethods = Record<string, (...args: unknown[]) => Promise<unknown>>;

export class WorkerLink {
  private worker: Worker | null = null;
  private remote: RemoteMethods | null = null;
  private readonly waiting = new Set<(error: VitrineError) => void>();
  private callCount = 0;

  /**
   * `onStart` runs each time a worker was started, before the call that started it; `onEnd` when it crashed or was ended.
   */
  constructor(
    private readonly name: string,
    private readonly start: () => Worker,
    private readonly onStart: () => void = () => {},
    private readonly onEnd: (reason: string) => void = () => {},
  ) {}

  get running(): boolean {
    return this.worker !== null;
  }

  private methods(): RemoteMethods {
    if (this.remote) return this.remote;
    const worker = this.start();
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.end(`The ${this.name} worker stopped: ${event.message || 'its script could not be loaded'}.`);
    });
    worker.addEventListener('messageerror', () => this.end(`The ${this.name} worker sent something unreadable.`));
    this.worker = worker;
    this.remote = wrap(worker) as unknown as RemoteMethods;
    this.onStart();
    return this.remote;
  }

  /** Starts the worker now, so that its script is loaded before it is needed. */
  warm(): void {
    this.methods();
  }

  /** A call with plain arguments; rejects when the worker ends. */
  async call(method: string, args: unknown[]): Promise<unknown> {
    const remote = this.methods();
    let reject: (error: VitrineError) => void = () => {};
    const ended = new Promise<never>((_, refuse) => {
      reject = refuse;
    });
    this.waiting.add(reject);
    try {
      return await Promise.race([remote[method](...args), ended]);
    } finally {
      this.waiting.delete(reject);
    }
  }

  /** A call with CallOptions at `position`, made from a signal and a progress callback. */
  async callWith(method: string, args: unknown[], position: number, control: CallControl): Promise<unknown> {
    const { signal, onProgress } = control;
    if (signal?.aborted) throw new VitrineError('cancelled', 'Cancelled.');
    const call = new OutgoingCall(`${this.name}-${++this.callCount}`, onProgress);
    const complete = [...args];
    complete[position] = call;
    let onAbort = (): void => {};
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => {
        void this.remote?.['cancel'](call.id);
        reject(new VitrineError('cancelled', 'Cancelled.'));
      };
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([this.call(method, complete), aborted]);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      call.close();
    }
  }

  /** Ends the worker; calls under way reject with `reason`. The next call starts a fresh one. */
  end(reason: string): void {
    this.worker?.terminate();
    this.worker = null;
    this.remote = null;
    const error = new VitrineError('device-lost', reason, { advice: 'Try again; runs go on from their last epoch.' });
    for (const reject of [...this.waiting]) reject(error);
    this.waiting.clear();
    this.onEnd(reason);
  }
}

/** The typed face of a link: `positions` says which methods take CallOptions and where. */
export function facadeOf<F>(linkFor: (method: string) => WorkerLink, positions: object): F {
  const table = positions as Record<string, number | undefined>;
  const methods = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  return new Proxy({} as object, {
    get(_, name) {
      // A facade is not a promise, whatever `await` asks of it.
      if (typeof name !== 'string' || name === 'then') return undefined;
      let method = methods.get(name);
      if (!method) {
        const position = table[name];
        method =
          position === undefined
            ? (...args) => linkFor(name).call(name, args)
            : (...args) =>
                linkFor(name).callWith(name, args.slice(0, position), position, (args[position] ?? {}) as CallControl);
        methods.set(name, method);
      }
      return method;
    },
  }) as F;
}
