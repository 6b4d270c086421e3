// vitrine select RUN --labels: particles of chosen clusters as a list for other programs.
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { writeIndexPickle } from '../src/formats/cryodrgn-pickles.ts';
import { VitrineError } from '../src/base/errors.ts';
import { countedInTable, originalsOf, rowsByOriginal, type OriginalIndices } from '../src/base/particle-identity.ts';
import { identityOf, rowsInTable, type NamedParticles } from '../src/formats/lists/named-table.ts';
import { writeSelection, type SelectionFormat } from '../src/formats/lists/selection-files.ts';
import { parseStarParticles } from '../src/formats/star/star-particles.ts';
import { parseCs } from '../src/formats/cs/cs.ts';
import { exportSelection } from '../src/jobs/export.ts';
import { rowsOfLabels } from '../src/landscape/selection.ts';
import { act, wholeNumber, wholeNumbers } from './command.ts';
import type { Console } from './console.ts';
import { stackNamesFor, writeOut } from './disk-paths.ts';
import { openFile, openParticles } from './files.ts';
import {
  addParticleOptions,
  particleOptionsOf,
  refuseParticleOptions,
  type ParticleOptions,
} from './particle-options.ts';
import { readLabels } from './labels.ts';
import { keptSetOf, optionsOf } from './run-set.ts';
import { latentsOf, openRun, originalIndexOf, type OpenRun } from './runs.ts';
import { warningLine } from './words.ts';

interface SelectOptions extends ParticleOptions {
  out: string;
  labels: number[];
  labelsFile?: string;
  epoch?: number;
  particles?: string;
}

export function addSelect(program: Command): void {
  const command = program
    .command('select')
    .description('Particles of chosen clusters as STAR, .cs, ind.pkl or CSV.')
    .argument('<run>', 'run folder that was analysed')
    .requiredOption('--labels <numbers>', 'clusters, counted from 0 as in labels.csv: 0,3,5-7', wholeNumbers)
    .requiredOption('-o, --out <file>', 'out.star, out.cs, out.pkl or out.csv')
    .option(
      '--labels-file <csv>',
      'table with a column label (and index), or labels.pkl (default: RUN/analyze.N/labels.csv)',
    )
    .option('--epoch <number>', 'epoch that was analysed (default: the last)', wholeNumber)
    .option('--particles <file>', 'the original STAR or .cs, where it has moved');
  addParticleOptions(command);
  act(command, async ([path], raw, console) => {
    const options = raw as unknown as SelectOptions;
    const extension = /\.(star|cs|pkl|csv)$/i.exec(options.out)?.[1].toLowerCase();
    if (!extension)
      throw new VitrineError('usage', 'Lists are written as .star, .cs, .pkl or .csv.', {
        field: '-o',
        found: options.out,
      });
    const opened = await openRun(path);
    const { count, epoch } = await latentsOf(opened, options.epoch ?? null);
    const original = await originalIndexOf(opened, count);
    const labels = readLabels(options.labelsFile ?? join(path, `analyze.${epoch}`, 'labels.csv'), original);
    const unknown = options.labels.find((label) => !labels.includes(label));
    if (unknown !== undefined)
      throw new VitrineError('value-out-of-range', `There is no cluster ${unknown}.`, {
        field: '--labels',
        expected: `0 to ${labels.reduce((most, label) => Math.max(most, label), 0)}`,
      });
    const rows = rowsOfLabels(labels, options.labels);
    if (rows.length === 0)
      throw new VitrineError('value-out-of-range', 'No particle has these labels.', { field: '--labels' });
    const format = extension === 'pkl' ? 'ind.pkl' : (extension as SelectionFormat);
    const bytes = await listOf(opened, { rows, original, format }, options, console);
    const out = resolve(options.out);
    writeOut(out, bytes);
    console.say(`${rows.length} of ${count} particles: ${out}`);
    console.result({ out, particles: rows.length, of: count });
  });
}

interface Picked {
  /** Of the run's particles, and where each of these lies in the original set. */
  rows: Uint32Array;
  original: OriginalIndices;
  format: SelectionFormat;
}

