// The landscape of a run in the space of its maps (Zhong's thesis, 6.2): particles that stand for all, their maps decoded once and kept, a mask,
// components, a tree and states. What comes after the maps decodes nothing: other masks, states or maps left out are seconds.
import { VitrineError } from '../../base/errors.ts';
import type { LongWork } from '../../base/long-work.ts';
import { principalComponents } from '../../landscape/pca.ts';
import { umapOf } from '../../landscape/umap.ts';
import { classicalScaling, componentsOfGram } from '../../landscape/volumes/gram-components.ts';
import { sketchOf } from '../../landscape/volumes/sketch.ts';
import { fingerprintLatents } from '../../library/analyses/analyses.ts';
import { readIndices, writeArray, writeJson, readJson } from '../../library/arrays.ts';
import { mapPixelSize, type RunFolder } from '../../library/runs.ts';
import { linearStartOf } from '../linear-start.ts';
import type { JobOptions } from '../progress.ts';
import { keepMaps, openKeptMaps } from './kept-maps.ts';
import { LandscapeFolder } from './landscape-folder.ts';
import type { Landscape, LandscapeSketch, LandscapeStates } from './landscape.ts';
import { keepMapDistances, keptMapDistances, mapDistances } from './map-distances.ts';
import type { MapSet } from './map-set.ts';
import { extentOf, landscapeMask } from './mask.ts';
import { MOST_BOX_PIXELS, MOST_COMPONENTS } from './settings.ts';
import type { DendrogramCut, LandscapeMaskSettings, LandscapeSettings, StateSettings } from './settings.ts';
import { writeLandscapeMaps } from './state-maps.ts';
import { dendrogramOf, statesAt } from './states.ts';
import { baseMapsOf, mapCoordinates, summedMaps, type BaseMaps } from './summed-maps.ts';
import { maskedGram } from './volume-space.ts';
import { keepWithinMask, sameMask, takenMask, type WithinMask } from './within-mask.ts';

/** A run whose landscape is made: its latents, and how a map is decoded where its maps are no sums. */
export interface LandscapeRun {
  run: RunFolder;
  /** Of the run's maps. */
  boxPixels: number;
  pixelSizeAngstrom: number;
  latents: { epoch: number; zDim: number; mu: Float32Array };
  /** Micrograph of each particle, N, where that is known: what a bootstrap draws. */
  micrographs?: () => Promise<ArrayLike<number> | null>;
  /** D³ at a latent. */
  decode(z: Float32Array, boxPixels: number, job: JobOptions): Promise<Float32Array>;
}

/** Side of a landscape's maps. Error 'value-out-of-range' for one that is odd or larger than the run's. */
export function landscapeBox({ boxPixels }: LandscapeRun, wanted: number | null): number {
  if (wanted === null) return Math.min(boxPixels, MOST_BOX_PIXELS);
  if (Number.isInteger(wanted) && wanted >= 4 && wanted % 2 === 0 && wanted <= boxPixels) return wanted;
  throw new VitrineError('value-out-of-range', `Maps of the run cannot be decoded at ${wanted} voxels.`, {
    field: '--box',
    expected: `an even number from 4 to ${boxPixels}`,
    found: String(wanted),
  });
}

/** The maps that the run's model adds up, at the landscape's box; null for others. */
export function basesOf(of: LandscapeRun, boxPixels: number): Promise<BaseMaps | null> {
  const { run, latents, pixelSizeAngstrom } = of;
  return baseMapsOf(run, latents.epoch, boxPixels, pixelSizeAngstrom);
}

/** The whole, from latents to states; goes on with maps that an earlier call with the same sketch has kept. */
export async function makeLandscape(
  of: LandscapeRun,
  settings: LandscapeSettings,
  job: JobOptions,
): Promise<Landscape> {
  if (of.latents.zDim < 1) throw new VitrineError('usage', 'The run has one structure and no latents.');
  const boxPixels = landscapeBox(of, settings.sketch.boxPixels);
  const base = await basesOf(of, boxPixels);
  const sketch = await keptSketch(of, settings, { boxPixels, base }, part(job, 0, 0.05));
  if (!base) await decodeSketch(of, sketch, part(job, 0.05, 0.85));
  const maps = await mapsOf(of, sketch, base);
  const { projections: _, ...ofLatents } = await principalComponents(of.latents.mu, of.latents.zDim);
  const before: BeforeAnalysis = {
    ...{ epoch: of.latents.epoch, settings, created: new Date().toISOString(), sketch },
    maps: base ? 'components' : 'decoded',
    latentExplainedVariance: ofLatents.explainedVariance,
    within: await takenMask(of.run, sketch, settings.mask),
  };
  return analysed(of, maps, before, part(job, base ? 0.05 : 0.85, 1));
}

/** The landscape that is kept of these latents; null where there is none. */
export async function keptLandscape({ run, latents }: LandscapeRun): Promise<Landscape | null> {
  return new LandscapeFolder(run, latents.epoch).read(await fingerprintLatents(latents.mu));
}

