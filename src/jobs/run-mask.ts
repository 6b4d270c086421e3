// The solvent mask of a run: that of its linear model or chain, of a network whose latents began at a linear model that one's.
import { VitrineError } from '../base/errors.ts';
import { abilitiesOf } from '../field/kinds.ts';
import type { RunFolder } from '../library/runs.ts';
import { maskOnBox } from '../validation/mask.ts';
import { linearStartOf } from './linear-start.ts';

/**
 * Factors 0 … 1 on a box of the run's field of view, boxPixels³ [z][y][x]; of the last epoch where null. Errors: 'usage' where the run has no
 * mask, those of reading its weights.
 */
export async function maskOfRun(run: RunFolder, epoch: number | null, boxPixels: number): Promise<Float32Array> {
  const field = await run.field();
  if (!abilitiesOf(field).hasMask) throw withoutMask();
  if (field.kind !== 'network') return maskOfMaps(run, epoch, boxPixels);
  const linear = linearStartOf(run);
  // One of cryoDRGN's tables of latents began at nothing.
  if ((await linear.epochs()).length === 0) throw withoutMask();
  return maskOfMaps(linear, null, boxPixels);
}

async function maskOfMaps(run: RunFolder, epoch: number | null, boxPixels: number): Promise<Float32Array> {
  const { weights } = (await run.loadCheckpoint(epoch)).checkpoint;
  const mask = weights.get('mask');
  if (!mask) throw withoutMask();
  return maskOnBox(mask.data, mask.shape[0], boxPixels);
}

function withoutMask(): VitrineError {
  return new VitrineError('usage', 'This run has no solvent mask of its own.', {
    field: '--mask',
    expected: 'a linear model, a chain, or a network that began at a linear model',
    advice: 'Give the file of a mask instead.',
  });
}
