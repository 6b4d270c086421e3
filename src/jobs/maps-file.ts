// Maps as they leave the studio: one MRC file, or a zip of several with their latents.
import { writeMrcVolume } from '../formats/mrc-write.ts';
import { csvOf } from './csv.ts';
import { mapName } from './decode-job.ts';
import { fileStem } from './file-stem.ts';
import type { JobOptions } from './progress.ts';
import { BlobZip } from './zip.ts';
import { throwIfCancelled } from '../base/errors.ts';

/** A map to write, and what its header says of it. */
export interface MapToWrite {
  boxPixels: number;
  pixelSizeAngstrom: number;
  /** [z][y][x]. */
  values: Float32Array;
  /** For people, in the header. */
  label: string;
}

/**
 * NAME.mrc of one map, NAME.zip of several: vol_001.mrc … in the order of `zs`, with z_values.csv where they have values. Maps
 * are asked for one by one and go to a Blob, which a browser may keep on disk. Error: 'cancelled', and those of `mapAt`.
 */
export async function mapsFile(
  baseName: string,
  zs: readonly (readonly number[])[],
  mapAt: (index: number) => Promise<MapToWrite>,
  { signal, onProgress }: JobOptions = {},
): Promise<{ name: string; blob: Blob }> {
  const stem = fileStem(baseName);
  const mrcAt = async (index: number): Promise<Uint8Array<ArrayBuffer>> => {
    throwIfCancelled(signal);
    onProgress?.({ fraction: index / zs.length, message: `Map ${index + 1} of ${zs.length}` });
    const { label, ...map } = await mapAt(index);
    return writeMrcVolume({ ...map, label: label.slice(0, 80) }) as Uint8Array<ArrayBuffer>;
  };
  if (zs.length === 1) return { name: `${stem}.mrc`, blob: new Blob([await mrcAt(0)]) };
  const zip = new BlobZip();
  for (let index = 0; index < zs.length; index++) zip.add(mapName(index), await mrcAt(index));
  const zDim = zs[0]?.length ?? 0;
  if (zDim > 0) {
    const columns = Array.from({ length: zDim }, (_, c) => ({ name: `z${c + 1}`, values: zs.map((z) => z[c]) }));
    zip.add('z_values.csv', new TextEncoder().encode(csvOf(columns)));
  }
  return { name: `${stem}.zip`, blob: zip.end() };
}