/** Other voxels; particles in volume space are of the old ones and go. */
export async function remasked(of: LandscapeRun, mask: LandscapeMaskSettings, job: JobOptions): Promise<Landscape> {
  const kept = await requireLandscape(of);
  return again(of, kept, { ...kept.settings, mask }, { within: await takenMask(of.run, kept.sketch, mask), job });
}

/** Another linkage, metric, cut, or other maps left out. */
export async function reclustered(of: LandscapeRun, states: StateSettings, job: JobOptions): Promise<Landscape> {
  const kept = await requireLandscape(of);
  const same = String(kept.settings.states.excludedMaps) === String(states.excludedMaps);
  const within = await sameMask(of.run, new LandscapeFolder(of.run, of.latents.epoch), kept);
  const next = await again(of, kept, { ...kept.settings, states }, { within, job });
  if (!same) return next;
  const { particles, homogeneity, freeEnergy } = kept;
  return saved(of, { ...next, particles, homogeneity, freeEnergy });
}

/** States at another cut of the kept tree; nothing is written. */
export async function statesAtCut(of: LandscapeRun, cut: DendrogramCut): Promise<LandscapeStates> {
  const kept = await requireLandscape(of);
  const distances = await keptMapDistances(new LandscapeFolder(of.run, of.latents.epoch), kept);
  return statesAt(kept.dendrogram, distances, kept.sketch, cut);
}

/** Error 'file-missing' where none is kept. */
export async function requireLandscape(of: LandscapeRun): Promise<Landscape> {
  const kept = await keptLandscape(of);
  if (kept) return kept;
  throw new VitrineError('file-missing', 'The run keeps no landscape of these latents.', {
    file: 'landscape.json',
    advice: 'Make it first: vitrine landscape, or States in Explore.',
  });
}

/** Keeps it. */
export async function saved({ run, latents }: LandscapeRun, landscape: Landscape): Promise<Landscape> {
  await new LandscapeFolder(run, latents.epoch).write(landscape, await fingerprintLatents(latents.mu));
  return landscape;
}

/** The sketch's maps. Error 'file-missing' where they are no longer kept. */
export async function mapsOf(of: LandscapeRun, sketch: LandscapeSketch, base: BaseMaps | null): Promise<MapSet> {
  return base ? summedMaps(base, sketch.z) : openKeptMaps(placeOfMaps(of, sketch));
}

/** Latents in which distances count as those of maps: by the run's own sums, those of the linear model that it began at, or as they are. */
export async function distanceLatents(
  of: LandscapeRun,
  base: BaseMaps | null,
): Promise<{ z: Float32Array; zDim: number }> {
  const { mu, zDim } = of.latents;
  const sums = base ?? (await linearStart(of));
  return sums ? { z: mapCoordinates(sums, mu), zDim: sums.maps.length } : { z: mu, zDim };
}

async function linearStart({ run, latents }: LandscapeRun): Promise<BaseMaps | null> {
  const start = linearStartOf(run);
  if ((await start.epochs()).length === 0) return null;
  const base = await baseMapsOf(start, null, null);
  return base?.latentDimension === latents.zDim ? base : null;
}

/** Progress of a part of the work. */
export function part({ signal, onProgress }: JobOptions, from: number, to: number): JobOptions {
  return {
    ...(signal && { signal }),
    onProgress: ({ fraction, message }) =>
      onProgress?.({ fraction: fraction === null ? null : from + (to - from) * fraction, message }),
  };
}

/** The same for computations. */
export function workOf({ signal, onProgress }: JobOptions): LongWork {
  return { ...(signal && { signal }), onProgress: (fraction, message) => onProgress?.({ fraction, message }) };
}

function placeOfMaps({ run, latents }: LandscapeRun, { rows, boxPixels, pixelSizeAngstrom }: LandscapeSketch) {
  const { storage, folder } = new LandscapeFolder(run, latents.epoch);
  return { storage, folder: `${folder}/maps`, count: rows.length, boxPixels, pixelSizeAngstrom };
}

interface SketchPlace {
  boxPixels: number;
  base: BaseMaps | null;
}

