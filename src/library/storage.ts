// Where things are kept: one interface, two makers — the origin-private file system (browser) and a disk folder (Node).
// Paths are relative, '/'-separated. A write is atomic: a reader sees the old bytes or the new ones, never a mixture.

/** A file or folder of a listing; a folder has 0 bytes. */
export interface StorageEntry {
  name: string;
  kind: 'file' | 'folder';
  bytes: number;
}

/** Where files are kept. Errors of all: 'storage'. */
export interface Storage {
  /** Bytes of a file, or null where it does not exist. */
  read(path: string): Promise<Uint8Array | null>;
  /** Random access without reading whole; null where it does not exist. */
  openBlob(path: string): Promise<Blob | null>;
  write(path: string, bytes: Uint8Array | string): Promise<void>;
  /** Appends by parts for files larger than memory; `close` makes the file visible. */
  createWriter(path: string): Promise<StorageWriter>;
  list(folder: string): Promise<StorageEntry[]>;
  remove(path: string): Promise<void>;
  /** Bytes free for this origin or disk, null where unknown. */
  freeBytes(): Promise<number | null>;
}

/** A file that is being written; nobody sees it before `close`. */
export interface StorageWriter {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Drops what was written. */
  abort(): Promise<void>;
}
