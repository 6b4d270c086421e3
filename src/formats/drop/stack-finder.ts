// The stacks of a drop that a table names: where its paths lead, seen from the table's folder and those above it (RELION
// writes paths from the project's folder), else by the ending of the path where that leaves no doubt.
import { VitrineError } from '../../base/errors.ts';
import { matchByEnding, namesOtherJob, normalPath } from './path-match.ts';
import { inWords, type Recognised } from './recognise.ts';
import type { CropReader } from './understanding.ts';

/** Why no stack is taken for a path; `files` are those that it might be. */
type Doubt = { why: 'absent' | 'other-job' | 'several-files' | 'several-paths'; files: string[]; paths: string[] };

/** Advice where a path does not tell which file is meant. */
export const AS_THE_TABLE_WRITES =
  'Give the folder that holds the stacks as the table writes them, together with the table.';

export class StackFinder {
  private readonly written = new Map<string, Recognised>();
  private readonly byPath = new Map<string, Recognised>();

  constructor(
    readonly stacks: Recognised[],
    /** Reads stacks that differ in their box at the smallest; null where they are refused. */
    readonly atBox: CropReader | null = null,
  ) {
    for (const stack of stacks) {
      this.written.set(stack.file.path, stack);
      this.byPath.set(normalPath(stack.file.path), stack);
    }
  }

  /**
   * The stack of each path of a table or list. Errors: 'star-image-missing' where one is not there, 'ambiguous' where
   * the path does not tell which file it means; `rowOf` gives the row (0-based) that names path i.
   */
  findAll(paths: string[], table: Recognised, rowOf: (path: number) => number): Recognised[] {
    const direct = paths.map((path) => this.direct(path, table.file.path));
    const byEnding = direct.every((stack) => stack !== null) ? [] : this.byEnding(paths, table.file.path);
    const found = direct.map((stack, i) => stack ?? byEnding[i]);
    const bad = found.findIndex((one) => 'why' in one);
    if (bad >= 0) {
      const doubts = found.filter((one): one is Doubt => 'why' in one);
      const counts = { lost: doubts.length, of: paths.length };
      throw this.error(found[bad] as Doubt, { path: paths[bad], row: rowOf(bad) }, counts, table);
    }
    return found.filter((one): one is Recognised => !('why' in one));
  }

  private direct(written: string, table: string): Recognised | null {
    const exact = this.written.get(written);
    if (exact) return exact;
    const folders = normalPath(table).split('/').slice(0, -1);
    for (let depth = folders.length; depth >= 0; depth--) {
      const stack = this.byPath.get(normalPath([...folders.slice(0, depth), written].join('/')));
      if (stack) return stack;
    }
    return null;
  }

  private byEnding(paths: string[], table: string): (Recognised | Doubt)[] {
    const files = this.stacks.map(({ file }) => file.path);
    const folder = normalPath(table).split('/').slice(0, -1).join('/');
    const fromTable = (path: string) =>
      folder !== '' && path.startsWith(`${folder}/`) ? path.slice(folder.length) : path;
    return matchByEnding(paths, files).map((match, i): Recognised | Doubt => {
      switch (match.kind) {
        case 'found':
          return namesOtherJob(paths[i], fromTable(normalPath(files[match.file])))
            ? { why: 'other-job', files: [files[match.file]], paths: [paths[i]] }
            : this.stacks[match.file];
        case 'absent':
          return { why: 'absent', files: [], paths: [paths[i]] };
        case 'several-files':
          return { why: 'several-files', files: match.files.map((f) => files[f]), paths: [paths[i]] };
        case 'several-paths':
          return { why: 'several-paths', files: [files[match.file]], paths: match.paths };
      }
    });
  }

  private error(
    { why, files, paths }: Doubt,
    { path, row }: { path: string; row: number },
    { lost, of }: { lost: number; of: number },
    table: Recognised,
  ) {
    const detail = {
      file: table.file.path,
      row: row + 1,
      field: table.role === 'star' ? '_rlnImageName' : table.role === 'stack-list' ? undefined : 'blob/path',
      expected: path,
    };
    const some = (list: string[]) => list.slice(0, 3).join(', ') + (list.length > 3 ? ' …' : '');
    const advice = AS_THE_TABLE_WRITES;
    switch (why) {
      case 'absent':
        return new VitrineError(
          'star-image-missing',
          `${inWords(lost)} of ${inWords(of)} stacks that the table names are not there.`,
          {
            ...detail,
            found: this.stacks.length > 0 ? some(this.stacks.map(({ file }) => file.path)) : 'no stack',
            advice: 'Drop the folder that holds the stacks together with the table.',
          },
        );
      case 'other-job':
        return new VitrineError('ambiguous', 'The stack of this base name is another job’s.', {
          ...detail,
          found: some(files),
          advice,
        });
      case 'several-files':
        return new VitrineError(
          'ambiguous',
          'Several stacks have this base name, and the path does not tell which is meant.',
          {
            ...detail,
            found: some(files),
            advice,
          },
        );
      case 'several-paths':
        return new VitrineError('ambiguous', 'One stack has the base name of several that the table names.', {
          ...detail,
          expected: some(paths),
          found: files[0],
          advice,
        });
    }
  }
}
