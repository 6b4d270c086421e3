// A thread in Node: a worker_thread with the same entry as the browser's. It does not keep the process alive while idle.
import type { ThreadHandle } from '../thread-handle.ts';

/** Null where this is not Node. */
export function spawnInNode(): ThreadHandle | null {
  const workers = globalThis.process?.getBuiltinModule?.('node:worker_threads');
  if (!workers) return null;
  // Not written as a literal inside `new URL`: bundlers would take it for an asset of the page.
  const entry = '../thread.worker.mjs';
  const worker = new workers.Worker(new URL(entry, import.meta.url), { execArgv: [], stdout: false, stderr: false });
  worker.unref();
  return {
    post(message) {
      worker.postMessage(message);
    },
    listen(onAnswer, onFailure) {
      worker.on('message', onAnswer);
      worker.on('error', (error: Error) => onFailure(error.message));
      worker.on('exit', () => onFailure('the thread ended'));
    },
    keepAlive(busy) {
      if (busy) worker.ref();
      else worker.unref();
    },
    terminate() {
      void worker.terminate();
    },
  };
}
