// The grid that a density of particles is told on: as fine as its particles can fill, so that a small set is not drawn in cells that hold one
// particle or none.

/** Centres of cells along each axis; row-major, the last axis fastest. */
export interface DensityGrid {
  points: number[];
  from: number[];
  to: number[];
}

/** A grid and why it is as fine as it is. */
export interface ChosenGrid {
  grid: DensityGrid;
  /** Mean number of particles of a cell that holds any. */
  perCell: number;
  /** The most cells a side that would be taken. */
  most: number;
}

/** Cells along each axis at most and at least, by the number of axes. */
const MOST = [0, 120, 56, 28];
const LEAST = [0, 24, 12, 8];
/** Particles that a cell with any holds on average. */
export const PER_CELL = 10;
const MARGIN = 0.08;
/** Ends of the axes: this share of the particles lies beyond either. */
const BEYOND = 0.005;

/**
 * From percentile to percentile of each axis and a margin, in the finest cells in which those that hold any particle hold PER_CELL of them on
 * average; at least LEAST cells a side. `places`: N×axes, one to three axes.
 */
export function gridFor(places: Float32Array, axes: number): ChosenGrid {
  const ends = Array.from({ length: axes }, (_, a) => endsOf(places, axes, a));
  const [from, to] = [ends.map(([low]) => low), ends.map(([, high]) => high)];
  const at = (side: number): DensityGrid => ({ points: ends.map(() => side), from, to });
  const most = MOST[axes];
  let side = most;
  let perCell = particlesPerCell(places, at(side));
  while (perCell < PER_CELL && side > LEAST[axes]) {
    side = Math.max(LEAST[axes], side - Math.max(1, Math.floor(side / 16)));
    perCell = particlesPerCell(places, at(side));
  }
  return { grid: at(side), perCell, most };
}

function endsOf(places: Float32Array, axes: number, axis: number): [number, number] {
  const sorted = places.filter((_, at) => at % axes === axis).sort();
  const low = sorted[Math.floor(BEYOND * (sorted.length - 1))];
  const high = sorted[Math.ceil((1 - BEYOND) * (sorted.length - 1))];
  const margin = MARGIN * (high - low) || 1;
  return [low - margin, high + margin];
}

/** Particles on the grid over cells that hold one or more; 0 where none is on it. */
export function particlesPerCell(places: Float32Array, { points, from, to }: DensityGrid): number {
  const axes = points.length;
  const held = new Uint8Array(points.reduce((product, n) => product * n, 1));
  let particles = 0;
  for (let row = 0; row < places.length; row += axes) {
    let cell = 0;
    for (let a = 0; a < axes && cell >= 0; a++) {
      const step = Math.round(((places[row + a] - from[a]) / (to[a] - from[a])) * (points[a] - 1));
      cell = step >= 0 && step < points[a] ? cell * points[a] + step : -1;
    }
    if (cell < 0) continue;
    held[cell] = 1;
    particles++;
  }
  return (
    particles /
    Math.max(
      1,
      held.reduce((sum, one) => sum + one, 0),
    )
  );
}
