// What this process holds after a collection. `gc` is there only where Node is told so, which is done here.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let gc: (() => void) | null = null;

/** Gives up all that nothing holds. */
export async function collect(): Promise<void> {
  if (!gc) {
    setFlagsFromString('--expose-gc');
    gc = runInNewContext('gc') as () => void;
  }
  // What waits in promises is given up between two turns of the event loop.
  for (let i = 0; i < 3; i++) {
    await new Promise((done) => setTimeout(done, 10));
    gc();
  }
}

/** Bytes of JavaScript's heap and of buffers outside it, after a collection. */
export async function bytesHeld(): Promise<number> {
  await collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
