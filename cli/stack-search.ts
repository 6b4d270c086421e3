// Stacks that a table names, looked for on the disk: in --datadir, from the table's folder and those above it (RELION and
// cryoSPARC write paths from the project's folder), from the working folder; else by the ending of the path.
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { referencedStacks } from '../src/formats/assemble.ts';
import type { Notice } from '../src/base/errors.ts';
import { openFileBlob } from '../src/formats/node/file-blob.ts';
import type { NamedBlob } from '../src/formats/particles.ts';
import { plainStackPath } from '../src/formats/drop/stack-paths.ts';

/** Folders above the table's that may be the project's: Job/job012/a.star lies two below it, a session's few more. */
const LEVELS_ABOVE = 6;

/** Stacks that were found, and what is to be said of where. */
export interface FoundStacks {
  files: NamedBlob[];
  notices: Notice[];
}

/**
 * Under its written path where the file is the one written, seen from one of those folders; under the file's own path
 * where only an ending fits: whether that tells the stack is StackFinder's to say. `others` are tables joined to `main`.
 */
export async function stacksOf(
  main: NamedBlob,
  others: NamedBlob[],
  datadir: string | undefined,
): Promise<FoundStacks> {
  const exact = new Map<string, { path: string; root: string }>();
  const byEnding = new Set<string>();
  const unused = new Set<string>();
  for (const table of [main, ...others]) {
    if (!/\.(star|cs|txt|npy)(\.gz)?$/i.test(table.path)) continue;
    const near = [...(datadir === undefined ? [] : [resolve(datadir)]), resolve(dirname(table.path))];
    const roots = [...new Set([...near, ...foldersAbove(table.path), process.cwd()])];
    for (const name of await referencedStacks(table).catch(() => [])) {
      if (exact.has(name)) continue;
      const found = asWritten(name, roots);
      if (found) {
        exact.set(name, found);
        const beside = near.map((folder) => join(folder, basename(found.path))).find(isFile);
        if (beside !== undefined && beside !== found.path) unused.add(beside);
      } else {
        const ending = byLongestEnding(name, near);
        if (ending !== undefined) byEnding.add(ending);
      }
    }
  }
  const open = (path: string, name = path): NamedBlob => ({ path: name, blob: openFileBlob(path) });
  const taken = new Set([...exact.values()].map(({ path }) => path));
  const beside = [...unused].filter((path) => !taken.has(path) && !byEnding.has(path));
  return {
    files: [...[...exact].map(([name, { path }]) => open(path, name)), ...[...byEnding].map((path) => open(path))],
    notices: noticesOf(
      [...exact.values()].map(({ root }) => root),
      beside,
    ),
  };
}

function noticesOf(roots: string[], beside: string[]): Notice[] {
  const notices: Notice[] = [];
  const folders = [...new Set(roots)].filter((root) => root !== '');
  if (folders.length > 1)
    notices.push({
      code: 'stacks-in-several-folders',
      message: `The stacks that the table names are read from several folders: ${folders.join(', ')}.`,
      advice: 'Give the right one with --datadir if they should all come from it.',
    });
  if (beside.length > 0)
    notices.push({
      code: 'stack-beside-not-used',
      message: `${beside[0]} has the same base name as a stack that lies where the table says; it is not used.`,
      file: beside[0],
    });
  return notices;
}

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** The file at the path, spelled as it is, plainly, or packed; a path of its own (a:mrcs) goes before the plain one. */
function asWritten(name: string, roots: string[]): { path: string; root: string } | undefined {
  const spellings = [...new Set([name, ...['', '.gz', '.bz2'].map((ending) => plainStackPath(name) + ending)])];
  for (const root of roots)
    for (const spelling of spellings) {
      const path = isAbsolute(spelling) ? spelling : join(root, spelling);
      if (isFile(path)) return { path, root: isAbsolute(spelling) ? '' : root };
    }
  return undefined;
}

function byLongestEnding(name: string, folders: string[]): string | undefined {
  const parts = plainStackPath(name)
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  for (let from = 1; from < parts.length; from++)
    for (const folder of folders) {
      const path = join(folder, ...parts.slice(from));
      if (isFile(path)) return path;
    }
  return undefined;
}

/** The folders above that of a file, the nearest first; the root of the disk is none. */
export function foldersAbove(path: string, levels = LEVELS_ABOVE): string[] {
  const folders: string[] = [];
  let folder = resolve(dirname(path));
  for (let level = 0; level < levels; level++) {
    folder = dirname(folder);
    if (folder === dirname(folder) || !existsSync(folder)) break;
    folders.push(folder);
  }
  return folders;
}
