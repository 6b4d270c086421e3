// The mask inside of which a landscape's maps are compared. One that a person gave is copied into the landscape's folder: another may be drawn or
// chosen for the run later, and the tree is still made again in the mask that the components are of.
import type { NamedBlob } from '../../formats/particles.ts';
import type { RunFolder } from '../../library/runs.ts';
import { chosenMask } from '../given-mask.ts';
import { keptMasks } from '../kept-masks.ts';
import { readMask } from '../mask-file.ts';
import { maskOfRun } from '../run-mask.ts';
import type { LandscapeFolder } from './landscape-folder.ts';
import type { Landscape, WithinMaskOrigin } from './landscape.ts';
import type { LandscapeMaskSettings } from './settings.ts';

/** That mask: what it is, its factors at the landscape's box, and the file to keep where a person gave it. */
export interface WithinMask {
  origin: WithinMaskOrigin;
  /** D³; null where none was given. */
  values: Float32Array | null;
  file: NamedBlob | null;
}

const COPY = 'within_mask.mrc';

/** As it is kept for the run now. Errors: 'usage' for a run without a mask, 'file-missing' where none was drawn or chosen, those of readMask. */
export async function takenMask(
  run: RunFolder,
  { boxPixels, pixelSizeAngstrom }: Landscape['sketch'],
  { within }: LandscapeMaskSettings,
): Promise<WithinMask> {
  if (within === 'none') return { origin: { kind: 'none' }, values: null, file: null };
  if (within === 'run') return { origin: { kind: 'run' }, values: await maskOfRun(run, null, boxPixels), file: null };
  const file = await chosenMask(run, within);
  const values = await readMask(file, { boxPixels, pixelSizeAngstrom });
  const kept = await keptMasks(run);
  const origin: WithinMaskOrigin =
    within === 'drawn'
      ? { kind: 'drawn', ...(kept.drawn ?? { shapes: [], edgeAngstrom: 0 }) }
      : { kind: 'file', name: kept.file?.name ?? file.path };
  return { origin, values, file };
}

/** As the landscape has it, whatever was drawn or chosen since. Errors: those of takenMask. */
export async function sameMask(
  run: RunFolder,
  folder: LandscapeFolder,
  { sketch, settings, mask }: Landscape,
): Promise<WithinMask> {
  const path = folder.path(COPY);
  const blob = mask.within.kind === 'none' || mask.within.kind === 'run' ? null : await folder.storage.openBlob(path);
  // An older version kept no copy.
  if (!blob) return takenMask(run, sketch, settings.mask);
  const file = { path: COPY, blob };
  return { origin: mask.within, values: await readMask(file, sketch), file };
}

/** Copies it; what the landscape had before goes. Error 'storage'. */
export async function keepWithinMask(folder: LandscapeFolder, { file }: WithinMask): Promise<void> {
  const path = folder.path(COPY);
  if (!file) return folder.storage.remove(path);
  await folder.storage.write(path, new Uint8Array(await file.blob.arrayBuffer()));
}
