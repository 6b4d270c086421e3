// What a fitted chain leaves: in its own run's folder weights.1.pkl and z.1.pkl like any epoch (z is the position s) and what was tried
// (chain.json); in the folder of the linear model that it was fitted after, the positions once more (state.pkl, N × 1 or N × 2).
import * as v from 'valibot';
import type { ChainDescription } from '../field/chain/description.ts';
import { latentDimension } from '../field/kinds.ts';
import { noOptimizer } from '../field/maps/checkpoint.ts';
import { writeLatentsPickle } from '../formats/cryodrgn-pickles.ts';
import type { ChainFit } from '../inference/linear/chain.ts';
import { writeJson } from './arrays.ts';
import { readRecord } from './records.ts';
import type { RunFolder } from './runs.ts';

const REPORT = 'chain.json';

/** A chain is fitted in one go: its files are those of epoch 1. */
export const CHAIN_EPOCH = 1;

const finite = v.pipe(v.number(), v.finite());
const shape = v.picklist(['line', 'circle', 'sheet']);

const CHAIN_REPORT = v.object({
  version: v.literal(1),
  shape,
  /** Maps that the functions of the position combine. */
  terms: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Of the shapes that were tried, held-out log evidence an image over a line's and its standard error; empty where the shape was asked for. */
  evidence: v.array(v.object({ shape, gain: finite, error: finite })),
});

/** chain.json. */
export type ChainReport = v.InferOutput<typeof CHAIN_REPORT>;

/** The files of a fit in its own run's folder but for what any run has (writeRunFolder). Error: 'storage'. */
export async function saveChainFit(run: RunFolder, field: ChainDescription, fit: ChainFit): Promise<ChainReport> {
  const { terms, evidence, weights, latents } = fit;
  const report: ChainReport = { version: 1, shape: fit.shape, terms, evidence };
  await writeJson(run.storage, run.path(REPORT), report);
  const z = writeLatentsPickle(latentDimension(field), latents.mu, latents.logVariance);
  await run.storage.write(run.path(`z.${CHAIN_EPOCH}.pkl`), z);
  const checkpoint = { epoch: CHAIN_EPOCH, field, weights, optimizer: noOptimizer() };
  await run.writeWeights(field, checkpoint, { learningRate: 0, weightDecay: 0 });
  return report;
}

/** Positions of the particles along a chain, beside the latents of the linear model that it was fitted after. Error: 'storage'. */
export async function saveState(linear: RunFolder, field: ChainDescription, { latents }: ChainFit): Promise<void> {
  await linear.storage.write(linear.path('state.pkl'), writeLatentsPickle(latentDimension(field), latents.mu, null));
}

/** Null where the run is no chain. Errors: 'record-newer', 'record-damaged'. */
export function readChainReport(run: RunFolder): Promise<ChainReport | null> {
  return readRecord<ChainReport>(run.storage, run.path(REPORT), { version: 1, schema: CHAIN_REPORT });
}
