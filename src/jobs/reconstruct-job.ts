// Maps at latents of a run from its images themselves (inference/regression), whatever kind of landscape the latents are of.
import { VitrineError } from '../base/errors.ts';
import type { Engine, Weights } from '../engine/engine.ts';
import { chainBasis, chainDimension } from '../engine/factors/chain-basis.ts';
import { triangle } from '../engine/factors/points.ts';
import type { FieldDescription } from '../field/description.ts';
import { latentDimension } from '../field/kinds.ts';
import { writeMrcVolume } from '../formats/mrc-write.ts';
import { affineBasis, type LatentBasis, type UncertainLatents } from '../inference/regression/latents.ts';
import type { RegressionData } from '../inference/regression/mean-model.ts';
import { reconstructAt } from '../inference/regression/reconstruct.ts';
import { readCovariances } from '../library/posteriors.ts';
import type { EpochLatents, RunFolder } from '../library/runs.ts';
import type { Storage } from '../library/storage.ts';
import { fsc, resolutionPixels } from '../validation/fsc.ts';
import type { JobOptions } from './progress.ts';
import { trainingData, type RunParticles } from './run-particles.ts';

/** What maps are made from. */
export interface ReconstructWork {
  engine: Engine;
  run: RunFolder;
  /** Prepared as the run's, in its order. */
  particles: RunParticles;
  /** Side of the original images. */
  imagePixels: number;
  /** Å of a voxel. */
  pixelSizeAngstrom: number;
  /** The last where null. */
  epoch: number | null;
}

/** A shell of a map, from how many images, and how halves of them agree. */
export interface ReconstructedShell {
  /** Å; shell 0 has none. */
  resolutionAngstrom: number | null;
  /** Images that the width chosen for it meets; 0 where nothing was added to the mean model's map. */
  images: number;
  /** 0 … 1: how much of what the width gives was added. */
  share: number;
  /** Of the maps of two halves of the images, inside the mask. */
  fsc: number;
}

/** A map at a latent: values D³ in the units of the original images. */
export interface Reconstruction {
  boxPixels: number;
  map: Float32Array;
  halves: [Float32Array, Float32Array];
  /** Images whose uncertainty holds the latent. */
  images: number;
  /** Å at which the halves' FSC falls below 0.143. */
  resolutionAngstrom: number;
  shells: ReconstructedShell[];
}

const HALF_MAP_THRESHOLD = 0.143;
/** Of latents without uncertainty: their variance as part of that of all latents. */
const UNKNOWN_VARIANCE = 0.05;

/**
 * At each of `targets`, from `images` images or as many as halves of them agree on. Errors: 'file-missing' for a run without latents,
 * 'usage' for one structure, for tilt pairs, or an engine that has no factor sums, 'count-mismatch', 'value-out-of-range',
 * 'cancelled', 'out-of-memory'.
 */
export async function reconstructMaps(
  work: ReconstructWork,
  targets: readonly ArrayLike<number>[],
  { images = null, signal, onProgress }: JobOptions & { images?: number | null } = {},
): Promise<Reconstruction[]> {
  const { engine, particles, pixelSizeAngstrom } = work;
  const data = await regressionData(work);
  const { boxPixels, standardDeviation } = particles.images;
  let [message, before] = ['', 0];
  const found = await reconstructAt(engine, data, targets, {
    images,
    signal,
    onStage: (stage) => {
      message = stage === 'mean' ? 'Looking at all images' : 'Looking at the images around';
      before = stage === 'mean' ? 0 : 0.5;
    },
    onImages: (done, total) => onProgress?.({ fraction: before + (0.5 * done) / total, message }),
  });
  const scaled = (map: Float32Array) => map.map((value) => value * standardDeviation);
  return found.map(({ map, halves: [first, second], images: near, shells }) => {
    const curve = fsc(first, second, boxPixels);
    return {
      ...{ boxPixels, map: scaled(map), halves: [scaled(first), scaled(second)], images: near },
      resolutionAngstrom: pixelSizeAngstrom * resolutionPixels(curve, HALF_MAP_THRESHOLD),
      shells: Array.from(shells.images, (count, shell) => ({
        resolutionAngstrom: shell === 0 ? null : (boxPixels * pixelSizeAngstrom) / shell,
        images: count,
        share: shells.share[shell],
        fsc: curve.values[shell],
      })),
    };
  });
}

async function regressionData({ run, particles, imagePixels, epoch }: ReconstructWork): Promise<RegressionData> {
  if (particles.isTiltPairs)
    throw new VitrineError('usage', 'Maps cannot be made from the images of tilt pairs.', {
      advice: 'Decode a map instead.',
    });
  const field = await run.field();
  if (latentDimension(field) === 0)
    throw new VitrineError('usage', 'The run has one structure and no latents.', { advice: 'Decode its map instead.' });
  const kept = await run.latents(epoch);
  if (!kept)
    throw new VitrineError('file-missing', 'The run keeps no latents.', {
      file: epoch === null ? 'z.N.pkl' : `z.${epoch}.pkl`,
    });
  const { images } = particles;
  if (kept.count !== images.count)
    throw new VitrineError('count-mismatch', 'The images are not those of the run.', {
      expected: `${kept.count} images`,
      found: String(images.count),
    });
  const own = await run.poses(kept.epoch);
  const data = trainingData(own ? { ...particles, poses: own } : particles, imagePixels);
  if (field.kind === 'network' || field.kind === 'atoms') {
    const spread = spreadOf(kept);
    return { ...data, latents: await uncertain(run, kept), basis: affineBasis(kept.zDim, spread), contrast: false };
  }
  const { weights } = (await run.loadCheckpoint(kept.epoch)).checkpoint;
  return {
    ...data,
    latents: { ...(await uncertain(run, kept)), period: latentPeriod(field) },
    basis: basisOf(field),
    contrast: field.contrast,
    spectra: { noise: part(weights, 'noise').slice(0, images.boxPixels / 2), power: part(weights, 'power') },
    maps: { terms: termsOf(weights, images.boxPixels), mask: part(weights, 'mask') },
  };
}

