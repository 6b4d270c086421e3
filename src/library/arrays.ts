// Typed arrays as files: little-endian, nothing else in the file.
import type { Storage } from './storage.ts';

/** Writes the values as they lie in memory, little-endian. */
export async function writeArray(
  storage: Storage,
  path: string,
  array: Float32Array | Uint32Array | Int32Array,
): Promise<void> {
  await storage.write(path, new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
}

async function buffer(storage: Storage, path: string): Promise<ArrayBuffer | null> {
  const bytes = await storage.read(path);
  // A copy of its own: aligned, and free to be transferred.
  return bytes ? (bytes.slice().buffer as ArrayBuffer) : null;
}

/** The file's float32 values; null where there is none. */
export async function readFloats(storage: Storage, path: string): Promise<Float32Array | null> {
  const bytes = await buffer(storage, path);
  return bytes && new Float32Array(bytes);
}
/** The file's uint32 values; null where there is none. */
export async function readIndices(storage: Storage, path: string): Promise<Uint32Array | null> {
  const bytes = await buffer(storage, path);
  return bytes && new Uint32Array(bytes);
}
/** The file's int32 values; null where there is none. */
export async function readIntegers(storage: Storage, path: string): Promise<Int32Array | null> {
  const bytes = await buffer(storage, path);
  return bytes && new Int32Array(bytes);
}

/** A JSON file, or null where it is absent or was cut off by a crash of the browser. */
export async function readJson<T>(storage: Storage, path: string): Promise<T | null> {
  const bytes = await storage.read(path);
  if (!bytes) return null;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as T;
  } catch {
    return null;
  }
}

/** Writes a value as JSON for people to read. */
export async function writeJson(storage: Storage, path: string, value: unknown): Promise<void> {
  await storage.write(path, `${JSON.stringify(value, null, 1)}\n`);
}

/** Sum of the bytes below a folder. */
export async function folderBytes(storage: Storage, folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await storage.list(folder))
    sum +=
      entry.kind === 'file' ? entry.bytes : await folderBytes(storage, folder ? `${folder}/${entry.name}` : entry.name);
  return sum;
}

/** A short name that sorts by time: 20260131-120102-x3k9. */
export function newId(now = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const random = crypto.getRandomValues(new Uint32Array(1))[0].toString(36).padStart(7, '0').slice(-4);
  return `${stamp}-${random}`;
}
