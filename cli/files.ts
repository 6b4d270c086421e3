// Files named on a command line, opened by range: particles with their stacks, poses, CTF and index list.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { understand } from '../src/formats/assemble.ts';
import { CONFIG_NAMES } from '../src/library/run-config.ts';
import { VitrineError, type Notice } from '../src/base/errors.ts';
import { openFileBlob } from '../src/formats/node/file-blob.ts';
import type { NamedBlob, ParticleSet } from '../src/formats/particles.ts';
import { atCommonBox } from '../src/imaging/one-box.ts';
import { refusalOf } from '../src/formats/drop/refusal.ts';
import type { Understanding } from '../src/formats/drop/understanding.ts';
import { withEvenBox } from '../src/imaging/even-particles.ts';
import type { Console } from './console.ts';
import { diskPathsOf, namedOnDisk } from './disk-paths.ts';
import { answersOf, refuseParticleOptions, type ParticleOptions } from './particle-options.ts';
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

/** How a set of files is read, where it is not all of a training's particles. */
export interface Reading {
  /** False where the first file may be anything (info). */
  mustBeParticles?: boolean;
  /** Rows that are known to have pixels that are not finite. */
  badRows?: number[] | undefined;
}

/** What the files named on the command line add up to; errors are part of the result. */
export async function understandFiles(
  particles: string,
  options: ParticleOptions,
  console: Console,
  scanPixels: 'all' | 'sample' | 'none',
  { mustBeParticles = true, badRows }: Reading = {},
): Promise<Understanding & { diskPaths: Map<string, string> }> {
  const main = openFile(particles);
  const passthrough = await passthroughOf(main, options).catch((error: unknown) => {
    // Of a table that is only looked at, a choice between passthrough files is said, not asked.
    if (mustBeParticles || !(error instanceof VitrineError) || error.code !== 'ambiguous') throw error;
    return { files: [], notices: [noticeOf(error)] };
  });
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
  const understood = withEvenBox(
    await understand(opened, {
      roles: {
        ...(mustBeParticles && { particles }),
        ...(options.poses !== undefined && { poses: options.poses }),
        ...(options.ctf !== undefined && { ctf: options.ctf }),
        ...(options.ind !== undefined && { index: options.ind }),
        ...(passthrough.files.length > 0 && { passthrough: passthrough.files.map(({ path }) => path) }),
      },
      answers: answersOf(options, tableAt),
      atBox: atCommonBox,
      signal: console.signal,
      onProgress: (progress) => console.progress(progress),
      scanPixels,
      ...(badRows && { badRows }),
    }),
  );
  return {
    ...understood,
    diskPaths: diskPathsOf(opened),
    files: understood.files.map((file) => (file.error ? { ...file, error: forTerminal(file.error) } : file)),
    warnings: [...passthrough.notices, ...stacks.notices, ...understood.warnings.map(forTerminal)],
  };
}

export interface OpenedParticles extends ParticleSet {
  looksWhite: boolean | null;
  /** Rows with pixels that are not finite, before they were left out; null where none were looked for. */
  badRows: number[] | null;
}

function noticeOf(error: VitrineError): Notice {
  const { code, message, name: _, ...detail } = error.toData();
  return { ...detail, code, message };
}

/** Passthrough files that are given, else those found beside the table. Errors: 'usage' for other tables than .cs, 'ambiguous'. */
export async function passthroughOf(
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
  const understanding = await understandFiles(particles, options, console, scan, { badRows });
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
  if (set.count === 0)
    throw new VitrineError('value-out-of-range', 'No particles are left.', {
      file: options.ind ?? particles,
      expected: 'at least one',
      advice: 'Look at the index list, or at what is left out.',
    });
  if (!set.ctf) refuseParticleOptions(options, 'there is no CTF.', ['ampContrast']);
  if (set.table?.kind !== 'cs') refuseParticleOptions(options, 'the particles are no .cs file.', ['class']);
  for (const warning of warnings) console.warn(warningLine(warning));
  // Images are named by where they lie, so that lists written elsewhere find them.
  const images = namedOnDisk(set.images, understanding.diskPaths);
  return { ...set, images, looksWhite, badRows: understanding.badRows };
}

/** Error 'file-missing' where a folder is no run of Vitrine or cryoDRGN. */
export function requireRunFolder(path: string): void {
  const names = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(path) : null;
  if (!names || !CONFIG_NAMES.some((name) => names.includes(name)))
    throw new VitrineError('file-missing', 'This is not a run folder: it has no config.yaml.', {
      file: path,
      expected: 'a folder written by Vitrine or by cryoDRGN',
      found: foundInstead(path, names),
      advice: 'Name the folder that was given to -o when training.',
    });
}

/** Configurations of other programs are named: DRGN-AI's configs.yaml, drgnai-configs.yaml. */
function foundInstead(path: string, names: string[] | null): string {
  if (!names) return existsSync(path) ? 'a file' : 'nothing';
  const others = names.filter((name) => /config/i.test(name));
  return others.length > 0 ? `${others.join(', ')}, of another program` : 'another folder';
}

/** Error 'usage' where a new run would come into a folder that holds one. */
export function refuseRunFolder(folder: string): void {
  if (!['vitrine.json', ...CONFIG_NAMES].some((name) => existsSync(join(folder, name)))) return;
  throw new VitrineError('usage', 'The folder already holds a run.', {
    file: folder,
    advice: 'Choose another folder with -o, or go on with: vitrine resume.',
  });
}