/** Where latents of a field run in a circle, its length. */
export function latentPeriod(field: FieldDescription): number | undefined {
  return field.kind === 'chain' && field.shape === 'circle' ? 2 : undefined;
}

function basisOf(field: Exclude<FieldDescription, { kind: 'network' | 'atoms' }>): LatentBasis {
  if (field.kind === 'linear') return affineBasis(field.components);
  const { shape, terms } = field;
  const at = (s: ArrayLike<number>) => {
    const inside = (value: number) => (shape === 'circle' ? value : Math.max(-1, Math.min(1, value)));
    return chainBasis(
      shape,
      terms,
      Array.from({ length: chainDimension(shape) }, (_, a) => inside(s[a])),
    );
  };
  return { terms, share: 0.5, reach: 0, at };
}

function part(weights: Weights, name: string): Float32Array {
  return weights.get(name)?.data ?? new Float32Array(0);
}

/** Of a linear model its mean map and components, of a chain its maps: D³ each. */
function termsOf(weights: Weights, boxPixels: number): Float32Array[] {
  const voxels = boxPixels ** 3;
  const mean = part(weights, 'mean');
  const all = mean.length > 0 ? [mean, part(weights, 'components')] : [part(weights, 'terms')];
  return all.flatMap((maps) =>
    Array.from({ length: maps.length / voxels }, (_, a) => maps.subarray(a * voxels, (a + 1) * voxels)),
  );
}

function spreadOf({ mu, zDim, count }: EpochLatents): { mean: Float64Array; deviation: Float64Array } {
  const mean = new Float64Array(zDim);
  const deviation = new Float64Array(zDim);
  for (let i = 0; i < mu.length; i++) mean[i % zDim] += mu[i] / count;
  for (let i = 0; i < mu.length; i++) deviation[i % zDim] += (mu[i] - mean[i % zDim]) ** 2 / count;
  return { mean, deviation: deviation.map((value) => Math.sqrt(value) || 1) };
}

/** The covariances that a linear model keeps, else the variances of an encoder, else a small part of the spread of all latents. */
async function uncertain(run: RunFolder, latents: EpochLatents): Promise<UncertainLatents> {
  const { zDim, count, mu, logVariance } = latents;
  const pairs = triangle(zDim, 0);
  const known = { dimension: zDim, mean: mu };
  const kept = await readCovariances(run, { zDim, count });
  if (kept) return { ...known, covariance: kept };
  const { deviation } = spreadOf(latents);
  const covariance = new Float32Array(count * pairs);
  for (let i = 0; i < count; i++)
    for (let a = 0; a < zDim; a++)
      covariance[i * pairs + triangle(a, a)] = logVariance
        ? Math.exp(logVariance[i * zDim + a])
        : UNKNOWN_VARIANCE * deviation[a] ** 2;
  return { ...known, covariance };
}

/** A written map and how it was made. */
export interface WrittenReconstruction extends Omit<Reconstruction, 'map' | 'halves' | 'boxPixels'> {
  file: string;
  halves: [string, string];
  latent: number[];
}

/**
 * Writes vol_001.mrc … with the maps of the halves (halves/vol_001_half1.mrc), a table of the shells (vol_001.csv), and all but the maps as
 * reconstruct.json. Error: 'storage'.
 */
export async function writeReconstructions(
  found: readonly Reconstruction[],
  targets: readonly ArrayLike<number>[],
  { storage, pixelSizeAngstrom }: { storage: Storage; pixelSizeAngstrom: number },
): Promise<WrittenReconstruction[]> {
  const written: WrittenReconstruction[] = [];
  for (const [i, { boxPixels, map, halves, ...rest }] of found.entries()) {
    const name = `vol_${String(i + 1).padStart(3, '0')}`;
    const files = [`${name}.mrc`, `halves/${name}_half1.mrc`, `halves/${name}_half2.mrc`] as const;
    for (const [k, values] of [map, ...halves].entries())
      await storage.write(files[k], writeMrcVolume({ boxPixels, pixelSizeAngstrom, values }));
    await storage.write(`${name}.csv`, shellsCsv(rest.shells));
    written.push({ file: files[0], halves: [files[1], files[2]], latent: Array.from(targets[i]), ...rest });
  }
  await storage.write('reconstruct.json', `${JSON.stringify({ version: 1, maps: written }, null, 1)}\n`);
  return written;
}

function shellsCsv(shells: readonly ReconstructedShell[]): string {
  const rows = shells.map(({ resolutionAngstrom, images, share, fsc: value }, shell) =>
    [shell, resolutionAngstrom?.toFixed(3) ?? '', images, share.toFixed(4), value.toFixed(4)].join(','),
  );
  return `${['shell,resolution_angstrom,images,share,fsc', ...rows].join('\n')}\n`;
}
