// What a fitted linear model leaves in its run's folder: weights.N.pkl and z.N.pkl like any epoch N (its iterations), the means once
// more as z.pkl (N×q and nothing else), the posterior covariances (covariance.npy, N × q(q+1)/2, lower triangles row by row), of each image
// its log evidence over one structure and, where it was estimated, its contrast (evidence.npy, contrast.npy, N each), and how the fit went
// and what its halves say of it (linear.json).
import * as v from 'valibot';
import { noOptimizer } from '../field/maps/checkpoint.ts';
import type { LinearDescription } from '../field/linear/description.ts';
import { writeLatentsPickle } from '../formats/cryodrgn-pickles.ts';
import { readNpy, writeNpy } from '../formats/npy.ts';
import { NumpyArray } from '../formats/numpy-arrays.ts';
import type { LinearFit } from '../inference/linear/fit.ts';
import { writeJson } from './arrays.ts';
import { readFitQuality } from './fit-quality.ts';
import { readRecord } from './records.ts';
import type { RunFolder } from './runs.ts';

const REPORT = 'linear.json';
const CONTRAST = 'contrast.npy';
const EVIDENCE = 'evidence.npy';

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const LINEAR_REPORT = v.object({
  version: v.literal(1),
  /** q. */
  components: count,
  /** Passes over the images. */
  iterations: count,
  /** q: norm of each component over that of the mean map, descending. */
  scree: v.array(finite),
  /** Mean log evidence of an image over that of the mean map alone. */
  evidenceGain: finite,
  /** Components that both halves of the images give, and the q canonical correlations between the halves'. */
  reproducible: count,
  correlations: v.array(finite),
  /** Mean log evidence over one structure of images that the model has not seen, and its standard error. */
  heldOutGain: finite,
  heldOutError: finite,
  /** Of the images' contrasts; 1 and 0 where they were not estimated. */
  contrast: v.object({ mean: finite, standardDeviation: finite }),
  /** One an iteration; older versions kept none. */
  history: v.optional(
    v.array(v.object({ iteration: count, bandPixels: count, evidenceGain: finite, seconds: finite })),
  ),
});

/** linear.json. */
export type LinearReport = v.InferOutput<typeof LINEAR_REPORT>;

/**
 * Files of a fit to the particles whose model `field` describes; its weights last, so that a run that has those is whole. Errors:
 * 'value-out-of-range' for what is not finite, 'storage'.
 */
export async function saveLinearFit(run: RunFolder, field: LinearDescription, fit: LinearFit): Promise<LinearReport> {
  const { iterations, weights, latents } = fit;
  const { components: q } = field;
  await run.storage.write(run.path('z.pkl'), writeLatentsPickle(q, latents.mu, null));
  const covariance = new NumpyArray([fit.contrast.length, (q * (q + 1)) / 2], fit.covariance);
  await run.storage.write(run.path('covariance.npy'), writeNpy(covariance));
  const { contrast, evidenceGain } = fit;
  if (field.contrast) await writeNumbers(run, CONTRAST, contrast);
  await writeNumbers(run, EVIDENCE, evidenceGain);
  const report = reportOf(fit);
  await writeJson(run.storage, run.path(REPORT), report);
  const state = { field, weights, optimizer: noOptimizer() };
  const checkpoint = { ...state, epoch: iterations, latents, history: [] };
  await run.saveCheckpoint(field, checkpoint, { learningRate: 0, weightDecay: 0 }, 1);
  return report;
}

function writeNumbers(run: RunFolder, name: string, values: Float32Array): Promise<void> {
  return run.storage.write(run.path(name), writeNpy(new NumpyArray([values.length], values)));
}

/** What a fit says of each image, N each; null where it was not estimated, or not kept by an older version. */
export interface ImageFits {
  /** 1 in the mean. */
  contrast: Float32Array | null;
  /** Log evidence over that of the mean map alone. */
  evidenceGain: Float32Array | null;
  /** Power of what the run leaves of it over that of the noise, where that was checked. */
  quality: Float32Array | null;
}

/** The first two are null where the run is no linear model. Errors: those of reading. */
export async function readImageFits(run: RunFolder): Promise<ImageFits> {
  const read = async (name: string): Promise<Float32Array | null> => {
    const bytes = await run.storage.read(run.path(name));
    return bytes && readNpy(bytes, name).toFloat32();
  };
  return { contrast: await read(CONTRAST), evidenceGain: await read(EVIDENCE), quality: await readFitQuality(run) };
}

function reportOf({ scree, iterations, evidenceGain, reproducibility, contrast, history }: LinearFit): LinearReport {
  const { reproducible, correlations, heldOutGain, heldOutError } = reproducibility;
  const [mean, squares] = [meanOf(contrast), meanOf(contrast.map((value) => value * value))];
  return {
    ...{ version: 1, components: scree.length, iterations, scree: Array.from(scree) },
    ...{ evidenceGain: meanOf(evidenceGain), reproducible, correlations: Array.from(correlations) },
    ...{ heldOutGain, heldOutError },
    contrast: { mean, standardDeviation: Math.sqrt(Math.max(0, squares - mean * mean)) },
    history,
  };
}

const meanOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Null where the run has not been fitted. Errors: 'record-newer', 'record-damaged'. */
export function readLinearReport(run: RunFolder): Promise<LinearReport | null> {
  return readRecord<LinearReport>(run.storage, run.path(REPORT), { version: 1, schema: LINEAR_REPORT });
}
