// The state of one understanding: what was recognised, which pickles are taken, and what is said or asked of each file.
import { VitrineError, type Notice } from '../../base/errors.ts';
import { rowsOfList, type RowMap } from './matching.ts';
import { inWords, type Recognised } from './recognise.ts';
import type { Answers, Question, UnderstandOptions } from './understanding.ts';

export type PickleOf<K> = Extract<Extract<Recognised['content'], { kind: 'pickle' }>['pickle'], { kind: K }>;
type PickleKind = 'poses' | 'ctf' | 'index';
interface Found<K> {
  file: Recognised;
  pickle: PickleOf<K>;
}

const WORDS: Record<PickleKind, { what: string; answer: keyof Answers; option: string; expected: string }> = {
  poses: {
    what: 'poses',
    answer: 'posesFile',
    option: '--poses',
    expected: 'rotations N×3×3 and translations N×2',
  },
  ctf: { what: 'CTF', answer: 'ctfFile', option: '--ctf', expected: 'N×9' },
  index: { what: 'an index list', answer: 'indexFile', option: '--ind', expected: 'whole numbers' },
};

export class Drop {
  readonly errors = new Map<Recognised, VitrineError>();
  readonly used = new Set<Recognised>();
  readonly warnings: Notice[] = [];
  readonly questions: Question[] = [];
  /** A file holds poses that cannot be used. */
  posesRefused = false;
  /** The CTF is in the files and cannot be made of them as they are. */
  ctfRefused = false;
  /** What cannot be read while nobody knows the pixel size. */
  needsPixelSize: VitrineError | null = null;

  constructor(
    readonly files: Recognised[],
    readonly options: UnderstandOptions,
  ) {}

  /** Whether `error` says that the pixel size is needed, while it is unknown and asked for; keeps it for the question. */
  awaitsPixelSize(error: unknown, scale: { pixelSizeAngstrom: number | null }): error is VitrineError {
    if (!(error instanceof VitrineError) || error.code !== 'pixel-size-unknown') return false;
    if (scale.pixelSizeAngstrom !== null) return false;
    this.needsPixelSize ??= error;
    return true;
  }

  /** The pickle of a kind: the one named by the person, else one that `fits`. Several that differ are asked about. */
  pickle<K extends PickleKind>(kind: K, fits: (pickle: PickleOf<K>) => boolean): Found<K> | null {
    const { what, answer, option, expected } = WORDS[kind];
    const all = this.files.flatMap((file): Found<K>[] => {
      const { content } = file;
      return content.kind === 'pickle' && content.pickle.kind === kind
        ? [{ file, pickle: content.pickle as PickleOf<K> }]
        : [];
    });
    const named = this.options.roles?.[kind];
    if (named !== undefined) {
      const file = this.files.find((f) => f.file.path === named);
      const found = all.find((entry) => entry.file === file);
      if (!found && file && !file.error)
        this.errors.set(
          file,
          new VitrineError('pickle-syntax', `This file does not hold ${what}.`, {
            file: file.file.path,
            expected,
            found: file.says,
          }),
        );
      return found ?? null;
    }
    const answered = all.find(({ file }) => file.file.path === this.options.answers?.[answer]);
    if (answered) return answered;
    const fitting = all.filter(({ pickle }) => fits(pickle));
    const candidates = distinct(fitting.length > 0 ? fitting : all);
    if (candidates.length > 1)
      this.questions.push({
        kind: 'reading',
        about: 'which-file',
        title: kind === 'index' ? 'Which index list is meant?' : `Which file gives the ${what}?`,
        reason: `${inWords(candidates.length)} files hold ${what.replace('an index list', 'index lists')}, and they differ.`,
        file: candidates[0].file.file.path,
        readings: candidates.map(({ file }) => ({
          says: `${file.file.path}: ${file.says}`,
          answer: { [answer]: file.file.path },
          option: `${option} ${file.file.path}`,
        })),
      });
    return candidates[0] ?? null;
  }

  /** rowsOfList, asking where a list may be read in two orders. Errors: those of rowsOfList. */
  rowsOf(map: RowMap, count: number, file: string, what: string): { rows: Uint32Array; notices: Notice[] } {
    const { question, ...rows } = rowsOfList(map, count, file, what, this.options.answers?.listOrder);
    // One answer serves all lists.
    const asked = this.questions.some((other) => other.kind === 'reading' && other.about === 'list-already-applied');
    if (question && !asked) this.questions.push(question);
    return rows;
  }

  /** Runs `part`; an error of a person's file is kept with that file and gives null. */
  attempt<T>(file: Recognised, part: () => T): T | null {
    try {
      return part();
    } catch (error) {
      if (!(error instanceof VitrineError)) throw error;
      this.errors.set(file, error);
      return null;
    }
  }
}

/** One of each content: a run folder holds its last poses twice. */
function distinct<K extends PickleKind>(found: Found<K>[]): Found<K>[] {
  const kept: Found<K>[] = [];
  for (const one of found)
    if (!kept.some((other) => sameNumbers(numbersOf(other.pickle), numbersOf(one.pickle)))) kept.push(one);
  return kept;
}

function numbersOf(pickle: PickleOf<PickleKind>): ArrayLike<number>[] {
  switch (pickle.kind) {
    case 'poses':
      return pickle.poses.translations ? [pickle.poses.rotations, pickle.poses.translations] : [pickle.poses.rotations];
    case 'ctf':
      return [pickle.ctf];
    case 'index':
      return [pickle.indices];
  }
}

function sameNumbers(a: ArrayLike<number>[], b: ArrayLike<number>[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((values, part) => {
    if (values.length !== b[part].length) return false;
    for (let i = 0; i < values.length; i++) if (values[i] !== b[part][i]) return false;
    return true;
  });
}
