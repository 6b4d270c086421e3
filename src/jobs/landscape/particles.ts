// All particles in volume space: exact where maps are sums of a few, else learned from maps decoded at latents of particles drawn at random, of
// which the components are kept and the maps are not. What is held out says how right it is.
import { Random } from '../../geometry/random.ts';
import { componentsOfGram } from '../../landscape/volumes/gram-components.ts';
import { regressionOf } from '../../landscape/volumes/regression.ts';
import { throwIfCancelled } from '../../base/errors.ts';
import { readFloats, readJson, writeArray, writeJson } from '../../library/arrays.ts';
import type { JobOptions } from '../progress.ts';
import {
  basesOf,
  distanceLatents,
  mapsOf,
  part,
  requireLandscape,
  saved,
  workOf,
  type LandscapeRun,
} from './landscape-job.ts';
import { byComponents, homogeneityOf } from './homogeneity.ts';
import { rowsTaken } from './pair-distances.ts';
import { LandscapeFolder } from './landscape-folder.ts';
import type { Landscape, ParticleVolumes } from './landscape.ts';
import type { ParticleSettings } from './settings.ts';
import { readLandscapeMap, landscapeFiles } from './state-maps.ts';
import type { BaseMaps } from './summed-maps.ts';
import { maskedGram, scoresOfMap, volumeAxes, type VolumeAxes } from './volume-space.ts';

/** Maps decoded between two times that their components are written. */
const WRITE_EVERY = 200;

/** The landscape with the volume components of its particles. Errors: 'file-missing' without a landscape, 'cancelled'. */
export async function withParticles(of: LandscapeRun, settings: ParticleSettings, job: JobOptions): Promise<Landscape> {
  const landscape = await requireLandscape(of);
  const axes = await axesOf(of, landscape, settings.components, part(job, 0, 0.05));
  const base = await basesOf(of, landscape.sketch.boxPixels);
  const particles = base
    ? exactScores(base, axes, of.latents.mu)
    : await learnedScores(of, landscape, { axes, settings }, part(job, 0.05, 1));
  const by = await distanceLatents(of, base);
  const { sketch, states } = landscape;
  const homogeneity = await homogeneityOf(
    { z: by.z, dimensions: by.zDim, rows: rowsTaken(states), most: sketch.rows.length },
    byComponents(particles),
    { seed: landscape.settings.sketch.seed, ...(job.signal && { signal: job.signal }) },
  );
  const next = { ...landscape.settings, particles: settings };
  return saved(of, { ...landscape, settings: next, particles, homogeneity });
}

/** The first components of a kept landscape as directions. */
async function axesOf(
  of: LandscapeRun,
  landscape: Landscape,
  components: number,
  job: JobOptions,
): Promise<VolumeAxes> {
  const { sketch, dendrogram } = landscape;
  const base = await basesOf(of, sketch.boxPixels);
  const maps = (await mapsOf(of, sketch, base)).only(dendrogram.maps);
  const folder = new LandscapeFolder(of.run, of.latents.epoch);
  const { values: mask } = await readLandscapeMap(folder, landscapeFiles.mask);
  const gram = await maskedGram(maps, mask, workOf(part(job, 0, 0.5)));
  const found = componentsOfGram(gram, maps.count, components);
  return volumeAxes(maps, mask, found, components, workOf(part(job, 0.5, 1)));
}

/** K×F: components of the base maps, and K of the mean: a component of a map is linear in its factors. */
export function linearScores({ maps }: BaseMaps, axes: VolumeAxes): { ofBases: Float64Array; ofMean: Float64Array } {
  const { components, voxels, weights, mean } = axes;
  const ofBases = new Float64Array(components * maps.length);
  const ofMean = new Float64Array(components);
  for (let k = 0; k < components; k++) {
    const axis = axes.axes.subarray(k * voxels.length, (k + 1) * voxels.length);
    maps.forEach((map, f) => {
      let sum = 0;
      for (let i = 0; i < voxels.length; i++) sum += axis[i] * weights[i] * map[voxels[i]];
      ofBases[k * maps.length + f] = sum;
    });
    for (let i = 0; i < voxels.length; i++) ofMean[k] += axis[i] * mean[i];
  }
  return { ofBases, ofMean };
}

