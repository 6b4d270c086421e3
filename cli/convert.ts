// vitrine convert IN -o OUT: between the formats of particles; the ending (and for .pkl the name) of OUT says which.
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import {
  readCryodrgnPickle,
  writeCtfPickle,
  writeIndexPickle,
  writePosePickle,
} from '../src/formats/cryodrgn-pickles.ts';
import { requireFinite } from '../src/base/finite.ts';
import { VitrineError } from '../src/base/errors.ts';
import { placeAfterCrop, readMrcVolume } from '../src/formats/mrc-volume.ts';
import { writeMrcVolume } from '../src/formats/mrc-write.ts';
import { CTF_COLUMNS, CTF_WIDTH, type ParticleSet } from '../src/formats/particles.ts';
import { csWithCtf, starWithCtf } from '../src/formats/lists/ctf-tables.ts';
import { lostInCtfRows } from '../src/formats/optics-words.ts';
import { csWithPoses, starWithPoses } from '../src/formats/lists/pose-tables.ts';
import { recognise } from '../src/formats/drop/recognise.ts';
import { writeSelection } from '../src/formats/lists/selection-files.ts';
import { downsampleVolume } from '../src/imaging/crop.ts';
import { convertStack, readTable } from '../src/jobs/convert-job.ts';
import { columnsOf, csvOf, latentsCsv } from '../src/jobs/csv.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { act, wholeNumber } from './command.ts';
import type { Console } from './console.ts';
import { stackNamesFor, writeOut } from './disk-paths.ts';
import { openFile, openParticles, passthroughOf } from './files.ts';
import {
  addParticleOptions,
  keysWithout,
  particleOptionsOf,
  refuseParticleOptions,
  type ParticleOptions,
} from './particle-options.ts';
import { warningLine } from './words.ts';

interface ConvertOptions extends ParticleOptions {
  out: string;
  box?: number;
  kind?: 'poses' | 'ctf' | 'ind';
}

export function addConvert(program: Command): void {
  const command = program
    .command('convert')
    .description(
      'Converts between particle formats: a stack to another box, STAR or .cs to pose.pkl or ctf.pkl, and back.',
    )
    .argument('<in>')
    .requiredOption('-o, --out <file>', '.mrcs, .mrc, .star, .cs, .csv, or .pkl with pose, ctf or ind in its name')
    .option(
      '-D, --box <pixels>',
      'Fourier-crop images or maps to this box; or the box that a table does not say',
      wholeNumber,
    )
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
  if (options.kind !== undefined && (to !== 'pkl' || from === 'pkl'))
    throw idle('--kind', 'it says what a .pkl made of particles holds.');
  if (from === 'pkl') {
    refuseBox(options, 'a .pkl holds no images.');
    refuseParticleOptions(options, 'a .pkl is written as it is.');
    return fromPickle(path, out, to);
  }
  if (to === 'mrc' && (from === 'mrc' || from === 'map') && !(await isStack(path))) {
    refuseParticleOptions(options, 'a map has no particles.', keysWithout('apix'));
    return convertMap(path, out, options, console);
  }
  if (to === 'mrcs' || to === 'mrc') {
    refuseParticleOptions(options, 'only images are written.', ['poses', 'ctf']);
    const set = await openParticles(path, particleOptionsOf(options), console);
    await convertStack(set, new DiskStorage(dirname(out)), basename(out), {
      signal: console.signal,
      onProgress: (progress) => console.progress(progress),
      ...(options.box !== undefined && { boxPixels: options.box }),
    });
    return `${set.count} images`;
  }
  if (to === 'pkl') return toPickle(path, out, options, from, console);
  if (to === 'star' || to === 'cs' || to === 'csv') {
    refuseBox(options, `no images are written to .${to}.`);
    return toTable(path, out, to, options, console);
  }
  throw new VitrineError('usage', 'This ending says no format that can be written.', {
    field: '-o',
    found: basename(out),
    expected: '.mrcs, .mrc, .star, .cs, .csv or .pkl',
  });
}

function idle(field: string, why: string): VitrineError {
  return new VitrineError('usage', `${field} cannot act here: ${why}`, { field, advice: 'Leave it out.' });
}

function refuseBox({ box }: ConvertOptions, why: string): void {
  if (box !== undefined) throw idle('-D', why);
}

/** A stack may be called .mrc too. */
async function isStack(path: string): Promise<boolean> {
  const { role } = await recognise(openFile(path));
  return role === 'stack';
}

