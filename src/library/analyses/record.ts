// What the record of a kept analysis says: which method with which parameters and seed, of which latents, and where its
// arrays lie beside it.
import * as v from 'valibot';
import { fileName } from '../schemas.ts';
import type { RecordKind } from '../records.ts';

/** A method's number goes up when it gives other results for the same latents: what was kept before is computed anew. */
export const METHOD_VERSIONS = { pca: 1, umap: 1, kmeans: 1 } as const;
/** The analyses that can be kept, by the names that stand in their files. */
export type AnalysisMethod = keyof typeof METHOD_VERSIONS;

/** What an analysis is found by: two with the same key have the same result. */
export interface AnalysisKey {
  method: AnalysisMethod;
  /** By name; all that the result depends on beside latents and seed. */
  parameters: Record<string, number>;
  /** Null where nothing is random. */
  seed: number | null;
  /** Of the run's latents, and what they were by content. */
  epoch: number;
  fingerprint: string;
}

/** How the arrays are stored, 4 bytes a number, by the names that stand in the record. */
export const ARRAY_TYPES = { float32: Float32Array, int32: Int32Array, uint32: Uint32Array } as const;
/** A name in ARRAY_TYPES. */
export type ArrayType = keyof typeof ARRAY_TYPES;
/** An array that can be kept; its shape is the method's to know. */
export type KeptArray = Float32Array | Int32Array | Uint32Array;

/** METHOD-STAMP.json of an analysis. `arrays`: by the method's names, each a file beside it with `length` numbers. */
export interface AnalysisRecord extends AnalysisKey {
  version: 1;
  methodVersion: number;
  created: string;
  arrays: Record<string, { file: string; type: ArrayType; length: number }>;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** How an analysis' record is validated; fields that it does not name are let through. */
export const ANALYSIS_RECORD: RecordKind = {
  version: 1,
  schema: v.looseObject({
    version: v.literal(1),
    method: v.picklist(Object.keys(METHOD_VERSIONS)),
    methodVersion: count,
    parameters: v.record(v.string(), v.number()),
    seed: v.nullable(v.number()),
    epoch: count,
    fingerprint: v.string(),
    created: v.string(),
    arrays: v.record(
      v.string(),
      v.looseObject({ file: fileName, type: v.picklist(Object.keys(ARRAY_TYPES)), length: count }),
    ),
  }),
};

/** Whether a record answers a key, and was made by the method as it is now. */
export function isOf(record: AnalysisRecord, key: AnalysisKey): boolean {
  const names = Object.keys(key.parameters);
  return (
    record.method === key.method &&
    record.methodVersion === METHOD_VERSIONS[key.method] &&
    record.seed === key.seed &&
    record.epoch === key.epoch &&
    record.fingerprint === key.fingerprint &&
    names.length === Object.keys(record.parameters).length &&
    names.every((name) => record.parameters[name] === key.parameters[name])
  );
}

/** Whether an analysis is of other latents, or of a method as it was before: it will not be asked for again. */
export function isStale(record: AnalysisRecord, { epoch, fingerprint }: AnalysisKey): boolean {
  return (
    record.epoch !== epoch ||
    record.fingerprint !== fingerprint ||
    record.methodVersion !== METHOD_VERSIONS[record.method]
  );
}
