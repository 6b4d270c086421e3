// io worker: dropped files, datasets and what is exported of them.
import type { Notice } from '../../src/base/errors.ts';
import type { OriginalIndices } from '../../src/base/particle-identity.ts';
import type { Question, UnderstoodFile } from '../../src/formats/drop/understanding.ts';
import type { ExportChoice } from '../../src/formats/lists/export-formats.ts';

/** A file as it was dropped; `path` includes folders of the drop. */
export interface DroppedFile {
  path: string;
  file: Blob;
}

/** What a drop adds up to, before it is accepted as a dataset. */
export interface DatasetDraft {
  id: string;
  name: string;
  files: UnderstoodFile[];
  /** Null until a stack (or a table with its stacks) was found. */
  particles: number | null;
  boxPixels: number | null;
  pixelSizeAngstrom: number | null;
  hasPoses: boolean;
  hasCtf: boolean;
  opticsGroups: number;
  /** Present where an index list selects from the original stack. */
  selectedOf: number | null;
  questions: Question[];
  /** What keeps it from being accepted; empty when it can be. A set without poses can. */
  missing: string[];
  warnings: Notice[];
  /** Whether images look white on dark (true), dark on white, or undecided (null). */
  looksWhite: boolean | null;
}

export interface DatasetSummary {
  id: string;
  name: string;
  created: string;
  particles: number;
  boxPixels: number;
  pixelSizeAngstrom: number;
  hasPoses: boolean;
  hasCtf: boolean;
  opticsGroups: number;
  warnings: Notice[];
  /** Whether the original files are at hand (this session); after a reload images come from the cache. */
  originalsAtHand: boolean;
  /** Whether the images are kept in the browser, so that runs can start and resume without the files. */
  imagesKept: boolean;
  tableKind: 'star' | 'cs' | null;
  /** In which formats lists of its particles can be written, and why not in the others. */
  exportFormats: ExportChoice[];
  isDemo: boolean;
  looksWhite: boolean | null;
}

/** Per-particle numbers for histograms, colours and the direction map; all of length `particles`. */
export interface ParticleColumns {
  /** Viewing direction: rot and tilt in degrees; null without poses. */
  rotDegrees: Float32Array | null;
  tiltDegrees: Float32Array | null;
  /** Mean of U and V, Å; null without CTF. */
  defocusAngstrom: Float32Array | null;
  /** Shift length in pixels; null without poses or shifts. */
  shiftPixels: Float32Array | null;
  /** Places in the original stack, from 0: the number by which a particle is called. */
  originalIndex: OriginalIndices;
  /** Known truth of a simulated set and columns of a dropped CSV. */
  extra: { name: string; values: Float32Array }[];
}

export interface ImageRequest {
  /** 0-based within the dataset. */
  indices: number[];
  /** Å; null for none. */
  lowPassAngstrom: number | null;
  /** Correct the sign of the CTF and centre by the pose, so that particles look alike. */
  flipPhases: boolean;
}

export interface ImageTiles {
  boxPixels: number;
  /** n×D×D, each image scaled to mean 0 and standard deviation 1. */
  pixels: Float32Array;
}

/** A column of a table to be written: a value a row. */
export interface NamedColumn {
  name: string;
  values: Float32Array;
}

export type ExportFormat = ExportChoice['format'];

export interface ExportedFile {
  name: string;
  bytes: Uint8Array;
}

/** As ExportedFile, where the bytes may lie on disk. */
export interface ExportedBlob {
  name: string;
  blob: Blob;
}
