// Named selections of a run: selections.json with names and colours, selection-K.u32 with ascending 0-based rows.
import { readIndices, writeArray, writeJson } from './arrays.ts';
import { readRecord } from './records.ts';
import { SELECTIONS } from './schemas.ts';
import type { Storage } from './storage.ts';

export interface Selection {
  name: string;
  /** 0-based rows of the dataset, ascending. */
  indices: Uint32Array;
  /** CSS colour. */
  color: string;
}

interface Entry {
  name: string;
  color: string;
  file: string;
}

/** Replaces the selections kept in `folder`. Errors: 'record-newer' and 'record-damaged', so that none is lost unseen. */
export async function saveSelections(storage: Storage, folder: string, selections: Selection[]): Promise<void> {
  const old = (await readRecord<Entry[]>(storage, `${folder}/selections.json`, SELECTIONS)) ?? [];
  // New names each time: a crash half way leaves the old list with its old files.
  const stamp = Date.now().toString(36);
  const entries: Entry[] = [];
  for (const [k, { name, color, indices }] of selections.entries()) {
    const file = `selection-${stamp}-${k}.u32`;
    // An empty file would not be kept by every storage: the count comes first.
    const counted = new Uint32Array(indices.length + 1);
    counted[0] = indices.length;
    counted.set(indices, 1);
    await writeArray(storage, `${folder}/${file}`, counted);
    entries.push({ name, color, file });
  }
  await writeJson(storage, `${folder}/selections.json`, entries);
  const kept = new Set(entries.map((entry) => entry.file));
  for (const { file } of old) if (!kept.has(file)) await storage.remove(`${folder}/${file}`);
}

/** Those kept in `folder`. Errors: 'record-newer', 'record-damaged'. */
export async function loadSelections(storage: Storage, folder: string): Promise<Selection[]> {
  const entries = (await readRecord<Entry[]>(storage, `${folder}/selections.json`, SELECTIONS)) ?? [];
  const selections: Selection[] = [];
  for (const { name, color, file } of entries) {
    const counted = await readIndices(storage, `${folder}/${file}`);
    if (counted) selections.push({ name, color, indices: counted.slice(1) });
  }
  return selections;
}
