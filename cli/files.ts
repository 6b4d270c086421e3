// Files named on a command line, opened by range: particles with their stacks, poses, CTF and index list.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { understand } from '../src/formats/assemble.ts';
import { VitrineError, type Notice } from '../src/formats/errors.ts';
import { isFileImageReader, type FileImageReader } from '../src/formats/mrc.ts';
import { diskPathOf, openFileBlob } from '../src/formats/node/file-blob.ts';
import type { NamedBlob, ParticleSet } from '../src/formats/particles.ts';
import { refusalOf } from '../src/formats/refusal.ts';
import type { Understanding } from '../src/formats/understanding.ts';
import { number, oneOf } from './command.ts';
import type { Console } from './console.ts';
import { passthroughBeside } from './passthrough.ts';
import { stacksOf } from './stack-search.ts';
import { forTerminal, warningLine } from './words.ts';

/** Error 'file-missing'. */
export function openFile(path: string): NamedBlob {
  if (!existsSync(path) || !statSync(path).isFile())
    throw new VitrineError('file-missing', 'There is no such file.', {
      file: path,
      found: existsSync(path) ? 'a folder' : 'nothing',
      advice: 'Check the path.',
    });
  return { path, blob: openFileBlob(path) };
}

/** What is said of particles on the command line, beside their file. */
export interface ParticleOptions {
  poses?: string;
  ctf?: string;
  ind?: string;
  datadir?: string;
  apix?: number;
  /** Leave out images with pixels that are not finite. */
  leaveOutBad?: boolean;
  /** Readings of files that leave several open: as in Answers. */
  shifts?: 'pixels' | 'fractions';
  inOrder?: boolean;
  listOrder?: 'whole' | 'filtered';
  posesFrom?: string;
  ctfFrom?: string;
  /** Tables of cryoSPARC that are joined to the particles by uid. */
  passthrough?: string[];
}

type Option = [
  flags: string,
  words: string,
  parse?: (text: string, before: string[] | undefined) => string[] | string | number,
];

/** Flags and words of ParticleOptions, in the order of the help. */
const PARTICLE_OPTIONS: Record<keyof ParticleOptions, Option> = {
  poses: ['--poses <pkl>', 'poses, where the particles have none of their own'],
  ctf: ['--ctf <pkl>', 'CTF, where the particles have none of their own'],
  ind: ['--ind <pkl>', 'index list: these particles only'],
  datadir: ['--datadir <folder>', 'where the stacks lie that a table names'],
  apix: ['--apix <number>', 'pixel size of the images, Å', number],
  leaveOutBad: ['--leave-out-bad', 'leave out images with pixels that are not finite'],
  passthrough: [
    '--passthrough <cs>',
    'passthrough file of a .cs (one that lies beside it is found); may be repeated',
    (path, before = []) => [...before, path],
  ],
  shifts: [
    '--shifts <unit>',
    'shifts of a pose.pkl are pixels or fractions (of the box)',
    oneOf('pixels', 'fractions'),
  ],
  inOrder: ['--in-order', 'the stack was cut down to the table: image k belongs to row k'],
  listOrder: [
    '--list-order <order>',
    'poses and CTF as long as an index list that reorders: whole (in the order of the stack) or filtered (of the list)',
    oneOf('whole', 'filtered'),
  ],
  posesFrom: ['--poses-from <cs>', 'of several .cs tables that differ, the one that gives the poses'],
  ctfFrom: ['--ctf-from <cs>', 'of several .cs tables that differ, the one that gives the CTF'],
};
const PARTICLE_KEYS = Object.keys(PARTICLE_OPTIONS) as (keyof ParticleOptions)[];

/** All options of opening particles but `key`. */
export const keysWithout = (key: keyof ParticleOptions) => PARTICLE_KEYS.filter((other) => other !== key);

