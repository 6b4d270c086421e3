// Drops stale requests: of the calls that come while one is running, only the newest is done.
/**
 * Wraps an asynchronous function so that at most one call runs and at most one waits. A waiting call that is overtaken
 * resolves to null; results come in the order of the calls. For decode previews that follow the pointer.
 */
export function latestWins<A extends unknown[], R>(
  work: (...args: A) => Promise<R>,
): (...args: A) => Promise<R | null> {
  let running = false;
  let waiting: { args: A; settle: (value: Promise<R> | null) => void } | null = null;

  const runOne = async (args: A): Promise<R> => {
    running = true;
    try {
      return await work(...args);
    } finally {
      running = false;
      const next = waiting;
      waiting = null;
      next?.settle(runOne(next.args));
    }
  };

  return (...args) => {
    if (!running) return runOne(args);
    waiting?.settle(null);
    return new Promise((resolve) => {
      waiting = { args, settle: resolve };
    });
  };
}
