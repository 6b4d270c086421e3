// Masks that a person chose for a run, each in a place of its own with a record of what it is: the one that was drawn (drawn_mask.mrc and
// .json, its shapes) and the file that was given (chosen_mask.mrc and .json, its name). One does not take the other's place.
import * as v from 'valibot';
import { VitrineError } from '../base/errors.ts';
import type { NamedBlob } from '../formats/particles.ts';
import { writeJson } from '../library/arrays.ts';
import { readRecord } from '../library/records.ts';
import type { RunFolder } from '../library/runs.ts';
import type { BoxShape, RegionShape, SphereShape } from '../validation/drawn-mask.ts';

/** Which of the two. */
export type KeptMaskKind = 'drawn' | 'file';

/** A shape as it was drawn, without the map that a region was grown in and without the values of a file. */
export type DrawnShape = { how: 'add' | 'subtract' } & (
  SphereShape | BoxShape | RegionShape | { kind: 'file'; name: string }
);

/** What a drawn mask is: its shapes in the order in which they were added or cut away, and the width of their edges. */
export interface DrawnMaskOrigin {
  shapes: DrawnShape[];
  edgeAngstrom: number;
}

/** What is kept for a run; null for what is not. */
export interface KeptMasks {
  drawn: DrawnMaskOrigin | null;
  file: { name: string } | null;
}

type Content = Pick<NamedBlob, 'blob'>;

const VERSION = 1;
const PLACES = { drawn: 'drawn_mask', file: 'chosen_mask' } as const;
const SCHEMAS = {
  drawn: v.looseObject({
    version: v.literal(VERSION),
    edgeAngstrom: v.number(),
    shapes: v.array(v.looseObject({ how: v.picklist(['add', 'subtract']), kind: v.string() })),
  }),
  file: v.looseObject({ version: v.literal(VERSION), name: v.string() }),
};

/** Keeps a mask that was drawn, in the place of one that was drawn before. Error 'storage'. */
export function keepDrawnMask(run: RunFolder, mask: Content, { shapes, edgeAngstrom }: DrawnMaskOrigin): Promise<void> {
  return keep(run, 'drawn', mask, { shapes, edgeAngstrom });
}

/** Keeps the file of a mask under its name, without its folders, in the place of a file that was given before. Error 'storage'. */
export function keepMaskFile(run: RunFolder, mask: NamedBlob): Promise<void> {
  return keep(run, 'file', mask, { name: mask.path.split(/[/\\]/).at(-1) ?? mask.path });
}

async function keep(run: RunFolder, kind: KeptMaskKind, { blob }: Content, origin: object): Promise<void> {
  const place = run.path(PLACES[kind]);
  await run.storage.write(`${place}.mrc`, new Uint8Array(await blob.arrayBuffer()));
  await writeJson(run.storage, `${place}.json`, { version: VERSION, ...origin });
}

/** What is kept for a run. Of a mask that an older version kept no more is known than its place. Errors: 'record-newer', 'record-damaged'. */
export async function keptMasks(run: RunFolder): Promise<KeptMasks> {
  const has = async (kind: KeptMaskKind) => (await run.storage.openBlob(run.path(`${PLACES[kind]}.mrc`))) !== null;
  const record = <T>(kind: KeptMaskKind) =>
    readRecord<T>(run.storage, run.path(`${PLACES[kind]}.json`), { schema: SCHEMAS[kind], version: VERSION });
  const drawn = (await has('drawn')) ? await record<DrawnMaskOrigin>('drawn') : null;
  const file = (await has('file')) ? await record<{ name: string }>('file') : null;
  return {
    drawn: drawn && { shapes: drawn.shapes, edgeAngstrom: drawn.edgeAngstrom },
    file: (await has('file')) ? { name: file?.name ?? `${PLACES.file}.mrc` } : null,
  };
}

/** Null where none of that kind is kept. */
export async function openKeptMask(run: RunFolder, kind: KeptMaskKind): Promise<NamedBlob | null> {
  const path = `${PLACES[kind]}.mrc`;
  const blob = await run.storage.openBlob(run.path(path));
  return blob && { path, blob };
}

/** That mask. Error 'file-missing' where none is kept. */
export async function keptMask(run: RunFolder, kind: KeptMaskKind): Promise<NamedBlob> {
  const mask = await openKeptMask(run, kind);
  if (mask) return mask;
  throw kind === 'drawn'
    ? new VitrineError('file-missing', 'No mask was drawn for this run.', {
        file: `${PLACES.drawn}.mrc`,
        advice: 'Draw one in Explore under Masks, and keep it for the run.',
      })
    : new VitrineError('file-missing', 'No mask was chosen for this run.', {
        file: `${PLACES.file}.mrc`,
        advice: 'Choose the file of a mask first.',
      });
}
