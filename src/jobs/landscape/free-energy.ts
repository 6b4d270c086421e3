// Apparent free energy of a run on one to three coordinates: −ln of the density freed of each particle's own uncertainty, with the spread of
// bootstrap draws, and where too few particles stand to say anything.
import { VitrineError } from '../../base/errors.ts';
import { Yielder } from '../../base/long-work.ts';
import { Random } from '../../geometry/random.ts';
import { principalComponents } from '../../landscape/pca.ts';
import {
  deconvolve,
  deconvolved,
  kernelsOf,
  type Kernels,
  type UncertainPoints,
} from '../../landscape/volumes/deconvolved-density.ts';
import { gridFor, PER_CELL, type ChosenGrid, type DensityGrid } from '../../landscape/volumes/density-grid.ts';
import { readCovariances } from '../../library/posteriors.ts';
import type { JobOptions } from '../progress.ts';
import { keptLandscape, part, saved, workOf, type LandscapeRun } from './landscape-job.ts';
import type { FreeEnergy } from './landscape.ts';

/** On which coordinates, and how many draws tell its uncertainty. */
export interface EnergySettings {
  space: 'latent' | 'volume';
  /** One to three components, from 0. */
  axes: number[];
  bootstraps: number;
}

/** What is to be said beside an energy or a path (thesis 4.3.1). */
export const CAUTION =
  'Apparent: −ln of how many particles were picked in each state, after vitrification, picking and orientation have chosen among them. ' +
  'Latents are not a physical coordinate: distances, barriers and paths on them depend on how the run was trained. Check states by maps from their images.';

const LEAST_PARTICLES = 10;
const MOST_DEVIATION_KT = 0.5;

/** The energy, kept with the run's landscape where there is one. Errors: 'value-out-of-range' for axes that are not there, 'cancelled'. */
export async function freeEnergyOf(of: LandscapeRun, settings: EnergySettings, job: JobOptions): Promise<FreeEnergy> {
  const { energy } = await energyAndDensity(of, settings, job);
  const landscape = await keptLandscape(of);
  if (landscape) await saved(of, { ...landscape, freeEnergy: energy });
  return energy;
}

/** What an energy was made of. */
export interface EnergyParts {
  energy: FreeEnergy;
  grid: DensityGrid;
  density: Float64Array;
  points: UncertainPoints;
}

/** The energy with its grid, density and the places of all particles. */
export async function energyAndDensity(
  of: LandscapeRun,
  settings: EnergySettings,
  job: JobOptions,
): Promise<EnergyParts> {
  const { axes, space, bootstraps } = settings;
  if (axes.length < 1 || axes.length > 3 || new Set(axes).size !== axes.length)
    throw new VitrineError('value-out-of-range', 'An energy has one to three different axes.', {
      found: axes.join(', '),
    });
  const { points, known } = await placesOf(of, settings);
  const chosen = gridFor(points.places, points.axes);
  const { grid } = chosen;
  const kernels = kernelsOf(points, grid, 0);
  const { density, iterations } = await deconvolve(kernels, 0, workOf(part(job, 0, 0.5)));
  const count = points.places.length / points.axes;
  const micrographs = (await of.micrographs?.()) ?? null;
  const uncertainty = await spreadOfEnergy(kernels, { iterations, bootstraps, micrographs }, part(job, 0.5, 1));
  const most = Math.max(...density);
  const energy = Float32Array.from(density, (value) => (value > 0 ? -Math.log(value / most) : NaN));
  const particles = Float32Array.from(density, (value) => value * count);
  const unsure = Uint8Array.from(particles, (number, c) =>
    number < LEAST_PARTICLES || !(uncertainty[c] <= MOST_DEVIATION_KT) ? 1 : 0,
  );
  const told: FreeEnergy = {
    ...{ space, axes, ...grid, energy, particles, uncertainty, unsure },
    cells: gridWords(chosen),
    bootstrap: micrographs ? 'micrographs' : 'particles',
    noiseShare: known ? noiseShare(points) : null,
    caution: CAUTION,
  };
  return { energy: told, grid, density, points };
}

