// The solvent mask of a run to be looked at: as it is, or as another fit would have it, and how far it reaches.
import { VitrineError } from '../base/errors.ts';
import { firstMask, maskOfMean } from '../inference/linear/mask-plan.ts';
import { widerMask } from '../inference/linear/solvent-mask.ts';
import type { RunRecord } from '../library/run-record.ts';
import type { RunFolder } from '../library/runs.ts';
import type { Params } from '../params/params.ts';
import { chosenMask } from './given-mask.ts';
import { readMask } from './mask-file.ts';
import { maskOfRun } from './run-mask.ts';

/** A mask of another fit, as its parameters say it; of 'file' the mask that was chosen, of 'drawn' the one that was drawn. */
export interface MaskChoice {
  from: Params['mask'] | 'drawn';
  /** Further out by so much, below 0 further in. */
  widerAngstrom: number;
}

/** How much of its box a mask takes. */
export interface MaskExtent {
  /** From the middle of the box to the furthest voxel inside. */
  reachAngstrom: number;
  /** Of the voxels, 0 … 1. */
  share: number;
}

/** What is told of a run here. */
export type MaskedRun = Pick<RunRecord, 'params' | 'boxPixels' | 'pixelSizeAngstrom'>;

/**
 * The run's mask where `choice` is null; else what that choice comes to by this run's mean map, which a fit finds anew. Errors:
 * 'usage' for a run without a mask, 'file-missing', 'value-out-of-range' where nothing is left of it, those of readMask.
 */
export async function solventMaskFor(
  run: RunFolder,
  { params, boxPixels, pixelSizeAngstrom }: MaskedRun,
  choice: MaskChoice | null,
): Promise<Float32Array> {
  if (!choice) return maskOfRun(run, null, boxPixels);
  const { from, widerAngstrom } = choice;
  const side = boxPixels * pixelSizeAngstrom;
  const wider = widerAngstrom / side;
  if (from === 'sphere') return firstMask({ from, wider }, boxPixels);
  if (from === 'file' || from === 'drawn') {
    const values = await readMask(await chosenMask(run, from), { boxPixels, pixelSizeAngstrom });
    return firstMask({ from: 'file', wider, values, boxPixels }, boxPixels);
  }
  // Runs of older versions say nothing of masks: theirs were found.
  const { mask: own = 'auto', maskDilate = 0 }: Partial<Params> = params;
  if (own === 'auto') {
    const voxels = (widerAngstrom - maskDilate) / pixelSizeAngstrom;
    return holding(widerMask(await maskOfRun(run, null, boxPixels), boxPixels, voxels));
  }
  const mean = (await run.loadCheckpoint(null)).checkpoint.weights.get('mean');
  const found = mean && maskOfMean({ from, wider }, mean.data, boxPixels);
  return found ?? maskOfRun(run, null, boxPixels);
}

function holding(mask: Float32Array): Float32Array {
  if (mask.some((value) => value > 0.5)) return mask;
  throw new VitrineError('value-out-of-range', 'Nothing is left of the solvent mask.', {
    field: '--mask-dilate',
    advice: 'Make it less narrow.',
  });
}

/** Of what lies above one half. */
export function maskExtent(mask: Float32Array, boxPixels: number, pixelSizeAngstrom: number): MaskExtent {
  const half = boxPixels / 2;
  let [squared, inside] = [0, 0];
  for (let z = 0, at = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++)
      for (let x = 0; x < boxPixels; x++, at++) {
        if (!(mask[at] > 0.5)) continue;
        inside++;
        squared = Math.max(squared, (x - half) ** 2 + (y - half) ** 2 + (z - half) ** 2);
      }
  return { reachAngstrom: Math.sqrt(squared) * pixelSizeAngstrom, share: inside / mask.length };
}
