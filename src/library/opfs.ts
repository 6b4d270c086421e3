// Storage in the browser's origin-private file system. A write becomes visible as a whole: through createWritable's own
// swap file, or, where a browser lacks it, through a synchronous handle on a neighbour that is then moved into place.
import { bytesOf, pathParts, storageFailure } from './paths.ts';
import type { Storage, StorageEntry, StorageWriter } from './storage.ts';

const PARTIAL = /^\..*\.partial$/;

/** What TypeScript's DOM types leave out. */
interface MovableHandle extends FileSystemFileHandle {
  move?: (name: string) => Promise<void>;
}
interface SyncAccessHandle {
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
interface SyncCapableHandle extends MovableHandle {
  createSyncAccessHandle(): Promise<SyncAccessHandle>;
}

/** A storage in the browser's origin-private file system. */
export class OpfsStorage implements Storage {
  private temporaries = 0;
  private constructor(private readonly root: FileSystemDirectoryHandle) {}

  static async open(folder = 'vitrine'): Promise<OpfsStorage> {
    const origin = await navigator.storage.getDirectory();
    return new OpfsStorage(await origin.getDirectoryHandle(folder, { create: true }));
  }

  private async folder(parts: string[], create: boolean): Promise<FileSystemDirectoryHandle | null> {
    let handle = this.root;
    for (const part of parts) {
      try {
        handle = await handle.getDirectoryHandle(part, { create });
      } catch (error) {
        if (missing(error)) return null;
        throw error;
      }
    }
    return handle;
  }

  async openBlob(path: string): Promise<Blob | null> {
    const parts = pathParts(path);
    const name = parts.pop();
    const folder = await this.folder(parts, false);
    if (!folder || name === undefined) return null;
    try {
      const file = await (await folder.getFileHandle(name)).getFile();
      // A file whose first write has not been closed yet is there, but empty; nothing here is ever kept empty.
      return file.size > 0 ? file : null;
    } catch (error) {
      if (missing(error)) return null;
      throw error;
    }
  }

  async read(path: string): Promise<Uint8Array | null> {
    const blob = await this.openBlob(path);
    return blob ? new Uint8Array(await blob.arrayBuffer()) : null;
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    const writer = await this.createWriter(path);
    try {
      await writer.write(bytesOf(content));
    } catch (error) {
      await writer.abort();
      throw error;
    }
    await writer.close();
  }

  async createWriter(path: string): Promise<StorageWriter> {
    const parts = pathParts(path);
    const name = parts.pop() ?? '';
    try {
      const folder = await this.folder(parts, true);
      if (!folder) throw new DOMException(path, 'NotFoundError');
      return 'createWritable' in FileSystemFileHandle.prototype
        ? await swapWriter(folder, name, path)
        : await movedWriter(folder, name, `.${name}.${this.temporaries++}.partial`, path);
    } catch (error) {
      throw storageFailure(error, path);
    }
  }

  async list(folderPath: string): Promise<StorageEntry[]> {
    const folder = await this.folder(pathParts(folderPath), false);
    if (!folder) return [];
    const entries: StorageEntry[] = [];
    for await (const handle of folder.values()) {
      if (PARTIAL.test(handle.name) || handle.name.endsWith('.crswap')) continue;
      if (handle.kind === 'directory') entries.push({ name: handle.name, kind: 'folder', bytes: 0 });
      else {
        const file = await (handle as FileSystemFileHandle).getFile();
        if (file.size > 0) entries.push({ name: handle.name, kind: 'file', bytes: file.size });
      }
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async remove(path: string): Promise<void> {
    const parts = pathParts(path);
    const name = parts.pop();
    const folder = await this.folder(parts, false);
    if (!folder || name === undefined) return;
    try {
      await folder.removeEntry(name, { recursive: true });
    } catch (error) {
      if (!missing(error)) throw error;
    }
  }

  async freeBytes(): Promise<number | null> {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined ? null : Math.max(0, quota - (usage ?? 0));
  }
}

async function swapWriter(folder: FileSystemDirectoryHandle, name: string, path: string): Promise<StorageWriter> {
  const handle = await folder.getFileHandle(name, { create: true });
  const stream = await handle.createWritable();
  const guard = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      throw storageFailure(error, path);
    }
  };
  return {
    write: (bytes) => guard(() => stream.write(bytes as Uint8Array<ArrayBuffer>)),
    close: () => guard(() => stream.close()),
    abort: async () => {
      await stream.abort().catch(() => {});
      // A file that getFileHandle has only just made would stay behind empty.
      if ((await handle.getFile()).size === 0) await folder.removeEntry(name).catch(() => {});
    },
  };
}

async function movedWriter(
  folder: FileSystemDirectoryHandle,
  name: string,
  partial: string,
  path: string,
): Promise<StorageWriter> {
  const handle = (await folder.getFileHandle(partial, { create: true })) as SyncCapableHandle;
  const access = await handle.createSyncAccessHandle();
  access.truncate(0);
  let at = 0;
  return {
    write: (bytes) => {
      try {
        const written = access.write(bytes, { at });
        if (written < bytes.length) throw new DOMException('short write', 'QuotaExceededError');
        at += written;
        return Promise.resolve();
      } catch (error) {
        return Promise.reject(storageFailure(error, path) as Error);
      }
    },
    close: async () => {
      access.flush();
      access.close();
      if (handle.move) {
        await folder.removeEntry(name).catch(() => {});
        await handle.move(name);
        return;
      }
      const target = (await folder.getFileHandle(name, { create: true })) as SyncCapableHandle;
      const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
      const copy = await target.createSyncAccessHandle();
      copy.truncate(0);
      copy.write(bytes, { at: 0 });
      copy.close();
      await folder.removeEntry(partial);
    },
    abort: async () => {
      access.close();
      await folder.removeEntry(partial).catch(() => {});
    },
  };
}

function missing(error: unknown): boolean {
  const name = (error as { name?: string }).name;
  return name === 'NotFoundError' || name === 'TypeMismatchError';
}