async function listOf(
  opened: OpenRun,
  { rows, original, format }: Picked,
  options: SelectOptions,
  console: Console,
): Promise<Uint8Array> {
  const originals = originalsOf(rows, original);
  if (format === 'ind.pkl' || format === 'csv') {
    refuseParticleOptions(options, 'a list of indices is written without opening the particles.');
    if (options.particles !== undefined)
      throw new VitrineError('usage', '--particles cannot act here: a list of indices is cut from no table.', {
        field: '--particles',
        advice: 'Leave it out.',
      });
    return format === 'ind.pkl'
      ? writeIndexPickle(originals)
      : new TextEncoder().encode(`index\n${Array.from(originals).join('\n')}\n`);
  }
  const kept = await keptSetOf(opened);
  if (options.particles?.toLowerCase().endsWith(`.${format}`)) {
    refuseParticleOptions(options, 'the table is cut as it is.');
    const table = await openTable(options.particles, format);
    const particles = kept ? identityOf(kept) : placesOnly(opened, original);
    const { rows: inTable, notices } = rowsInTable(particles, table);
    for (const notice of notices) console.warn(warningLine(notice));
    return table.writeRows(countedInTable(rows.map((row) => inTable[row])));
  }
  const stackName = stackNamesFor(options.out);
  if (kept && options.particles === undefined) {
    refuseParticleOptions(options, 'the run keeps its particles.');
    if (kept.table?.kind === format) sayWhatStands(opened, console);
    return exportSelection(kept, rows, format, [], stackName);
  }
  return fromFiles(opened, { rows, original, format }, options, console);
}

/** The table's rows are kept as they were: they say their own optics, whatever the run was told. */
function sayWhatStands({ record }: OpenRun, console: Console): void {
  const { apix, ampContrast } = (record?.files && optionsOf(record.files)) ?? {};
  if (apix !== undefined)
    console.warn(`warning: the run was trained with --apix ${apix}; the list has the table's own pixel size.`);
  if (ampContrast !== undefined)
    console.warn(`warning: the run was trained with --amp-contrast ${ampContrast}; the list has what the table says.`);
}

async function openTable(path: string, format: 'star' | 'cs') {
  const bytes = new Uint8Array(await openFile(path).blob.arrayBuffer());
  return format === 'star' ? parseStarParticles(bytes, path) : parseCs(bytes, path);
}

/** Of a run that keeps no set: only the rows of the original are known. */
function placesOnly({ record, run }: OpenRun, originalIndex: OriginalIndices): NamedParticles {
  const isWhole = originalIndex.every((index, row) => index === row);
  return {
    name: record?.datasetName ?? (run.folder || 'the run'),
    originalIndex,
    originalCount: isWhole ? originalIndex.length : null,
    ...{ imageNames: null, uids: null, namedByTable: false },
  };
}

/** From files that are named now, or that a run of an older version names. */
async function fromFiles(
  { record }: OpenRun,
  { rows, original, format }: Picked,
  options: SelectOptions,
  console: Console,
): Promise<Uint8Array> {
  const files = record?.files;
  const particles = options.particles ?? files?.particles;
  if (!particles)
    throw new VitrineError('file-missing', 'The run does not say which file its particles came from.', {
      field: '--particles',
      advice: `Give the original .${format} with --particles.`,
    });
  const given = { ...(files && optionsOf(files)), ...particleOptionsOf(options) };
  const set = await openParticles(particles, given, console, files?.badRows);
  const rowOf = rowsByOriginal(set.originalIndex);
  if (set.count !== original.length || original.some((index) => !rowOf.has(index)))
    throw new VitrineError('count-mismatch', 'These are not the particles of the run.', {
      file: particles,
      expected: `${original.length} particles, as the run's`,
      found: `${set.count}`,
      advice: 'Name the original .star or .cs with --particles, and the lists that the run was made with.',
    });
  const picked = Array.from(rows, (row) => rowOf.get(original[row]) ?? -1);
  return writeSelection(set, picked, format, { stackName: stackNamesFor(options.out) });
}
