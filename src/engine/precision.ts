// What an engine says whose arithmetic in float16 cannot hold the gradients: each step that overflows is left out and halves the
// loss scale, which is as low as it goes after fewer steps than these.
import { VitrineError } from '../base/errors.ts';

/** Steps left out in a row, after which a model's losses are not given any more (FieldModel.takeLosses). */
export const MOST_LEFT_OUT = 50;

/** `lossScale`: what gradients were multiplied by in the last of the `steps`. */
export function precisionTooLow(steps: number, lossScale: number): VitrineError {
  return new VitrineError(
    'precision-too-low',
    `The gradients of float16 arithmetic overflowed in ${steps} steps in a row.`,
    {
      field: '--precision',
      expected: 'gradients that are finite',
      found: `overflow at a loss scale of ${lossScale}`,
      advice: 'Train with --precision float32, and look whether some images or CTF values are extreme.',
    },
  );
}
