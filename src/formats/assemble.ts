// Any mix of dropped files understood as one set of particles: images, poses, CTF and index list brought together, with
// a line, an error or a question where they do not fit. Nothing is lost: what cannot be used is reported with its file.
import { chooseSource } from './drop/choose-source.ts';
import { ctfOf, POSES_FROM_PICKLE, type Taken } from './drop/ctf-of-drop.ts';
import { rowsByIndex } from './drop/csv-rows.ts';
import { Drop } from './drop/drop.ts';
import { VitrineError, throwIfCancelled } from '../base/errors.ts';
import { countedInOriginal, countedInTable } from '../base/particle-identity.ts';
import { lookAtPixels } from './drop/look-at-pixels.ts';
import { listFits, rowMap, type RowMap } from './drop/matching.ts';
import { checkOptics, partOfAngles } from './drop/plausible-optics.ts';
import type { NamedBlob, ParticleSet, Poses } from './particles.ts';
import { namedStacks, type ParticleSource } from './drop/particle-source.ts';
import { baseName } from './drop/path-match.ts';
import { inWords, recognise, type Recognised } from './drop/recognise.ts';
import { posesInFractions } from './drop/shift-unit.ts';
import { pickImages } from './stacks.ts';
import { pickPoses, pickRows } from './subset.ts';
import { CTF_MISSING, type UnderstandOptions, type Understanding, type UnderstoodFile } from './drop/understanding.ts';

/** Paths of the stacks that a STAR, .cs or .txt file names, as written in it. Errors: those of reading it. */
export async function referencedStacks(file: NamedBlob): Promise<string[]> {
  const recognised = await recognise(file);
  if (recognised.error) throw VitrineError.fromData(recognised.error);
  return namedStacks(recognised);
}

/** Error: 'cancelled' only; all else is part of the result. */
export async function understand(files: NamedBlob[], options: UnderstandOptions = {}): Promise<Understanding> {
  const { signal, onProgress, answers = {}, roles = {} } = options;
  const recognised: Recognised[] = [];
  for (const file of files) {
    throwIfCancelled(signal);
    onProgress?.({ fraction: recognised.length / files.length, message: `Reading ${file.path}` });
    recognised.push(await recognise(file));
  }
  const drop = new Drop(recognised, options);
  const hints = recognised.flatMap(({ content }) =>
    content.kind === 'pickle' && content.pickle.kind !== 'other' && content.pickle.kind !== 'index'
      ? [content.pickle.count]
      : [],
  );
  const choice = chooseSource(recognised, roles, answers, hints, options.atBox);
  choice.errors.forEach((error, file) => drop.errors.set(file, error));
  if (choice.question) drop.questions.push(choice.question);
  const built = choice.source ? buildSet(drop, choice.source) : null;
  const result: Understanding = {
    name: built?.set.name ?? baseName(files[0]?.path ?? ''),
    files: [],
    set: built?.set ?? null,
    questions: drop.questions,
    missing: [],
    warnings: drop.warnings,
    looksWhite: null,
    selectedOf:
      built && !built.map.stackWasFiltered && built.set.count < built.map.sourceCount ? built.map.sourceCount : null,
    badRows: null,
    columns: [],
  };
  if (built) {
    result.columns = csvColumns(drop, built.map);
    await lookAtPixels(drop, result, built.set);
    lookAtValues(drop, result, built);
  }
  if (!result.set) {
    // What only waits for an answer is not missing.
    if (built) result.missing.push(CTF_MISSING);
    else if (choice.source || !choice.question)
      result.missing.push('a particle stack (.mrcs), or a .star or .cs file with its stacks');
  } else {
    if (!result.set.poses && posesWereMeant(drop, result.set))
      result.missing.push('poses (a refined .star or .cs file, or pose.pkl that can be read)');
    if (drop.ctfRefused) result.missing.push(CTF_MISSING);
    if (result.set.pixelSizeAngstrom === null) result.missing.push('the pixel size');
  }
  result.files = recognised.map((file) => report(file, drop));
  if (result.set) result.set.warnings = drop.warnings;
  return result;
}

