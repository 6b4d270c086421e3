// Storage in memory: for tests, and for images small enough to need no disk.
import { bytesOf, pathParts } from './paths.ts';
import type { Storage, StorageEntry, StorageWriter } from './storage.ts';

/** A storage in memory: what is read or written is copied, as on a disk. */
export class MemoryStorage implements Storage {
  private readonly files = new Map<string, Uint8Array>();

  read(path: string): Promise<Uint8Array | null> {
    const bytes = this.files.get(key(path));
    return Promise.resolve(bytes ? bytes.slice() : null);
  }

  openBlob(path: string): Promise<Blob | null> {
    const bytes = this.files.get(key(path));
    return Promise.resolve(bytes ? new Blob([bytes as Uint8Array<ArrayBuffer>]) : null);
  }

  write(path: string, content: Uint8Array | string): Promise<void> {
    this.files.set(key(path), bytesOf(content).slice());
    return Promise.resolve();
  }

  createWriter(path: string): Promise<StorageWriter> {
    const parts: Uint8Array[] = [];
    return Promise.resolve({
      write: (bytes) => {
        parts.push(bytes.slice());
        return Promise.resolve();
      },
      close: () => {
        const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
        let at = 0;
        for (const part of parts) {
          whole.set(part, at);
          at += part.length;
        }
        this.files.set(key(path), whole);
        return Promise.resolve();
      },
      abort: () => {
        parts.length = 0;
        return Promise.resolve();
      },
    });
  }

  list(folder: string): Promise<StorageEntry[]> {
    const parts = pathParts(folder);
    const prefix = parts.length > 0 ? `${parts.join('/')}/` : '';
    const entries = new Map<string, StorageEntry>();
    for (const [path, bytes] of this.files) {
      if (!path.startsWith(prefix)) continue;
      const [name, ...deeper] = path.slice(prefix.length).split('/');
      if (deeper.length > 0) entries.set(name, { name, kind: 'folder', bytes: 0 });
      else entries.set(name, { name, kind: 'file', bytes: bytes.length });
    }
    return Promise.resolve([...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
  }

  remove(path: string): Promise<void> {
    const gone = key(path);
    for (const name of [...this.files.keys()])
      if (name === gone || name.startsWith(`${gone}/`)) this.files.delete(name);
    return Promise.resolve();
  }

  freeBytes(): Promise<number | null> {
    return Promise.resolve(null);
  }
}

function key(path: string): string {
  return pathParts(path).join('/');
}
