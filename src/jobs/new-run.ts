// The record of a run that begins: the one place that makes it.
import { kindOfMethod } from '../field/kinds.ts';
import { newId } from '../library/arrays.ts';
import { jobOf, RUN_RECORD_VERSION, type RunFiles, type RunRecord } from '../library/run-record.ts';
import { mapPixelSize } from '../library/runs.ts';
import type { Params } from '../params/params.ts';
import { imageOptionsOf } from './prepare.ts';

/** The particles of a run, as its record names them. */
export interface RunSet {
  /** Where the library keeps the set. */
  datasetId: string;
  datasetName: string;
  /** Where a command line found it; null in the studio. */
  files: RunFiles | null;
  particles: number;
  /** Side of the original images and their pixel size. */
  imagePixels: number;
  pixelSizeAngstrom: number;
  fingerprint: string;
}

/** What a run is begun with; all else of its record follows from it. */
export interface NewRun {
  name: string;
  params: Params;
  set: RunSet;
}

/** Marked as running, nothing done. */
export function newRunRecord({ name, params, set }: NewRun): RunRecord {
  const { boxPixels } = imageOptionsOf(params, set.imagePixels);
  return {
    version: RUN_RECORD_VERSION,
    kind: kindOfMethod(params),
    job: jobOf(params),
    id: newId(),
    name,
    created: new Date().toISOString(),
    datasetId: set.datasetId,
    datasetName: set.datasetName,
    files: set.files,
    params,
    status: 'running',
    epochsDone: 0,
    history: [],
    device: null,
    particles: set.particles,
    imagePixels: set.imagePixels,
    boxPixels,
    pixelSizeAngstrom: mapPixelSize(set.imagePixels, set.pixelSizeAngstrom, boxPixels),
    standardDeviation: 0,
    fingerprint: set.fingerprint,
  };
}