/** Places on the axes with covariances: the latents' own, or where nothing says how sure they are a kernel's (Silverman). */
async function placesOf(
  of: LandscapeRun,
  { space, axes }: EnergySettings,
): Promise<{ points: UncertainPoints; known: boolean }> {
  const { mu, zDim } = of.latents;
  const count = mu.length / zDim;
  const { table, width, directions } = space === 'latent' ? await latentComponents(of) : await volumeComponents(of);
  const missing = axes.find((axis) => !Number.isInteger(axis) || axis < 0 || axis >= width);
  if (missing !== undefined)
    throw new VitrineError('value-out-of-range', `There is no component ${missing + 1}.`, {
      expected: `1 to ${width}`,
    });
  const places = Float32Array.from({ length: count * axes.length }, (_, at) => {
    return table[Math.floor(at / axes.length) * width + axes[at % axes.length]];
  });
  const inLatents = await latentCovariances(of);
  const pairs = (axes.length * (axes.length + 1)) / 2;
  const covariances = new Float32Array(count * pairs);
  for (let i = 0; i < count && inLatents; i++)
    for (let a = 0, at = i * pairs; a < axes.length; a++)
      for (let b = 0; b <= a; b++)
        covariances[at++] = quadratic(inLatents, i, zDim, [directions[axes[a]], directions[axes[b]]]);
  if (!inLatents) {
    const factor = count ** (-2 / (axes.length + 4));
    for (let a = 0; a < axes.length; a++) {
      const variance = varianceOf(places, axes.length, a) * factor;
      for (let i = 0; i < count; i++) covariances[i * pairs + (a * (a + 3)) / 2] = variance;
    }
  }
  return { points: { places, covariances, axes: axes.length }, known: inLatents !== null };
}

async function latentComponents({ latents }: LandscapeRun) {
  const { zDim } = latents;
  const { projections, axes } = await principalComponents(latents.mu, zDim);
  const directions = Array.from({ length: zDim }, (_, c) => axes.subarray(c * zDim, (c + 1) * zDim));
  return { table: projections, width: zDim, directions };
}

/** Volume components are linear in latents to first order: the directions of the best linear fit over all particles. */
async function volumeComponents(of: LandscapeRun) {
  const particles = (await keptLandscape(of))?.particles;
  if (!particles)
    throw new VitrineError('file-missing', 'The particles are not in volume space yet.', {
      advice: 'Ask for the volume components of all particles first.',
    });
  const { projections, axes } = await principalComponents(of.latents.mu, of.latents.zDim);
  const { zDim } = of.latents;
  const { scores, components } = particles;
  const directions = Array.from({ length: components }, (_, k) => {
    const direction = new Float32Array(zDim);
    for (let c = 0; c < zDim; c++) {
      let [squares, product] = [0, 0];
      for (let i = 0; i < scores.length / components; i++) {
        squares += projections[i * zDim + c] ** 2;
        product += projections[i * zDim + c] * scores[i * components + k];
      }
      // Components are uncorrelated, so that each is fitted by itself.
      const slope = squares > 0 ? product / squares : 0;
      for (let d = 0; d < zDim; d++) direction[d] += slope * axes[c * zDim + d];
    }
    return direction;
  });
  return { table: scores, width: components, directions };
}

/** Lower triangles a particle: posteriors where the run keeps them, else the encoder's variances; null for neither. */
async function latentCovariances({ run, latents }: LandscapeRun): Promise<Float32Array | null> {
  const { zDim, mu, epoch } = latents;
  const count = mu.length / zDim;
  const kept = await readCovariances(run, { zDim, count });
  if (kept) return kept;
  const logVariance = (await run.latents(epoch))?.logVariance;
  if (!logVariance) return null;
  const pairs = (zDim * (zDim + 1)) / 2;
  const triangles = new Float32Array(count * pairs);
  for (let i = 0; i < count; i++)
    for (let d = 0; d < zDim; d++) triangles[i * pairs + (d * (d + 3)) / 2] = Math.exp(logVariance[i * zDim + d]);
  return triangles;
}

