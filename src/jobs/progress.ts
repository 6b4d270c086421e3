// What every job takes: a signal to stop it and a place to say how far it is. The same in a worker and on a terminal.
import type { ChoosingProgress } from '../engine/engine.ts';

/** How far a job is. */
export interface JobProgress {
  /** 0 … 1, or null while the end is unknown. */
  fraction: number | null;
  /** What is being done, for people. */
  message: string;
}

/** What every job takes: a signal that ends it with the error 'cancelled', and who hears how far it is. */
export interface JobOptions {
  signal?: AbortSignal;
  onProgress?: (progress: JobProgress) => void;
}

/** The choosing of kernels in words: "Choosing kernels, 3 of 20, 4 s left". */
export function choosingProgress({ done, total, secondsLeft }: ChoosingProgress): JobProgress {
  const left = secondsLeft === null ? '' : `, ${Math.ceil(secondsLeft)} s left`;
  return { fraction: total > 0 ? done / total : null, message: `Choosing kernels, ${done} of ${total}${left}` };
}
