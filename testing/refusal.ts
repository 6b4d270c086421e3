// The typed error that something is refused with.
import { expect } from 'vitest';
import { VitrineError } from '../src/base/errors.ts';

/** What `act` throws; the test fails where it throws nothing or another error. */
export function refusal(act: () => unknown): VitrineError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(VitrineError);
    return error as VitrineError;
  }
  throw new Error('nothing was refused');
}

/** What the promise is rejected with; the test fails where it is kept, or rejected with another error. */
export async function refusalOf(promise: Promise<unknown>): Promise<VitrineError> {
  const said: unknown = await promise.then(
    () => new Error('nothing was refused'),
    (error: unknown) => error,
  );
  expect(said).toBeInstanceOf(VitrineError);
  return said as VitrineError;
}
