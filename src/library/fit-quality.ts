// How well a run explains each of its images, as its check leaves it (RUN/validate/fit_quality.csv): power of what the map of the image's
// state leaves of it, over that of the noise; 1 is noise alone.
import { readCsv, writeCsv } from '../formats/csv.ts';
import type { RunFolder } from './runs.ts';

/** Name of the file. */
export const FIT_QUALITY = 'fit_quality.csv';

const COLUMN = 'fit_quality';
const path = (run: RunFolder): string => run.path(`validate/${FIT_QUALITY}`);

/** `index`: row of each particle in the original file. Error 'storage'. */
export function writeFitQuality(run: RunFolder, index: ArrayLike<number>, quality: Float32Array): Promise<void> {
  return run.storage.write(
    path(run),
    writeCsv([
      { name: 'index', values: index },
      { name: COLUMN, values: quality },
    ]),
  );
}

/** N, in the run's order; null where it was not checked. Errors: those of readCsv. */
export async function readFitQuality(run: RunFolder): Promise<Float32Array | null> {
  const bytes = await run.storage.read(path(run));
  const column = bytes && readCsv(bytes, FIT_QUALITY).columns.find(({ name }) => name === COLUMN);
  return column ? Float32Array.from(column.values) : null;
}
