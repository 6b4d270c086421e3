// What a drop of files adds up to: a role and a line for each file, the set of particles, questions, what is missing.
import type { ErrorData, Notice } from '../../base/errors.ts';
import type { FileImageReader } from '../mrc.ts';
import type { ParticleSet } from '../particles.ts';

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

/** Said among what is missing where the files hold a CTF that cannot be made of them as they are. */
export const CTF_MISSING = 'the CTF (its file cannot be used as it is)';

/** Something that cannot be known from the files; a person is asked. */
export type Question =
  /** `needed`: what of the files cannot be read without it. */
  | { kind: 'pixel-size'; found: number | null; reason: string; needed?: ErrorData }
  /** The CTF lacks it and nothing else. */
  | { kind: 'amplitude-contrast'; file: string; field: string }
  /** 0-based rows with NaN or infinite pixels, at most 1000 of them listed. */
  | { kind: 'bad-pixels'; rows: number[]; count: number }
  /**
   * Where `inOrder`, images are taken in the order of the table's rows, not by the names it writes; where `looksLikeMap`,
   * the candidates are cubes whose header does not tell a stack from a map.
   */
  | { kind: 'which-stack'; candidates: string[]; inOrder?: boolean; looksLikeMap?: boolean }
  | ReadingQuestion;

/** The files can be read in several ways that are all possible. */
export interface ReadingQuestion {
  kind: 'reading';
  about:
    | 'shift-unit'
    | 'order-of-images'
    | 'list-already-applied'
    | 'which-table'
    | 'which-file'
    | 'which-class'
    | 'different-boxes';
  /** The question in one line. */
  title: string;
  /** What is seen in the files that leaves it open. */
  reason: string;
  file: string;
  readings: Reading[];
}
export interface Reading {
  /** The reading in words, with what speaks for it. */
  says: string;
  answer: Answers;
  /** What says the same on a command line: "--shifts pixels". */
  option: string;
}

export interface Answers {
  pixelSizeAngstrom?: number;
  leaveOutBadRows?: boolean;
  /** Which stack or particle table holds the images. */
  stackPath?: string;
  /** Stacks that differ in their box are read at the smallest. */
  cropBoxes?: boolean;
  /** Unit of the translations of a pose.pkl: pixels of the images, or fractions of the box. */
  shifts?: 'pixels' | 'fractions';
  /** A stack with one image a row of a table that names images beyond its end: taken in order, or by those names. */
  imageOrder?: 'rows' | 'names';
  /** Lists (poses, CTF) as long as the index list: its particles in its order, or all of the stack in the stack's. */
  listOrder?: 'filtered' | 'whole';
  /** Which file gives poses, CTF and index list where several that differ hold them. */
  posesFile?: string;
  ctfFile?: string;
  indexFile?: string;
  /** Of a CTF whose files lack it. */
  amplitudeContrast?: number;
  /** Class whose poses are taken where a .cs holds one a class, by its number in the file; or each particle's most probable. */
  poseClass?: number | 'best';
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

export type CropReader = (reader: FileImageReader, boxPixels: number) => FileImageReader;

export interface UnderstandOptions {
  answers?: Answers;
  roles?: ExplicitRoles;
  /** Reads a stack at a smaller, even box: what `cropBoxes` asks for. */
  atBox?: CropReader;
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
