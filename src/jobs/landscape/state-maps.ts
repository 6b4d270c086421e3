// Maps that a landscape leaves in its folder: mask, mean, mean and standard deviation of each state weighted by particles, volume components.
import { throwIfCancelled, VitrineError } from '../../base/errors.ts';
import { readMrcVolume } from '../../formats/mrc-volume.ts';
import { writeMrcVolume } from '../../formats/mrc-write.ts';
import type { GramComponents } from '../../landscape/volumes/gram-components.ts';
import type { JobOptions } from '../progress.ts';
import { readJson, writeJson } from '../../library/arrays.ts';
import type { RunFolder } from '../../library/runs.ts';
import { LandscapeFolder } from './landscape-folder.ts';
import type { Landscape } from './landscape.ts';
import { expanded, forParts, type MapSet } from './map-set.ts';
import { onBox, volumeAxes } from './volume-space.ts';

/** What maps are made of. */
export interface LandscapeParts {
  landscape: Landscape;
  /** Those that take part, and their places in the sketch. */
  maps: MapSet;
  taken: Uint32Array;
  mask: Float32Array;
  found: GramComponents;
}

/** Components that are kept as maps. */
const EIGENVOLUMES = 10;

/** Least and greatest score of the maps along each component. */
const ENDS = 'volume_pc_ends.json';

const two = (number: number): string => String(number).padStart(2, '0');
/** Names of the files, as cryoDRGN's from 0 for states; components from 1, as they are called. */
export const landscapeFiles = {
  mask: 'mask.mrc',
  mean: 'mean.mrc',
  stateMean: (state: number) => `state_${two(state)}_mean.mrc`,
  stateDeviation: (state: number) => `state_${two(state)}_sd.mrc`,
  eigenvolume: (component: number) => `volume_pc${component + 1}.mrc`,
  maskedMean: 'masked_mean.mrc',
};

/** Writes them; those of states that are no more go. Errors: 'cancelled', 'storage'. */
export async function writeLandscapeMaps(
  folder: LandscapeFolder,
  parts: LandscapeParts,
  job: JobOptions,
): Promise<void> {
  const { landscape, maps, taken, mask, found } = parts;
  const { boxPixels, pixelSizeAngstrom } = maps;
  const write = (name: string, values: Float32Array, label: string): Promise<void> =>
    folder.storage.write(folder.path(name), writeMrcVolume({ boxPixels, pixelSizeAngstrom, values, label }));
  for (const { name } of await folder.storage.list(folder.folder))
    if (/^(state_\d+_(mean|sd)|volume_pc\d+)\.mrc$/.test(name)) await folder.storage.remove(folder.path(name));
  await write(landscapeFiles.mask, mask, 'mask, factors 0 to 1');
  const { states, sketch } = landscape;
  const mean = new Float32Array(boxPixels ** 3);
  const total = states.particles.reduce((a, b) => a + b, 0);
  for (let state = 0; state < states.count; state++) {
    throwIfCancelled(job.signal);
    job.onProgress?.({
      fraction: state / (states.count + 1),
      message: `Maps of state ${state + 1} of ${states.count}`,
    });
    const own = Uint32Array.from(Array.from(taken.keys()).filter((i) => states.ofMap[taken[i]] === state));
    const weights = Float64Array.from(own, (i) => sketch.particles[taken[i]]);
    const ofState = await momentsOf(maps.only(own), weights, job);
    await write(landscapeFiles.stateMean(state), ofState.mean, `state ${state}, mean`);
    await write(landscapeFiles.stateDeviation(state), ofState.deviation, `state ${state}, standard deviation`);
    const share = states.particles[state] / total;
    for (let v = 0; v < mean.length; v++) mean[v] += share * ofState.mean[v];
  }
  await write(landscapeFiles.mean, mean, 'mean of all maps, by particles');
  const axes = await volumeAxes(maps, mask, found, EIGENVOLUMES, job.signal ? { signal: job.signal } : {});
  await write(landscapeFiles.maskedMean, onBox(axes, axes.mean, boxPixels), 'mean of the masked maps');
  const { components, voxels } = axes;
  const scoresOf = (k: number) => Array.from(taken.keys(), (i) => found.scores[i * found.components + k]);
  const ends = Array.from({ length: components }, (_, k) => [Math.min(...scoresOf(k)), Math.max(...scoresOf(k))]);
  await writeJson(folder.storage, folder.path(ENDS), ends);
  for (let k = 0; k < components; k++)
    await write(
      landscapeFiles.eigenvolume(k),
      onBox(axes, axes.axes.subarray(k * voxels.length, (k + 1) * voxels.length), boxPixels),
      `volume component ${k + 1}, unit length`,
    );
}

