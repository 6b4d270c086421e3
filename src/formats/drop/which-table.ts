// Several cryoSPARC tables of the same particles: which of them gives the poses and which the CTF. A job's own fields count
// before those passed through to it; tables that say the same need no choice; for the rest a person is asked.
import type { CsTable } from '../cs/cs.ts';
import { rowsByUid } from '../cs/join-by-uid.ts';
import { inWords, type Recognised } from './recognise.ts';
import type { Answers, ReadingQuestion } from './understanding.ts';

type CsFile = Recognised & { content: { kind: 'cs'; table: CsTable } };
const isCs = (file: Recognised): file is CsFile => file.content.kind === 'cs';

const GROUPS = [
  { what: 'poses', prefix: /^alignments/, fields: ['alignments3D/pose', 'alignments3D/shift'], answer: 'posesFile' },
  { what: 'CTF', prefix: /^ctf\//, fields: ['ctf/df1_A', 'ctf/df2_A', 'ctf/df_angle_rad'], answer: 'ctfFile' },
] as const;

/**
 * The tables as they are to be joined: fields of a group that another table gives are hidden. Questions where tables
 * differ on particles that they share.
 */
export function tablesToJoin(
  lead: Recognised,
  others: Recognised[],
  answers: Answers,
): { lead: CsTable; passthrough: CsTable[]; questions: ReadingQuestion[] } | null {
  if (!isCs(lead)) return null;
  const files = [lead, ...others.filter(isCs)];
  const tables = files.map(({ content }) => content.table);
  const questions: ReadingQuestion[] = [];
  for (const { what, prefix, fields, answer } of GROUPS) {
    const holders = files.filter(({ content }) => fields.some((field) => content.table.has(field)));
    const named = holders.find(({ file }) => file.path === answers[answer]);
    const differing = named ? [named] : distinct(lead.content.table, contenders(lead, holders), fields);
    const [chosen] = differing;
    if (!chosen) continue;
    files.forEach((file, i) => {
      if (file !== chosen) tables[i] = withoutFields(tables[i], prefix);
    });
    if (differing.length > 1)
      questions.push({
        kind: 'reading',
        about: 'which-table',
        title: `Which table gives the ${what}?`,
        reason: `${inWords(differing.length)} tables hold ${what} of the same particles, and they differ.`,
        file: lead.file.path,
        readings: differing.map(({ file }) => ({
          says: file.path,
          answer: { [answer]: file.path },
          option: `${answer === 'posesFile' ? '--poses-from' : '--ctf-from'} ${file.path}`,
        })),
      });
  }
  return { lead: tables[0], passthrough: tables.slice(1), questions };
}

/** The leading table alone where it has the fields and all others are passed through to its job. */
function contenders(lead: CsFile, holders: CsFile[]): CsFile[] {
  const passedOn = holders.every((file) => file === lead || file.role === 'cs-passthrough');
  return holders.includes(lead) && passedOn ? [lead] : holders;
}

/** One file for each set of values among `holders`, compared on the particles of `lead`. */
function distinct(lead: CsTable, holders: CsFile[], fields: readonly string[]): CsFile[] {
  const found: { file: CsFile; values: (Float64Array | null)[] }[] = [];
  for (const file of holders) {
    if (holders.length === 1) return [file];
    const values = fields.map((field) => valuesFor(lead, file.content.table, field));
    // Of tables that agree, the one that knows more of the particles is taken.
    const same = found.find((other) => other.values.every((theirs, i) => agree(theirs, values[i])));
    if (!same) found.push({ file, values });
    else if (known(values) > known(same.values)) Object.assign(same, { file, values });
  }
  return found.map(({ file }) => file);
}

/** A field of `table` in the rows of `lead`, NaN for particles that it lacks. */
function valuesFor(lead: CsTable, table: CsTable, field: string): Float64Array | null {
  const values = table.numbers(field);
  if (!values || table === lead) return values;
  const [uids, theirs] = [lead.uids(), table.uids()];
  if (!uids || !theirs) return null;
  const rows = rowsByUid(uids, theirs, table.fileName);
  const width = table.fields.get(field)?.width ?? 1;
  return Float64Array.from({ length: width * rows.length }, (_, i) => {
    const row = rows[Math.floor(i / width)];
    return row < 0 ? NaN : values[row * width + (i % width)];
  });
}

const known = (values: (Float64Array | null)[]) =>
  values.reduce((sum, field) => sum + (field?.reduce((n, value) => n + (Number.isNaN(value) ? 0 : 1), 0) ?? 0), 0);

function agree(a: Float64Array | null, b: Float64Array | null): boolean {
  if (!a || !b) return true;
  if (a.length !== b.length) return false;
  return a.every((value, i) => !(Math.abs(value - b[i]) > 1e-5 * Math.max(1, Math.abs(value))));
}

function withoutFields(table: CsTable, prefix: RegExp): CsTable {
  const hidden = (field: string) => prefix.test(field);
  return {
    ...table,
    fields: new Map([...table.fields].filter(([name]) => !hidden(name))),
    has: (field) => !hidden(field) && table.has(field),
    numbers: (field) => (hidden(field) ? null : table.numbers(field)),
    texts: (field) => (hidden(field) ? null : table.texts(field)),
  };
}
