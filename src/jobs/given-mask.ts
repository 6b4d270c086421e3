// The mask that a person gave for the fit of a linear model: kept in the run's folder as it came (given_mask.mrc), so that a run that begins
// anew has it.
import { VitrineError } from '../base/errors.ts';
import type { NamedBlob } from '../formats/particles.ts';
import type { MaskPlan } from '../inference/linear/mask-plan.ts';
import type { RunRecord } from '../library/run-record.ts';
import type { RunFolder } from '../library/runs.ts';
import { readMask } from './mask-file.ts';

const GIVEN_MASK = 'given_mask.mrc';

/** Keeps a mask that was read (mask-file.ts). Error 'storage'. */
export async function keepGivenMask(run: RunFolder, { blob }: Pick<NamedBlob, 'blob'>): Promise<void> {
  await run.storage.write(run.path(GIVEN_MASK), new Uint8Array(await blob.arrayBuffer()));
}

/** Null where none was given. */
export async function givenMask(run: RunFolder): Promise<NamedBlob | null> {
  const blob = await run.storage.openBlob(run.path(GIVEN_MASK));
  return blob && { path: GIVEN_MASK, blob };
}

/** What a run's parameters say of the mask. Errors: 'file-missing' where the file that was given is gone, those of readMask. */
export async function maskPlan(
  run: RunFolder,
  { params, boxPixels, pixelSizeAngstrom }: Pick<RunRecord, 'params' | 'boxPixels' | 'pixelSizeAngstrom'>,
): Promise<MaskPlan> {
  const wider = params.maskDilate / (boxPixels * pixelSizeAngstrom);
  if (params.mask !== 'file') return { from: params.mask, wider };
  const file = await givenMask(run);
  if (!file)
    throw new VitrineError('file-missing', 'The mask that the run was to be fitted with is not in its folder.', {
      file: GIVEN_MASK,
      advice: 'Begin anew and give the mask’s file.',
    });
  return { from: 'file', wider, values: await readMask(file, { boxPixels, pixelSizeAngstrom }), boxPixels };
}
