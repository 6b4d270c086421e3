// What passes between the engine and one of its threads, and what a thread of the browser and one of Node have alike.
import type { Entry } from './kernels.ts';

/** To a thread: take a model's memory, run an entry as number `thread` of `threads`, let a model go. */
export type ThreadMessage =
  | { type: 'open'; model: number; kernels: WebAssembly.Module; memory: WebAssembly.Memory }
  | { type: 'run'; model: number; entry: Entry; thread: number; threads: number }
  | { type: 'close'; model: number };
/** From a thread: its entry is done, or why it failed. */
export type ThreadAnswer = { done: true } | { done: false; message: string };

/** One worker, of the browser or of Node. */
export interface ThreadHandle {
  post(message: ThreadMessage): void;
  listen(onAnswer: (answer: ThreadAnswer) => void, onFailure: (message: string) => void): void;
  keepAlive(busy: boolean): void;
  terminate(): void;
}
