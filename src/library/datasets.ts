// Datasets kept: everything about the particles but their images, so that runs resume and lists are exported without
// the original files. datasets/ID/ holds dataset.json, poses, CTF and original rows as raw arrays, the STAR or .cs as it
// was, and columns.json with column-K.f32. Images are kept apart, by content (particle-cache.ts).
import type { Notice, VitrineError } from '../base/errors.ts';
import { countedInOriginal, countedInTable, everyRow, type OriginalIndices } from '../base/particle-identity.ts';
import { isFileImageReader, type FileImageReader } from '../formats/mrc.ts';
import { isCsTable } from '../formats/lists/star-from-cs.ts';
import type { OpticsGroup, ParticleSet, Poses } from '../formats/particles.ts';
import {
  folderBytes,
  newId,
  readFloats,
  readIndices,
  readIntegers,
  readJson,
  writeArray,
  writeJson,
} from './arrays.ts';
import { readAll, readRecord } from './records.ts';
import { DATASET_RECORD } from './schemas.ts';
import type { Storage } from './storage.ts';

/** dataset.json: what is known of a kept set beyond its arrays. */
export interface DatasetRecord {
  /** Absent in records of before there was one. */
  version?: 1;
  id: string;
  name: string;
  created: string;
  particles: number;
  /** Rows of the original that its original indices count in; null or absent where nothing told. */
  originalCount?: number | null;
  boxPixels: number;
  pixelSizeAngstrom: number;
  hasPoses: boolean;
  hasCtf: boolean;
  opticsGroups: OpticsGroup[];
  warnings: Notice[];
  tableKind: 'star' | 'cs' | null;
  tableFileName: string | null;
  isDemo: boolean;
  looksWhite: boolean | null;
  /** Hash of sampled images; the first half of a cache's key. */
  fingerprint: string;
}

/** A kept set of N particles without its images. */
export interface KeptDataset {
  record: DatasetRecord;
  poses: Poses | null;
  /** N×9. */
  ctf: Float32Array | null;
  /** N×10 as OPTICS_COLUMNS. */
  optics: Float32Array | null;
  originalIndex: OriginalIndices;
  opticsGroupOf: Int32Array | null;
}

/** A number a particle, under the name that a person sees. */
export interface NumberColumn {
  name: string;
  values: Float32Array;
}

/** What a set is kept with that its files do not say. */
export interface DatasetExtras {
  pixelSizeAngstrom: number;
  isDemo: boolean;
  looksWhite: boolean | null;
  fingerprint: string;
}

const ROOT = 'datasets';

/** The sets kept on a storage. */
export class DatasetLibrary {
  constructor(private readonly storage: Storage) {}

  /** Where a kept dataset lies, below the library's storage. */
  static folderOf(id: string): string {
    return `${ROOT}/${id}`;
  }

  private path(id: string, name: string): string {
    return `${DatasetLibrary.folderOf(id)}/${name}`;
  }

  async keep(set: ParticleSet, extras: DatasetExtras): Promise<DatasetRecord> {
    const { storage } = this;
    const id = newId();
    const record: DatasetRecord = {
      version: 1,
      id,
      name: await this.freeName(set.name),
      created: new Date().toISOString(),
      particles: set.count,
      originalCount: set.originalCount,
      boxPixels: set.boxPixels,
      hasPoses: set.poses !== null,
      hasCtf: set.ctf !== null,
      opticsGroups: set.opticsGroups,
      warnings: set.warnings,
      tableKind: set.table?.kind ?? null,
      tableFileName: set.table?.fileName ?? null,
      ...extras,
    };
    if (set.poses) {
      await writeArray(storage, this.path(id, 'rotations.f32'), set.poses.rotations);
      if (set.poses.translations) await writeArray(storage, this.path(id, 'translations.f32'), set.poses.translations);
    }
    if (set.ctf) await writeArray(storage, this.path(id, 'ctf.f32'), set.ctf);
    if (set.optics) await writeArray(storage, this.path(id, 'optics.f32'), set.optics);
    await writeArray(storage, this.path(id, 'original-index.u32'), set.originalIndex);
    if (set.opticsGroupOf) await writeArray(storage, this.path(id, 'optics-group.i32'), set.opticsGroupOf);
    if (isFileImageReader(set.images)) await this.keepImageNames(id, set.images);
    if (set.table && set.tableRows)
      await storage.write(this.path(id, `table.${set.table.kind}`), set.table.writeRows(set.tableRows));
    const passthrough = isCsTable(set.table) ? (set.table.passthrough ?? []) : [];
    for (const [k, other] of passthrough.entries())
      await storage.write(this.path(id, `passthrough-${k}.cs`), other.writeRows(countedInTable(everyRow(other.rows))));
    // Last, so that a dataset is listed only once it is whole.
    await writeJson(storage, this.path(id, 'dataset.json'), record);
    return record;
  }

  /** Which image of which stack each particle is: lists are written and compared by it without the stacks. */
  private async keepImageNames(id: string, reader: FileImageReader): Promise<void> {
    const numberOf = new Map<string, number>();
    const names = new Uint32Array(2 * reader.count);
    for (let row = 0; row < reader.count; row++) {
      const { path, index } = reader.sourceOf(row);
      const number = numberOf.get(path) ?? numberOf.size;
      numberOf.set(path, number);
      names.set([number, index], 2 * row);
    }
    await writeJson(this.storage, this.path(id, 'stacks.json'), [...numberOf.keys()]);
    await writeArray(this.storage, this.path(id, 'image-names.u32'), names);
  }

