// One guard of everything that is written: numbers that are none never reach a file.
import { VitrineError } from './errors.ts';

/** Error 'value-out-of-range' naming the row (of `width` values) of the first that is not finite. */
export function requireFinite(what: string, values: ArrayLike<number> | null, width: number): void {
  if (!values) return;
  for (let at = 0; at < values.length; at++)
    if (!Number.isFinite(values[at]))
      throw new VitrineError('value-out-of-range', `The ${what} of a particle is not a number.`, {
        row: Math.floor(at / width) + 1,
        expected: 'finite numbers',
        found: String(values[at]),
        advice: 'Nothing was written. Look where the value comes from.',
      });
}
