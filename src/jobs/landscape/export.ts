// A landscape's folder as one archive: tables and figures, and the maps that lie in it (the sketch's own maps stay).
import { throwIfCancelled } from '../../base/errors.ts';
import type { OriginalIndices } from '../../base/particle-identity.ts';
import { fileStem } from '../file-stem.ts';
import type { JobOptions } from '../progress.ts';
import { BlobZip } from '../zip.ts';
import { LandscapeFolder } from './landscape-folder.ts';
import { requireLandscape, type LandscapeRun } from './landscape-job.ts';
import { landscapeTables } from './tables.ts';

/** NAME.zip. Errors: 'file-missing' without a landscape, 'cancelled'. */
export async function landscapeArchive(
  of: LandscapeRun,
  baseName: string,
  originalIndex: OriginalIndices,
  { signal, onProgress }: JobOptions,
): Promise<{ name: string; blob: Blob }> {
  const landscape = await requireLandscape(of);
  const { storage, folder } = new LandscapeFolder(of.run, of.latents.epoch);
  const zip = new BlobZip();
  for (const { name, content } of landscapeTables(landscape, originalIndex))
    zip.add(name, typeof content === 'string' ? new TextEncoder().encode(content) : content);
  const maps = (await storage.list(folder)).filter(({ name }) => name.endsWith('.mrc'));
  for (const [i, { name }] of maps.entries()) {
    throwIfCancelled(signal);
    onProgress?.({ fraction: i / maps.length, message: `Map ${i + 1} of ${maps.length}` });
    const bytes = await storage.read(`${folder}/${name}`);
    if (bytes) zip.add(name, bytes);
  }
  return { name: `${fileStem(baseName)}.zip`, blob: zip.end() };
}
