// Maps of a sketch on the storage: decoded once, halves of 16 bits in parts of a few maps, each written whole, so that what was cancelled
// goes on from there. Folder: RUN/landscape.N/maps, part_000.f16 (maps×D³) with part_000.f32 (99.99th percentile and largest of each map).
import { decodeHalves, encodeHalves } from '../../base/float16.ts';
import { throwIfCancelled, VitrineError } from '../../base/errors.ts';
import { readFloats, writeArray } from '../../library/arrays.ts';
import type { Storage } from '../../library/storage.ts';
import { percentile } from '../../validation/mask.ts';
import type { JobOptions } from '../progress.ts';
import type { MapSet } from './map-set.ts';

/** Where maps are kept, and of what size. */
export interface KeptMapsPlace {
  storage: Storage;
  folder: string;
  count: number;
  boxPixels: number;
  pixelSizeAngstrom: number;
}

const PART_BYTES = 16e6;
const PERCENT = 99.99;

/** Bytes of so many maps. */
export const bytesOfMaps = (count: number, boxPixels: number): number => count * (2 * boxPixels ** 3 + 8);

const mapsPerPart = (boxPixels: number): number => Math.max(1, Math.floor(PART_BYTES / (2 * boxPixels ** 3)));

function partName(part: number, kind: 'f16' | 'f32'): string {
  return `part_${String(part).padStart(3, '0')}.${kind}`;
}

/** How many of the maps are there, whole parts from the first on. */
export async function mapsThere({ storage, folder, count, boxPixels }: KeptMapsPlace): Promise<number> {
  const names = new Set((await storage.list(folder)).map(({ name }) => name));
  const each = mapsPerPart(boxPixels);
  let part = 0;
  while (part * each < count && names.has(partName(part, 'f16')) && names.has(partName(part, 'f32'))) part++;
  return Math.min(count, part * each);
}

/** Decodes the maps that are not there. Errors: those of `decode`, 'cancelled', 'storage'. */
export async function keepMaps(
  place: KeptMapsPlace,
  decode: (map: number) => Promise<Float32Array>,
  { signal, onProgress }: JobOptions = {},
): Promise<void> {
  const { storage, folder, count, boxPixels } = place;
  const each = mapsPerPart(boxPixels);
  const voxels = boxPixels ** 3;
  const start = performance.now();
  const first = await mapsThere(place);
  for (let from = first; from < count; from += each) {
    const to = Math.min(count, from + each);
    const halves = new Uint16Array((to - from) * voxels);
    const told = new Float32Array(2 * (to - from));
    for (let map = from; map < to; map++) {
      throwIfCancelled(signal);
      const left = map > first ? ((performance.now() - start) / 1000 / (map - first)) * (count - map) : null;
      const words = left === null ? '' : `, ${Math.ceil(left)} s left`;
      onProgress?.({ fraction: map / count, message: `Decoding map ${map + 1} of ${count}${words}` });
      const values = await decode(map);
      halves.set(encodeHalves(values), (map - from) * voxels);
      const most = values.reduce((best, value) => Math.max(best, value), -Infinity);
      told.set([percentile(values, PERCENT), most], 2 * (map - from));
    }
    const part = from / each;
    await writeArray(storage, `${folder}/${partName(part, 'f32')}`, told);
    await storage.write(`${folder}/${partName(part, 'f16')}`, new Uint8Array(halves.buffer));
  }
}

/** The maps that were kept. Error 'file-missing' where some are not there. */
export async function openKeptMaps(place: KeptMapsPlace): Promise<MapSet> {
  const { storage, folder, count, boxPixels, pixelSizeAngstrom } = place;
  const each = mapsPerPart(boxPixels);
  const voxels = boxPixels ** 3;
  const blobs: Blob[] = [];
  const [percentile9999, maximum] = [new Float32Array(count), new Float32Array(count)];
  for (let part = 0; part * each < count; part++) {
    const maps = Math.min(each, count - part * each);
    const told = await readFloats(storage, `${folder}/${partName(part, 'f32')}`);
    const blob = await storage.openBlob(`${folder}/${partName(part, 'f16')}`);
    if (told?.length !== 2 * maps || blob?.size !== 2 * maps * voxels)
      throw new VitrineError('file-missing', 'Maps of the landscape are no longer kept.', {
        file: `${folder}/${partName(part, 'f16')}`,
        advice: 'Make the landscape again.',
      });
    blobs.push(blob);
    for (let i = 0; i < maps; i++) [percentile9999[part * each + i], maximum[part * each + i]] = told.subarray(2 * i);
  }
  const readOne = async (map: number, from: number, to: number): Promise<Float32Array> => {
    const start = 2 * ((map % each) * voxels + from);
    const bytes = await blobs[Math.floor(map / each)].slice(start, start + 2 * (to - from)).arrayBuffer();
    return decodeHalves(new Uint16Array(bytes));
  };
  const of = (rows: Uint32Array): MapSet => ({
    ...{ boxPixels, pixelSizeAngstrom, count: rows.length, bases: rows.length, factors: null },
    percentile9999: Float32Array.from(rows, (row) => percentile9999[row]),
    maximum: Float32Array.from(rows, (row) => maximum[row]),
    async read(from, to) {
      const values = new Float32Array(rows.length * (to - from));
      for (let i = 0; i < rows.length; i++) values.set(await readOne(rows[i], from, to), i * (to - from));
      return values;
    },
    only: (some) => of(some.map((i) => rows[i])),
  });
  return of(Uint32Array.from({ length: count }, (_, map) => map));
}
