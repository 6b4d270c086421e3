// What kernels of factor sums look up, the same for all batches of a fit.
import type { HalfCube } from '../../factors/half-cube.ts';
import type { FactorPoints } from '../../factors/points.ts';
import type { Arena, BufferView } from '../gpu/arena.ts';
import { firstBits } from '../slices/polynomials.ts';
import type { GridTiles } from './grid-tiles.ts';

/** Of n points, and cells (band + 1)·(2·band + 1). */
export interface FactorTables {
  /** n pairs as slices/shifted.wgsl has them, their slot the number of k in the lattice. */
  pairs: BufferView;
  /** n × (x, y), Fourier pixels. */
  points: BufferView;
  /** n rings. */
  rings: BufferView;
  /** Points in the order of their rings, and the first of each ring and the end. */
  ringPoints: BufferView;
  ringStarts: BufferView;
  /** Point of each cell (weighted.wgsl). */
  cells: BufferView;
  /** As HalfCube.rowStart, and as GridTiles.origins. */
  rowStarts: BufferView;
  origins: BufferView;
}

const PAIR_WORDS = 8;
const NONE = 0xffffffff;
const OPPOSITE = 2 ** 31;

/** Cells of an image. */
export function cellsOf(bandPixels: number): number {
  return (bandPixels + 1) * (2 * bandPixels + 1);
}

/** Uploads them. */
export function uploadTables(arena: Arena, points: FactorPoints, grid: HalfCube, tiles: GridTiles): FactorTables {
  const { count, x, y, ring } = points;
  const { ringPoints, ringStarts } = byRing(points, grid.bandPixels);
  return {
    pairs: arena.upload('pairs', pairsOf(points)),
    points: arena.upload(
      'points',
      Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 ? y : x)[i >> 1]),
    ),
    rings: arena.upload('rings', Uint32Array.from(ring)),
    ringPoints: arena.upload('points by ring', ringPoints),
    ringStarts: arena.upload('ring starts', ringStarts),
    cells: arena.upload('cells', cellTable(points, grid.bandPixels)),
    rowStarts: arena.upload('rows', grid.rowStart),
    origins: arena.upload('tiles', tiles.origins),
  };
}

function pairsOf({ lattice, count, number, x, y }: FactorPoints): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(PAIR_WORDS * count);
  const words = new Uint32Array(floats.buffer);
  for (let i = 0; i < count; i++) {
    const [along, down] = [lattice.x[number[i]], lattice.y[number[i]]];
    const square = along * along + down * down;
    const coarse = firstBits(square);
    floats.set([along, down, coarse, square - coarse, x[i], y[i]], PAIR_WORDS * i);
    words[PAIR_WORDS * i + 6] = number[i];
  }
  return floats;
}

function byRing({ count, ring }: FactorPoints, band: number) {
  const ringStarts = new Uint32Array(band + 2);
  for (let p = 0; p < count; p++) ringStarts[ring[p] + 1]++;
  for (let r = 0; r <= band; r++) ringStarts[r + 1] += ringStarts[r];
  const next = ringStarts.slice();
  const ringPoints = new Uint32Array(count);
  for (let p = 0; p < count; p++) ringPoints[next[ring[p]]++] = p;
  return { ringPoints, ringStarts };
}

function cellTable({ count, x, y }: FactorPoints, band: number): Uint32Array<ArrayBuffer> {
  const columns = 2 * band + 1;
  const cells = new Uint32Array(cellsOf(band)).fill(NONE);
  for (let p = 0; p < count; p++) {
    cells[(y[p] + band) * columns + x[p] + band] = p;
    if (y[p] === 0) cells[band * columns + band - x[p]] = p + OPPOSITE;
  }
  return cells;
}
