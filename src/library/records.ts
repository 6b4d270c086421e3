// Records: small JSON files that say what stands beside them. Validated when read, so that what a newer version, another
// program or a damaged disk has left there is refused by name instead of failing somewhere later.
import * as v from 'valibot';
import { VitrineError } from '../base/errors.ts';
import type { Storage } from './storage.ts';

/** A kind of record: what a file of it has to look like. */
export interface RecordKind {
  schema: v.GenericSchema;
  /** The version that this program writes; newer ones are refused. */
  version: number;
}

/**
 * The record at a path as it was written, fields that the schema does not name included; null where there is none. Errors:
 * 'record-newer' for a version above the kind's, 'record-damaged' for what is no JSON or does not fit the schema.
 */
export async function readRecord<T>(
  storage: Storage,
  path: string,
  { schema, version }: RecordKind,
): Promise<T | null> {
  const bytes = await storage.read(path);
  if (!bytes) return null;
  const value = parsed(new TextDecoder().decode(bytes), path);
  const said = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (typeof said === 'number' && said > version)
    throw new VitrineError('record-newer', 'This was written by a newer version of Vitrine.', {
      file: path,
      expected: `version ${version} or older`,
      found: `version ${said}`,
      advice: 'Use the version that wrote it, or a newer one.',
    });
  const read = v.safeParse(schema, value);
  if (read.success) return value as T;
  const [issue] = read.issues;
  throw new VitrineError('record-damaged', 'This record is damaged.', {
    file: path,
    field: v.getDotPath(issue) ?? undefined,
    expected: issue.expected ?? issue.message,
    found: issue.received,
    advice: 'Remove what it belongs to, or put the file back from a copy.',
  });
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new VitrineError('record-damaged', 'This record is damaged: it is not JSON.', {
      file: path,
      advice: 'Remove what it belongs to, or put the file back from a copy.',
    });
  }
}

/** Runs of `read` over many records: what could be read, and what was wrong with the others. */
export async function readAll<T>(
  names: readonly string[],
  read: (name: string) => Promise<T | null>,
): Promise<{ records: T[]; damaged: VitrineError[] }> {
  const damaged: VitrineError[] = [];
  const records = await Promise.all(
    names.map((name) =>
      read(name).catch((error: unknown) => {
        if (!(error instanceof VitrineError)) throw error;
        damaged.push(error);
        return null;
      }),
    ),
  );
  return { records: records.filter((record) => record !== null), damaged };
}
