// vitrine convert IN -o OUT: between the formats of particles; the ending (and for .pkl the name) of OUT says which.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import {
  readCryodrgnPickle,
  writeCtfPickle,
  writeIndexPickle,
  writePosePickle,
} from '../src/formats/cryodrgn-pickles.ts';
import { VitrineError } from '../src/formats/errors.ts';
import { readMrcVolume } from '../src/formats/mrc.ts';
import { writeMrcVolume } from '../src/formats/mrc-write.ts';
import { CTF_COLUMNS, CTF_WIDTH, type ParticleSet } from '../src/formats/particles.ts';
import { writeSelection } from '../src/formats/selection-files.ts';
import { downsampleVolume } from '../src/imaging/crop.ts';
import { convertStack, readTable } from '../src/jobs/convert-job.ts';
import { columnsOf, csvOf, latentsCsv } from '../src/jobs/csv.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { act, wholeNumber } from './command.ts';
import type { Console } from './console.ts';
import { addParticleOptions, openFile, openParticles, type ParticleOptions } from './files.ts';

interface ConvertOptions extends ParticleOptions {
  out: string;
  box?: number;
  kind?: 'poses' | 'ctf' | 'ind';
}

export function addConvert(program: Command): void {
  const command = program
    .command('convert')
    .description(
      'Between the formats of particles: a stack to another box, STAR or .cs to pose.pkl or ctf.pkl, and back.',
    )
    .argument('<in>')
    .requiredOption('-o, --out <file>', '.mrcs, .mrc, .star, .cs, .csv, or .pkl with pose, ctf or ind in its name')
    .option('-D, --box <pixels>', 'box: Fourier-crop images and maps to it; or what a table lacks', wholeNumber)
    .option('--kind <name>', 'poses, ctf or ind, where the name of a .pkl does not say');
  addParticleOptions(command);
  act(command, async ([path], raw, console) => {
    const options = raw as unknown as ConvertOptions;
    const out = resolve(options.out);
    const said = await convert(path, out, options, console);
    console.say(`${said}: ${out}`);
    console.result({ out, says: said });
  });
}

async function convert(path: string, out: string, options: ConvertOptions, console: Console): Promise<string> {
  const to = /\.([a-z]+)$/i.exec(out)?.[1].toLowerCase() ?? '';
  const from = /\.([a-z]+)$/i.exec(path)?.[1].toLowerCase() ?? '';
  if (from === 'pkl') return fromPickle(path, out, to);
  if (to === 'mrc' && (from === 'mrc' || from === 'map')) return convertMap(path, out, options);
  if (to === 'mrcs' || to === 'mrc') {
    const set = await openParticles(path, options, console);
    await convertStack(set, new DiskStorage(dirname(out)), basename(out), {
      signal: console.signal,
      onProgress: (progress) => console.progress(progress),
      ...(options.box !== undefined && { boxPixels: options.box }),
      ...(options.apix !== undefined && { pixelSizeAngstrom: options.apix }),
    });
    return `${set.count} images`;
  }
  if (to === 'pkl') return toPickle(path, out, options, from, console);
  if (to === 'star' || to === 'cs' || to === 'csv') {
    const set = await openParticles(path, options, console);
    writeFileSync(out, writeSelection(set, everyRow(set), to));
    return `${set.count} particles`;
  }
  throw new VitrineError('usage', 'This ending says no format that can be written.', {
    field: '-o',
    found: basename(out),
    expected: '.mrcs, .mrc, .star, .cs, .csv or .pkl',
  });
}

function everyRow(set: ParticleSet): Uint32Array {
  return Uint32Array.from({ length: set.count }, (_, row) => row);
}

async function convertMap(path: string, out: string, options: ConvertOptions): Promise<string> {
  const map = await readMrcVolume(openFile(path));
  const boxPixels = options.box ?? map.boxPixels;
  const values = boxPixels === map.boxPixels ? map.values : downsampleVolume(map.values, map.boxPixels, boxPixels);
  const pixelSizeAngstrom = ((options.apix ?? map.pixelSizeAngstrom ?? 1) * map.boxPixels) / boxPixels;
  writeFileSync(out, writeMrcVolume({ boxPixels, pixelSizeAngstrom, values }));
  return `a map of ${boxPixels}³`;
}

async function toPickle(
  path: string,
  out: string,
  options: ConvertOptions,
  from: string,
  console: Console,
): Promise<string> {
  const kind = options.kind ?? /pose|ctf|ind/i.exec(basename(out))?.[0].toLowerCase();
  if (kind === 'ind') {
    const set = await openParticles(path, options, console);
    writeFileSync(out, writeIndexPickle(set.originalIndex));
    return `${set.count} indices`;
  }
  if (!kind)
    throw new VitrineError('usage', 'What should the .pkl hold?', {
      field: '-o',
      found: basename(out),
      advice: 'Put pose, ctf or ind in its name, or give --kind.',
    });
  const isTable = from === 'star' || from === 'cs';
  const given = {
    ...(options.box !== undefined && { boxPixels: options.box }),
    ...(options.apix !== undefined && { pixelSizeAngstrom: options.apix }),
    ...(options.ampContrast !== undefined && { amplitudeContrast: options.ampContrast }),
    ...(options.class !== undefined && { poseClass: options.class }),
  };
  const content = isTable ? await readTable(openFile(path), given) : await openParticles(path, options, console);
  if (kind === 'ctf') {
    const { ctf } = content;
    if (!ctf) throw new VitrineError('ctf-missing', 'The file holds no CTF.', { file: path });
    writeFileSync(out, writeCtfPickle(ctf));
    return `CTF of ${ctf.length / CTF_WIDTH} particles`;
  }
  const { poses } = content;
  if (!poses) throw new VitrineError('poses-missing', 'The file holds no poses.', { file: path });
  writeFileSync(out, writePosePickle(poses));
  return `poses of ${poses.rotations.length / 9} particles`;
}

function fromPickle(path: string, out: string, to: string): string {
  openFile(path);
  const read = readCryodrgnPickle(new Uint8Array(readFileSync(path)), path);
  if (to === 'pkl' && read.kind === 'index') {
    writeFileSync(out, writeIndexPickle(read.indices));
    return `${read.count} indices`;
  }
  if (to !== 'csv' && to !== 'txt')
    throw new VitrineError('usage', 'A .pkl alone can be written as .csv.', {
      field: '-o',
      found: basename(out),
      advice: 'For a STAR file give the stack, with --poses and --ctf.',
    });
  writeFileSync(out, pickleText(read, path));
  return `${'count' in read ? read.count : 0} rows`;
}

function pickleText(read: ReturnType<typeof readCryodrgnPickle>, path: string): string {
  switch (read.kind) {
    case 'latents':
      return latentsCsv(read.mu, read.zDim);
    case 'index':
      return csvOf([{ name: 'index', values: read.indices }]);
    case 'ctf':
      return csvOf(columnsOf(read.ctf, CTF_WIDTH, (c) => CTF_COLUMNS[c]));
    case 'poses':
      return csvOf([
        ...columnsOf(read.poses.rotations, 9, (c) => `r${Math.floor(c / 3)}${c % 3}`),
        ...(read.poses.translations ? columnsOf(read.poses.translations, 2, (c) => (c === 0 ? 'tx' : 'ty')) : []),
      ]);
    case 'other':
      throw new VitrineError('pickle-syntax', 'This pickle holds nothing of particles.', {
        file: path,
        found: read.says,
      });
  }
}
