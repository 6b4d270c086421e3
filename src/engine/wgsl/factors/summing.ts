// What the calls of one fit's factor sums share: the device, tables, and how much is computed at a time.
import type { FactorImages, FactorRequest } from '../../factors/factor-sums.ts';
import type { FactorPoints } from '../../factors/points.ts';
import type { BufferView } from '../gpu/arena.ts';
import type { BufferPool } from '../gpu/buffer-pool.ts';
import type { Dispatcher } from '../gpu/dispatcher.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { GridTiles } from './grid-tiles.ts';
import type { ImagePlanes } from './image-planes.ts';
import type { InsertionPass } from './insertion-passes.ts';
import { cellsOf, type FactorTables } from './tables.ts';

/** One fit's. */
export interface Summing {
  gpu: Gpu;
  dispatcher: Dispatcher;
  /** Buffers of batches, kept from one to the next. */
  pool: BufferPool;
  request: FactorRequest;
  points: FactorPoints;
  tables: FactorTables;
  tiles: GridTiles;
  passes: readonly InsertionPass[];
  /** Of all passes, one after the other: planes × places of the tiles. */
  banks: readonly BufferView[];
  /** F half cubes, (Re, Im) each. */
  cubes: readonly BufferView[];
  /** groups × rings. */
  precision: BufferView;
}

/** Images first … first + count − 1 of a batch on the device. */
export interface BatchPart {
  first: number;
  count: number;
  /** count × n (Re, Im), centred. */
  values: BufferView;
  /** count × n. */
  transfers: BufferView;
  /** count × two vec4f: steps of the grid for (1, 0) and (0, 1). */
  axes: BufferView;
  /** count numbers. */
  groups: BufferView;
  planes: ImagePlanes;
}

const MEBIBYTE = 2 ** 20;
/** Of a batch's images, and of what is computed of them at a time. */
const MOST_BYTES = 64 * MEBIBYTE;
/** In software, which has no memory of its own and gains nothing by more. */
const MOST_BYTES_SOFTWARE = 8 * MEBIBYTE;
/** A word of marks. */
const WORD_IMAGES = 32;
/** More make the sums' way through memory no shorter than their arithmetic. */
const MOST_IMAGES = 1024;

/** Bytes of anything that a batch has in one binding. */
export function bytesAtOnce(gpu: Gpu): number {
  return Math.min(gpu.bindingBytes, gpu.software ? MOST_BYTES_SOFTWARE : MOST_BYTES);
}

/** Images that are uploaded and added at a time: a multiple of 32. */
export function imagesAtOnce(gpu: Gpu, { lattice, count }: FactorPoints, bandPixels: number): number {
  const largest = Math.max(16 * cellsOf(bandPixels), 4 * lattice.points, 8 * count);
  const fitting = Math.floor(bytesAtOnce(gpu) / largest / WORD_IMAGES) * WORD_IMAGES;
  return Math.min(MOST_IMAGES, Math.max(WORD_IMAGES, fitting));
}

/** Some of a batch's images. */
export function imagesOf(images: FactorImages, first: number, count: number, points: number): FactorImages {
  const rows = <T extends Float32Array | Uint8Array | Uint16Array>(table: T | null | undefined, width: number) =>
    table ? (table.subarray(width * first, width * (first + count)) as T) : null;
  return {
    count,
    images: images.images.subarray(points * first, points * (first + count)),
    rotations: images.rotations.subarray(9 * first, 9 * (first + count)),
    translations: rows(images.translations, 2),
    ctf: rows(images.ctf, 9),
    optics: rows(images.optics, 10),
    groups: rows(images.groups, 1),
  };
}
