// Windows along a path: how many particles each holds, where nobody says.

/** Particles of neighbouring windows are shared by so many of them, on the average. */
const OVERLAP = 2;

/** Particles of a window, so that windows overlap. */
export function imagesOfWindow(count: number, windows: number): number {
  return Math.min(count, Math.ceil((OVERLAP * count) / Math.max(1, windows)));
}
