// The record of a run of an atomic model that begins: what parameters and a file's molecule come to, and whether they fit together.
import { VitrineError } from '../../base/errors.ts';
import { NARROWEST_PIXELS } from '../../engine/atoms/projector.ts';
import type { RunRecord } from '../../library/run-record.ts';
import { fieldOfModel, type AtomicModel } from './atomic-model.ts';

/**
 * `begun` with the field and the start of a model that is kept in its folder as `file`. Errors: 'value-out-of-range' for Gaussians narrower
 * than the pixels hold and for a molecule larger than the box.
 */
export function foldRecord(
  begun: RunRecord,
  { coarse }: AtomicModel,
  { file, chains }: { file: string; chains: string[] | null },
): RunRecord {
  const { params, boxPixels, pixelSizeAngstrom } = begun;
  const { sigmaAngstrom } = params;
  const boxAngstrom = boxPixels * pixelSizeAngstrom;
  const narrowest = NARROWEST_PIXELS * pixelSizeAngstrom;
  if (!(sigmaAngstrom >= narrowest))
    throw new VitrineError('value-out-of-range', 'The Gaussians are narrower than the pixels hold.', {
      field: '--sigma',
      expected: `at least ${narrowest.toFixed(2)} Å`,
      found: `${sigmaAngstrom} Å`,
    });
  const extent = extentAngstrom(coarse.positions);
  if (!(extent < boxAngstrom))
    throw new VitrineError('value-out-of-range', 'The atomic model does not fit into the box of these images.', {
      field: '--model',
      expected: `a molecule smaller than the box, ${boxAngstrom.toFixed(1)} Å`,
      found: `${extent.toFixed(1)} Å`,
    });
  const field = fieldOfModel(coarse, {
    ...{ boxPixels, boxAngstrom, zDim: params.zDim },
    ...{ restraintStrength: params.restraintStrength, layers: params.decoderLayers, width: params.decoderDim },
  });
  return { ...begun, field, atoms: { file, chains, origin: null, sigmaAngstrom } };
}

/** The largest along an axis, of 3N positions in Å. */
export function extentAngstrom(positions: Float32Array): number {
  return Math.max(...[0, 1, 2].map((axis) => extentAlong(positions, axis)));
}

function extentAlong(positions: Float32Array, axis: number): number {
  let [least, most] = [Infinity, -Infinity];
  for (let at = axis; at < positions.length; at += 3) {
    least = Math.min(least, positions[at]);
    most = Math.max(most, positions[at]);
  }
  return most - least;
}
