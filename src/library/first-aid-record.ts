// What first aid found of a kept dataset: datasets/ID/first-aid.json, and beside it the standard deviation of each image, which
// components may follow (image-deviations.f32, N values, NaN where an image was not read).
import * as v from 'valibot';
import { CHECKS, type Finding } from '../first-aid/finding.ts';
import { readFloats, writeArray, writeJson } from './arrays.ts';
import { DatasetLibrary } from './datasets.ts';
import { readRecord, type RecordKind } from './records.ts';
import type { Storage } from './storage.ts';

/** What is kept of it. */
export interface FirstAidFound {
  findings: Finding[];
  /** N. */
  deviations: Float32Array;
}

const FIRST_AID: RecordKind = {
  version: 1,
  schema: v.object({
    version: v.literal(1),
    findings: v.array(
      v.looseObject({
        check: v.picklist(CHECKS),
        verdict: v.picklist(['good', 'look', 'wrong', 'cannot say']),
        sentence: v.string(),
        advice: v.nullable(v.string()),
        measures: v.array(v.object({ name: v.string(), value: v.nullable(v.number()), unit: v.nullable(v.string()) })),
      }),
    ),
  }),
};

const record = (datasetId: string) => `${DatasetLibrary.folderOf(datasetId)}/first-aid.json`;
const deviationsOf = (datasetId: string) => `${DatasetLibrary.folderOf(datasetId)}/image-deviations.f32`;

/** The record last, so that what it says is whole. */
export async function keepFirstAid(storage: Storage, datasetId: string, found: FirstAidFound): Promise<void> {
  await writeArray(storage, deviationsOf(datasetId), found.deviations);
  await writeJson(storage, record(datasetId), { version: 1, findings: found.findings });
}

/** Null where the dataset was not looked at. Errors: 'record-newer', 'record-damaged'. */
export async function readFirstAid(storage: Storage, datasetId: string): Promise<FirstAidFound | null> {
  const kept = await readRecord<{ findings: Finding[] }>(storage, record(datasetId), FIRST_AID);
  const deviations = kept && (await readFloats(storage, deviationsOf(datasetId)));
  return kept && deviations && { findings: kept.findings, deviations };
}
