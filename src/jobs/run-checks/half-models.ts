// Two models, each of every second image: fitted once and kept as runs in the run's folder, so that a check that was broken off goes on
// after the models that it has, and other checks read them too.
import { VitrineError } from '../../base/errors.ts';
import { fitLinear } from '../../inference/linear/fit-linear.ts';
import { newId } from '../../library/arrays.ts';
import { saveLinearFit } from '../../library/linear-files.ts';
import { jobOf, type RunRecord } from '../../library/run-record.ts';
import { RunFolder } from '../../library/runs.ts';
import { defaultParams, LINEAR_DEFAULTS, PRESETS, type Params } from '../../params/params.ts';
import { kindOfMethod } from '../../field/kinds.ts';
import { linearPlan } from '../linear-plan.ts';
import { fieldOfRun, linearData, writeRunFolder, type RunParticles } from '../run-particles.ts';
import { trainRun } from '../train-job.ts';
import { VALIDATE_FOLDER } from './check.ts';
import { particlesAt, type CheckOptions, type CheckWork } from './check-work.ts';

/** Rows of half A (0) and half B (1): every second one. */
export function halfRows(count: number): [Uint32Array, Uint32Array] {
  const of = (half: number) => Uint32Array.from({ length: Math.ceil((count - half) / 2) }, (_, i) => 2 * i + half);
  return [of(0), of(1)];
}

/** Folders of both models, fitted where they were not; `name` tells sets of images from each other ('halves', 'phases-8'). */
export async function halfModels(
  work: CheckWork,
  particles: RunParticles,
  name: string,
  options: CheckOptions,
): Promise<[RunFolder, RunFolder]> {
  const method = options.method ?? 'linear';
  const folders: RunFolder[] = [];
  for (const [half, rows] of halfRows(particles.images.count).entries()) {
    const folder = new RunFolder(
      work.run.storage,
      work.run.path(`${VALIDATE_FOLDER}/${method}-${name}-${half === 0 ? 'a' : 'b'}`),
    );
    await fitModel(work, folder, particlesAt(particles, rows), {
      ...options,
      onProgress: ({ fraction, message }) =>
        options.onProgress?.({
          fraction: fraction === null ? null : (half + fraction) / 2,
          message: `Half ${half === 0 ? 'A' : 'B'}: ${message}`,
        }),
    });
    folders.push(folder);
  }
  return [folders[0], folders[1]];
}

/**
 * A model of these particles in a folder, unless one of the same parameters was finished there; one of others (another seed, more passes)
 * goes. Error 'cancelled', after which a network goes on from its epoch.
 */
export async function fitModel(
  { record, openEngine }: CheckWork,
  folder: RunFolder,
  particles: RunParticles,
  options: CheckOptions,
): Promise<void> {
  const { method = 'linear', signal, onProgress } = options;
  const wanted = modelRecord(record, particles, options);
  const kept = await keptModel(folder, wanted);
  if (kept?.status === 'finished') return;
  const own = kept ?? wanted;
  if (method === 'network') {
    if (!kept) {
      await folder.writeRecord(own);
      await writeRunFolder(folder, own, particles);
    }
    const ended = await trainRun(
      folder,
      openEngine,
      particles,
      { ...(signal && { signal }) },
      {
        onEvent: (event) => {
          if (event.type !== 'epoch') return;
          const { epoch } = event.summary;
          const { epochs } = own.params;
          onProgress?.({ fraction: epoch / epochs, message: `epoch ${epoch} of ${epochs}` });
        },
        skipChoosing: AbortSignal.abort(),
      },
    );
    if (ended.status !== 'finished') throw new VitrineError('cancelled', 'Cancelled.');
    return;
  }
  const field = fieldOfRun(own, particles);
  if (field.kind !== 'linear') throw new VitrineError('usage', 'This is not a run of a linear model.');
  const plan = linearPlan(own.params, { from: 'sphere', wider: 0 });
  const fit = await fitLinear(await openEngine(), plan, linearData(particles, own.imagePixels), {
    signal,
    onProgress: ({ iteration, iterations }) =>
      onProgress?.({ fraction: iteration / iterations, message: `iteration ${iteration} of ${iterations}` }),
  });
  await folder.writeRecord({ ...own, status: 'running' });
  await writeRunFolder(folder, { ...own, status: 'running' }, particles);
  await saveLinearFit(folder, field, fit);
  await folder.update({ status: 'finished' });
}

/** The record of a model that was begun with the same parameters and images; another's folder is removed. */
async function keptModel(folder: RunFolder, wanted: RunRecord): Promise<RunRecord | null> {
  const kept = await folder.record();
  if (!kept) return null;
  const isSame = (Object.keys(wanted.params) as (keyof Params)[]).every(
    (key) => kept.params[key] === wanted.params[key],
  );
  if (isSame && kept.particles === wanted.particles && kept.fingerprint === wanted.fingerprint) return kept;
  await folder.storage.remove(folder.folder);
  return null;
}

/**
 * At the run's box. A network has the parameters of the run where that is a network of known poses, but reads its latents from the images,
 * so that each half's model reads those of the other; of other runs it is the one of "Quick look".
 */
function modelRecord(run: RunRecord, particles: RunParticles, { method, epochs, seed }: CheckOptions): RunRecord {
  const { error: _error, notices: _notices, kernels: _kernels, ...rest } = run;
  const base = { ...defaultParams(), invertData: run.params.invertData, window: run.params.window };
  const own: Params =
    method === 'network'
      ? {
          ...(run.kind === 'network' && run.job === 'train' ? run.params : { ...base, ...PRESETS.quick.values }),
          ...{ zDim: Math.max(1, run.params.zDim), latents: 'encoder' },
        }
      : // A mask about the particle correlates halves by itself, further out than its own width says: the sphere does not.
        { ...base, ...LINEAR_DEFAULTS, chain: 'none', mask: 'sphere' };
  const params: Params = {
    ...own,
    boxPixels: particles.images.boxPixels,
    windowRadius: run.params.windowRadius,
    seed: seed ?? 0,
    ...(epochs !== undefined && { epochs }),
  };
  return {
    ...rest,
    ...{ id: newId(), name: `${run.name}, checked`, created: new Date().toISOString() },
    ...{ kind: kindOfMethod(params), job: jobOf(params), status: 'running', epochsDone: 0, history: [] },
    ...{ particles: particles.images.count, params },
  };
}
