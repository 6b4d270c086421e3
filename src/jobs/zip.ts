// Archives that leave the page: a run folder, or a series of maps. Entries are stored: weights and maps hardly shrink.
import { Zip, ZipPassThrough } from 'fflate';
import { throwIfCancelled } from '../base/errors.ts';
import type { Storage } from '../library/storage.ts';
import type { JobOptions } from './progress.ts';

const PART_BYTES = 4 * 2 ** 20;

/** A zip that is written part by part into a Blob, which a browser may keep on disk. */
export class BlobZip {
  private readonly parts: Blob[] = [];
  private failure: Error | null = null;
  private readonly zip = new Zip((error, bytes) => {
    if (error) this.failure = error;
    else this.parts.push(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  });

  /** Entries are pushed whole or in parts, in order. */
  entry(path: string): ZipPassThrough {
    const entry = new ZipPassThrough(path);
    this.zip.add(entry);
    return entry;
  }

  add(path: string, bytes: Uint8Array): void {
    this.entry(path).push(bytes, true);
  }

  end(): Blob {
    this.zip.end();
    if (this.failure) throw this.failure;
    return new Blob(this.parts, { type: 'application/zip' });
  }
}

/**
 * Everything below each folder, under one top folder `name`: the folders' own content at its root, or under the `at` of a
 * folder.
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
  const zip = new BlobZip();
  for (const [i, { from, path }] of entries.entries()) {
    throwIfCancelled(signal);
    onProgress?.({ fraction: i / entries.length, message: `Packing ${path}` });
    const blob = await storage.openBlob(from);
    if (!blob) continue;
    const entry = zip.entry(`${name}/${path}`);
    for (let at = 0; at < blob.size; at += PART_BYTES) {
      const end = Math.min(blob.size, at + PART_BYTES);
      entry.push(new Uint8Array(await blob.slice(at, end).arrayBuffer()), end === blob.size);
    }
  }
  return zip.end();
}

async function filesBelow(storage: Storage, folder: string, prefix = ''): Promise<string[]> {
  const paths: string[] = [];
  for (const { name, kind } of await storage.list(folder)) {
    if (kind === 'file') paths.push(prefix + name);
    else paths.push(...(await filesBelow(storage, `${folder}/${name}`, `${prefix}${name}/`)));
  }
  return paths;
}
