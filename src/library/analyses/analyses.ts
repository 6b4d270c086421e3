// Analyses of a run's latents, kept in its folder: runs/ID/analyses/METHOD-STAMP.json, a record, and beside it its arrays,
// little-endian. Arrays are written before the record that names them: a crash leaves files that nothing names, which go when
// the next analysis is kept. What is stale goes then too, and the oldest where they are too many or too large.
import { newId, writeArray, writeJson } from '../arrays.ts';
import { readAll, readRecord } from '../records.ts';
import type { Storage } from '../storage.ts';
import {
  ANALYSIS_RECORD,
  ARRAY_TYPES,
  isOf,
  isStale,
  METHOD_VERSIONS,
  type AnalysisKey,
  type AnalysisRecord,
  type ArrayType,
  type KeptArray,
} from './record.ts';

/** How much of a run's analyses is kept; the oldest go beyond it. */
export interface AnalysisLimits {
  /** Analyses of a run, and the bytes of all their arrays. */
  most: number;
  mostBytes: number;
}

const LIMITS: AnalysisLimits = { most: 24, mostBytes: 2 ** 28 };
/** Files that nothing names may be of an analysis that is being written: they go once they are this old. */
const ORPHAN_MILLISECONDS = 24 * 3600 * 1000;
const BYTES = 4;

interface Listed {
  name: string;
  record: AnalysisRecord;
}

/**
 * The analyses that lie in one run's folder. Errors: 'storage' where they cannot be written; what cannot be read counts
 * as absent.
 */
export class AnalysisLibrary {
  constructor(
    private readonly storage: Storage,
    /** The run's folder. */
    private readonly run: string,
    private readonly limits = LIMITS,
  ) {}

  private path(name: string): string {
    return `${this.run}/analyses/${name}`;
  }

  /** The arrays kept of an analysis by name; null where there are none, or where a file of them is damaged or gone. */
  async find(key: AnalysisKey): Promise<Record<string, KeptArray> | null> {
    for (const { record } of (await this.read()).listed) {
      const arrays = isOf(record, key) ? await this.arrays(record) : null;
      if (arrays) return arrays;
    }
    return null;
  }

  /** What is kept of these latents, by methods as they are now, oldest first. */
  async of(epoch: number, fingerprint: string): Promise<AnalysisKey[]> {
    const { listed } = await this.read();
    return listed
      .map(({ record }) => record)
      .filter((record) => isOf(record, { ...record, epoch, fingerprint }))
      .map(({ method, parameters, seed }) => ({ method, parameters, seed, epoch, fingerprint }));
  }

  /** Keeps an analysis in the place of one with the same key; not one that is larger than all may be. Errors: 'storage'. */
  async keep(key: AnalysisKey, arrays: Record<string, KeptArray>): Promise<void> {
    const bytes = Object.values(arrays).reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (bytes > this.limits.mostBytes) return;
    await this.makeRoom(key, bytes);
    const name = `${key.method}-${newId()}`;
    const entries: AnalysisRecord['arrays'] = {};
    for (const [array, values] of Object.entries(arrays)) {
      const file = `${name}.${array}`;
      await writeArray(this.storage, this.path(file), values);
      entries[array] = { file, type: typeOf(values), length: values.length };
    }
    const record: AnalysisRecord = {
      ...{ version: 1, ...key, methodVersion: METHOD_VERSIONS[key.method] },
      ...{ created: new Date().toISOString(), arrays: entries },
    };
    await writeJson(this.storage, this.path(`${name}.json`), record);
  }

  private async makeRoom(key: AnalysisKey, bytes: number): Promise<void> {
    const { listed, files, unreadable } = await this.read();
    const staying = listed.filter(({ record }) => !isStale(record, key) && !isOf(record, key));
    let left = this.limits.mostBytes - bytes;
    // The newest first, while there is room.
    const kept = staying
      .reverse()
      .slice(0, this.limits.most - 1)
      .filter(({ record }) => (left -= bytesOf(record)) >= 0);
    const named = new Set(
      kept.flatMap(({ name, record }) => [name, ...Object.values(record.arrays).map(({ file }) => file)]),
    );
    const gone = new Set(listed.filter((each) => !kept.includes(each)).map(({ name }) => name.replace(/\.json$/, '')));
    const before = newId(new Date(Date.now() - ORPHAN_MILLISECONDS));
    for (const file of files) {
      const stem = file.split('.')[0];
      const isOrphan = stem.slice(stem.indexOf('-') + 1) < before;
      if (!named.has(file) && (gone.has(stem) || unreadable.has(file) || isOrphan))
        await this.storage.remove(this.path(file));
    }
  }

  /** Records that can be read, oldest first. */
  private async read(): Promise<{ listed: Listed[]; files: string[]; unreadable: Set<string> }> {
    const files = (await this.storage.list(this.path('').slice(0, -1))).map(({ name }) => name);
    const names = files.filter((name) => name.endsWith('.json'));
    const { records } = await readAll(names, async (name) => {
      const record = await readRecord<AnalysisRecord>(this.storage, this.path(name), ANALYSIS_RECORD);
      return record && { name, record };
    });
    const read = new Set(records.map(({ name }) => name));
    const listed = records.sort((a, b) => (a.record.created < b.record.created ? -1 : 1));
    return { listed, files, unreadable: new Set(names.filter((name) => !read.has(name))) };
  }

  private async arrays({ arrays }: AnalysisRecord): Promise<Record<string, KeptArray> | null> {
    const found: Record<string, KeptArray> = {};
    for (const [name, { file, type, length }] of Object.entries(arrays)) {
      const bytes = await this.storage.read(this.path(file));
      if (!bytes || bytes.length !== length * BYTES) return null;
      // A copy of its own: aligned, and free to be transferred.
      found[name] = new ARRAY_TYPES[type](bytes.slice().buffer);
    }
    return found;
  }
}

function typeOf(values: KeptArray): ArrayType {
  if (values instanceof Float32Array) return 'float32';
  return values instanceof Int32Array ? 'int32' : 'uint32';
}

function bytesOf({ arrays }: AnalysisRecord): number {
  return Object.values(arrays).reduce((sum, { length }) => sum + length * BYTES, 0);
}

const fingerprints = new WeakMap<Float32Array, Promise<string>>();

/** What latents are by content: SHA-256 of their bytes, in hexadecimal; computed once an array. */
export function fingerprintLatents(mu: Float32Array): Promise<string> {
  const known = fingerprints.get(mu) ?? hash(mu);
  fingerprints.set(mu, known);
  return known;
}

async function hash(mu: Float32Array): Promise<string> {
  const bytes = new Uint8Array(mu.buffer as ArrayBuffer, mu.byteOffset, mu.byteLength);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
