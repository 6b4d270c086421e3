// First aid in the io worker: of a kept dataset whose files are open, once; and of the runs of linear models learned from it.
import type { Finding } from '../src/first-aid/finding.ts';
import type { ImageReader } from '../src/formats/particles.ts';
import { componentFindings, firstAidOf } from '../src/jobs/first-aid-job.ts';
import { openKeptSet } from '../src/jobs/kept-set.ts';
import type { JobOptions } from '../src/jobs/progress.ts';
import type { DatasetLibrary, KeptDataset } from '../src/library/datasets.ts';
import { keepFirstAid, readFirstAid } from '../src/library/first-aid-record.ts';
import type { RunFolder } from '../src/library/runs.ts';
import type { Storage } from '../src/library/storage.ts';

/** A reader that waits while anything of `others` is under way: a run's images come first. */
export function givingWay(reader: ImageReader, others: ReadonlySet<Promise<unknown>>): ImageReader {
  const { count, boxPixels, pixelSizeAngstrom } = reader;
  return {
    ...{ count, boxPixels, pixelSizeAngstrom },
    async read(rows, signal) {
      while (others.size > 0) await Promise.allSettled(others);
      return reader.read(rows, signal);
    },
  };
}

/** What is kept, else what is seen in `images`; null where there is neither. */
export async function firstAidOfDataset(
  storage: Storage,
  datasets: DatasetLibrary,
  { dataset, images }: { dataset: KeptDataset; images: ImageReader | null },
  job: JobOptions,
): Promise<Finding[] | null> {
  const { id } = dataset.record;
  const kept = await readFirstAid(storage, id);
  if (kept || !images) return kept?.findings ?? null;
  const found = await firstAidOf({ ...(await openKeptSet(datasets, dataset)), images }, job);
  await keepFirstAid(storage, id, found);
  return found.findings;
}

/** Of a linear model's run; nothing of others. */
export async function findingsOfRun(
  storage: Storage,
  run: RunFolder,
  { record, poses, ctf }: KeptDataset,
): Promise<Finding[]> {
  const kept = await readFirstAid(storage, record.id);
  return componentFindings(run, { poses, ctf, deviations: kept?.deviations ?? null });
}
