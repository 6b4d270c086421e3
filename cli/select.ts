// vitrine select RUN --labels: particles of chosen clusters as a list for other programs.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { writeIndexPickle } from '../src/formats/cryodrgn-pickles.ts';
import { VitrineError } from '../src/formats/errors.ts';
import { writeSelection, type SelectionFormat } from '../src/formats/selection-files.ts';
import { parseStarParticles } from '../src/formats/star-particles.ts';
import { parseCs } from '../src/formats/cs.ts';
import { rowsOfLabels } from '../src/landscape/selection.ts';
import { act, wholeNumber, wholeNumbers } from './command.ts';
import type { Console } from './console.ts';
import {
  addParticleOptions,
  openFile,
  openParticles,
  particleOptionsOf,
  refuseParticleOptions,
  type ParticleOptions,
} from './files.ts';
import { readLabels } from './labels.ts';
import { latentsOf, openRun, originalIndexOf, type OpenRun } from './runs.ts';

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
    .requiredOption('--labels <numbers>', 'clusters: 0,3,5-7', wholeNumbers)
    .requiredOption('-o, --out <file>', 'out.star, out.cs, out.pkl or out.csv')
    .option('--labels-file <csv>', 'table with a column label (and index), or labels.pkl; RUN/analyze.N/labels.csv')
    .option('--epoch <number>', 'epoch that was analysed; the last', wholeNumber)
    .option('--particles <file>', 'the STAR or .cs to cut from, where it has moved');
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
    const format = extension === 'pkl' ? 'ind.pkl' : (extension as SelectionFormat);
    const bytes = await listOf(opened, rows, original, format, options, console);
    const out = resolve(options.out);
    writeFileSync(out, bytes);
    console.say(`${rows.length} of ${count} particles: ${out}`);
    console.result({ out, particles: rows.length, of: count });
  });
}

async function listOf(
  opened: OpenRun,
  rows: Uint32Array,
  original: Uint32Array,
  format: SelectionFormat,
  options: SelectOptions,
  console: Console,
): Promise<Uint8Array> {
  const originals = rows.map((row) => original[row]);
  if (format === 'ind.pkl' || format === 'csv')
    refuseParticleOptions(options, 'a list of indices is written without opening the particles.');
  if (format === 'ind.pkl') return writeIndexPickle(originals);
  if (format === 'csv') return new TextEncoder().encode(`index\n${Array.from(originals).join('\n')}\n`);
  const files = opened.record?.files;
  const particles = options.particles ?? files?.particles;
  if (!particles)
    throw new VitrineError('file-missing', 'The run does not say which file its particles came from.', {
      field: '--particles',
      advice: `Give the original .${format} with --particles.`,
    });
  // A table of the same kind is cut as it is: its stacks need not be at hand.
  if (particles.toLowerCase().endsWith(`.${format}`)) {
    refuseParticleOptions(options, 'the table is cut as it is.');
    const bytes = new Uint8Array(await openFile(particles).blob.arrayBuffer());
    const table = format === 'star' ? parseStarParticles(bytes, particles) : parseCs(bytes, particles);
    return table.writeRows(originals);
  }
  const set = await openParticles(
    particles,
    {
      ...(files?.poses && { poses: files.poses }),
      ...(files?.ctf && { ctf: files.ctf }),
      ...(files?.ind && { ind: files.ind }),
      ...(files?.datadir && { datadir: files.datadir }),
      ...particleOptionsOf(options),
    },
    console,
  );
  return writeSelection(set, rows, format);
}
