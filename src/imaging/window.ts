// Real-space window of an image: 1 inside a radius, linear to 0 at 0.99; radius on a [−1, 1) grid, so in half boxes.

/** Beyond this radius (box half-widths) the window is zero. */
const WINDOW_OUTER_RADIUS = 0.99;

/** D² factors, row-major; `innerRadius` as a fraction of half the box, cryoDRGN's default 0.85. */
export function makeWindow(boxPixels: number, innerRadius = 0.85): Float32Array {
  const factors = new Float32Array(boxPixels * boxPixels);
  const half = boxPixels / 2;
  for (let row = 0; row < boxPixels; row++)
    for (let column = 0; column < boxPixels; column++) {
      const radius = Math.hypot((column - half) / half, (row - half) / half);
      const fall = (radius - innerRadius) / (WINDOW_OUTER_RADIUS - innerRadius);
      factors[row * boxPixels + column] = 1 - Math.min(1, Math.max(0, fall));
    }
  return factors;
}
