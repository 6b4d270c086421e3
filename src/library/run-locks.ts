// Who is training a run: a lock held for as long as a worker lives, so that a run marked as running whose tab was closed
// or crashed is known as interrupted, and two tabs never write one run.
/** Locks of runs across tabs. */
export interface RunLocks {
  /** Takes the lock; the result releases it. Null where another tab holds it. */
  hold(runId: string): Promise<(() => void) | null>;
  /** Runs held by any tab. */
  held(): Promise<Set<string>>;
}

/** Locks within one process: the command line's, and tests'. */
export class MemoryRunLocks implements RunLocks {
  private readonly holders = new Set<string>();
  hold(runId: string): Promise<(() => void) | null> {
    if (this.holders.has(runId)) return Promise.resolve(null);
    this.holders.add(runId);
    return Promise.resolve(() => this.holders.delete(runId));
  }
  held(): Promise<Set<string>> {
    return Promise.resolve(new Set(this.holders));
  }
}

const PREFIX = 'vitrine-run-';

/** Web Locks: the browser releases them itself when a worker ends, however it ends. */
export class WebRunLocks implements RunLocks {
  hold(runId: string): Promise<(() => void) | null> {
    return new Promise((resolve, reject) => {
      navigator.locks
        .request(PREFIX + runId, { ifAvailable: true }, (lock) => {
          if (!lock) {
            resolve(null);
            return;
          }
          return new Promise<void>((release) => resolve(release));
        })
        .catch(reject);
    });
  }
  async held(): Promise<Set<string>> {
    const { held } = await navigator.locks.query();
    const names = (held ?? []).flatMap((lock) =>
      lock.name?.startsWith(PREFIX) ? [lock.name.slice(PREFIX.length)] : [],
    );
    return new Set(names);
  }
}
