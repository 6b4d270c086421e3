// What a set of particles is once its files are understood: images read by index, poses, CTF, the rows they came from.
// Units and frames follow RELION (docs/CONVENTIONS.md): rotations are row-major 3×3 with slice points p = (x, y, 0)·R;
// translations are fractions of the box and centre the image.
import type { Notice } from '../base/errors.ts';
import type { OriginalIndices, TableRows } from '../base/particle-identity.ts';

/** A file as dropped or named on the command line: its path within the drop and its bytes, read by range. */
export interface NamedBlob {
  path: string;
  blob: Blob;
}

export interface Poses {
  /** N×9, row-major 3×3 rotation matrices. */
  rotations: Float32Array;
  /** N×2 (x, y), fraction of the box; null where the file has none (all zero). */
  translations: Float32Array | null;
}

/** The columns of cryoDRGN's `ctf.pkl`, in its order. */
export const CTF_COLUMNS = [
  'boxPixels',
  'pixelSizeAngstrom',
  'defocusUAngstrom',
  'defocusVAngstrom',
  'defocusAngleDegrees',
  'voltageKilovolt',
  'sphericalAberrationMillimetre',
  'amplitudeContrast',
  'phaseShiftDegrees',
] as const;
export const CTF_WIDTH = CTF_COLUMNS.length;

/**
 * What forms an image beyond CTF_COLUMNS, a row an image. `ctfApplied`: what the images' transforms were multiplied by
 * before, 0 nothing, 1 the sign of the CTF, 2 the CTF. `magnification`: RELION's 2×2 matrix, row-major. `pixelSizeRatio`:
 * pixel size of the set over the image's own, for images of one box in pixels.
 */
export const OPTICS_COLUMNS = [
  'ctfScale',
  'bFactorSquareAngstrom',
  'ctfApplied',
  'magnification00',
  'magnification01',
  'magnification10',
  'magnification11',
  'pixelSizeRatio',
  'beamTiltXMilliradian',
  'beamTiltYMilliradian',
] as const;
export const OPTICS_WIDTH = OPTICS_COLUMNS.length;
/** The row of an image that CTF_COLUMNS describe wholly. */
export const ORDINARY_OPTICS: readonly number[] = [1, 0, 0, 1, 0, 0, 1, 1, 0, 0];

/** Random access to real-space images. */
export interface ImageReader {
  /** Images in the reader. */
  readonly count: number;
  /** Side D of every image, pixels. */
  readonly boxPixels: number;
  /** Pixel size in the header, Å; null where the header has none or an implausible one (0 or 1.0). */
  readonly pixelSizeAngstrom: number | null;
  /** Images at `indices` in that order, N×D×D, row-major, x fast. Errors: 'file-truncated', 'index-out-of-range'. */
  read(indices: ArrayLike<number>, signal?: AbortSignal): Promise<Float32Array>;
}

export interface OpticsGroup {
  id: number;
  name: string;
  pixelSizeAngstrom: number | null;
  boxPixels: number | null;
  voltageKilovolt: number | null;
  sphericalAberrationMillimetre: number | null;
  amplitudeContrast: number | null;
}

export interface ParticleSet {
  /** Name for people: the metadata file's, else the stack's. */
  name: string;
  count: number;
  boxPixels: number;
  pixelSizeAngstrom: number | null;
  images: ImageReader;
  poses: Poses | null;
  /** N×9 in the order of CTF_COLUMNS, the box and pixel size those of the images. */
  ctf: Float32Array | null;
  /** N×10 in the order of OPTICS_COLUMNS; null where every row is ordinary. */
  optics: Float32Array | null;
  /** Place of each particle in the original stack or table (before any index list). */
  originalIndex: OriginalIndices;
  /** Rows of that original; null where nothing tells (a stack that was cut by its index list before). */
  originalCount: number | null;
  opticsGroups: OpticsGroup[];
  /** Optics group of each particle as an index into `opticsGroups`; null where there is one group only. */
  opticsGroupOf: Int32Array | null;
  /** The table that exports are cut from. Null where the set came as bare stacks. */
  table: ParticleTable | null;
  /** Row of `table` that each particle is; null without one. */
  tableRows: TableRows | null;
  warnings: Notice[];
}

/** The metadata file a set came from, able to write any subset of its rows as it was. */
export interface ParticleTable {
  readonly kind: 'star' | 'cs';
  readonly fileName: string;
  readonly rows: number;
  /** The file with only `rows` (0-based, in that order), all columns, order and number text as they were. */
  writeRows(rows: TableRows): Uint8Array;
  /** A numeric column by its name in the file, N values; null where it is absent or not numeric. */
  numericColumn(name: string): Float32Array | null;
  readonly columnNames: readonly string[];
}
