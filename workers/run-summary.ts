// A run as the screen sees it. Marked as running with nobody holding its lock, it was interrupted: its tab was closed or
// crashed.
import type { FieldDescription } from '../src/field/description.ts';
import { abilitiesOf, kindOf, latentDimension } from '../src/field/kinds.ts';
import { fieldOfRecord, type RunJob, type RunRecord } from '../src/library/run-record.ts';
import type { RunAbilities, RunSummary } from './contract.ts';

function abilitiesOfRun(field: FieldDescription, job: RunJob): RunAbilities {
  const { decodes, encodes, searchesPoses, addsComponents, hasMask, resumes, turnsHand } = abilitiesOf(field);
  return {
    decode: decodes,
    encode: encodes,
    searchPoses: searchesPoses,
    components: addsComponents,
    mask: hasMask,
    resume: resumes,
    turnHand: turnsHand && job === 'ab-initio',
  };
}

export function runSummary(record: RunRecord, held: ReadonlySet<string>): RunSummary {
  const { id, name, datasetId, datasetName, created, params, epochsDone, history, device, kind, job } = record;
  const field = fieldOfRecord(record);
  const alone = (record.status === 'running' || record.status === 'paused') && !held.has(id);
  return {
    ...{ id, name, datasetId, datasetName, created, params, epochsDone, history, device, kind, job },
    kindTitle: kindOf(field).title,
    latentDimension: latentDimension(field),
    can: abilitiesOfRun(field, job),
    status: alone ? 'interrupted' : record.status,
    boxPixels: record.boxPixels,
    pixelSizeAngstrom: record.pixelSizeAngstrom,
    ...(record.error && { error: record.error }),
    ...(record.notices && { notices: record.notices }),
    ...(record.poseReports && { poseReports: record.poseReports }),
    ...(record.mirrored !== undefined && { mirrored: record.mirrored }),
  };
}
