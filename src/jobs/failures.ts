// What a computation that failed says to a person.
import { VitrineError } from '../base/errors.ts';

/** What to do where a computation failed: of a training. */
const TRAINING_ADVICE = {
  memory: 'Train at a smaller box, with a smaller batch or a narrower network.',
  device: 'Resume the run: it goes on from its last epoch.',
};

/** The error as a typed one: failed allocations become 'out-of-memory', whatever else 'device-lost'. */
export function toVitrineError(error: unknown, advice = TRAINING_ADVICE): VitrineError {
  if (error instanceof VitrineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError && /allocation|array length/i.test(message))
    return new VitrineError('out-of-memory', 'There was not enough memory.', {
      found: message,
      advice: advice.memory,
    });
  return new VitrineError('device-lost', `The computation stopped: ${message}`, {
    advice: advice.device,
  });
}
