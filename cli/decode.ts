// vitrine decode RUN: maps at latents from a file, or at those of chosen particles, in order.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';
import { readCsv } from '../src/formats/csv.ts';
import { boxPixelsOf, isHeterogeneous, latentDimension } from '../src/field/kinds.ts';
import { VitrineError } from '../src/base/errors.ts';
import { rowsByOriginal } from '../src/base/particle-identity.ts';
import { latentRows, loadModel, writeMaps } from '../src/jobs/decode-job.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import type { Params } from '../src/params/params.ts';
import { act, number, wholeNumber, wholeNumbers } from './command.ts';
import { openFile } from './files.ts';
import { addParamOptions } from './param-options.ts';
import { latentsOf, mapPixelSizeOf, openRun, originalIndexOf, withEngine, type OpenRun } from './runs.ts';

interface DecodeOptions {
  out: string;
  zfile?: string;
  index?: number[];
  epoch?: number;
  apix?: number;
  device?: Params['device'];
}

export function addDecode(program: Command): void {
  const command = program
    .command('decode')
    .description('Maps of a run at chosen latents or particles: vol_001.mrc … in order.')
    .argument('<run>', 'run folder of Vitrine or cryoDRGN')
    .requiredOption('-o, --out <folder>', 'folder for the maps')
    .option('--zfile <file>', 'latents, one per row: .csv, .txt or .pkl')
    .option('--index <numbers>', 'particles by their index in the original stack, from 0: 3,17,40-49', wholeNumbers)
    .option('--epoch <number>', 'epoch of the weights (default: the last)', wholeNumber)
    .option('--apix <number>', 'pixel size to write, Å', number);
  addParamOptions(command, ['device']);
  act(command, async ([path], raw, console) => {
    const options = raw as unknown as DecodeOptions;
    if (options.zfile !== undefined && options.index !== undefined)
      throw new VitrineError('usage', 'Give --zfile or --index, not both.');
    const opened = await openRun(path);
    const field = await opened.run.field();
    const zs = isHeterogeneous(field)
      ? await chosenLatents(opened, options, latentDimension(field))
      : [new Float32Array(0)];
    const folder = resolve(options.out);
    const pixelSizeAngstrom = mapPixelSizeOf(opened, options.apix, console);
    const maps = await withEngine(options.device ?? 'auto', async (engine) => {
      const loaded = await loadModel(engine, opened.run, options.epoch ?? null);
      const place = { storage: new DiskStorage(folder), folder: '', pixelSizeAngstrom };
      return writeMaps(loaded, zs, place, {
        signal: console.signal,
        onProgress: (progress) => console.progress(progress),
      });
    });
    console.say(`${maps.length} maps: ${folder}`);
    console.result({ folder, maps, boxPixels: boxPixelsOf(field), pixelSizeAngstrom });
  });
}

async function chosenLatents(opened: OpenRun, options: DecodeOptions, zDim: number): Promise<ArrayLike<number>[]> {
  if (options.zfile !== undefined) return readLatents(options.zfile, zDim);
  if (options.index === undefined)
    throw new VitrineError('usage', 'Which latents? Give --zfile or --index.', { field: '--zfile' });
  const { mu, count } = await latentsOf(opened, options.epoch ?? null);
  const original = await originalIndexOf(opened, count);
  const rowOf = rowsByOriginal(original);
  return latentRows(
    mu,
    zDim,
    options.index.map((index) => {
      const row = rowOf.get(index);
      if (row !== undefined) return row;
      throw new VitrineError('index-out-of-range', `The run has no particle ${index}.`, {
        field: '--index',
        expected: `rows of the original stack, from 0; the run has ${count} of them`,
        found: String(index),
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
