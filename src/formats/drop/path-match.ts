// Which file a path in a table means where it does not lie at that very path: told by the ending that both share, and
// only where that ending tells it in both directions. A file that would stand for two paths stands for none.
import { plainStackPath } from './stack-paths.ts';

export type PathMatch =
  /** Index of the file. */
  | { kind: 'found'; file: number }
  | { kind: 'absent' }
  /** Several files end as the path does, none better than the others. */
  | { kind: 'several-files'; files: number[] }
  /** The file ends as several of the paths do. */
  | { kind: 'several-paths'; file: number; paths: string[] };

/** Parts of a plain path (plainStackPath) without '.', empty ones and '..' (with what it leaves), joined by '/'. */
export function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of plainStackPath(path).split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0) parts.pop();
    else if (part !== '..') parts.push(part);
  }
  return parts.join('/');
}

export const baseName = (path: string) => path.replaceAll('\\', '/').split('/').at(-1) ?? path;

/** The endings of a path, the longest first: "a/b/c", "b/c", "c". */
function endings(path: string): string[] {
  const parts = normalPath(path).split('/');
  return parts.map((_, i) => parts.slice(i).join('/'));
}

/**
 * The file that each of the `written` paths means, by the longest ending. `written` are all paths of the table, those
 * found elsewhere too: a file beside the table may belong to one of them.
 */
export function matchByEnding(written: string[], files: string[]): PathMatch[] {
  const names = [...new Set(written.map(normalPath))];
  const ending = new Map<string, string[]>();
  for (const name of names)
    for (const end of endings(name)) {
      const others = ending.get(end);
      if (others) others.push(name);
      else ending.set(end, [name]);
    }
  // Each file speaks for the names that share its longest ending, and for no other.
  const candidates = new Map<string, { file: number; length: number; names: string[] }[]>();
  files.forEach((path, file) => {
    const shared = endings(path).find((end) => ending.has(end));
    if (shared === undefined) return;
    const entry = { file, length: shared.length, names: ending.get(shared) ?? [] };
    for (const name of entry.names) candidates.set(name, [...(candidates.get(name) ?? []), entry]);
  });
  return written.map((path): PathMatch => {
    const mine = candidates.get(normalPath(path)) ?? [];
    const longest = mine.reduce((most, { length }) => Math.max(most, length), 0);
    const best = mine.filter(({ length }) => length === longest);
    if (best.length === 0) return { kind: 'absent' };
    if (best.length > 1) return { kind: 'several-files', files: best.map(({ file }) => file) };
    const [{ file, names: paths }] = best;
    return paths.length === 1 ? { kind: 'found', file } : { kind: 'several-paths', file, paths };
  });
}

/**
 * Whether two paths name different jobs of RELION (job010) or cryoSPARC (J10): files of one base name in two jobs are
 * different files.
 */
export function namesOtherJob(a: string, b: string): boolean {
  const jobOf = (path: string) =>
    normalPath(path)
      .split('/')
      .slice(0, -1)
      .filter((part) => /^(job\d+|J\d+)$/.test(part))
      .at(-1);
  const [one, other] = [jobOf(a), jobOf(b)];
  return one !== undefined && other !== undefined && one !== other;
}
