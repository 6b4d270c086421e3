// A linear model from its parameters to a run folder: fitted to posed images in one go, so that a run that was broken off begins
// anew. A chain may follow it (chain-job.ts), without which it is whole. Statuses are those of a training (train-job.ts).
import type { Engine } from '../engine/engine.ts';
import type { ChainShape } from '../engine/factors/chain-basis.ts';
import { VitrineError } from '../base/errors.ts';
import { fitLinear } from '../inference/linear/fit-linear.ts';
import { LatentSample } from '../inference/linear/latent-sample.ts';
import { turnsOf } from '../inference/train.ts';
import type { TrainingControl } from '../inference/training.ts';
import { saveLinearFit } from '../library/linear-files.ts';
import type { RunRecord } from '../library/run-record.ts';
import type { RunFolder } from '../library/runs.ts';
import { maskPlan } from './given-mask.ts';
import { linearPlan } from './linear-plan.ts';
import { chainRun, type ChainWork } from './chain-job.ts';
import type { TrainJobHooks } from './train-job.ts';
import { fieldOfRun, linearData, type RunParticles } from './run-particles.ts';
import { toVitrineError } from './failures.ts';

const ADVICE = {
  memory: 'Fit at a smaller box or fewer components, or on the CPU.',
  device: 'Start the run anew.',
};

/** What a linear model is fitted to, and where. */
export interface LinearWork {
  /** The engine that is open, or a new one. */
  openEngine: () => Promise<Engine>;
  /** With the noise that was measured of their images. */
  particles: RunParticles;
  /** Where the chain's run of this id is kept. */
  chainFolder: (id: string) => RunFolder;
}

/** What a linear model's run tells and is told while it is fitted. */
export interface LinearJobHooks extends Pick<TrainJobHooks, 'onEvent' | 'onIdle'> {
  /** The linear model is whole and kept; a chain may follow. */
  onFitted?: (record: RunRecord) => void;
  /** A chain of this shape is being fitted. */
  onChainShape?: (shape: ChainShape) => void;
  /** A chain was fitted: a run of its own. */
  onChain?: (chain: RunRecord) => void;
}

/**
 * Fits the run of `run` from its beginning. Resolves to the record as it ended: 'finished', or 'interrupted' where the signal
 * aborted before there was a model; a chain that could not be fitted is a notice in it. Errors other than cancellation are written to
 * the record ('failed') and thrown: 'device-lost', 'out-of-memory', 'storage', 'value-out-of-range'.
 */
export async function linearRun(
  run: RunFolder,
  { openEngine, particles, chainFolder }: LinearWork,
  control: TrainingControl,
  hooks: LinearJobHooks,
): Promise<RunRecord> {
  let record = await run.update({ status: 'running', error: undefined });
  const onIdle = turnsOf(control, hooks.onEvent, hooks);
  const fitted = async (): Promise<ChainWork> => {
    const field = fieldOfRun(record, particles);
    if (field.kind !== 'linear') throw new VitrineError('usage', 'This is not a run of a linear model.');
    const plan = linearPlan(record.params, await maskPlan(run, record));
    const engine = await openEngine();
    record = await run.update({ device: engine.device });
    const data = linearData(particles, record.imagePixels);
    const sample = new LatentSample(data.images.count, plan.components);
    const fit = await fitLinear(engine, plan, data, {
      signal: control.signal,
      onLatents: (numbers, latents) => sample.take(numbers, latents),
      onProgress: (progress, { mean, mapPixels }) => {
        const picture = { latents: sample.taken(), stride: sample.stride, mean, mapPixels };
        hooks.onEvent({ type: 'linear', progress, picture });
      },
      onIdle,
    });
    await saveLinearFit(run, field, fit);
    record = await run.update({ status: 'finished' });
    hooks.onFitted?.(record);
    return { linear: run, record, engine, particles, data, fit, folderOf: chainFolder };
  };
  let work: ChainWork;
  try {
    work = await fitted();
  } catch (error) {
    if (error instanceof VitrineError && error.code === 'cancelled') return run.update({ status: 'interrupted' });
    const known = toVitrineError(error, ADVICE);
    await run.update({ status: 'failed', error: known.toData() }).catch(() => {});
    throw known;
  }
  try {
    const chain = await chainRun(work, { signal: control.signal, onIdle, onShape: hooks.onChainShape });
    if (chain) hooks.onChain?.(chain);
    return record;
  } catch (error) {
    if (control.signal?.aborted) return record;
    const known = toVitrineError(error, ADVICE);
    const notice = { ...known.toData(), message: `No chain was fitted. ${known.message}` };
    return run.update({ notices: [...(record.notices ?? []), notice] });
  }
}