/** A table of the particles; of the kind they came in, their own rows with what was given put in. */
async function toTable(
  path: string,
  out: string,
  to: 'star' | 'cs' | 'csv',
  options: ConvertOptions,
  console: Console,
): Promise<string> {
  const set = await openParticles(path, particleOptionsOf(options), console);
  let bytes = writeSelection(set, everyRow(set), to, { stackName: stackNamesFor(out) });
  if (set.table?.kind === to) {
    refuseParticleOptions(options, "the table's own rows are written, and they say their pixel size.", ['apix']);
    const { fileName } = set.table;
    // Pixel sizes and boxes as the table has them.
    if ((options.poses ?? options.class) !== undefined && set.poses)
      bytes =
        to === 'cs' ? csWithPoses(bytes, fileName, set.poses, set) : starWithPoses(bytes, fileName, set.poses, set);
    if ((options.ctf ?? options.ampContrast) !== undefined && set.ctf)
      bytes = to === 'cs' ? csWithCtf(bytes, fileName, set.ctf) : starWithCtf(bytes, fileName, set.ctf, set);
  }
  writeOut(out, bytes);
  return `${set.count} particles`;
}

function everyRow(set: ParticleSet): Uint32Array {
  return Uint32Array.from({ length: set.count }, (_, row) => row);
}

async function convertMap(path: string, out: string, options: ConvertOptions, console: Console): Promise<string> {
  const map = await readMrcVolume(openFile(path));
  for (const notice of map.notices) console.warn(warningLine(notice));
  requireFinite('voxel', map.values, map.values.length);
  const boxPixels = options.box ?? map.boxPixels;
  const values = boxPixels === map.boxPixels ? map.values : downsampleVolume(map.values, map.boxPixels, boxPixels);
  const pixelSizeAngstrom = ((options.apix ?? map.pixelSizeAngstrom) * map.boxPixels) / boxPixels;
  const place = placeAfterCrop(map, boxPixels, pixelSizeAngstrom);
  writeOut(out, writeMrcVolume({ boxPixels, pixelSizeAngstrom, values, ...place }));
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
    refuseBox(options, 'an index list has no box.');
    refuseParticleOptions(options, 'an index list has none.', ['poses', 'ctf', 'apix']);
    const set = await openParticles(path, particleOptionsOf(options), console);
    writeOut(out, writeIndexPickle(set.originalIndex));
    return `${set.count} indices`;
  }
  if (!kind)
    throw new VitrineError('usage', 'What should the .pkl hold?', {
      field: '-o',
      found: basename(out),
      advice: 'Put pose, ctf or ind in its name, or give --kind.',
    });
  refuseParticleOptions(options, 'the .pkl holds the other.', [kind === 'ctf' ? 'poses' : 'ctf']);
  const content = await contentFor(path, options, from, console);
  if (kind === 'ctf') {
    const { ctf } = content;
    if (!ctf) throw new VitrineError('ctf-missing', 'The file holds no CTF.', { file: path });
    writeOut(out, writeCtfPickle(ctf));
    const lost = lostInCtfRows(content.optics, basename(out));
    if (lost) console.warn(warningLine(lost));
    if ('notices' in content) for (const notice of content.notices) console.warn(warningLine(notice));
    return `CTF of ${ctf.length / CTF_WIDTH} particles`;
  }
  const { poses } = content;
  if (!poses) throw new VitrineError('poses-missing', 'The file holds no poses.', { file: path });
  writeOut(out, writePosePickle(poses));
  return `poses of ${poses.rotations.length / 9} particles`;
}

/** A table tells poses and CTF without its stacks, unless something is given that goes by them. */
async function contentFor(path: string, options: ConvertOptions, from: string, console: Console) {
  const given = particleOptionsOf(options);
  const isTable = from === 'star' || from === 'cs';
  const goesByImages = keysWithout('apix', 'ampContrast', 'class', 'passthrough').some(
    (key) => given[key] !== undefined,
  );
  // Several tables that differ are weighed where the whole set is understood.
  if (!isTable || goesByImages || (given.passthrough?.length ?? 0) > 1) {
    refuseBox(options, 'the images say their box.');
    return openParticles(path, given, console);
  }
  const passthrough = await passthroughOf(openFile(path), given);
  for (const notice of passthrough.notices) console.warn(warningLine(notice));
  return readTable(openFile(path), {
    passthrough: passthrough.files,
    ...(options.box !== undefined && { boxPixels: options.box }),
    ...(options.apix !== undefined && { pixelSizeAngstrom: options.apix }),
    ...(options.ampContrast !== undefined && { amplitudeContrast: options.ampContrast }),
    ...(options.class !== undefined && { poseClass: options.class }),
  });
}

function fromPickle(path: string, out: string, to: string): string {
  openFile(path);
  const read = readCryodrgnPickle(new Uint8Array(readFileSync(path)), path);
  if (to === 'pkl' && read.kind === 'index') {
    writeOut(out, writeIndexPickle(read.indices));
    return `${read.count} indices`;
  }
  if (to !== 'csv' && to !== 'txt')
    throw new VitrineError('usage', 'A .pkl alone can be written as .csv.', {
      field: '-o',
      found: basename(out),
      advice: 'For a STAR file give the stack, with --poses and --ctf.',
    });
  writeOut(out, pickleText(read, path));
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
