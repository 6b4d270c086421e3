// A chain of structures after a linear model, into a run of its own: written whole before its record is, so that it is there or not.
import type { Engine } from '../engine/engine.ts';
import type { ChainShape } from '../engine/factors/chain-basis.ts';
import { VitrineError } from '../base/errors.ts';
import { fitChain, type ChainHooks } from '../inference/linear/chain.ts';
import type { LinearData, LinearFit } from '../inference/linear/fit.ts';
import { newId } from '../library/arrays.ts';
import { CHAIN_EPOCH, saveChainFit, saveState } from '../library/chain-files.ts';
import type { RunRecord } from '../library/run-record.ts';
import type { RunFolder } from '../library/runs.ts';
import { fieldOfRun, writeRunFolder, type RunParticles } from './run-particles.ts';

/** A linear model that was fitted, and what it was fitted to. */
export interface ChainWork {
  linear: RunFolder;
  /** Of the linear model's run. */
  record: RunRecord;
  engine: Engine;
  particles: RunParticles;
  data: LinearData;
  fit: LinearFit;
  /** Where a run of this id is kept. */
  folderOf: (id: string) => RunFolder;
}

/**
 * The record of the chain's run; null where none is asked for, or where no component of the linear model reproduces. Errors:
 * 'cancelled', 'out-of-memory', 'storage'.
 */
export async function chainRun(
  { linear, record, engine, particles, data, fit, folderOf }: ChainWork,
  hooks: ChainHooks,
): Promise<RunRecord | null> {
  const { chain, contrast } = record.params;
  if (chain === 'none' || fit.reproducibility.reproducible === 0) return null;
  const found = await fitChain(engine, { shape: chain, contrast }, data, fit, hooks);
  const own = chainRecord(record, found.shape);
  const field = fieldOfRun(own, particles);
  if (field.kind !== 'chain') throw new VitrineError('usage', 'This is not a run of a chain.');
  const run = folderOf(own.id);
  await saveState(linear, field, found);
  await saveChainFit(run, field, found);
  await writeRunFolder(run, own, particles);
  return (await run.record()) ?? own;
}

/** As the linear model's, of which it has the particles. */
function chainRecord(linear: RunRecord, chain: ChainShape): RunRecord {
  const { error: _error, notices: _notices, ...rest } = linear;
  return {
    ...rest,
    ...{ id: newId(), name: `${linear.name}, chain`, created: new Date().toISOString(), kind: 'chain', job: 'chain' },
    ...{ params: { ...linear.params, chain }, status: 'finished', epochsDone: CHAIN_EPOCH, history: [] },
  };
}
