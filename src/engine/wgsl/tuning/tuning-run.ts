// ModelKernels being chosen for the models of one size: goes on only while it is let. Before a model is made it has the device to
// itself; beside a training it has a piece between two steps, a tenth of the time. What is put down is taken up where it was.
import { VitrineError, type Notice } from '../../../base/errors.ts';
import type { ChoosingOptions, ChoosingProgress } from '../../engine.ts';
import { PausableQueue } from './pausable-queue.ts';
import type { TuneOptions } from './tune.ts';
import type { Tuning } from './tuned.ts';

/** Of the time beside a training. */
const SHARE = 0.1;
/** Between two steps. */
const MOST_MILLISECONDS = 50;

type Listener = Pick<ChoosingOptions, 'onProgress' | 'onNotice'>;
/** Measures and chooses; `tuneEngine` with its device and sizes. */
export type Tune = (options: TuneOptions) => Promise<Tuning>;

/** One tuning that goes on only while it is let: alone before a model is made, or in pieces beside a training. */
export class TuningRun {
  private readonly queue = new PausableQueue();
  private readonly stop = new AbortController();
  private readonly listeners = new Set<Listener>();
  private progress: ChoosingProgress | null = null;
  private notice: Notice | null = null;
  /** Milliseconds that pieces between steps took, and since when they are let through. */
  private spent = 0;
  private since: number | null = null;
  /** What was chosen; null where choosing failed or was given up, and until it is done. */
  chosen: Tuning | null = null;
  over = false;
  /** Resolves when it is over; never rejects. */
  readonly ended: Promise<void>;

  /** `tune` is begun at once and waits at its first piece of work for the device. */
  constructor(
    tune: Tune,
    { beside, options = {} }: { beside: boolean; options?: TuneOptions },
    /** Milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {
    this.ended = this.work(tune, {
      ...options,
      // A device that trains is warm.
      ...(beside && { warmSeconds: 0 }),
      turn: this.queue.turn,
      signal: this.stop.signal,
      onProgress: (progress) => this.tell(progress),
    });
  }

  private async work(tune: Tune, options: TuneOptions): Promise<void> {
    try {
      this.chosen = await tune(options);
    } catch (error) {
      if (!this.stop.signal.aborted) this.notice = failure(error);
    }
    this.over = true;
    for (const { onProgress, onNotice } of this.listeners) {
      onProgress?.(null);
      if (this.notice) onNotice?.(this.notice);
    }
    this.listeners.clear();
  }

  private tell(progress: ChoosingProgress): void {
    this.progress = progress;
    for (const { onProgress } of this.listeners) onProgress?.(progress);
  }

  /** Tells how it stands and how it goes on, until it is over or the listener leaves by what is returned. */
  listen(listener: Listener): () => void {
    if (this.over) {
      if (this.notice) listener.onNotice?.(this.notice);
      return () => undefined;
    }
    this.listeners.add(listener);
    if (this.progress) listener.onProgress?.(this.progress);
    return () => {
      if (this.listeners.delete(listener)) listener.onProgress?.(null);
    };
  }

  /** To its end, or to `signal`, which puts it down. Error 'cancelled'. */
  async finish(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw new VitrineError('cancelled', 'Cancelled.');
    let cancel = (): void => undefined;
    const cancelled = new Promise<never>((_, reject) => {
      cancel = () => reject(new VitrineError('cancelled', 'Cancelled.'));
    });
    signal?.addEventListener('abort', cancel);
    try {
      await this.queue.whileOpen(() => Promise.race([this.ended, cancelled]));
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Pieces for a moment, unless they had their share of the time. `settle`: waits for the steps underway, whose time it is. */
  async beside(settle: () => Promise<void>): Promise<void> {
    this.since ??= this.now();
    if (this.over || !this.isDue(this.since)) return;
    await settle();
    const began = this.now();
    do {
      const before = this.now();
      if (!(await this.queue.runOne())) return;
      this.spent += this.now() - before;
    } while (this.isDue(this.since) && this.now() - began < MOST_MILLISECONDS);
  }

  private isDue(since: number): boolean {
    return this.spent <= SHARE * (this.now() - since);
  }

  /** Ends it with nothing chosen; resolves when what it held is given back. */
  async giveUp(): Promise<void> {
    this.stop.abort();
    await this.queue.whileOpen(() => this.ended);
  }
}

function failure(error: unknown): Notice {
  return {
    code: 'kernels-not-chosen',
    message: 'The fastest kernels could not be chosen on this device; the default ones compute.',
    found: error instanceof Error ? error.message : String(error),
  };
}
