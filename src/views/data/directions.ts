// Viewing directions on an equal-area grid: rot (azimuth, degrees) by cos tilt, so that an even distribution is flat.

export interface DirectionGrid {
  /** Centres of the columns, degrees, −180 … 180. */
  rotDegrees: number[];
  /** Centres of the rows, cos tilt, −1 … 1. */
  cosTilt: number[];
  /** counts[row][column]. */
  counts: number[][];
  /** Largest count over the mean: 1 is an even distribution. */
  unevenness: number;
}

const RADIANS = Math.PI / 180;

export function directionGrid(
  rotDegrees: Float32Array,
  tiltDegrees: Float32Array,
  columns: number,
  rows: number,
): DirectionGrid {
  const counts = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  let total = 0;
  for (let i = 0; i < rotDegrees.length; i++) {
    let rot = rotDegrees[i];
    const cos = Math.cos(tiltDegrees[i] * RADIANS);
    if (!Number.isFinite(rot) || !Number.isFinite(cos)) continue;
    // A negative tilt is the same direction as a positive one seen from the other side.
    if (Math.sin(tiltDegrees[i] * RADIANS) < 0) rot += 180;
    const turn = (((rot + 180) % 360) + 360) % 360;
    const column = Math.min(columns - 1, Math.floor((turn / 360) * columns));
    const row = Math.min(rows - 1, Math.floor(((cos + 1) / 2) * rows));
    counts[row][column] += 1;
    total += 1;
  }
  const largest = counts.reduce((most, line) => Math.max(most, ...line), 0);
  return {
    rotDegrees: Array.from({ length: columns }, (_, i) => -180 + ((i + 0.5) * 360) / columns),
    cosTilt: Array.from({ length: rows }, (_, i) => -1 + ((i + 0.5) * 2) / rows),
    counts,
    unevenness: total === 0 ? 0 : largest / (total / (columns * rows)),
  };
}

/** Bins so that an even distribution has some twenty particles in each, within what can be read. */
export function directionBins(particles: number): { columns: number; rows: number } {
  const rows = Math.round(Math.min(24, Math.max(6, Math.sqrt(particles / 40))));
  return { columns: rows * 2, rows };
}
