// Latents that an analysis worker keeps, by handle: read once from the run's folder when a screen opens them, dropped when
// every screen that did has released them. A handle names a run and an epoch, so a worker that was started anew, or one that
// was never asked to open them, reads them again; only latents that are no longer in the folder are gone.
import { VitrineError } from '../src/base/errors.ts';
import type { RunLibrary } from '../src/library/runs.ts';
import type { LatentsHandle } from './contract.ts';

/** count×zDim means of the latents that a handle names. Errors: 'file-missing', 'pickle-syntax', 'count-mismatch'. */
export type ReadLatents = (handle: LatentsHandle) => Promise<Float32Array>;

/** Reads a run's latents where the library keeps them. */
export function latentsOfLibrary(runs: RunLibrary): ReadLatents {
  return async ({ runId, epoch, zDim, count }) => {
    const read = await runs.folder(runId).latents(epoch);
    if (!read)
      throw new VitrineError('file-missing', `The latents of epoch ${epoch} are no longer kept.`, {
        advice: 'Open the run again: it shows its last epoch.',
      });
    if (read.zDim !== zDim || read.count !== count)
      throw new VitrineError('count-mismatch', `The latents of epoch ${epoch} have changed.`, {
        expected: `${count} × ${zDim}`,
        found: `${read.count} × ${read.zDim}`,
        advice: 'Open the run again.',
      });
    return read.mu;
  };
}

interface KeptLatents {
  mu: Promise<Float32Array>;
  /** How many screens have opened them and not yet released them. */
  opened: number;
}

export class LatentsRegistry {
  private readonly kept = new Map<string, KeptLatents>();

  constructor(private readonly read: ReadLatents) {}

  /** Reads them, unless they are here, and keeps them until `release` was called as often. */
  async open(handle: LatentsHandle): Promise<void> {
    const latents = this.latents(handle);
    latents.opened++;
    await latents.mu;
  }

  release(handle: LatentsHandle): void {
    const latents = this.kept.get(keyOf(handle));
    if (latents && --latents.opened <= 0) this.kept.delete(keyOf(handle));
  }

  /** Whether a screen has opened them and not yet released them. */
  isOpen(handle: LatentsHandle): boolean {
    return (this.kept.get(keyOf(handle))?.opened ?? 0) > 0;
  }

  /** count×zDim; do not change or give away. */
  async mu(handle: LatentsHandle): Promise<Float32Array> {
    return this.latents(handle).mu;
  }

  /** Runs' epochs that are kept. */
  get size(): number {
    return this.kept.size;
  }

  private latents(handle: LatentsHandle): KeptLatents {
    const key = keyOf(handle);
    const known = this.kept.get(key);
    if (known) return known;
    // Of those that nobody opened one at most stays: what a screen asks next is asked of the same.
    for (const [old, { opened }] of this.kept) if (opened === 0) this.kept.delete(old);
    const latents: KeptLatents = { mu: this.read(handle), opened: 0 };
    this.kept.set(key, latents);
    latents.mu.catch(() => {
      if (this.kept.get(key) === latents) this.kept.delete(key);
    });
    return latents;
  }
}

function keyOf({ runId, epoch }: LatentsHandle): string {
  return `${runId} ${epoch}`;
}
