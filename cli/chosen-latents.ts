// Latents that a command is asked for: rows of a file, or those of particles of a run.
import { VitrineError } from '../src/base/errors.ts';
import { rowsByOriginal } from '../src/base/particle-identity.ts';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';
import { readCsv } from '../src/formats/csv.ts';
import { latentRows } from '../src/jobs/decode-job.ts';
import type { Command } from 'commander';
import { number, wholeNumbers } from './command.ts';
import { openFile } from './files.ts';
import { latentsOf, originalIndexOf, type OpenRun } from './runs.ts';

/** What is said of the latents, in one of these ways. */
export interface LatentChoice {
  zfile?: string;
  z?: number[];
  index?: number[];
  epoch?: number;
}

export function addLatentOptions(command: Command): void {
  command
    .option('--zfile <file>', 'latents, one per row: .csv, .txt or .pkl')
    .option('--z <numbers>', 'one latent, its values with commas between them: 0.5,-1.2', latent)
    .option('--index <numbers>', 'particles by their index in the original stack, from 0: 3,17,40-49', wholeNumbers);
}

function latent(text: string): number[] {
  return text.split(',').map(number);
}

/** Errors: 'usage' where neither or both are said, 'index-out-of-range', those of the file. */
export async function chosenLatents(
  opened: OpenRun,
  options: LatentChoice,
  zDim: number,
): Promise<ArrayLike<number>[]> {
  const { zfile, z, index } = options;
  if ([zfile, z, index].filter((said) => said !== undefined).length > 1)
    throw new VitrineError('usage', 'Give one of --zfile, --z and --index.');
  if (zfile !== undefined) return readLatents(zfile, zDim);
  if (z !== undefined) {
    if (z.length === zDim) return [z];
    throw new VitrineError('value-out-of-range', 'This is not a latent of this run.', {
      field: '--z',
      expected: `${zDim} numbers`,
      found: `${z.length} numbers`,
    });
  }
  if (index === undefined)
    throw new VitrineError('usage', 'Which latents? Give --zfile, --z or --index.', { field: '--zfile' });
  const { mu, count } = await latentsOf(opened, options.epoch ?? null);
  const original = await originalIndexOf(opened, count);
  const rowOf = rowsByOriginal(original);
  return latentRows(
    mu,
    zDim,
    index.map((particle) => {
      const row = rowOf.get(particle);
      if (row !== undefined) return row;
      throw new VitrineError('index-out-of-range', `The run has no particle ${particle}.`, {
        field: '--index',
        expected: `rows of the original stack, from 0; the run has ${count} of them`,
        found: String(particle),
      });
    }),
  );
}

/** Rows of zDim numbers from .pkl, .csv (columns z1 …, or all) or text. Errors: 'value-out-of-range', 'csv-syntax'. */
async function readLatents(path: string, zDim: number): Promise<ArrayLike<number>[]> {
  const bytes = new Uint8Array(await openFile(path).blob.arrayBuffer());
  if (/\.pkl$/i.test(path)) {
    const read = readCryodrgnPickle(bytes, path);
    if (read.kind !== 'latents')
      throw new VitrineError('pickle-syntax', 'This file does not hold latents.', { file: path, found: read.kind });
    return checked(
      Array.from({ length: read.count }, (_, i) => read.mu.slice(i * read.zDim, (i + 1) * read.zDim)),
      zDim,
      path,
    );
  }
  const text = new TextDecoder().decode(bytes).trim();
  if (/^[a-z"#]/i.test(text) && text.includes(',')) {
    const { columns, rows } = readCsv(bytes, path);
    const named = columns.filter(({ name }) => /^z\d+$/i.test(name));
    const taken = named.length > 0 ? named : columns;
    return checked(
      Array.from({ length: rows }, (_, row) => taken.map(({ values }) => values[row])),
      zDim,
      path,
    );
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return checked(
    lines.map((line) =>
      line
        .trim()
        .split(/[\s,;]+/)
        .map(Number),
    ),
    zDim,
    path,
  );
}

function checked(rows: ArrayLike<number>[], zDim: number, path: string): ArrayLike<number>[] {
  const bad = rows.findIndex((row) => row.length !== zDim || !Array.from(row).every(Number.isFinite));
  if (rows.length === 0 || bad >= 0)
    throw new VitrineError('value-out-of-range', 'The file does not hold latents of this run.', {
      file: path,
      row: bad < 0 ? undefined : bad + 1,
      expected: `${zDim} numbers per row`,
      found: bad < 0 ? 'no rows' : `${rows[bad].length} values`,
    });
  return rows;
}
