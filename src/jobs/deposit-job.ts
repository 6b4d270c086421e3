// A state of a run as a deposition: map and half maps of exactly its images by backprojection, the list of them, and its share.
import { VitrineError } from '../base/errors.ts';
import type { SetRows } from '../base/particle-identity.ts';
import type { Engine } from '../engine/engine.ts';
import type { ParticleSet } from '../formats/particles.ts';
import type { RunRecord } from '../library/run-record.ts';
import type { RunFolder } from '../library/runs.ts';
import { voxelsOfMass } from '../validation/contour.ts';
import { populations } from '../validation/population-error.ts';
import { backprojectMaps, splitOfSet, type BackprojectedMap } from './backproject-job.ts';
import { depositionBundle } from './deposition.ts';
import { exportSelection } from './export.ts';
import { micrographsOf } from './micrographs.ts';
import type { JobOptions } from './progress.ts';
import { trainingData, type RunParticles } from './run-particles.ts';

/** A state: rows of the run's set. */
export interface DepositChoice {
  name: string;
  rows: SetRows;
  massKilodalton?: number | null;
}

/** A run and its prepared images, in the order of its set; the engine sums factors. */
export interface DepositWork {
  engine: Engine;
  run: RunFolder;
  record: RunRecord;
  particles: RunParticles;
  set: ParticleSet;
}

/**
 * Poses are those that the run found where it has some. Errors: 'value-out-of-range' for no particles or a mass that does not fit into
 * the box, those of backprojectMaps and of writing lists.
 */
export async function depositState(
  { engine, run, record, particles, set }: DepositWork,
  { name, rows, massKilodalton = null }: DepositChoice,
  { signal, onProgress }: JobOptions = {},
): Promise<{ zip: Blob; contour: number; resolutionAngstrom: number }> {
  if (rows.length === 0)
    throw new VitrineError('value-out-of-range', 'There are no particles to deposit a state of.', {
      expected: 'a selection of the particles of the run',
    });
  const { count, boxPixels: side } = particles.images;
  if (massKilodalton !== null) voxelsOfMass(massKilodalton, record.pixelSizeAngstrom, side ** 3);
  const chosen = Uint32Array.from(rows);
  const job = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const poses = (await run.poses(record.epochsDone)) ?? particles.poses;
  const { pixelSizeAngstrom, params } = record;
  const split = splitOfSet(set, 'auto', 0);
  const found: BackprojectedMap[] = [];
  const data = trainingData({ ...particles, poses }, record.imagePixels);
  await backprojectMaps(
    {
      ...{ engine, split, pixelSizeAngstrom, data: { ...data, groupOf: set.opticsGroupOf } },
      window: { isOn: params.window, radius: params.windowRadius },
    },
    [{ name, images: { rows: chosen, weights: null } }],
    { ...job, onMap: (map) => void found.push(map) },
  );
  const [{ boxPixels, map, halves, mask, halfImages }] = found;
  const labels = new Uint8Array(count);
  for (const row of chosen) labels[row] = 1;
  const micrographs = micrographsOf(set, count);
  const share = populations(labels, { groups: micrographs }).find(({ label }) => label === 1);
  const kind = set.table?.kind;
  const list = kind
    ? { name: `particles.${kind}`, bytes: exportSelection(set, rows, kind) }
    : { name: 'ind.pkl', bytes: exportSelection(set, rows, 'ind.pkl') };
  return depositionBundle(
    {
      ...{ name, runName: record.name, boxPixels, pixelSizeAngstrom, map, halves, mask, particles: list },
      ...{ massKilodalton, total: count, shareError: share?.standardError ?? 0 },
      ...{ halfImages, splitBy: split.by, drawn: micrographs ? 'micrographs' : 'particles' },
    },
    job,
  );
}
