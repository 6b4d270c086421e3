// A barrier over all threads of a step and a counter of work to take, in shared memory. Without shared memory there is
// one thread and nothing to wait for. A thread looks for about a microsecond, less than waking costs, then sleeps: the
// core may be wanted by others, the late thread among them.
// Read words of a header after a barrier and do not carry them over it: in Node 20 a thread that had slept here came back with another
// value of such a local, and left images out.
import { SLEEPS_ADDRESS, SYNC_ADDRESS } from '../header-fields';

const ARRIVED: usize = SYNC_ADDRESS;
const GENERATION: usize = SYNC_ADDRESS + 64;
const COUNTER: usize = SYNC_ADDRESS + 128;
const SPINS: i32 = 1000;

export function barrier(threads: i32): void {
  if (threads === 1) return;
  const generation = atomic.load<i32>(GENERATION);
  if (atomic.add<i32>(ARRIVED, 1) === threads - 1) {
    atomic.store<i32>(ARRIVED, 0);
    atomic.add<i32>(GENERATION, 1);
    atomic.notify(GENERATION, -1);
    return;
  }
  for (let i = 0; i < SPINS; i++) if (atomic.load<i32>(GENERATION) !== generation) return;
  while (atomic.load<i32>(GENERATION) === generation) {
    atomic.add<i32>(<usize>SLEEPS_ADDRESS, 1);
    atomic.wait<i32>(GENERATION, generation, -1);
  }
}

/** To be called by one thread, before the barrier that opens the work. */
export function resetWork(): void {
  atomic.store<i32>(COUNTER, 0);
}
export function takeWork(): i32 {
  return atomic.add<i32>(COUNTER, 1);
}