/** The options of every command that opens particles; `words` where a command says one differently. */
export function addParticleOptions(
  command: Command,
  words: Partial<Record<keyof ParticleOptions, string>> = {},
): Command {
  for (const key of PARTICLE_KEYS) {
    const [flags, usual, parse] = PARTICLE_OPTIONS[key];
    if (parse)
      command.option<string[] | string | number>(flags, words[key] ?? usual, (text, before) =>
        parse(text, Array.isArray(before) ? before : undefined),
      );
    else command.option(flags, words[key] ?? usual);
  }
  return command;
}

/** Of a command's options, those that addParticleOptions added and that were given. */
export function particleOptionsOf(raw: object): ParticleOptions {
  const given = Object.entries(raw).filter(
    ([key, value]) => (PARTICLE_KEYS as string[]).includes(key) && value !== undefined,
  );
  return Object.fromEntries(given);
}

/** Error 'usage' naming the first given of `keys` (of all particle options) that cannot act, and `why`. */
export function refuseParticleOptions(options: ParticleOptions, why: string, keys = PARTICLE_KEYS): void {
  const key = keys.find((one) => options[one] !== undefined);
  if (key === undefined) return;
  const [flag] = PARTICLE_OPTIONS[key][0].split(' ');
  throw new VitrineError('usage', `${flag} cannot act here: ${why}`, { field: flag, advice: 'Leave it out.' });
}

/** What the files named on the command line add up to; errors are part of the result. */
export async function understandFiles(
  particles: string,
  options: ParticleOptions,
  console: Console,
  scanPixels: 'all' | 'sample' | 'none',
  /** False where the first file may be anything (info). */
  mustBeParticles = true,
  badRows?: number[],
): Promise<Understanding & { diskPaths: Map<string, string> }> {
  const main = openFile(particles);
  const passthrough = await passthroughOf(main, options);
  const named = [options.poses, options.ctf, options.ind].filter((path) => path !== undefined).map(openFile);
  const stacks = await stacksOf(main, passthrough.files, options.datadir);
  const opened = [main, ...passthrough.files, ...named, ...stacks.files];
  const tableAt = (path: string, flag: string) => {
    const table = [main, ...passthrough.files].find((file) => resolve(file.path) === resolve(path));
    if (table && /\.cs$/i.test(main.path)) return table.path;
    throw new VitrineError('usage', `${flag} names one of the .cs tables that are given.`, {
      field: flag,
      found: path,
      advice: 'Give the table with --passthrough too.',
    });
  };
  const understood = await understand(opened, {
    roles: {
      ...(mustBeParticles && { particles }),
      ...(options.poses !== undefined && { poses: options.poses }),
      ...(options.ctf !== undefined && { ctf: options.ctf }),
      ...(options.ind !== undefined && { index: options.ind }),
      ...(passthrough.files.length > 0 && { passthrough: passthrough.files.map(({ path }) => path) }),
    },
    answers: {
      ...(options.apix !== undefined && { pixelSizeAngstrom: options.apix }),
      ...(options.leaveOutBad && { leaveOutBadRows: true }),
      ...(options.shifts && { shifts: options.shifts }),
      ...(options.inOrder && { imageOrder: 'rows' as const }),
      ...(options.listOrder && { listOrder: options.listOrder }),
      ...(options.posesFrom !== undefined && { posesFile: tableAt(options.posesFrom, '--poses-from') }),
      ...(options.ctfFrom !== undefined && { ctfFile: tableAt(options.ctfFrom, '--ctf-from') }),
    },
    signal: console.signal,
    onProgress: (progress) => console.progress(progress),
    scanPixels,
    ...(badRows && { badRows }),
  });
  return {
    ...understood,
    diskPaths: new Map(opened.map(({ path, blob }) => [path, resolve(diskPathOf(blob) ?? path)])),
    files: understood.files.map((file) => (file.error ? { ...file, error: forTerminal(file.error) } : file)),
    warnings: [...passthrough.notices, ...stacks.notices, ...understood.warnings.map(forTerminal)],
  };
}