function quadratic(triangles: Float32Array, row: number, zDim: number, [u, v]: [Float32Array, Float32Array]): number {
  const start = (row * zDim * (zDim + 1)) / 2;
  let sum = 0;
  for (let a = 0; a < zDim; a++)
    for (let b = 0; b < zDim; b++) {
      const [low, high] = a > b ? [b, a] : [a, b];
      sum += u[a] * v[b] * triangles[start + (high * (high + 1)) / 2 + low];
    }
  return sum;
}

function varianceOf(places: Float32Array, width: number, axis: number): number {
  const count = places.length / width;
  let [mean, squares] = [0, 0];
  for (let i = 0; i < count; i++) mean += places[i * width + axis] / count;
  for (let i = 0; i < count; i++) squares += (places[i * width + axis] - mean) ** 2 / count;
  return squares;
}

/** Trace of the mean covariance over that of the places' own spread. */
function noiseShare({ places, covariances, axes }: UncertainPoints): number {
  const pairs = (axes * (axes + 1)) / 2;
  const count = places.length / axes;
  let [noise, all] = [0, 0];
  for (let a = 0; a < axes; a++) {
    for (let i = 0; i < count; i++) noise += covariances[i * pairs + (a * (a + 3)) / 2] / count;
    all += varianceOf(places, axes, a);
  }
  return Math.min(1, noise / all);
}

/** Why the cells are as large as they are, for people. */
function gridWords({ grid, perCell, most }: ChosenGrid): string {
  const sides = grid.points.join(' × ');
  const held = `cells with any particle hold ${perCell < 100 ? perCell.toFixed(1) : perCell.toFixed(0)} on average`;
  if (perCell < PER_CELL)
    return `${sides} cells, the fewest that are drawn: ${held}, fewer than the ${PER_CELL} that are wanted.${grid.points.length > 1 ? ' Take fewer axes.' : ''}`;
  const why = grid.points[0] === most ? 'the most that are drawn' : `the most with ${PER_CELL} or more`;
  return `${sides} cells, ${why}: ${held}.`;
}

interface Draws {
  iterations: number;
  bootstraps: number;
  micrographs: ArrayLike<number> | null;
}

/** Standard deviation of the energy in each cell over draws of particles, or of micrographs, with replacement; NaN for fewer than two. */
async function spreadOfEnergy(
  kernels: Kernels,
  { iterations, bootstraps, micrographs }: Draws,
  job: JobOptions,
): Promise<Float32Array> {
  const { rows, cells } = kernels;
  const groupOf = micrographs ? Array.from(rows, (row) => micrographs[row]) : Array.from(rows.keys());
  const groups = [...new Set(groupOf)];
  const [sums, squares] = [new Float64Array(cells), new Float64Array(cells)];
  const random = new Random(0, 8);
  const yielder = new Yielder(workOf(job));
  for (let draw = 0; draw < bootstraps; draw++) {
    const times = new Map<number, number>();
    for (let i = 0; i < groups.length; i++) {
      const group = groups[random.below(groups.length)];
      times.set(group, (times.get(group) ?? 0) + 1);
    }
    const density = deconvolved(
      kernels,
      Float64Array.from(groupOf, (group) => times.get(group) ?? 0),
      iterations,
    );
    const most = Math.max(...density);
    density.forEach((value, c) => {
      const energy = -Math.log(Math.max(value / most, 1e-30));
      sums[c] += energy;
      squares[c] += energy * energy;
    });
    await yielder.yieldToEvents(draw / bootstraps, `Uncertainty, draw ${draw + 1} of ${bootstraps}`);
  }
  return Float32Array.from({ length: cells }, (_, c) =>
    bootstraps < 2 ? NaN : Math.sqrt(Math.max(0, squares[c] / bootstraps - (sums[c] / bootstraps) ** 2)),
  );
}
