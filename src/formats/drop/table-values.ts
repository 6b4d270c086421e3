// What a table says of the particles that are taken of it, and of no others: a cell that is no number is no error in a row
// that a list leaves out.
import { csClasses, severalClasses, whichClass } from '../cs/cs-classes.ts';
import { csCtf } from '../cs/cs-ctf.ts';
import { csOptics } from '../cs/cs-optics.ts';
import { csBadRows, csPixelSize, joinPassthrough, type CsFields } from '../cs/cs-particles.ts';
import { csPoses, csPosesSoFar } from '../cs/cs-poses.ts';
import type { CsTable } from '../cs/cs.ts';
import { VitrineError, type Notice } from '../../base/errors.ts';
import type { CtfGivens, ImageScale } from '../image-scale.ts';
import type { Poses } from '../particles.ts';
import { starCtf } from '../star/star-ctf.ts';
import { pixelSizeOfRow } from '../star/star-groups.ts';
import { starOptics } from '../star/star-optics.ts';
import { starPoses, starPosesSoFar } from '../star/star-poses.ts';
import { starBadRows, starRows } from '../star/star-rows.ts';
import type { StarParticles } from '../star/star-table.ts';
import { inWords } from './recognise.ts';
import type { Answers, ReadingQuestion } from './understanding.ts';

/** Of the rows that were asked for, in their order. */
export interface TableValues {
  /** Of the first row, for the images' box; null where the table does not say it. */
  pixelSizeAngstrom: number | null;
  /** With `soFar`, without translations that need a pixel size nobody knows; else error 'pixel-size-unknown'. */
  poses(scale: ImageScale, soFar?: boolean): Poses | null;
  ctf(scale: ImageScale, given?: CtfGivens): { ctf: Float32Array | null; notices: Notice[] };
  /** N×10 as OPTICS_COLUMNS; null where every row is ordinary. */
  optics(scale: ImageScale): { optics: Float32Array | null; notices: Notice[] };
  notices: Notice[];
  questions: ReadingQuestion[];
}

/** Of images without a table. */
export const NO_VALUES: TableValues = {
  pixelSizeAngstrom: null,
  poses: () => null,
  ctf: () => ({ ctf: null, notices: [] }),
  optics: () => ({ optics: null, notices: [] }),
  notices: [],
  questions: [],
};

/** The rows of `count` that are not among `rows`; null where all are, in order. */
function leftOut(rows: Uint32Array, count: number): number[] | null {
  if (rows.length === count && rows.every((row, i) => row === i)) return null;
  const kept = new Set(rows);
  return Array.from({ length: count }, (_, row) => row).filter((row) => !kept.has(row));
}

function badRowsLeftOut(bad: number, of: number, file: string): Notice[] {
  if (bad === 0) return [];
  return [
    {
      code: 'bad-rows-left-out',
      message: `${inWords(bad)} of the ${inWords(of)} rows that the index list leaves out hold values that are no numbers; they are not used.`,
      file,
    },
  ];
}

/** Runs `part`, which counts in `rows` of a table, and says rows as the whole table counts them. */
class Counted {
  constructor(
    private readonly rows: Uint32Array | null,
    private readonly file: string,
  ) {}

  run<T>(part: () => T): T {
    try {
      return part();
    } catch (error) {
      if (!(error instanceof VitrineError) || error.detail.file !== this.file) throw error;
      throw new VitrineError(error.code, error.message, this.inWhole(error.detail));
    }
  }

  said<T extends { notices: Notice[] }>(part: () => T): T {
    const made = this.run(part);
    return { ...made, notices: made.notices.map((notice) => this.inWhole(notice)) };
  }

  private inWhole<T extends { row?: number }>(detail: T): T {
    const { rows } = this;
    return rows === null || detail.row === undefined ? detail : { ...detail, row: rows[detail.row - 1] + 1 };
  }
}

export function starValues(table: StarParticles, rows: Uint32Array, boxPixels: number): TableValues {
  const others = leftOut(rows, table.rows);
  const part = others ? starRows(table, rows) : table;
  const counted = new Counted(others && rows, table.fileName);
  const size = pixelSizeOfRow(part, 0, { boxPixels, pixelSizeAngstrom: null });
  return {
    pixelSizeAngstrom: size > 0 ? size : null,
    poses: (scale, soFar) => counted.run(() => (soFar ? starPosesSoFar : starPoses)(part, scale)),
    ctf: (scale, given) => counted.said(() => starCtf(part, scale, given)),
    optics: (scale) => counted.said(() => starOptics(part, scale)),
    notices: [
      ...(part.pixelSizesDiffer ? [pixelSizesDiffer(table.fileName)] : []),
      ...(others ? badRowsLeftOut(starBadRows(starRows(table, others)), others.length, table.fileName) : []),
    ],
    questions: [],
  };
}

export function csValues(
  table: CsTable,
  passthrough: readonly CsTable[],
  rows: Uint32Array,
  boxPixels: number,
  answers: Answers,
): TableValues {
  const others = leftOut(rows, table.rows);
  const fields: CsFields = joinPassthrough(table, passthrough, others && rows);
  const counted = new Counted(others && rows, table.fileName);
  const { angstrom, differ } = csPixelSize(fields);
  const shape = fields.numbers('blob/shape');
  const notices: Notice[] = [];
  const questions: ReadingQuestion[] = [];
  const classes = fields.has('alignments3D/pose') ? null : csClasses(fields);
  if (classes) {
    notices.push(severalClasses(fields, classes, answers.poseClass));
    if (answers.poseClass === undefined) questions.push(counted.run(() => whichClass(fields, classes)));
  }
  if (differ) notices.push(pixelSizesDiffer(table.fileName));
  if (others)
    notices.push(
      ...badRowsLeftOut(csBadRows(joinPassthrough(table, passthrough, others)), others.length, table.fileName),
    );
  return {
    pixelSizeAngstrom: angstrom !== null && shape && shape[0] > 0 ? (angstrom * shape[0]) / boxPixels : angstrom,
    poses: (scale, soFar) => counted.run(() => (soFar ? csPosesSoFar : csPoses)(fields, scale, answers.poseClass)),
    ctf: (scale, given) => counted.said(() => csCtf(fields, scale, given)),
    optics: (scale) => counted.said(() => csOptics(fields, scale)),
    notices,
    questions,
  };
}

function pixelSizesDiffer(file: string): Notice {
  return {
    code: 'pixel-sizes-differ',
    message: 'Particles differ in pixel size; each keeps its own, maps take the first.',
    file,
  };
}
