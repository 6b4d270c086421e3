// A path of least resistance over a density: Dijkstra on the grid with all neighbours, a step costs its length over the density, then
// Chaikin's corners are cut three times and the path is divided evenly by a length of its own.
import type { DensityGrid } from './density-grid.ts';

/** Of the largest density: what empty cells count as, so that a path exists. */
const FLOOR = 1e-6;
const ROUNDS = 3;

/** Cells from one to the other, both included, on a grid of one to three axes (row-major, the last fastest). */
export function leastResistance({ points }: DensityGrid, density: Float64Array, from: number, to: number): number[] {
  const most = density.reduce((best, value) => Math.max(best, value), 0);
  const cost = density.map((value) => 1 / (value / (most || 1) + FLOOR));
  const distances = new Float64Array(density.length).fill(Infinity);
  const before = new Int32Array(density.length).fill(-1);
  const done = new Uint8Array(density.length);
  const steps = neighbourSteps(points);
  distances[from] = 0;
  // A few thousand cells: the nearest is looked for among all.
  for (;;) {
    let cell = -1;
    for (let c = 0; c < distances.length; c++)
      if (!done[c] && distances[c] < Infinity && (cell < 0 || distances[c] < distances[cell])) cell = c;
    if (cell < 0 || cell === to) break;
    done[cell] = 1;
    const place = placeOf(points, cell);
    for (const { by, offset, length } of steps) {
      if (by.some((step, a) => place[a] + step < 0 || place[a] + step >= points[a])) continue;
      const next = cell + offset;
      const distance = distances[cell] + length * 0.5 * (cost[cell] + cost[next]);
      if (!(distance < distances[next])) continue;
      distances[next] = distance;
      before[next] = cell;
    }
  }
  const path = [to];
  while (path[0] !== from && before[path[0]] >= 0) path.unshift(before[path[0]]);
  return path;
}

/** Of a cell its steps from the first along each axis. */
export function placeOf(points: readonly number[], cell: number): number[] {
  const place: number[] = [];
  for (let a = points.length - 1, rest = cell; a >= 0; a--) {
    place.unshift(rest % points[a]);
    rest = Math.floor(rest / points[a]);
  }
  return place;
}

/** To all cells that touch one, corners too. */
function neighbourSteps(points: readonly number[]): { by: number[]; offset: number; length: number }[] {
  const all = Array.from({ length: 3 ** points.length }, (_, i) =>
    points.map((__, a) => (Math.floor(i / 3 ** a) % 3) - 1),
  );
  return all
    .filter((by) => by.some((step) => step !== 0))
    .map((by) => ({
      by,
      offset: by.reduce((sum, step, a) => sum * points[a] + step, 0),
      length: Math.hypot(...by),
    }));
}

/** Corners cut three times; both ends stay. */
export function smoothed(path: readonly (readonly number[])[]): number[][] {
  let points = path.map((point) => [...point]);
  for (let round = 0; round < ROUNDS && points.length > 2; round++) {
    const next = [points[0]];
    for (let i = 0; i + 1 < points.length; i++) {
      const mix = (share: number) => points[i].map((value, a) => (1 - share) * value + share * points[i + 1][a]);
      next.push(mix(0.25), mix(0.75));
    }
    next.push(points[points.length - 1]);
    points = next;
  }
  return points;
}

/** Places (fractions of indices) of `frames` along a path, even in the length that its points have in `measure`. */
export function evenPlaces(measure: readonly (readonly number[])[], frames: number): number[] {
  const lengths = [0];
  for (let i = 1; i < measure.length; i++)
    lengths.push(lengths[i - 1] + Math.hypot(...measure[i].map((value, a) => value - measure[i - 1][a])));
  const total = lengths[lengths.length - 1];
  return Array.from({ length: frames }, (_, f) => {
    const along = frames > 1 ? (total * f) / (frames - 1) : 0;
    const next = lengths.findIndex((length, i) => i > 0 && length >= along);
    if (next < 1) return f === 0 ? 0 : measure.length - 1;
    const span = lengths[next] - lengths[next - 1];
    return next - 1 + (span > 0 ? (along - lengths[next - 1]) / span : 0);
  });
}
