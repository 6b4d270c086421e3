// Records of runs that are about to go on: new ones, in their folders with the files that they begin from, and kept ones that resume.
import { VitrineError } from '../src/base/errors.ts';
import { kindNamed } from '../src/field/kinds.ts';
import { atomicModelName, keepAtomicModel, readAtomicModel } from '../src/jobs/fold/atomic-model.ts';
import { foldRecord } from '../src/jobs/fold/new-fold.ts';
import { keepGivenMask, maskForFit } from '../src/jobs/given-mask.ts';
import { newRunRecord } from '../src/jobs/new-run.ts';
import type { DatasetRecord } from '../src/library/datasets.ts';
import { fieldOfRecord, jobOf, type RunRecord } from '../src/library/run-record.ts';
import type { RunLibrary } from '../src/library/runs.ts';
import { validateParams, type Params } from '../src/params/params.ts';
import type { MaskOfRun, ModelChoice } from './contract.ts';

/** What a person asks for. */
interface AskedRun {
  name: string;
  params: Params;
}

/** A network, a linear model or an ab initio run. Errors: 'poses-missing', 'value-out-of-range', 'file-missing' for a mask that is not there. */
export async function newRun(
  runs: RunLibrary,
  dataset: DatasetRecord,
  { name, params }: AskedRun,
  maskOf?: MaskOfRun,
): Promise<RunRecord> {
  const checked = validateParams(params);
  const given = jobOf(checked) !== 'ab-initio' || checked.start === 'given';
  if (given && !dataset.hasPoses)
    throw new VitrineError('poses-missing', 'The dataset has no poses, which training needs.', {
      file: dataset.name,
      advice: 'Add the STAR or .cs of a refinement, or a poses.pkl; or find poses from the images: Ab initio.',
    });
  const record = recordOf(dataset, { name, params: checked });
  const mask = await maskForFit(record, maskOf ? { run: runs.folder(maskOf.runId), kind: maskOf.kind } : null);
  const run = runs.folder(record.id);
  await run.writeRecord(record);
  if (mask) await keepGivenMask(run, mask);
  return record;
}

/** An atomic model that begins at a file's. Errors: 'poses-missing', 'atoms-syntax', 'value-out-of-range'. */
export async function newAtomsRun(
  runs: RunLibrary,
  dataset: DatasetRecord,
  { name, params }: AskedRun,
  { chains, file: dropped }: ModelChoice,
): Promise<RunRecord> {
  if (!dataset.hasPoses)
    throw new VitrineError('poses-missing', 'The dataset has no poses, which an atomic model needs.', {
      file: dataset.name,
      advice: 'Find poses from the images first (Ab initio), and add what is exported there.',
    });
  const file = { path: dropped.path, blob: dropped.file };
  const atoms = await readAtomicModel(file, chains);
  const begun = recordOf(dataset, { name, params: validateParams(params) });
  const record = foldRecord(begun, atoms, { file: atomicModelName(file), chains });
  const run = runs.folder(record.id);
  await keepAtomicModel(run, file);
  await run.writeRecord(record);
  return record;
}

/** A kept run that goes on, to `epochs` in all where given. Errors: 'usage' for what does not resume, 'value-out-of-range' where it is done. */
export async function resumedRun(runs: RunLibrary, runId: string, epochs: number | null): Promise<RunRecord> {
  const old = await runs.record(runId);
  const kind = kindNamed(old.kind);
  if (!kind.abilities(fieldOfRecord(old)).resumes && old.epochsDone > 0)
    throw new VitrineError('usage', `The ${kind.title} has been fitted; it does not go on from there.`, {
      advice: 'Start a new run.',
    });
  const params = validateParams({ ...old.params, ...(epochs !== null && { epochs }) });
  if (old.epochsDone >= params.epochs)
    throw new VitrineError('value-out-of-range', `The run has done its ${old.epochsDone} epochs.`, {
      field: '-n',
      expected: `more than ${old.epochsDone}`,
      advice: 'Ask for more epochs to go on.',
    });
  const { error: _error, ...kept } = old;
  return { ...kept, params, status: 'running' };
}

function recordOf(dataset: DatasetRecord, { name, params }: AskedRun): RunRecord {
  return newRunRecord({
    name,
    params,
    set: {
      ...{ datasetId: dataset.id, datasetName: dataset.name, files: null, particles: dataset.particles },
      ...{ imagePixels: dataset.boxPixels, pixelSizeAngstrom: dataset.pixelSizeAngstrom },
      fingerprint: dataset.fingerprint,
    },
  });
}