export interface OpenedParticles extends ParticleSet {
  looksWhite: boolean | null;
  /** Rows with pixels that are not finite, before they were left out; null where none were looked for. */
  badRows: number[] | null;
}

/** Passthrough files that are given, else those found beside the table. Errors: 'usage' for other tables than .cs, 'ambiguous'. */
async function passthroughOf(
  main: NamedBlob,
  options: ParticleOptions,
): Promise<{ files: NamedBlob[]; notices: Notice[] }> {
  const { poses, ctf, passthrough } = options;
  const isCs = /\.cs$/i.test(main.path);
  for (const [flag, path] of Object.entries({ '--poses': poses, '--ctf': ctf }))
    if (path !== undefined && /\.cs$/i.test(path))
      throw new VitrineError('usage', `${flag} takes a .pkl.`, {
        field: flag,
        found: path,
        advice: isCs ? 'Give it with --passthrough.' : 'Give the .cs as the particles.',
      });
  if (passthrough) {
    if (!isCs) refuseParticleOptions(options, 'it is for particles that are a .cs file.', ['passthrough']);
    return { files: passthrough.map(openFile), notices: [] };
  }
  const files = await passthroughBeside(main, { poses: poses !== undefined, ctf: ctf !== undefined }, openFile);
  const notices = files.map(({ path }): Notice => ({
    code: 'passthrough-found',
    message: `${basename(path)}, which lies beside the table, is joined to it by uid.`,
    file: path,
  }));
  return { files, notices };
}

/** The set of particles. Errors: the first of any file that was named, 'ambiguous' where a reading is left open. */
export async function openParticles(
  particles: string,
  options: ParticleOptions,
  console: Console,
  badRows?: number[],
): Promise<OpenedParticles> {
  const scan = options.leaveOutBad ? 'all' : 'none';
  const understanding = await understandFiles(particles, options, console, scan, true, badRows);
  const { set, files, warnings, looksWhite } = understanding;
  const failed = files.find(({ error }) => error);
  if (failed?.error) throw VitrineError.fromData(failed.error);
  const open = refusalOf(understanding.questions);
  if (open) throw open;
  if (!set)
    throw new VitrineError('file-kind-unknown', 'This file holds no particles.', {
      file: particles,
      expected: 'a stack (.mrcs), .star, .cs or .txt list of stacks',
      found: files[0]?.says,
    });
  for (const warning of warnings) console.warn(warningLine(warning));
  // Images are named by where they lie, so that lists written elsewhere find them.
  const images = isFileImageReader(set.images) ? namedOnDisk(set.images, understanding.diskPaths) : set.images;
  return { ...set, images, looksWhite, badRows: understanding.badRows };
}

function namedOnDisk(reader: FileImageReader, diskPaths: Map<string, string>): FileImageReader {
  const { count, boxPixels, pixelSizeAngstrom, canHoldNonFinite } = reader;
  return {
    ...{ count, boxPixels, pixelSizeAngstrom, canHoldNonFinite },
    read: (indices, signal) => reader.read(indices, signal),
    sourceOf(row) {
      const { path, index } = reader.sourceOf(row);
      return { path: diskPaths.get(path) ?? path, index };
    },
  };
}

/** How a list written to `out` names a stack: relative to its folder, as RELION and this program read it. */
export function stackNamesFor(out: string): (path: string) => string {
  return (path) => (isAbsolute(path) ? relative(dirname(resolve(out)), path).replaceAll('\\', '/') : path);
}

/** Whether a folder is a run of Vitrine or cryoDRGN. */
export function requireRunFolder(path: string): void {
  const isRun = existsSync(path) && statSync(path).isDirectory() && readdirSync(path).includes('config.yaml');
  if (!isRun)
    throw new VitrineError('file-missing', 'This is not a run folder: it has no config.yaml.', {
      file: path,
      expected: 'a folder written by Vitrine or by cryoDRGN',
      found: existsSync(path) ? 'another folder' : 'nothing',
      advice: 'Name the folder that was given to -o when training.',
    });
}
