// Calls under way on the worker's side: CallOptions become a signal and progress, and `cancel(id)` finds its call.
import type { JobOptions } from '../src/jobs/progress.ts';
import type { CallOptions } from './contract.ts';

export class CallsUnderway {
  private readonly controllers = new Map<string, AbortController>();

  /** Runs `work` with a signal that `cancel(call.id)` aborts. */
  async run<T>(call: CallOptions, work: (job: Required<JobOptions>) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.controllers.set(call.id, controller);
    try {
      return await work({ signal: controller.signal, onProgress: (progress) => call.onProgress?.(progress) });
    } finally {
      this.controllers.delete(call.id);
    }
  }

  /** Unknown ids are calls that have ended already. */
  cancel(id: string): void {
    this.controllers.get(id)?.abort();
  }
}
