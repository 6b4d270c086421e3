// Maps of two models at matched latents: of groups of images that lie together in the first one's latents, the map of each model at the mean
// of what it says of those very images. Neither model's coordinates need mean what the other's do.
import { fsc } from '../../validation/fsc.ts';
import type { Engine } from '../../engine/engine.ts';
import { abilitiesOf } from '../../field/kinds.ts';
import { encodeAll } from '../../inference/encode-all.ts';
import type { RunFolder } from '../../library/runs.ts';
import { firstPrincipalComponent } from '../../validation/latent-score.ts';
import { decodeAt, loadModel } from '../decode-job.ts';
import type { JobOptions } from '../progress.ts';
import { trainingData, type RunParticles } from '../run-particles.ts';

/** Places along the first principal component, and the share of the images about each. */
const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];
const GROUP_SHARE = 0.04;

/** Latents of all images as a model reads them. */
export interface ReadLatents {
  mu: Float32Array;
  zDim: number;
}

/** FSC of two models' maps of the same images, and what both say of all images. */
export interface MatchedMaps {
  /** D/2 values each, of states from one end of the first component to the other. */
  curves: Float64Array[];
  /** Rows that the states are of. */
  groups: Uint32Array[];
  latents: [ReadLatents, ReadLatents];
}

/** `particles`: all images that both read. Errors: those of loading and decoding, 'cancelled'. */
export async function matchedMaps(
  engine: Engine,
  folders: readonly [RunFolder, RunFolder],
  particles: RunParticles,
  imagePixels: number,
  { signal, onProgress }: JobOptions = {},
): Promise<MatchedMaps> {
  const { boxPixels } = particles.images;
  const read: ReadLatents[] = [];
  for (const folder of folders) read.push(await readLatents(engine, folder, particles, imagePixels, { signal }));
  const groups = statesAlong(read[0]);
  const maps: Float32Array[][] = [];
  for (const [side, folder] of folders.entries()) {
    const loaded = await loadModel(engine, folder, null);
    try {
      const own: Float32Array[] = [];
      for (const [i, rows] of groups.entries()) {
        onProgress?.({ fraction: (side * groups.length + i) / (2 * groups.length), message: 'Comparing maps' });
        own.push((await decodeAt(loaded, meanLatent(read[side], rows), boxPixels, { signal })).values);
      }
      maps.push(own);
    } finally {
      loaded.model.dispose();
    }
  }
  return {
    curves: groups.map((_, i) => fsc(maps[0][i], maps[1][i], boxPixels).values),
    groups,
    latents: [read[0], read[1]],
  };
}

/** All images as the model of a folder reads them. */
export async function readLatents(
  engine: Engine,
  folder: RunFolder,
  particles: RunParticles,
  imagePixels: number,
  { signal }: JobOptions,
): Promise<ReadLatents> {
  const { model, field } = await loadModel(engine, folder, null);
  try {
    const { poses, ...data } = trainingData(particles, imagePixels);
    const { translations, rotations } = poses;
    const byPose = abilitiesOf(field).encodesByPose;
    const part = { ...data, translations, ...(byPose && { rotations }) };
    const { mu } = await encodeAll(model, part, { ...(signal && { signal }) });
    return { mu, zDim: mu.length / particles.images.count };
  } finally {
    model.dispose();
  }
}

/** Rows about quantiles of the first principal component. */
function statesAlong({ mu, zDim }: ReadLatents): Uint32Array[] {
  const along = firstPrincipalComponent(mu, zDim);
  const order = Uint32Array.from(along.keys()).sort((a, b) => along[a] - along[b]);
  const size = Math.max(1, Math.round(GROUP_SHARE * order.length));
  return QUANTILES.map((quantile) => {
    const from = Math.max(0, Math.min(order.length - size, Math.round(quantile * order.length - size / 2)));
    return order.slice(from, from + size).sort();
  });
}

/** Mean latent of some rows. */
function meanLatent({ mu, zDim }: ReadLatents, rows: Uint32Array): Float32Array {
  const mean = new Float64Array(zDim);
  for (const row of rows) for (let d = 0; d < zDim; d++) mean[d] += mu[row * zDim + d] / rows.length;
  return Float32Array.from(mean);
}
