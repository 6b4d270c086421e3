// Masks that a person gave, kept in a run's folder as they came: the one that a linear model was fitted with (given_mask.mrc), so that a run
// that begins anew has it; and the one that was chosen on the screen for maps, and for a fit to come (chosen_mask.mrc).
import { VitrineError } from '../base/errors.ts';
import type { NamedBlob } from '../formats/particles.ts';
import type { MaskPlan } from '../inference/linear/mask-plan.ts';
import type { RunRecord } from '../library/run-record.ts';
import type { RunFolder } from '../library/runs.ts';
import { readMask } from './mask-file.ts';

const GIVEN_MASK = 'given_mask.mrc';
const CHOSEN_MASK = 'chosen_mask.mrc';

type Content = Pick<NamedBlob, 'blob'>;

/** Keeps a mask that was read (mask-file.ts). Error 'storage'. */
export function keepGivenMask(run: RunFolder, mask: Content): Promise<void> {
  return keep(run, GIVEN_MASK, mask);
}

/** In the place of one that was chosen before. Error 'storage'. */
export function keepChosenMask(run: RunFolder, mask: Content): Promise<void> {
  return keep(run, CHOSEN_MASK, mask);
}

async function keep(run: RunFolder, name: string, { blob }: Content): Promise<void> {
  await run.storage.write(run.path(name), new Uint8Array(await blob.arrayBuffer()));
}

/** The mask that was chosen, else the one that the run was fitted with. Error 'file-missing' where there is neither. */
export async function chosenMask(run: RunFolder): Promise<NamedBlob> {
  const file = (await kept(run, CHOSEN_MASK)) ?? (await kept(run, GIVEN_MASK));
  if (file) return file;
  throw new VitrineError('file-missing', 'No mask was chosen for this run.', {
    advice: 'Choose the file of a mask first.',
  });
}

async function kept(run: RunFolder, name: string): Promise<NamedBlob | null> {
  const blob = await run.storage.openBlob(run.path(name));
  return blob && { path: name, blob };
}

/**
 * The mask that was chosen for the run `from`, for a linear model that is to be fitted with one; null for other runs. Errors: 'usage' where
 * no run is said, 'file-missing', those of readMask.
 */
export async function maskForFit(record: RunRecord, from: RunFolder | null): Promise<NamedBlob | null> {
  if (record.job !== 'linear' || record.params.mask !== 'file') return null;
  if (!from)
    throw new VitrineError('usage', 'Which mask? A first look with the mask of a file begins on Explore.', {
      field: '--mask',
      advice: 'Choose the file beside the solvent mask of a first look; or let the mask be found.',
    });
  const mask = await chosenMask(from);
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
  const file = await kept(run, GIVEN_MASK);
  if (!file)
    throw new VitrineError('file-missing', 'The mask that the run was to be fitted with is not in its folder.', {
      file: GIVEN_MASK,
      advice: 'Begin anew and give the mask’s file.',
    });
  return { from: 'file', wider, values: await readMask(file, { boxPixels, pixelSizeAngstrom }), boxPixels };
}
