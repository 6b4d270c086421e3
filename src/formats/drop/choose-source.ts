// Which of the dropped files holds the particles: the table or stack said by the person, else the one that fits.
import { VitrineError } from '../../base/errors.ts';
import { csSource, listSource, starSource, stackSource, type ParticleSource } from './particle-source.ts';
import type { Recognised } from './recognise.ts';
import { DIFFERENT_BOXES } from '../stacks.ts';
import { StackFinder } from './stack-finder.ts';
import type { Answers, CropReader, ExplicitRoles, Question } from './understanding.ts';

export interface Choice {
  source: ParticleSource | null;
  question: Question | null;
  /** Errors found while putting the source together, by the file they belong to. */
  errors: Map<Recognised, VitrineError>;
}

/** Splits cryoSPARC tables into the one that leads and those joined to it by uid; `joined` are said to be of these. */
function csTables(
  files: Recognised[],
  joined: readonly string[],
): { leading: Recognised[]; passthroughOf: (file: Recognised) => Recognised[] } {
  const all = files.filter(({ content }) => content.kind === 'cs');
  const said = all.filter(({ file }) => joined.includes(file.path));
  const tables = all.filter((file) => !said.includes(file));
  const named = tables.filter(({ role }) => role === 'cs');
  const candidates = named.length > 0 ? named : tables;
  const withImages = candidates.filter(({ content }) => content.kind === 'cs' && content.table.has('blob/path'));
  const leading = withImages.length > 0 ? withImages : candidates.slice(0, 1);
  const sharesParticles = (a: Recognised, b: Recognised) => {
    if (a.content.kind !== 'cs' || b.content.kind !== 'cs') return false;
    const uids = new Set(b.content.table.uids());
    return a.content.table.uids()?.some((uid) => uids.has(uid)) ?? false;
  };
  return {
    leading,
    passthroughOf: (file) => [
      ...said.filter((other) => other !== file),
      ...tables.filter((other) => !leading.includes(other) && sharesParticles(file, other)),
    ],
  };
}

/** `atBox` reads a stack at a smaller box, where that is asked for. */
export function chooseSource(
  files: Recognised[],
  roles: ExplicitRoles,
  answers: Answers,
  hints: number[],
  atBox: CropReader | null = null,
): Choice {
  const errors = new Map<Recognised, VitrineError>();
  const stacks = files.filter(({ role }) => role === 'stack' || role === 'volume');
  const finder = new StackFinder(stacks, answers.cropBoxes ? atBox : null);
  const { leading, passthroughOf } = csTables(files, roles.passthrough ?? []);
  const tables = [...files.filter(({ content }) => content.kind === 'star'), ...leading];
  const byPath = (path: string | undefined) =>
    path === undefined ? null : (files.find((f) => f.file.path === path) ?? null);

  let aboutBoxes: Question | null = null;
  const build = (file: Recognised, stack: Recognised | null = null): ParticleSource | null => {
    try {
      const { content } = file;
      if (content.kind === 'star') return starSource(file, content.table, finder, stack, answers);
      if (content.kind === 'cs')
        return csSource({ file, table: content.table, passthrough: passthroughOf(file) }, finder, stack, answers);
      if (content.kind === 'list') return listSource(file, content.paths, finder);
      return stackSource([file], [file]);
    } catch (error) {
      if (!(error instanceof VitrineError)) throw error;
      // What a person is asked about is no error of theirs.
      if (atBox && error.detail.field === DIFFERENT_BOXES) aboutBoxes ??= boxQuestion(error);
      else errors.set(file, error);
      return null;
    }
  };
  const chosen = (source: ParticleSource | null, question: Question | null = null): Choice => ({
    source,
    question: source ? question : (question ?? aboutBoxes),
    errors,
  });

  const named = byPath(roles.particles);
  if (named) return chosen(build(named));
  const answered = byPath(answers.stackPath);
  if (answered && answered.role !== 'stack') return chosen(build(answered));
  if (answered && tables.length === 1 && rowsOf(tables[0]) === countOf(answered))
    return chosen(build(tables[0], answered));
  if (answered) return chosen(build(answered));

  const usable = stacks.filter(({ role, content }) => role === 'stack' && content.kind === 'stack');
  if (tables.length > 0) {
    const built = tables.flatMap((table) => build(table) ?? []);
    if (built.length === 1) {
      errors.clear();
      return chosen(built[0]);
    }
    if (built.length > 1) return chosen(null, { kind: 'which-stack', candidates: tables.map(({ file }) => file.path) });
    const fitting = usable.filter((stack) => tables.some((table) => rowsOf(table) === countOf(stack)));
    const ask =
      !aboutBoxes && fitting.length > 0 && [...errors.values()].every(({ code }) => code === 'star-image-missing');
    return chosen(
      null,
      ask ? { kind: 'which-stack', candidates: fitting.map(({ file }) => file.path), inOrder: true } : null,
    );
  }
  const lists = files.filter(({ content }) => content.kind === 'list');
  if (lists.length === 1) return chosen(build(lists[0]));
  if (usable.length === 1) return chosen(build(usable[0]));
  if (usable.length === 0) {
    // A map with a section for each of the poses may be a stack.
    const likely = stacks.filter((map) => hints.includes(countOf(map))).map(({ file }) => file.path);
    return chosen(null, likely.length > 0 ? { kind: 'which-stack', candidates: likely, looksLikeMap: true } : null);
  }
  const fitting = usable.filter((stack) => hints.includes(countOf(stack)));
  if (fitting.length === 1) return chosen(build(fitting[0]));
  return chosen(null, { kind: 'which-stack', candidates: usable.map(({ file }) => file.path) });
}

/** Nobody else can say whether stacks of several boxes belong together. */
function boxQuestion({ detail: { file = '', expected = '', found = '' } }: VitrineError): Question {
  return {
    kind: 'reading',
    about: 'different-boxes',
    title: 'The stacks differ in their box.',
    reason: `it holds images of ${found} pixels, another stack of ${expected}.`,
    file,
    readings: [
      {
        says: 'Bring all images to the smallest box in Fourier space: each keeps its field of view, with a pixel size of its own.',
        answer: { cropBoxes: true },
        option: '--crop-boxes',
      },
    ],
  };
}

const countOf = ({ content }: Recognised) => (content.kind === 'stack' ? content.reader.count : -1);
const rowsOf = ({ content }: Recognised) =>
  content.kind === 'star' || content.kind === 'cs' ? content.table.rows : -2;
