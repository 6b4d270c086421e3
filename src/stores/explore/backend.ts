// The workers as the stores of Explore and Export see them, and the shape of long work that a screen shows.
import { VitrineError, type ErrorData } from '../../base/errors.ts';
import type { Progress } from '../../../workers/contract.ts';
import type { Studio } from '../../../workers/client.ts';

export { errorData, wasCancelled } from '../errors.ts';

/** The workers that Explore and Export ask. */
export type ExploreBackend = Pick<Studio, 'io' | 'engine' | 'analysis'>;

let connected: ExploreBackend | null = null;

/** Gives the stores their workers. */
export function connectExplore(backend: ExploreBackend): void {
  connected = backend;
}

/** The workers. Error 'usage' before they are connected. */
export function backend(): ExploreBackend {
  if (!connected) throw new VitrineError('usage', 'The workers are not connected yet.');
  return connected;
}

/** Long work: not begun, going on, done or failed. */
export interface Job<T> {
  status: 'idle' | 'running' | 'done' | 'failed';
  progress: Progress | null;
  result: T | null;
  error: ErrorData | null;
}

/** A job that has not begun. */
export function idle<T>(): Job<T> {
  return { status: 'idle', progress: null, result: null, error: null };
}
