// What a STAR or .cs table holds by itself, where its stacks are not at hand.
import { namedStacks } from '../src/formats/drop/particle-source.ts';
import { csClasses, severalClasses } from '../src/formats/cs/cs-classes.ts';
import { csCtf } from '../src/formats/cs/cs-ctf.ts';
import { csImages, csPixelSize, joinPassthrough, type CsFields } from '../src/formats/cs/cs-particles.ts';
import { csPoses } from '../src/formats/cs/cs-poses.ts';
import { VitrineError } from '../src/base/errors.ts';
import type { NamedBlob } from '../src/formats/particles.ts';
import type { ImageScale } from '../src/formats/image-scale.ts';
import { recognise, type Recognised } from '../src/formats/drop/recognise.ts';
import { starCtf } from '../src/formats/star/star-ctf.ts';
import { starPoses } from '../src/formats/star/star-poses.ts';

export interface TableInfo {
  particles: number;
  boxPixels: number | null;
  pixelSizeAngstrom: number | null;
  opticsGroups: number;
  hasPoses: boolean;
  hasCtf: boolean;
  columns: readonly string[];
  /** Stacks that it names, as written. */
  stacks: string[];
  says: string;
  /** What is wrong with its poses or CTF. */
  warnings: string[];
}

/** Null for other files; `others` are passthrough tables. Errors: those of parsing the table. */
export async function describeTable(file: NamedBlob, others: NamedBlob[]): Promise<TableInfo | null> {
  const recognised = await recognise(file);
  if (recognised.error) throw VitrineError.fromData(recognised.error);
  const { content } = recognised;
  const warnings: string[] = [];
  const holds = (part: () => unknown): boolean => {
    try {
      return part() !== null;
    } catch (error) {
      if (!(error instanceof VitrineError)) throw error;
      warnings.push(error.describe());
      return false;
    }
  };
  if (content.kind === 'star') {
    const { table } = content;
    // Poses and CTF are only looked for: any box serves.
    const scale: ImageScale = { boxPixels: table.boxPixels ?? 1, pixelSizeAngstrom: table.pixelSizeAngstrom ?? 1 };
    return {
      particles: table.rows,
      boxPixels: table.boxPixels,
      pixelSizeAngstrom: table.pixelSizeAngstrom,
      opticsGroups: table.opticsGroups.length,
      hasPoses: holds(() => starPoses(table, scale)),
      hasCtf: holds(() => starCtf(table, scale).ctf),
      columns: table.columnNames,
      stacks: namedStacks(recognised),
      says: recognised.says,
      warnings,
    };
  }
  if (content.kind !== 'cs') return null;
  const { table } = content;
  const fields = joinPassthrough(table, await tablesOf(others));
  const boxPixels = fields.numbers('blob/shape')?.[0] ?? null;
  const { angstrom } = csPixelSize(fields);
  const scale: ImageScale = { boxPixels: boxPixels ?? 1, pixelSizeAngstrom: angstrom ?? 1 };
  const classes = fields.has('alignments3D/pose') ? null : csClasses(fields);
  if (classes) warnings.push(severalClasses(fields, classes).message);
  return {
    particles: table.rows,
    boxPixels,
    pixelSizeAngstrom: angstrom,
    opticsGroups: exposureGroups(fields),
    hasPoses: holds(() => csPoses(fields, scale)),
    hasCtf: holds(() => csCtf(fields, scale).ctf),
    columns: table.columnNames,
    stacks: csImages(fields)?.paths ?? [],
    says: recognised.says,
    warnings,
  };
}

async function tablesOf(files: NamedBlob[]) {
  const read: Recognised[] = [];
  for (const file of files) read.push(await recognise(file));
  return read.flatMap(({ content }) => (content.kind === 'cs' ? [content.table] : []));
}

/** Exposure groups of cryoSPARC are what RELION calls optics groups; one where the table does not tell any apart. */
function exposureGroups(fields: CsFields): number {
  const groups = fields.numbers('ctf/exp_group_id') ?? fields.numbers('mscope_params/exp_group_id');
  return groups ? new Set(groups).size : csImages(fields) ? 1 : 0;
}
