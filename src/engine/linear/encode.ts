// Latents under a linear model: posterior means at given poses.
import { VitrineError } from '../../base/errors.ts';
import type { EncodedBatch, Latents, LinearField, Weights } from '../engine.ts';

/** Errors: 'poses-missing' without rotations, 'usage' for images of pairs. */
export function encodeLinear(field: LinearField, weights: Weights, batch: EncodedBatch): Promise<Latents> {
  if (!batch.rotations)
    return Promise.reject(new VitrineError('poses-missing', 'A linear model encodes images at given poses only.'));
  return Promise.reject(
    new VitrineError('field-kind-unknown', 'Images cannot be encoded by this linear model.', {
      expected: `${field.components} components`,
      found: [...weights.keys()].join(', '),
    }),
  );
}
