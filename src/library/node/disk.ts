// Storage in a folder of the disk, for the command line. A write goes to a hidden neighbour and is renamed into place.
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openFileBlob } from '../../formats/node/file-blob.ts';
import { bytesOf, pathParts, storageFailure } from '../paths.ts';
import type { Storage, StorageEntry, StorageWriter } from '../storage.ts';

const PARTIAL = /^\..*\.partial$/;

/** A storage in the folder `root` of the disk. */
export class DiskStorage implements Storage {
  private temporaries = 0;
  constructor(readonly root: string) {}

  private where(path: string): string {
    return join(this.root, ...pathParts(path));
  }

  private async partial(path: string): Promise<{ target: string; partial: string }> {
    const target = this.where(path);
    await mkdir(dirname(target), { recursive: true });
    const name = `.${pathParts(path).at(-1) ?? ''}.${process.pid}-${this.temporaries++}.partial`;
    return { target, partial: join(dirname(target), name) };
  }

  async read(path: string): Promise<Uint8Array | null> {
    try {
      const buffer = await readFile(this.where(path));
      return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    } catch (error) {
      return absent(error);
    }
  }

  async openBlob(path: string): Promise<Blob | null> {
    try {
      return (await stat(this.where(path))).isFile() ? openFileBlob(this.where(path)) : null;
    } catch (error) {
      return absent(error);
    }
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    try {
      const { target, partial } = await this.partial(path);
      try {
        await writeFile(partial, bytesOf(content));
        await rename(partial, target);
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
    } catch (error) {
      throw storageFailure(error, this.where(path));
    }
  }

  async createWriter(path: string): Promise<StorageWriter> {
    const guard = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        throw storageFailure(error, this.where(path));
      }
    };
    return guard(async () => {
      const { target, partial } = await this.partial(path);
      const file = await open(partial, 'w');
      return {
        write: (bytes: Uint8Array) =>
          guard(async () => {
            await file.writeFile(bytes);
          }),
        close: () =>
          guard(async () => {
            await file.close();
            await rename(partial, target);
          }),
        abort: async () => {
          await file.close();
          await rm(partial, { force: true });
        },
      };
    });
  }

  async list(folder: string): Promise<StorageEntry[]> {
    try {
      const entries = await readdir(this.where(folder), { withFileTypes: true });
      const listed = entries
        .filter((entry) => !PARTIAL.test(entry.name))
        .map(async (entry): Promise<StorageEntry> => {
          if (entry.isDirectory()) return { name: entry.name, kind: 'folder', bytes: 0 };
          const { size } = await stat(join(this.where(folder), entry.name));
          return { name: entry.name, kind: 'file', bytes: size };
        });
      return (await Promise.all(listed)).sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      return absent(error) ?? [];
    }
  }

  async remove(path: string): Promise<void> {
    await rm(this.where(path), { recursive: true, force: true });
  }

  async freeBytes(): Promise<number | null> {
    try {
      const { bavail, bsize } = await statfs(this.root);
      return bavail * bsize;
    } catch {
      return null;
    }
  }
}

function absent(error: unknown): null {
  const code = (error as { code?: string }).code;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null;
  throw error;
}