/** Optics that no microscope has leave no set; what is rare or half there is said. */
function lookAtValues(drop: Drop, result: Understanding, { set, map }: { set: ParticleSet; map: RowMap }): void {
  const from = [...drop.used].find(({ role }) => role === 'ctf') ?? [...drop.used].find(({ role }) => role !== 'index');
  if (set.ctf && from) {
    const { ctf } = set;
    const notices = drop.attempt(from, () =>
      checkOptics(ctf, from.file.path, from.role === 'ctf' ? null : map.sourceRows),
    );
    drop.warnings.push(...(notices ?? []));
    if (!notices) result.set = null;
  }
  if (!set.poses && set.table) drop.warnings.push(...partOfAngles(set.table.columnNames, set.table.fileName));
}

/** Poses may be left out, to be found from the images, but not where a file that may hold them could not be read. */
function posesWereMeant(drop: Drop, set: ParticleSet): boolean {
  // A job's folder holds other STAR files; they matter where no table was found at all.
  const mayHoldPoses = set.table ? /\.(pkl|pickle)$/i : /\.(pkl|pickle|star|cs)$/i;
  return drop.posesRefused || drop.files.some(({ error, file }) => error && mayHoldPoses.test(file.path));
}

function report(file: Recognised, drop: Drop): UnderstoodFile {
  const error = drop.errors.get(file)?.toData() ?? file.error;
  return {
    path: file.file.path,
    bytes: file.file.blob.size,
    role: drop.used.has(file) && file.role === 'cs' && !isLeading(file, drop) ? 'cs-passthrough' : file.role,
    says: error ? error.message : file.says,
    used: drop.used.has(file),
    ...(error ? { error } : {}),
  };
}

const isLeading = (file: Recognised, drop: Drop) =>
  [...drop.used].find(({ content }) => content.kind === 'cs') === file;

function buildSet(drop: Drop, source: ParticleSource): { set: ParticleSet; map: RowMap } | null {
  const { answers = {} } = drop.options;
  const sourceCount = source.images.count;
  const { boxPixels } = source.images;
  const index = drop.pickle(
    'index',
    (pickle) => pickle.count === sourceCount || pickle.indices.every((i) => i < sourceCount),
  );
  const map =
    (index && drop.attempt(index.file, () => rowMap(sourceCount, index.pickle.indices, index.file.file.path))) ??
    rowMap(sourceCount, null, '');
  if (index && !drop.errors.has(index.file)) drop.used.add(index.file);
  for (const file of source.files) {
    drop.used.add(file);
    if (file.content.kind === 'stack') drop.warnings.push(...file.content.notices);
  }
  const values = drop.attempt(source.files[0], () => source.valuesOf(map.sourceRows));
  if (!values) return null;
  drop.warnings.push(...source.notices, ...values.notices, ...map.notices);
  drop.questions.push(...source.questions, ...values.questions);

  const fits = ({ count }: { count: number }) => listFits(map, count);
  const ctfFile = drop.pickle('ctf', fits);
  const ctfSize = ctfFile ? (ctfFile.pickle.ctf[1] * ctfFile.pickle.ctf[0]) / boxPixels : null;
  const headerSize = source.images.pixelSizeAngstrom;
  const pixelSizeAngstrom = answers.pixelSizeAngstrom ?? values.pixelSizeAngstrom ?? ctfSize ?? headerSize;
  if (pixelSizeAngstrom !== null && headerSize !== null && Math.abs(headerSize / pixelSizeAngstrom - 1) > 0.02)
    drop.warnings.push({
      code: 'pixel-size-disagrees',
      message: `The stack's header says ${inWords(headerSize)} Å; ${inWords(pixelSizeAngstrom)} Å is used.`,
      file: source.files.at(-1)?.file.path,
    });

  const scale = { boxPixels, pixelSizeAngstrom, given: answers.pixelSizeAngstrom !== undefined };
  const taken: Taken = { drop, source, values, map, scale };
  const poses = posesOf(taken, fits);
  const ctf = ctfOf(taken, ctfFile);
  const optics = opticsOf(taken);
  if (pixelSizeAngstrom === null) askPixelSize(drop, source);
  const { originalIndex, sourceRows } = map;
  const set: ParticleSet = {
    name: baseName(source.files[0].file.path).replace(/\.[^.]+$/, ''),
    count: sourceRows.length,
    boxPixels,
    pixelSizeAngstrom,
    images: sourceRows.length === sourceCount && !index ? source.images : pickImages(source.images, sourceRows),
    poses,
    ctf,
    optics,
    originalIndex: countedInOriginal(originalIndex.slice()),
    originalCount: map.stackWasFiltered ? null : map.sourceCount,
    opticsGroups: source.opticsGroups,
    opticsGroupOf: source.opticsGroupOf && pickRows(source.opticsGroupOf, sourceRows, 1),
    table: source.table,
    tableRows: source.table && countedInTable(sourceRows.slice()),
    warnings: drop.warnings,
  };
  return { set, map };
}

