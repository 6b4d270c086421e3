// What a screen shows of an error: plain data, whatever was thrown.
import { VitrineError, type ErrorData } from '../base/errors.ts';

/** Any thrown value as the error data that the screen shows; of one that is no VitrineError only the message, as code 'usage'. */
export function errorData(error: unknown): ErrorData {
  if (error instanceof VitrineError) return error.toData();
  const message = error instanceof Error ? error.message : String(error);
  return { name: 'VitrineError', code: 'usage', message };
}

/** Whether a call ended because somebody ended it: nobody's mistake, nothing to show. */
export function wasCancelled(error: unknown): boolean {
  return errorData(error).code === 'cancelled' || (error instanceof DOMException && error.name === 'AbortError');
}
