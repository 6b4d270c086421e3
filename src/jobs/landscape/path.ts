// A path of least resistance between two states on a run's apparent free energy: on the grid, smoothed, back to latents by the particles that
// stand near it, with frames that are even in the distance between maps.
import { VitrineError } from '../../base/errors.ts';
import { evenPlaces, leastResistance, placeOf, smoothed } from '../../landscape/volumes/least-resistance.ts';
import type { DensityGrid } from '../../landscape/volumes/density-grid.ts';
import type { JobOptions } from '../progress.ts';
import { CAUTION, energyAndDensity, type EnergyParts, type EnergySettings } from './free-energy.ts';
import { basesOf, distanceLatents, requireLandscape, saved, type LandscapeRun } from './landscape-job.ts';
import type { Landscape, LandscapePath } from './landscape.ts';

/** Between which states, and in how many frames. */
export interface PathSettings extends EnergySettings {
  fromState: number;
  toState: number;
  frames: number;
}

/** Cells over which particles near a place of the path are averaged. */
const NEAR_CELLS = 1.5;

/** Kept with the landscape. Errors: 'file-missing' without a landscape, 'index-out-of-range' for a state that it has not. */
export async function pathBetween(of: LandscapeRun, settings: PathSettings, job: JobOptions): Promise<LandscapePath> {
  const { fromState, toState, frames } = settings;
  const landscape = await requireLandscape(of);
  for (const state of [fromState, toState])
    if (!Number.isInteger(state) || state < 0 || state >= landscape.states.count)
      throw new VitrineError('index-out-of-range', `The landscape has no state ${state}.`, {
        expected: `0 to ${landscape.states.count - 1}`,
      });
  if (!Number.isInteger(frames) || frames < 2)
    throw new VitrineError('value-out-of-range', 'A path has two frames or more.', { found: String(frames) });
  const parts = await energyAndDensity(of, settings, job);
  const { grid, density, points } = parts;
  const [from, to] = [fromState, toState].map((state) => cellOfState(landscape, state, parts));
  const cells = leastResistance(grid, density, from, to);
  const dense = smoothed(cells.map((cell) => coordinatesOf(grid, cell)));
  const { mu, zDim } = of.latents;
  const measure = await measureOf(of, landscape);
  const near = dense.map((place) => weightsNear(points.places, grid, place));
  const lengths = near.map((weights) => meanOf(measure.table, measure.width, weights));
  const places = evenPlaces(lengths, frames);
  const between = (table: readonly (readonly number[])[], place: number): number[] => {
    const low = Math.min(table.length - 1, Math.floor(place));
    const high = Math.min(table.length - 1, low + 1);
    return table[low].map((value, a) => value + (place - low) * (table[high][a] - value));
  };
  const z = near.map((weights) => meanOf(mu, zDim, weights));
  const path: LandscapePath = {
    points: Float32Array.from(places.flatMap((place) => between(dense, place))),
    z: Float32Array.from(places.flatMap((place) => between(z, place))),
    frames,
    energy: Float32Array.from(places, (place) => parts.energy.energy[cellAt(grid, between(dense, place))]),
    caution: CAUTION,
  };
  await saved(of, { ...landscape, freeEnergy: parts.energy, path });
  return path;
}

/** Where distances are those of maps: volume components where particles have them, else latents by the run's sums, else as they are. */
async function measureOf(of: LandscapeRun, { particles, sketch }: Landscape) {
  if (particles) return { table: particles.scores, width: particles.components };
  const { z, zDim } = await distanceLatents(of, await basesOf(of, sketch.boxPixels));
  return { table: z, width: zDim };
}

/** The cell of the particle at whose latent the state's central map is. */
function cellOfState({ states, sketch }: Landscape, state: number, { grid, points }: EnergyParts): number {
  const row = sketch.rows[states.centreMap[state]];
  return cellAt(grid, Array.from(points.places.subarray(row * points.axes, (row + 1) * points.axes)));
}

function cellAt({ points, from, to }: DensityGrid, place: readonly number[]): number {
  return place.reduce((cell, value, a) => {
    const step = Math.round(((value - from[a]) / (to[a] - from[a])) * (points[a] - 1));
    return cell * points[a] + Math.min(points[a] - 1, Math.max(0, step));
  }, 0);
}

function coordinatesOf({ points, from, to }: DensityGrid, cell: number): number[] {
  return placeOf(points, cell).map((step, a) => from[a] + (step * (to[a] - from[a])) / (points[a] - 1));
}

type Weights = [row: number, weight: number][];

/** Particles near a place by a Gaussian of some cells; the nearest alone where none is near. */
function weightsNear(places: Float32Array, { points, from, to }: DensityGrid, place: readonly number[]): Weights {
  const widths = points.map((n, a) => (NEAR_CELLS * (to[a] - from[a])) / (n - 1));
  const near: Weights = [];
  let [nearest, least] = [0, Infinity];
  for (let i = 0; i < places.length / place.length; i++) {
    let squared = 0;
    for (let a = 0; a < place.length; a++) squared += ((places[i * place.length + a] - place[a]) / widths[a]) ** 2;
    if (squared < 9) near.push([i, Math.exp(-0.5 * squared)]);
    if (squared < least) [nearest, least] = [i, squared];
  }
  return near.length > 0 ? near : [[nearest, 1]];
}

function meanOf(table: Float32Array, width: number, weights: Weights): number[] {
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  return Array.from({ length: width }, (_, d) =>
    weights.reduce((sum, [row, weight]) => sum + (weight / total) * table[row * width + d], 0),
  );
}
