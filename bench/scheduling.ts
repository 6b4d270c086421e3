// What became of this process's threads: running, waiting for a core that others had, or asleep. Linux tells; elsewhere nobody.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const TASKS = '/proc/self/task';

/** Nanoseconds that each thread ran and waited for a core. */
function times(): Map<string, { ran: number; waited: number }> {
  const found = new Map<string, { ran: number; waited: number }>();
  if (!existsSync(TASKS)) return found;
  for (const thread of readdirSync(TASKS)) {
    const [ran, waited] = readFileSync(`${TASKS}/${thread}/schedstat`, 'utf8').split(' ').map(Number);
    found.set(thread, { ran, waited });
  }
  return found;
}

export interface Shares {
  running: number;
  waiting: number;
  asleep: number;
}

/** Starts to watch; the answer gives the mean shares of time of the `count` threads that ran most. Null where nobody tells. */
export function watchThreads(): (count: number) => Shares | null {
  const before = times();
  const start = performance.now();
  return (count) => {
    const wall = 1e6 * (performance.now() - start);
    const spent = [...times()].map(([thread, { ran, waited }]) => {
      const was = before.get(thread) ?? { ran: 0, waited: 0 };
      return { running: (ran - was.ran) / wall, waiting: (waited - was.waited) / wall };
    });
    const busiest = spent.sort((a, b) => b.running - a.running).slice(0, count);
    if (busiest.length === 0) return null;
    const mean = (key: 'running' | 'waiting') => busiest.reduce((sum, thread) => sum + thread[key], 0) / busiest.length;
    const [running, waiting] = [mean('running'), mean('waiting')];
    return { running, waiting, asleep: Math.max(0, 1 - running - waiting) };
  };
}
