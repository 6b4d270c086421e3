// A half cube's grid points in tiles of 4³, as kernels write sums: tile after tile, x fastest within. A workgroup takes a tile, and
// what it writes lies side by side; tiles that hold none of the points are left out.
import type { HalfCube } from '../../factors/half-cube.ts';

/** Grid points along a side of a tile. */
const TILE_SIDE = 4;
/** Grid points of a tile. */
const TILE_POINTS = TILE_SIDE ** 3;

const NONE = -1;

/** Tiles of a half cube. */
export interface GridTiles {
  count: number;
  /** Places of all tiles, those outside the half cube's rows among them. */
  places: number;
  /** Steps from the least x and y of the tiles to the origin, a multiple of 4; z begins at 0. */
  base: number;
  /** tx + 1024·ty + 1024²·tz of each tile, whose first point is (4 tx − base, 4 ty − base, 4 tz). */
  origins: Uint32Array<ArrayBuffer>;
  /** Number of tile (tx, ty, tz) at (tz·across + ty)·across + tx; −1 where there is none. */
  numbers: Int32Array;
  across: number;
}

/** Of the rows that a half cube has. */
export function gridTiles({ reach, side, rowReach }: HalfCube): GridTiles {
  const base = TILE_SIDE * Math.ceil(reach / TILE_SIDE);
  const across = Math.floor((base + reach) / TILE_SIDE) + 1;
  const deep = Math.floor(reach / TILE_SIDE) + 1;
  const numbers = new Int32Array(deep * across * across).fill(NONE);
  for (let z = 0; z <= reach; z++)
    for (let y = -reach; y <= reach; y++) {
      const wide = rowReach[z * side + y + reach];
      if (wide < 0) continue;
      const row = (Math.floor(z / TILE_SIDE) * across + Math.floor((y + base) / TILE_SIDE)) * across;
      const last = Math.floor((base + wide) / TILE_SIDE);
      for (let tx = Math.floor((base - wide) / TILE_SIDE); tx <= last; tx++) numbers[row + tx] = 0;
    }
  const origins: number[] = [];
  numbers.forEach((value, at) => {
    if (value === NONE) return;
    numbers[at] = origins.length;
    const [tx, ty] = [at % across, Math.floor(at / across) % across];
    origins.push(tx + 1024 * ty + 1024 * 1024 * Math.floor(at / (across * across)));
  });
  return {
    ...{ count: origins.length, places: TILE_POINTS * origins.length },
    ...{ base, origins: Uint32Array.from(origins), numbers, across },
  };
}

/** Tells of each row of the half cube the number of its first grid point, how many there are, and their places among those of the tiles. */
export function eachGridRow(
  { reach, side, rowReach, rowStart }: HalfCube,
  { base, numbers, across }: GridTiles,
  visit: (first: number, count: number, places: Int32Array) => void,
): void {
  const places = new Int32Array(side);
  for (let z = 0; z <= reach; z++)
    for (let y = -reach; y <= reach; y++) {
      const row = z * side + y + reach;
      const wide = rowReach[row];
      if (wide < 0) continue;
      const tiles = ((z >> 2) * across + ((y + base) >> 2)) * across;
      const within = 16 * (z & 3) + 4 * ((y + base) & 3);
      for (let x = -wide, i = 0; x <= wide; x++, i++)
        places[i] = TILE_POINTS * numbers[tiles + ((x + base) >> 2)] + within + ((x + base) & 3);
      visit(rowStart[row] - wide, 2 * wide + 1, places);
    }
}
