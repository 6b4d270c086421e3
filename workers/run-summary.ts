// A run as the screen sees it. Marked as running with nobody holding its lock, it was interrupted: its tab was closed or
// crashed.
import type { RunRecord } from '../src/library/run-record.ts';
import type { RunSummary } from './contract.ts';

export function runSummary(record: RunRecord, held: ReadonlySet<string>): RunSummary {
  const { id, name, datasetId, datasetName, created, params, epochsDone, history, device } = record;
  const alone = (record.status === 'running' || record.status === 'paused') && !held.has(id);
  return {
    ...{ id, name, datasetId, datasetName, created, params, epochsDone, history, device },
    status: alone ? 'interrupted' : record.status,
    boxPixels: record.boxPixels,
    pixelSizeAngstrom: record.pixelSizeAngstrom,
    ...(record.error && { error: record.error }),
    ...(record.notices && { notices: record.notices }),
    ...(record.poseReports && { poseReports: record.poseReports }),
    ...(record.mirrored !== undefined && { mirrored: record.mirrored }),
  };
}
