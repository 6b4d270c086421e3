// Square grids of shifts in pixels, at the centres of their cells, so that a cell is covered by a grid of half its extent.

/** T²×2, x fast: −e + (i + ½)·2e/T along each axis. */
export function translationGrid(extentPixels: number, perSide: number): Float32Array {
  const grid = new Float32Array(2 * perSide * perSide);
  const position = (i: number) => -extentPixels + ((i + 0.5) * 2 * extentPixels) / perSide;
  for (let j = 0; j < perSide; j++)
    for (let i = 0; i < perSide; i++) {
      grid[2 * (j * perSide + i)] = position(i);
      grid[2 * (j * perSide + i) + 1] = position(j);
    }
  return grid;
}

/** Pixels from one shift to the next. */
export const gridSpacing = (extentPixels: number, perSide: number): number => (2 * extentPixels) / perSide;

/** Whether shift `index` of a grid lies in its outermost ring. */
export function isAtBorder(index: number, perSide: number): boolean {
  const [x, y] = [index % perSide, Math.floor(index / perSide)];
  return perSide > 2 && (x === 0 || y === 0 || x === perSide - 1 || y === perSide - 1);
}