function askPixelSize(drop: Drop, source: ParticleSource): void {
  const stack = source.files.find(({ content }) => content.kind === 'stack');
  const found = stack?.content.kind === 'stack' ? stack.content.header.pixelSizeAngstrom : 0;
  drop.questions.push({
    kind: 'pixel-size',
    found: found > 0 ? found : null,
    reason:
      found > 0
        ? `The stack's header says ${inWords(found)} Å, which usually means that it was never set.`
        : 'No file says the pixel size.',
    ...(drop.needsPixelSize && { needed: drop.needsPixelSize.toData() }),
  });
}

function posesOf(taken: Taken, fits: (list: { count: number }) => boolean): Poses | null {
  const { drop, source, map, scale } = taken;
  const found = drop.pickle('poses', fits);
  drop.posesRefused = drop.options.roles?.poses !== undefined && !found;
  if (found) {
    const rows = drop.attempt(found.file, () => drop.rowsOf(map, found.pickle.count, found.file.file.path, 'poses'));
    drop.posesRefused ||= !rows;
    if (rows) {
      drop.used.add(found.file);
      const { path } = found.file.file;
      const read = posesInFractions(found.pickle.poses, scale.boxPixels, path, drop.options.answers ?? {});
      drop.warnings.push(...rows.notices, ...read.notices);
      if (read.question) drop.questions.push(read.question);
      if (source.table)
        drop.warnings.push({
          code: POSES_FROM_PICKLE,
          message: `Poses come from ${baseName(found.file.file.path)}, not from the table.`,
          file: found.file.file.path,
        });
      return pickPoses(read.poses, rows.rows);
    }
  }
  const table = drop.attempt(source.files[0], () => ({ poses: tablePoses(taken) }));
  drop.posesRefused ||= !table;
  return table?.poses ?? null;
}

function tablePoses({ drop, values, scale }: Taken): Poses | null {
  try {
    return values.poses(scale);
  } catch (error) {
    if (!drop.awaitsPixelSize(error, scale)) throw error;
    return values.poses(scale, true);
  }
}

function opticsOf({ drop, source, values, scale }: Taken): Float32Array | null {
  const made = drop.attempt(source.files[0], () => values.optics(scale));
  drop.warnings.push(...(made?.notices ?? []));
  return made?.optics ?? null;
}

function csvColumns(drop: Drop, map: RowMap): Understanding['columns'] {
  return drop.files.flatMap((file) => {
    const { content } = file;
    if (content.kind !== 'csv') return [];
    const { table } = content;
    const joined = drop.attempt(file, () => {
      const byIndex = rowsByIndex(table, map.originalIndex, file.file.path);
      if (byIndex) return byIndex;
      const { rows, notices } = drop.rowsOf(map, table.rows, file.file.path, 'rows of the table');
      drop.warnings.push(...notices);
      return { rows, columns: table.columns };
    });
    if (!joined) return [];
    drop.used.add(file);
    return joined.columns.map(({ name, values }) => ({
      name,
      values: Float32Array.from(joined.rows, (row) => values[row]),
    }));
  });
}