/** A map that is kept, D³. Error 'file-missing'. */
export async function readLandscapeMap(folder: LandscapeFolder, name: string) {
  const blob = await folder.storage.openBlob(folder.path(name));
  if (blob) return readMrcVolume({ path: name, blob });
  throw new VitrineError('file-missing', 'The landscape keeps no such map.', {
    file: name,
    advice: 'Make the landscape again.',
  });
}

async function momentsOf(maps: MapSet, weights: Float64Array, { signal }: JobOptions) {
  const mean = new Float32Array(maps.boxPixels ** 3);
  const deviation = new Float32Array(mean.length);
  const sum = weights.reduce((a, b) => a + b, 0);
  // Maps for which no particle stands count alike.
  const shares = sum > 0 ? weights.map((weight) => weight / sum) : weights.map(() => 1 / weights.length);
  await forParts(
    maps,
    null,
    ({ from, to, values }) => {
      const all = expanded(maps, values);
      const width = to - from;
      for (let m = 0; m < maps.count; m++)
        for (let v = 0; v < width; v++) mean[from + v] += shares[m] * all[m * width + v];
      for (let m = 0; m < maps.count; m++)
        for (let v = 0; v < width; v++) deviation[from + v] += shares[m] * (all[m * width + v] - mean[from + v]) ** 2;
      for (let v = from; v < to; v++) deviation[v] = Math.sqrt(deviation[v]);
    },
    { ...(signal && { signal }), message: 'Maps of states' },
  );
  return { mean, deviation };
}

/** A map that a landscape keeps, by what it is. */
export type LandscapeMapName =
  | { kind: 'mask' }
  /** Of all maps of the sketch, weighted by particles. */
  | { kind: 'mean' }
  /** Mean and standard deviation over the maps of a state, weighted by particles. */
  | { kind: 'state-mean'; state: number }
  | { kind: 'state-sd'; state: number }
  /** A volume component, from 0, of unit length in the mask. */
  | { kind: 'eigenvolume'; component: number }
  /** The masked mean and a multiple of a volume component, from the least (0) to the greatest score (1) of the maps. */
  | { kind: 'along'; component: number; at: number };

/** That map at the landscape's box. Errors: 'file-missing'. */
export async function landscapeMap(run: RunFolder, epoch: number, name: LandscapeMapName) {
  const folder = new LandscapeFolder(run, epoch);
  if (name.kind === 'mask') return readLandscapeMap(folder, landscapeFiles.mask);
  if (name.kind === 'mean') return readLandscapeMap(folder, landscapeFiles.mean);
  if (name.kind === 'state-mean' || name.kind === 'state-sd') {
    const file = name.kind === 'state-mean' ? landscapeFiles.stateMean : landscapeFiles.stateDeviation;
    return readLandscapeMap(folder, file(name.state));
  }
  const axis = await readLandscapeMap(folder, landscapeFiles.eigenvolume(name.component));
  if (name.kind === 'eigenvolume') return axis;
  const mean = await readLandscapeMap(folder, landscapeFiles.maskedMean);
  const ends = (await readJson<[number, number][]>(folder.storage, folder.path(ENDS)))?.[name.component] ?? [0, 0];
  const score = ends[0] + name.at * (ends[1] - ends[0]);
  return { ...mean, values: mean.values.map((value, v) => value + score * axis.values[v]) };
}
