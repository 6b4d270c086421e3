// A state of a run as a deposition: its map and half maps from the images at its mean latent, its particles, its share.
import { VitrineError } from '../base/errors.ts';
import type { SetRows } from '../base/particle-identity.ts';
import type { ParticleSet } from '../formats/particles.ts';
import { populations } from '../validation/population-error.ts';
import { depositionBundle } from './deposition.ts';
import { exportSelection } from './export.ts';
import { micrographsOf } from './micrographs.ts';
import type { JobOptions } from './progress.ts';
import { reconstructMaps, type ReconstructWork } from './reconstruct-job.ts';

/** A state: rows of the run's set. */
export interface DepositChoice {
  name: string;
  runName: string;
  rows: SetRows;
  massKilodalton?: number | null;
}

/** Errors: 'value-out-of-range' for no particles, those of reconstructMaps and of writing lists. */
export async function depositState(
  work: ReconstructWork,
  set: ParticleSet,
  { name, runName, rows, massKilodalton = null }: DepositChoice,
  { signal, onProgress }: JobOptions = {},
): Promise<{ zip: Blob; contour: number; resolutionAngstrom: number }> {
  const latents = await work.run.latents(work.epoch);
  const chosen = Array.from(rows);
  if (!latents || chosen.length === 0)
    throw new VitrineError('value-out-of-range', 'There are no particles to deposit a state of.', {
      expected: 'a run with latents, and a selection of its particles',
    });
  const { mu, zDim, count } = latents;
  const mean = new Float64Array(zDim);
  for (const row of chosen) for (let d = 0; d < zDim; d++) mean[d] += mu[row * zDim + d] / chosen.length;
  const job = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const [{ boxPixels, map, halves }] = await reconstructMaps(work, [mean], job);
  const labels = new Uint8Array(count);
  for (const row of chosen) labels[row] = 1;
  const micrographs = micrographsOf(set, count);
  const share = populations(labels, { groups: micrographs }).find(({ label }) => label === 1);
  const kind = set.table?.kind;
  const particles = kind
    ? { name: `particles.${kind}`, bytes: exportSelection(set, rows, kind) }
    : { name: 'ind.pkl', bytes: exportSelection(set, rows, 'ind.pkl') };
  const { pixelSizeAngstrom } = work;
  return depositionBundle(
    {
      ...{ name, runName, boxPixels, pixelSizeAngstrom, map, halves, particles, massKilodalton },
      ...{ count: chosen.length, total: count, shareError: share?.standardError ?? 0 },
      drawn: micrographs ? 'micrographs' : 'particles',
    },
    job,
  );
}
