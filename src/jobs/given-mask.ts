// The mask that a linear model was fitted with where a person gave it, kept in the run's folder as it came (given_mask.mrc), so that a run that
// begins anew has it. Masks chosen for a run's maps, and for a fit to come, are kept beside it (kept-masks.ts).
import { VitrineError } from '../base/errors.ts';
import type { NamedBlob } from '../formats/particles.ts';
import type { MaskPlan } from '../inference/linear/mask-plan.ts';
import type { RunRecord } from '../library/run-record.ts';
import type { RunFolder } from '../library/runs.ts';
import { keptMask, openKeptMask, type KeptMaskKind } from './kept-masks.ts';
import { readMask } from './mask-file.ts';

const GIVEN_MASK = 'given_mask.mrc';

/** Keeps a mask that was read (mask-file.ts). Error 'storage'. */
export async function keepGivenMask(run: RunFolder, { blob }: Pick<NamedBlob, 'blob'>): Promise<void> {
  await run.storage.write(run.path(GIVEN_MASK), new Uint8Array(await blob.arrayBuffer()));
}

/** The mask that was drawn; or the file that was chosen, else the one that the run was fitted with. Error 'file-missing' where there is none. */
export async function chosenMask(run: RunFolder, kind: KeptMaskKind): Promise<NamedBlob> {
  const given = kind === 'file' && !(await openKeptMask(run, kind)) ? await givenMask(run) : null;
  return given ?? keptMask(run, kind);
}

async function givenMask(run: RunFolder): Promise<NamedBlob | null> {
  const blob = await run.storage.openBlob(run.path(GIVEN_MASK));
  return blob && { path: GIVEN_MASK, blob };
}

/**
 * The mask that was drawn or chosen for the run `from`, for a linear model that is to be fitted with one; null for other runs. Errors: 'usage'
 * where no run is said, 'file-missing', those of readMask.
 */
export async function maskForFit(
  record: RunRecord,
  from: { run: RunFolder; kind: KeptMaskKind } | null,
): Promise<NamedBlob | null> {
  if (record.job !== 'linear' || record.params.mask !== 'file') return null;
  if (!from)
    throw new VitrineError('usage', 'Which mask? A first look with the mask of a file begins on Explore.', {
      field: '--mask',
      advice: 'Choose the file beside the solvent mask of a first look; or let the mask be found.',
    });
  const mask = await chosenMask(from.run, from.kind);
  await readMask(mask, record);
  return mask;
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
