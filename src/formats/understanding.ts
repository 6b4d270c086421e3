// What a drop of files adds up to: a role and a line for each file, the set of particles, questions, what is missing.
import type { ErrorData, Notice } from './errors.ts';
import type { ParticleSet } from './particles.ts';

export type FileRole =
  | 'stack'
  | 'stack-list'
  | 'star'
  | 'cs'
  | 'cs-passthrough'
  | 'poses'
  | 'ctf'
  | 'index'
  | 'latents'
  | 'config'
  | 'weights'
  | 'volume'
  | 'table'
  | 'atoms'
  | 'unknown';

export interface UnderstoodFile {
  path: string;
  bytes: number;
  role: FileRole;
  /** One line: "4,000 images of 32² at 4 Å". */
  says: string;
  /** Whether the set is made of it. */
  used: boolean;
  error?: ErrorData;
}

/** Something that cannot be known from the files; a person is asked. */
export type Question =
  | { kind: 'pixel-size'; found: number | null; reason: string }
  /** 0-based rows with NaN or infinite pixels, at most 1000 of them listed. */
  | { kind: 'bad-pixels'; rows: number[]; count: number }
  | { kind: 'which-stack'; candidates: string[] };

export interface Answers {
  pixelSizeAngstrom?: number;
  leaveOutBadRows?: boolean;
  /** Which stack or particle table holds the images. */
  stackPath?: string;
}

/** Files whose role is said by the person (the command line), by path. */
export interface ExplicitRoles {
  particles?: string;
  poses?: string;
  ctf?: string;
  index?: string;
  /** Tables of cryoSPARC joined to the particles by uid. */
  passthrough?: string[];
}

export interface UnderstandOptions {
  answers?: Answers;
  roles?: ExplicitRoles;
  signal?: AbortSignal;
  onProgress?: (progress: { fraction: number | null; message: string }) => void;
  /** Look for NaN and infinite pixels: in all images (default up to 2 GB, else a sample), a sample of 4096, or not. */
  scanPixels?: 'all' | 'sample' | 'none';
  /** `badRows` of an earlier understanding of the same files, so that they are not read again. */
  badRows?: number[];
}

export interface Understanding {
  name: string;
  files: UnderstoodFile[];
  /** Null until a stack, or a table with its stacks, was found. */
  set: ParticleSet | null;
  questions: Question[];
  /**
   * What keeps the set from being accepted, for people. Poses are among it only where a file that may hold them could
   * not be read: without any they can be found from the images.
   */
  missing: string[];
  warnings: Notice[];
  /** Images look white on dark (true), dark on white (false), undecided (null). */
  looksWhite: boolean | null;
  /** Particles of the original stack where an index list selects from it. */
  selectedOf: number | null;
  /** Rows with bad pixels of the set before any are left out; null where nothing was scanned. */
  badRows: number[] | null;
  /** Numeric columns of dropped CSV files that have a row a particle; `set.count` values each. */
  columns: { name: string; values: Float32Array }[];
}
