// Where the images of a drop come from: a STAR or .cs table with its stacks, a list of stacks, or one stack; and what
// that source alone says of poses, CTF and pixel size.
import { csImages, csPixelSize, joinPassthrough, symmetryCopies, type CsFields } from '../cs/cs-particles.ts';
import type { CsTable } from '../cs/cs.ts';
import { VitrineError, type Notice } from '../../base/errors.ts';
import type { ImageNames } from '../image-scale.ts';
import type { FileImageReader } from '../mrc.ts';
import type { OpticsGroup, ParticleTable } from '../particles.ts';
import { baseName } from './path-match.ts';
import { inWords, type Recognised } from './recognise.ts';
import type { StackFinder } from './stack-finder.ts';
import type { StarParticles } from '../star/star-table.ts';
import { boxesDiffer, joinStacks, pickFromStacks } from '../stacks.ts';
import type { Answers, CropReader, ReadingQuestion } from './understanding.ts';
import { csValues, NO_VALUES, starValues, type TableValues } from './table-values.ts';
import { tablesToJoin } from './which-table.ts';

export interface ParticleSource {
  /** The files it is made of: table first. */
  files: Recognised[];
  images: FileImageReader;
  table: ParticleTable | null;
  opticsGroups: OpticsGroup[];
  opticsGroupOf: Int32Array | null;
  /** What the table says of these rows (0-based), in that order. */
  valuesOf(rows: Uint32Array): TableValues;
  notices: Notice[];
  questions: ReadingQuestion[];
}

interface Images {
  images: FileImageReader;
  stacks: Recognised[];
  notices: Notice[];
  questions: ReadingQuestion[];
}

/** Reader over the images that a table names, in the table's order. Errors: those of StackFinder, 'index-out-of-range'. */
function readerOf(names: ImageNames, table: Recognised, finder: StackFinder, answers: Answers): Images {
  const rows = names.pathOf.length;
  const stacks = finder.findAll(names.paths, table, (path) => names.pathOf.indexOf(path));
  const readers = stacks.map((stack) => {
    if (stack.content.kind === 'stack') return stack.content.reader;
    throw VitrineError.fromData(
      stack.error ?? {
        name: 'VitrineError',
        code: 'star-image-missing',
        message: 'The table names a file that is no stack.',
        file: stack.file.path,
      },
    );
  });
  const bare = names.firstWithoutNumber;
  if (bare !== undefined && readers[names.pathOf[bare]].count > 1)
    throw new VitrineError('star-syntax', 'An image name does not say which image of the stack it is.', {
      file: table.file.path,
      row: bare + 1,
      field: '_rlnImageName',
      expected: `000001@${names.paths[names.pathOf[bare]]}, as the stack holds ${readers[names.pathOf[bare]].count} images`,
      found: names.paths[names.pathOf[bare]],
      advice: 'Write the table again with the index before @.',
    });
  const beyond = names.indexIn.findIndex((index, row) => index >= readers[names.pathOf[row]].count);
  if (beyond < 0)
    return {
      images: pickFromStacks(readers, names.pathOf, names.indexIn, finder.atBox),
      stacks,
      notices: boxNotices(readers, finder.atBox, table.file.path),
      questions: [],
    };
  const inOrder = readers.length === 1 && readers[0].count === rows && answers.imageOrder !== 'names';
  if (inOrder) {
    const answered = answers.imageOrder !== undefined;
    return {
      images: readers[0],
      stacks,
      notices: answered ? [takenInOrder(table, stacks[0])] : [],
      questions: answered ? [] : [orderQuestion(table, stacks[0], rows, names.indexIn[beyond] + 1)],
    };
  }
  throw new VitrineError('index-out-of-range', 'The table names an image beyond the end of its stack.', {
    file: table.file.path,
    row: beyond + 1,
    expected: `an index up to ${readers[names.pathOf[beyond]].count} in ${stacks[names.pathOf[beyond]].file.path}`,
    found: String(names.indexIn[beyond] + 1),
    advice: 'Drop the stack the table was made for; this one may be a filtered copy.',
  });
}

function orderQuestion(table: Recognised, stack: Recognised, rows: number, named: number): ReadingQuestion {
  const [file, images] = [baseName(stack.file.path), inWords(rows)];
  return {
    kind: 'reading',
    about: 'order-of-images',
    title: 'Do the images belong to the rows in order?',
    reason: `The table names image ${inWords(named)} of ${file}, which has ${images} images: as many as the table has rows.`,
    file: table.file.path,
    readings: [
      {
        says: `Yes: ${file} was cut down to this table, so that image k belongs to row k.`,
        answer: { imageOrder: 'rows' },
        option: '--in-order',
      },
      {
        says: 'No: this is another stack; the one that the table names has to be given.',
        answer: { imageOrder: 'names' },
        option: 'the stack that the table names',
      },
    ],
  };
}

/** `stack`, where given, holds the table's rows in order whatever names the table writes. */
export function starSource(
  file: Recognised,
  table: StarParticles,
  finder: StackFinder,
  stack: Recognised | null,
  answers: Answers,
): ParticleSource {
  const taken = stack ? inRowOrder(file, table.rows, stack) : readerOf(table.images, file, finder, answers);
  return {
    files: [file, ...taken.stacks],
    images: taken.images,
    table,
    opticsGroups: table.opticsGroups,
    opticsGroupOf: table.opticsGroupOf,
    valuesOf: (rows) => starValues(table, rows, taken.images.boxPixels),
    notices: [...table.notices, ...taken.notices],
    questions: taken.questions,
  };
}

