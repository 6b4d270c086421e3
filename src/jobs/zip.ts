// Archives that leave the page: a run folder, or a series of maps. Entries are stored: weights and maps hardly shrink.
import { Zip, ZipPassThrough, zipSync, type Zippable } from 'fflate';
import { throwIfCancelled } from '../base/errors.ts';
import type { Storage } from '../library/storage.ts';
import { csvOf } from './csv.ts';
import { mapName } from './decode-job.ts';
import type { JobOptions } from './progress.ts';

const PART_BYTES = 4 * 2 ** 20;

/**
 * Everything below each folder, under one top folder `name`: the folders' own content at its root, or under the `at` of a
 * folder. The parts go to a Blob, which a browser may keep on disk.
 */
export async function zipOfFolders(
  storage: Storage,
  folders: { folder: string; at?: string }[],
  name: string,
  { signal, onProgress }: JobOptions = {},
): Promise<Blob> {
  const entries: { from: string; path: string }[] = [];
  for (const { folder, at } of folders)
    for (const path of await filesBelow(storage, folder))
      entries.push({ from: `${folder}/${path}`, path: at === undefined ? path : `${at}/${path}` });
  const parts: Blob[] = [];
  let failure: Error | null = null;
  const zip = new Zip((error, bytes) => {
    if (error) failure = error;
    else parts.push(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  });
  for (const [i, { from, path }] of entries.entries()) {
    throwIfCancelled(signal);
    onProgress?.({ fraction: i / entries.length, message: `Packing ${path}` });
    const blob = await storage.openBlob(from);
    if (!blob) continue;
    const entry = new ZipPassThrough(`${name}/${path}`);
    zip.add(entry);
    for (let at = 0; at < blob.size; at += PART_BYTES) {
      const end = Math.min(blob.size, at + PART_BYTES);
      entry.push(new Uint8Array(await blob.slice(at, end).arrayBuffer()), end === blob.size);
    }
  }
  zip.end();
  if (failure) throw failure as Error;
  return new Blob(parts, { type: 'application/zip' });
}

async function filesBelow(storage: Storage, folder: string, prefix = ''): Promise<string[]> {
  const paths: string[] = [];
  for (const { name, kind } of await storage.list(folder)) {
    if (kind === 'file') paths.push(prefix + name);
    else paths.push(...(await filesBelow(storage, `${folder}/${name}`, `${prefix}${name}/`)));
  }
  return paths;
}

/** vol_001.mrc … in order, with z_values.csv where the maps have latents. */
export function zipOfMaps(files: Uint8Array[], maps: { z: number[] }[]): Uint8Array {
  const entries: Zippable = {};
  files.forEach((bytes, i) => (entries[mapName(i)] = [bytes, { level: 0 }]));
  const zDim = maps[0]?.z.length ?? 0;
  if (zDim > 0) {
    const columns = Array.from({ length: zDim }, (_, c) => ({
      name: `z${c + 1}`,
      values: maps.map(({ z }) => z[c]),
    }));
    entries['z_values.csv'] = new TextEncoder().encode(csvOf(columns));
  }
  return zipSync(entries);
}