  /** Null for sets whose images come from no file. */
  async imageNames(id: string): Promise<((row: number) => { path: string; index: number }) | null> {
    const stacks = await readJson<string[]>(this.storage, this.path(id, 'stacks.json'));
    const names = await readIndices(this.storage, this.path(id, 'image-names.u32'));
    return stacks && names && ((row) => ({ path: stacks[names[2 * row]], index: names[2 * row + 1] }));
  }

  /** Null where it is not kept. Errors: 'record-newer', 'record-damaged'. */
  async record(id: string): Promise<DatasetRecord | null> {
    return readRecord<DatasetRecord>(this.storage, this.path(id, 'dataset.json'), DATASET_RECORD);
  }

  /** The kept dataset that is this very set: same images, poses, CTF and rows. Dropped again, its runs find it. */
  async find(set: ParticleSet, fingerprint: string): Promise<DatasetRecord | null> {
    for (const record of await this.list()) {
      if (record.fingerprint !== fingerprint || record.particles !== set.count) continue;
      const kept = await this.load(record.id);
      if (kept && differenceOf(kept, set) === null) return record;
    }
    return null;
  }

  /** `name`, with a number behind it where another dataset has it: the stacks of many jobs have the same name. */
  private async freeName(name: string): Promise<string> {
    const taken = new Set((await this.list()).map((record) => record.name));
    let free = name;
    for (let number = 2; taken.has(free); number++) free = `${name} (${number})`;
    return free;
  }

  /** Those whose records can be read, newest first. */
  async list(): Promise<DatasetRecord[]> {
    return (await this.listAll()).records;
  }

  /** Newest first, and what was wrong with records that cannot be read. */
  async listAll(): Promise<{ records: DatasetRecord[]; damaged: VitrineError[] }> {
    const names = (await this.storage.list(ROOT)).map(({ name }) => name);
    const { records, damaged } = await readAll(names, (name) => this.record(name));
    return { records: records.sort((a, b) => (a.created < b.created ? 1 : -1)), damaged };
  }

  async load(id: string): Promise<KeptDataset | null> {
    const record = await this.record(id);
    if (!record) return null;
    const rotations = await readFloats(this.storage, this.path(id, 'rotations.f32'));
    const translations = await readFloats(this.storage, this.path(id, 'translations.f32'));
    const originalIndex = await readIndices(this.storage, this.path(id, 'original-index.u32'));
    if (!originalIndex) return null;
    return {
      record,
      poses: rotations && { rotations, translations },
      ctf: await readFloats(this.storage, this.path(id, 'ctf.f32')),
      optics: await readFloats(this.storage, this.path(id, 'optics.f32')),
      originalIndex: countedInOriginal(originalIndex),
      opticsGroupOf: await readIntegers(this.storage, this.path(id, 'optics-group.i32')),
    };
  }

  /** The STAR or .cs the set came from, with the rows of the set in its order. */
  async table(id: string): Promise<Blob | null> {
    const record = await this.record(id);
    return record?.tableKind ? this.storage.openBlob(this.path(id, `table.${record.tableKind}`)) : null;
  }

  /** cryoSPARC's tables that were joined to the set's own, whole. */
  async passthrough(id: string): Promise<Blob[]> {
    const blobs: Blob[] = [];
    for (;;) {
      const blob = await this.storage.openBlob(this.path(id, `passthrough-${blobs.length}.cs`));
      if (!blob) return blobs;
      blobs.push(blob);
    }
  }

  async columns(id: string): Promise<NumberColumn[]> {
    const names = (await readJson<string[]>(this.storage, this.path(id, 'columns.json'))) ?? [];
    const columns = names.map(async (name, k) => ({
      name,
      values: await readFloats(this.storage, this.path(id, `column-${k}.f32`)),
    }));
    return (await Promise.all(columns)).flatMap(({ name, values }) => (values ? [{ name, values }] : []));
  }

  /** Adds columns; one of the same name replaces the old. */
  async addColumns(id: string, added: NumberColumn[]): Promise<void> {
    const names = new Set(added.map((column) => column.name));
    const columns = [...(await this.columns(id)).filter((column) => !names.has(column.name)), ...added];
    for (const [k, column] of columns.entries())
      await writeArray(this.storage, this.path(id, `column-${k}.f32`), column.values);
    await writeJson(
      this.storage,
      this.path(id, 'columns.json'),
      columns.map((column) => column.name),
    );
  }

  async bytes(id: string): Promise<number> {
    return folderBytes(this.storage, `${ROOT}/${id}`);
  }

  async remove(id: string): Promise<void> {
    await this.storage.remove(`${ROOT}/${id}`);
  }
}

/** The first thing but the images in which a set is not the kept one, for people; null where it is the same. */
export function differenceOf(
  { record, poses, ctf, optics, originalIndex }: KeptDataset,
  set: ParticleSet,
): string | null {
  if (record.particles !== set.count) return `${record.particles} particles then, ${set.count} now`;
  if (record.pixelSizeAngstrom !== set.pixelSizeAngstrom)
    return `a pixel size of ${record.pixelSizeAngstrom} Å then, ${set.pixelSizeAngstrom ?? 'an unknown one'} now`;
  if (!same(originalIndex, set.originalIndex)) return 'other rows of the original';
  if (!same(ctf, set.ctf)) return 'another CTF';
  if (!same(optics, set.optics)) return 'other optics';
  const samePoses = same(poses?.rotations, set.poses?.rotations) && same(poses?.translations, set.poses?.translations);
  return samePoses ? null : 'other poses';
}

function same(a: ArrayLike<number> | null | undefined, b: ArrayLike<number> | null | undefined): boolean {
  if (!a || !b) return !a && !b;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
