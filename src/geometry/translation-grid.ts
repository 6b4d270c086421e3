// Square grids of shifts in pixels, at the centres of their cells: around the best shift of a grid, one of half the extent
// covers that shift's cell from two shifts a side on.

/** T×2, x fast: −e + (i + ½)·2e/steps along each axis; as many along y as along x unless said. */
export function translationGrid(extentPixels: number, across: number, down: number = across): Float32Array {
  const grid = new Float32Array(2 * across * down);
  const position = (i: number, steps: number) => -extentPixels + ((i + 0.5) * 2 * extentPixels) / steps;
  for (let j = 0; j < down; j++)
    for (let i = 0; i < across; i++) {
      grid[2 * (j * across + i)] = position(i, across);
      grid[2 * (j * across + i) + 1] = position(j, down);
    }
  return grid;
}

/** Pixels from one shift to the next. */
export const gridSpacing = (extentPixels: number, perSide: number): number => (2 * extentPixels) / perSide;

/** Whether shift `index` of a grid lies in its outermost ring; a grid too small to have an inside has none. */
export function isAtBorder(index: number, across: number, down: number = across): boolean {
  const [x, y] = [index % across, Math.floor(index / across)];
  return Math.min(across, down) > 2 && (x === 0 || y === 0 || x === across - 1 || y === down - 1);
}
