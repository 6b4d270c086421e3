// Which kernels a model is made with: those its run keeps, those kept of the device, or those chosen now; and what is being
// chosen, one size of model at a time.
import { throwIfCancelled } from '../../../base/errors.ts';
import type { ChoosingOptions, ModelOptions } from '../../engine.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { TuningRun } from './tuning-run.ts';
import type { TuningSizes } from './sizes.ts';
import { defaultTuning, fittingTuning, loadTuning, opened, saveTuning, tuningKey, type TuningStore } from './store.ts';
import { tuneEngine, type TuneOptions } from './tune.ts';
import { Tuned, type Tuning } from './tuned.ts';

/** ModelKernels of a model, and whether better ones are chosen beside it. */
export interface ModelKernels {
  tuned: Tuned;
  /** For the model's run to keep. */
  choice: Tuning;
  beside(): Promise<void>;
  readonly outdated: boolean;
  /** The model is gone: nobody listens any more. */
  leave(): void;
}

/** Says which kernels a model is made with, and has them measured where that is not known yet. */
export class KernelChooser {
  /** By the sizes of models: what is asked for again is not read again. */
  private readonly kept = new Map<string, Tuning>();
  private current: { key: string; choosing: TuningRun } | null = null;

  constructor(
    private readonly gpu: Gpu,
    private readonly store: TuningStore | null,
    /** How adapters in software are tried, which else keep their defaults (proofs). */
    private readonly software: TuneOptions | null = null,
  ) {}

  /** Error 'cancelled'. */
  async kernelsFor(
    sizes: TuningSizes,
    { choosing: wish = {}, kernels: pinned, signal }: Pick<ModelOptions, 'choosing' | 'kernels' | 'signal'>,
  ): Promise<ModelKernels> {
    const { gpu } = this;
    throwIfCancelled(signal);
    const held = fittingTuning(pinned, gpu);
    if (held && Object.keys(held.choices).length > 0) return this.settled(held);
    if (gpu.software && !this.software) return this.settled(null);
    const key = tuningKey(gpu, sizes);
    const kept = this.kept.get(key) ?? (await loadTuning(gpu, key, this.store));
    if (kept) {
      this.kept.set(key, kept);
      // A run that began an epoch with defaults begins it again with them.
      return held ? { ...this.settled(null), outdated: true } : this.settled(kept);
    }
    const { when = 'first', skip } = wish;
    if (when === 'never' || skip?.aborted) return this.settled(null);
    const choosing = await this.choosingFor(key, sizes, when === 'beside');
    const leave = this.listen(choosing, wish);
    if (when === 'beside') return this.withBetter(choosing, leave);
    try {
      await choosing.finish(signal);
    } finally {
      leave();
    }
    return this.settled(choosing.chosen);
  }

  private settled(tuning: Tuning | null): ModelKernels {
    const { gpu } = this;
    return {
      tuned: tuning ? opened(gpu, tuning) : Tuned.defaults(gpu),
      choice: tuning ?? defaultTuning(gpu),
      beside: () => Promise.resolve(),
      outdated: false,
      leave: () => undefined,
    };
  }

  /** Defaults, until the model is made anew. */
  private withBetter(choosing: TuningRun, leave: () => void): ModelKernels {
    const { tuned, choice } = this.settled(null);
    return {
      tuned,
      choice,
      leave,
      beside: () => choosing.beside(() => this.gpu.finished()),
      get outdated() {
        return choosing.chosen !== null;
      },
    };
  }

  private listen(choosing: TuningRun, { skip, ...listener }: ChoosingOptions): () => void {
    const leave = choosing.listen(listener);
    const giveUp = (): void => void choosing.giveUp();
    skip?.addEventListener('abort', giveUp);
    return () => {
      skip?.removeEventListener('abort', giveUp);
      leave();
    };
  }

  /** The one that was put down, where it is of this size; another is given up for it. */
  private async choosingFor(key: string, sizes: TuningSizes, beside: boolean): Promise<TuningRun> {
    const { current } = this;
    if (current?.key === key && !current.choosing.over) return current.choosing;
    this.current = null;
    await current?.choosing.giveUp();
    const tune = async (options: TuneOptions): Promise<Tuning> => {
      const tuning = await tuneEngine(this.gpu, sizes, options);
      this.kept.set(key, tuning);
      await saveTuning(key, tuning, this.store);
      return tuning;
    };
    const choosing = new TuningRun(tune, { beside, ...(this.software && { options: this.software }) });
    this.current = { key, choosing };
    return choosing;
  }

  /** What is kept was cleared: kernels are chosen again. Resolves when what was being chosen is given up. */
  async forget(): Promise<void> {
    const { current } = this;
    this.kept.clear();
    this.current = null;
    await current?.choosing.giveUp();
  }
}