function exactScores(base: BaseMaps, axes: VolumeAxes, mu: Float32Array): ParticleVolumes {
  const { components } = axes;
  const size = base.maps.length;
  const { ofBases, ofMean } = linearScores(base, axes);
  const factors = base.factorsOf(mu);
  const count = factors.length / size;
  const scores = new Float32Array(count * components);
  for (let i = 0; i < count; i++)
    for (let k = 0; k < components; k++) {
      let sum = -ofMean[k];
      for (let f = 0; f < size; f++) sum += ofBases[k * size + f] * factors[i * size + f];
      scores[i * components + k] = sum;
    }
  const heldOutR2 = new Float32Array(components).fill(1);
  return { components, scores, heldOutR2, learnedFrom: 0, how: 'exact' };
}

interface Learning {
  axes: VolumeAxes;
  settings: ParticleSettings;
}

async function learnedScores(
  of: LandscapeRun,
  landscape: Landscape,
  { axes, settings }: Learning,
  job: JobOptions,
): Promise<ParticleVolumes> {
  const { latents } = of;
  const { zDim, mu } = latents;
  const { components } = axes;
  const { sketch, pca, dendrogram } = landscape;
  const rows = rowsToDecode(landscape, settings.trainMaps);
  const decoded = await decodedScores(of, landscape, { axes, rows }, part(job, 0, 0.9));
  const maps = dendrogram.maps;
  const z = new Float32Array((maps.length + rows.length) * zDim);
  const scores = new Float64Array((maps.length + rows.length) * components);
  maps.forEach((map, i) => {
    z.set(sketch.z.subarray(map * zDim, (map + 1) * zDim), i * zDim);
    for (let k = 0; k < components; k++) scores[i * components + k] = pca.scores[map * pca.components + k];
  });
  rows.forEach((row, i) => z.set(mu.subarray(row * zDim, (row + 1) * zDim), (maps.length + i) * zDim));
  scores.set(decoded, maps.length * components);
  const { seed } = landscape.settings.sketch;
  const learned = await regressionOf({ z, zDim, scores, components }, { seed, ...workOf(part(job, 0.9, 1)) });
  const { heldOutR2, learnedFrom, predict } = learned;
  return { components, scores: predict(mu), heldOutR2, learnedFrom, how: 'learned' };
}

/** Particles drawn at random of those whose maps take part and that are not of the sketch. */
function rowsToDecode({ sketch, states, settings }: Landscape, trainMaps: number): Uint32Array {
  const count = sketch.mapOfParticle.length;
  const own = new Set(sketch.rows);
  const order = new Random(settings.sketch.seed, 5).permutation(count);
  return order.filter((row) => !own.has(row) && states.ofMap[sketch.mapOfParticle[row]] >= 0).slice(0, trainMaps);
}

/** Maps are decoded, told by their components and forgotten; what an earlier call told with the same mask is kept. */
async function decodedScores(
  of: LandscapeRun,
  { sketch, settings, pca }: Landscape,
  { axes, rows }: { axes: VolumeAxes; rows: Uint32Array },
  { signal, onProgress }: JobOptions,
): Promise<Float64Array> {
  const { storage, folder } = new LandscapeFolder(of.run, of.latents.epoch);
  const { zDim, mu } = of.latents;
  const { components } = axes;
  const [record, values] = [`${folder}/training.json`, `${folder}/training.f32`];
  // The share of the first component tells masks of one name apart.
  const { mask, states } = settings;
  const key = JSON.stringify([settings.sketch, mask, states.excludedMaps, components, pca.explainedVariance[0]]);
  const known =
    (await readJson<{ key: string }>(storage, record))?.key === key ? await readFloats(storage, values) : null;
  const scores = new Float32Array(rows.length * components);
  const first = Math.min(rows.length, known ? known.length / components : 0);
  if (known) scores.set(known.subarray(0, first * components));
  const keep = async (done: number): Promise<void> => {
    await writeArray(storage, values, scores.slice(0, done * components));
    await writeJson(storage, record, { key });
  };
  const silent: JobOptions = signal ? { signal } : {};
  const start = performance.now();
  for (let i = first; i < rows.length; i++) {
    throwIfCancelled(signal);
    const left = i > first ? ((performance.now() - start) / 1000 / (i - first)) * (rows.length - i) : null;
    const words = left === null ? '' : `, ${Math.ceil(left)} s left`;
    onProgress?.({
      fraction: i / rows.length,
      message: `Decoding map ${i + 1} of ${rows.length} to learn from${words}`,
    });
    const z = mu.slice(rows[i] * zDim, (rows[i] + 1) * zDim);
    scores.set(scoresOfMap(axes, await of.decode(z, sketch.boxPixels, silent)), i * components);
    if ((i + 1) % WRITE_EVERY === 0) await keep(i + 1);
  }
  if (rows.length > first) await keep(rows.length);
  return Float64Array.from(scores);
}
