// What the records of the library have to hold: runs, datasets, selections. Fields that older versions did not write are
// optional; fields that newer ones may add are let through.
import * as v from 'valibot';
import type { RecordKind } from './records.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(v.number(), v.gtValue(0));
const notices = v.array(v.looseObject({ code: v.string(), message: v.string() }));

/** vitrine.json, see RunRecord. */
export const RUN_RECORD: RecordKind = {
  version: 1,
  schema: v.looseObject({
    version: v.literal(1),
    id: v.string(),
    name: v.string(),
    created: v.string(),
    datasetId: v.optional(v.string()),
    datasetName: v.optional(v.string()),
    params: v.looseObject({}),
    status: v.picklist(['running', 'paused', 'interrupted', 'finished', 'failed']),
    epochsDone: count,
    history: v.array(v.looseObject({ epoch: count })),
    boxPixels: count,
    pixelSizeAngstrom: positive,
    notices: v.optional(notices),
    poseReports: v.optional(v.array(v.looseObject({ stage: v.string(), epoch: count }))),
    mirrored: v.optional(v.boolean()),
  }),
};

/** dataset.json, see DatasetRecord. */
export const DATASET_RECORD: RecordKind = {
  version: 1,
  schema: v.looseObject({
    version: v.optional(v.literal(1)),
    id: v.string(),
    name: v.string(),
    created: v.string(),
    particles: count,
    boxPixels: count,
    pixelSizeAngstrom: positive,
    hasPoses: v.boolean(),
    hasCtf: v.boolean(),
    opticsGroups: v.array(v.looseObject({})),
    warnings: notices,
    tableKind: v.nullable(v.picklist(['star', 'cs'])),
    fingerprint: v.string(),
  }),
};

/** A file's name beside its record: no way out of the folder. */
export const fileName = v.pipe(v.string(), v.regex(/^[\w-]+(\.[\w-]+)*$/));

/** selections.json: the list; a newer version would be an object that says so. */
export const SELECTIONS: RecordKind = {
  version: 1,
  schema: v.array(v.looseObject({ name: v.string(), color: v.string(), file: fileName })),
};