/** A .cs file and the passthrough tables of its job. */
interface CsFiles {
  file: Recognised;
  table: CsTable;
  passthrough: Recognised[];
}

/**
 * Particles of a .cs file; images of `stack` in the order of its rows where one is given, else of the files that it names.
 * Error 'cs-syntax' where it names none.
 */
export function csSource(
  { file, table, passthrough }: CsFiles,
  finder: StackFinder,
  stack: Recognised | null,
  answers: Answers,
): ParticleSource {
  const chosen = tablesToJoin(file, passthrough, answers);
  const others = chosen?.passthrough ?? [];
  const joined: CsTable = { ...table, passthrough: others };
  const lead = chosen?.lead ?? table;
  const fields: CsFields = joinPassthrough(lead, others);
  const names = csImages(fields);
  if (!names && !stack)
    throw new VitrineError('cs-syntax', 'The .cs file does not say where its images are.', {
      file: file.file.path,
      field: 'blob/path',
      expected: 'blob/path and blob/idx',
      advice: "Drop the job's passthrough .cs file too.",
    });
  const taken = stack || !names ? inRowOrder(file, table.rows, stack) : readerOf(names, file, finder, answers);
  const shape = fields.numbers('blob/shape');
  const first = (field: string) => fields.numbers(field)?.[0] ?? null;
  return {
    files: [file, ...passthrough, ...taken.stacks],
    images: taken.images,
    table: joined,
    opticsGroups: [
      {
        id: 1,
        name: 'exposure group',
        pixelSizeAngstrom: csPixelSize(fields).angstrom,
        boxPixels: shape?.[0] ?? null,
        voltageKilovolt: first('ctf/accel_kv'),
        sphericalAberrationMillimetre: first('ctf/cs_mm'),
        amplitudeContrast: first('ctf/amp_contrast'),
      },
    ],
    opticsGroupOf: null,
    valuesOf: (rows) => csValues(lead, others, rows, taken.images.boxPixels, answers),
    notices: [...taken.notices, ...symmetryCopies(fields)],
    questions: [...taken.questions, ...(chosen?.questions ?? [])],
  };
}

function boxNotices(readers: readonly FileImageReader[], atBox: CropReader | null, file: string): Notice[] {
  if (!atBox || !boxesDiffer(readers)) return [];
  const boxes = [...new Set(readers.map(({ boxPixels }) => boxPixels))].sort((a, b) => a - b);
  return [
    {
      code: 'boxes-cropped',
      message: `Images of ${boxes.join(', ')} pixels are brought to ${boxes[0] - (boxes[0] % 2)} in Fourier space: each keeps its field of view, with a pixel size of its own, and all the same noise per pixel.`,
      file,
    },
  ];
}

function takenInOrder(table: Recognised, stack: Recognised): Notice {
  return {
    code: 'stack-by-order',
    message: `Images are taken from ${baseName(stack.file.path)} in the order of the table's rows, not by the names it writes.`,
    file: table.file.path,
    advice: 'Look at the gallery and the first maps: if particles and poses do not fit, give the unfiltered stack.',
  };
}

function inRowOrder(table: Recognised, rows: number, stack: Recognised | null): Images {
  if (stack?.content.kind !== 'stack' || stack.content.reader.count !== rows)
    throw new VitrineError('count-mismatch', 'The stack does not have one image per row of the table.', {
      file: stack?.file.path ?? table.file.path,
      expected: `${rows} images`,
      found: stack?.content.kind === 'stack' ? String(stack.content.reader.count) : 'none',
      advice: 'Choose the stack that was made from this table.',
    });
  return { images: stack.content.reader, stacks: [stack], notices: [takenInOrder(table, stack)], questions: [] };
}

function mapAsStack({ file }: Recognised): Notice {
  return {
    code: 'map-as-stack',
    message: `The header of ${baseName(file.path)} describes a map; its sections are taken as images.`,
    file: file.path,
    advice: 'Look at the gallery: sections of a map are no particles.',
  };
}

/** One stack, or all stacks of a list one after the other. */
export function stackSource(
  files: Recognised[],
  stacks: Recognised[],
  atBox: CropReader | null = null,
): ParticleSource {
  const opened = stacks.map(({ content, file, error }) => {
    if (content.kind === 'stack') return content;
    throw error
      ? VitrineError.fromData(error)
      : new VitrineError('file-missing', 'This is no stack.', { file: file.path });
  });
  const readers = opened.map(({ reader }) => reader);
  return {
    files,
    images: joinStacks(readers, atBox),
    table: null,
    opticsGroups: [],
    opticsGroupOf: null,
    valuesOf: () => NO_VALUES,
    notices: [
      ...stacks.filter(({ role }) => role === 'volume').map(mapAsStack),
      ...boxNotices(readers, atBox, files[0].file.path),
    ],
    questions: [],
  };
}

export function listSource(file: Recognised, paths: string[], finder: StackFinder): ParticleSource {
  const stacks = finder.findAll(paths, file, (row) => row);
  return stackSource([file, ...stacks], stacks, finder.atBox);
}

/** Paths of the stacks that a table or list names, as written: for programs that have to look them up on a disk. */
export function namedStacks(recognised: Recognised): string[] {
  const { content } = recognised;
  if (content.kind === 'star') return content.table.images.paths;
  if (content.kind === 'list') return content.paths;
  if (content.kind === 'cs') return csImages(joinPassthrough(content.table, []))?.paths ?? [];
  return [];
}
