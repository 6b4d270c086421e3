// cryoSPARC splits what a job writes over particles.cs and passthrough files: those that lie beside a .cs are found by
// themselves where they leave no doubt, or are given with --passthrough.
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseCs, type CsTable } from '../src/formats/cs/cs.ts';
import { bytesOf } from '../src/formats/detect.ts';
import { VitrineError } from '../src/base/errors.ts';
import type { NamedBlob } from '../src/formats/particles.ts';

/** What a set needs, and the field that brings it. */
const PARTS = [
  { words: 'images', field: 'blob/path' },
  { words: 'poses', field: 'alignments3D/pose' },
  { words: 'CTF', field: 'ctf/df1_A' },
];

/** The job that a file's name says: J24 in "P12_J24_005_particles.cs" and in "cryosparc_P12_J24_passthrough….cs". */
const jobOf = (path: string) => /(?:^|_)(J\d+)(?=_)/.exec(basename(path))?.[1] ?? null;

/** Parts that neither the table nor an option brings. */
function lacking(table: CsTable, given: { poses: boolean; ctf: boolean }) {
  return PARTS.filter(
    ({ words, field }) => !table.has(field) && !(words === 'poses' && given.poses) && !(words === 'CTF' && given.ctf),
  );
}

/**
 * The passthrough files beside `main` that bring what it lacks and hold all its particles; `open` reads a path. Empty
 * for other files than .cs. Error: 'ambiguous' where several bring the same part.
 */
export async function passthroughBeside(
  main: NamedBlob,
  given: { poses: boolean; ctf: boolean },
  open: (path: string) => NamedBlob,
): Promise<NamedBlob[]> {
  if (!/\.cs$/i.test(main.path) || /passthrough/i.test(basename(main.path))) return [];
  const table = await tableOf(main);
  const uids = table?.uids();
  if (!table || !uids) return [];
  const needed = lacking(table, given);
  if (needed.length === 0) return [];
  const job = jobOf(main.path);
  const folder = dirname(main.path);
  const candidates: { file: NamedBlob; table: CsTable }[] = [];
  for (const name of readdirSync(folder).sort()) {
    if (!/passthrough_particles.*\.cs$/i.test(name)) continue;
    const theirs = jobOf(name);
    if (job !== null && theirs !== null && job !== theirs) continue;
    const file = open(join(folder, name));
    const other = await tableOf(file);
    if (other && holdsAll(other, uids)) candidates.push({ file, table: other });
  }
  const used = new Set<NamedBlob>();
  for (const { words, field } of needed) {
    const bringing = candidates.filter((candidate) => candidate.table.has(field));
    if (bringing.length > 1)
      throw new VitrineError('ambiguous', `Several passthrough files beside the table hold its ${words}.`, {
        file: main.path,
        field: '--passthrough',
        expected: 'one of them',
        found: bringing.map(({ file }) => basename(file.path)).join(', '),
        advice: 'Say with --passthrough which one belongs to these particles.',
      });
    if (bringing.length === 1) used.add(bringing[0].file);
  }
  return [...used];
}

/** Null for what is no table of cryoSPARC; what is wrong with the person's own file is said when it is understood. */
async function tableOf(file: NamedBlob): Promise<CsTable | null> {
  try {
    return parseCs(await bytesOf(file), file.path);
  } catch (error) {
    if (error instanceof VitrineError) return null;
    throw error;
  }
}

function holdsAll(table: CsTable, uids: BigUint64Array): boolean {
  const theirs = table.uids();
  if (!theirs) return false;
  const known = new Set(theirs);
  return uids.every((uid) => known.has(uid));
}
