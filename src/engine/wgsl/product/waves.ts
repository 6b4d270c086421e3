// Where tiles come to a little more than whole waves, the last few keep most of the adapter waiting for as long as a full wave.

/**
 * Rows that whole waves of `wave` tiles make, a multiple of the tile's; all rows where there is no whole wave, or where
 * what is left fills more than half of one.
 */
export function rowsOfWholeWaves(
  rows: number,
  outputs: number,
  tile: { rows: number; columns: number },
  wave: number,
): number {
  const across = Math.ceil(outputs / tile.columns);
  const tiles = Math.ceil(rows / tile.rows) * across;
  const left = tiles % wave;
  const down = Math.floor((tiles - left) / across);
  if (left === 0 || left > wave / 2 || down === 0) return rows;
  return down * tile.rows;
}