/** As an earlier call with the same latents and settings has chosen it, else anew: then maps that are kept go. */
async function keptSketch(
  of: LandscapeRun,
  { sketch: settings }: LandscapeSettings,
  { boxPixels, base }: SketchPlace,
  job: JobOptions,
): Promise<LandscapeSketch> {
  const { run, latents } = of;
  const { mu, zDim, epoch } = latents;
  const { storage, folder } = new LandscapeFolder(run, epoch);
  const key = JSON.stringify({ ...settings, boxPixels, fingerprint: await fingerprintLatents(mu) });
  const [record, labels] = [`${folder}/sketch.json`, `${folder}/sketch_nearest.u32`];
  const known = await readJson<{ key: string; rows: number[] }>(storage, record);
  const nearest = known?.key === key ? await readIndices(storage, labels) : null;
  const chosen =
    known && nearest
      ? { rows: Uint32Array.from(known.rows), mapOfParticle: nearest }
      : await distanceLatents(of, base).then((by) => sketchOf(by.z, by.zDim, settings, workOf(job)));
  if (!nearest) {
    await storage.remove(`${folder}/maps`);
    await writeArray(storage, labels, chosen.mapOfParticle);
    await writeJson(storage, record, { key, rows: [...chosen.rows] });
  }
  const particles = new Uint32Array(chosen.rows.length);
  for (const map of chosen.mapOfParticle) particles[map]++;
  const z = new Float32Array(chosen.rows.length * zDim);
  chosen.rows.forEach((row, m) => z.set(mu.subarray(row * zDim, (row + 1) * zDim), m * zDim));
  const pixelSizeAngstrom = mapPixelSize(of.boxPixels, of.pixelSizeAngstrom, boxPixels);
  return { rows: chosen.rows, mapOfParticle: chosen.mapOfParticle, particles, zDim, z, boxPixels, pixelSizeAngstrom };
}

async function decodeSketch(of: LandscapeRun, sketch: LandscapeSketch, job: JobOptions): Promise<void> {
  const { z, zDim, boxPixels } = sketch;
  const at = (map: number) => z.slice(map * zDim, (map + 1) * zDim);
  const silent: JobOptions = job.signal ? { signal: job.signal } : {};
  await keepMaps(placeOfMaps(of, sketch), (map) => of.decode(at(map), boxPixels, silent), job);
}

type BeforeAnalysis = Pick<Landscape, 'epoch' | 'settings' | 'created' | 'sketch' | 'maps'> & {
  latentExplainedVariance: Float32Array;
  within: WithinMask;
};

async function again(
  of: LandscapeRun,
  kept: Landscape,
  settings: LandscapeSettings,
  { within, job }: { within: WithinMask; job: JobOptions },
): Promise<Landscape> {
  const { epoch, sketch, maps, pca } = kept;
  const base = await basesOf(of, sketch.boxPixels);
  const { latentExplainedVariance } = pca;
  const before = { epoch, settings, created: new Date().toISOString(), sketch, maps, latentExplainedVariance, within };
  return analysed(of, await mapsOf(of, sketch, base), before, job);
}

/** From maps to states. */
async function analysed(
  of: LandscapeRun,
  all: MapSet,
  { latentExplainedVariance, within, ...before }: BeforeAnalysis,
  job: JobOptions,
): Promise<Landscape> {
  const { sketch, settings } = before;
  const taken = mapsTaken(all.count, settings.states.excludedMaps);
  const maps = all.only(taken);
  const mask = await landscapeMask(maps, settings.mask, within.values, workOf(part(job, 0, 0.2)));
  const gram = await maskedGram(maps, mask, workOf(part(job, 0.2, 0.5)));
  const found = componentsOfGram(gram, maps.count, MOST_COMPONENTS);
  const distances = mapDistances(gram, maps.count, settings.states.metric);
  const dendrogram = dendrogramOf(distances.own, taken, settings.states);
  const states = statesAt(dendrogram, distances, sketch, settings.states.cut);
  const spread = <T extends ArrayLike<number>>(values: T, width: number): Float32Array => {
    const table = new Float32Array(all.count * width).fill(NaN);
    taken.forEach((map, i) => {
      for (let k = 0; k < width; k++) table[map * width + k] = values[i * width + k];
    });
    return table;
  };
  const scores = Float32Array.from(found.scores);
  const { seed } = settings.sketch;
  const umap = await umapOf(scores, found.components, {
    seed,
    neighbours: Math.min(15, maps.count),
    ...workOf(part(job, 0.5, 0.6)),
  });
  const mds = classicalScaling(distances.own, maps.count, 2);
  const landscape: Landscape = {
    ...before,
    mask: { ...extentOf(mask, maps), within: within.origin },
    pca: {
      components: found.components,
      scores: spread(scores, found.components),
      explainedVariance: Float32Array.from(found.explainedVariance),
      latentExplainedVariance,
    },
    ...{ dendrogram, states, mds: spread(mds, 2), umap: spread(umap, 2) },
    ...{ particles: null, homogeneity: null, freeEnergy: null, path: null },
  };
  const folder = new LandscapeFolder(of.run, of.latents.epoch);
  await writeLandscapeMaps(folder, { landscape, maps, taken, mask, found }, part(job, 0.6, 1));
  await keepMapDistances(folder, distances.own, maps.count);
  await keepWithinMask(folder, within);
  return saved(of, landscape);
}

/** Error 'value-out-of-range' where fewer than two are left. */
function mapsTaken(count: number, excluded: readonly number[]): Uint32Array {
  const out = new Set(excluded);
  const taken = Uint32Array.from(Array.from({ length: count }, (_, m) => m).filter((m) => !out.has(m)));
  if (taken.length >= 3) return taken;
  throw new VitrineError('value-out-of-range', 'Too many maps are left out.', {
    field: '--exclude',
    expected: '3 maps or more that stay',
    found: String(taken.length),
  });
}
