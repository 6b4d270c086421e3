// Maps from a run's weights at chosen latents, in order.
import type { Engine, FieldModel, LongCall, VolumeStatistics } from '../engine/engine.ts';
import { abilitiesOf, boxPixelsOf, latentDimension } from '../field/kinds.ts';
import { decodeMap } from '../field/volume.ts';
import { throwIfCancelled, VitrineError } from '../base/errors.ts';
import { writeMrcVolume } from '../formats/mrc-write.ts';
import type { RunField, RunFolder } from '../library/runs.ts';
import type { Storage } from '../library/storage.ts';
import { finished, finishWords, type MapFinish } from './map-finish.ts';
import type { JobOptions } from './progress.ts';

/** A run's model on an engine, as of `epoch`; to be disposed by the caller. */
export interface LoadedRun {
  model: FieldModel;
  field: RunField;
  epoch: number;
}

/**
 * The model of an epoch, the last where null, with the kernels that are kept of the device or its defaults: nobody waits for a
 * choice to see a map. Dispose it after use. Errors: 'file-missing', 'checkpoint-syntax'.
 */
export async function loadModel(engine: Engine, run: RunFolder, epoch: number | null): Promise<LoadedRun> {
  const { field, checkpoint } = await run.loadCheckpoint(epoch);
  const state = { weights: checkpoint.weights };
  const model = await engine.createModel(checkpoint.field, state, { choosing: { when: 'never' } });
  return { model, field, epoch: checkpoint.epoch };
}

/**
 * A map, d³ [z][y][x], at one latent, with statistics where the model's device has made them. Errors: 'value-out-of-range' for a
 * latent of another length, 'usage' for a field that does not decode, 'cancelled'.
 */
export async function decodeAt(
  { model, field }: Pick<LoadedRun, 'model' | 'field'>,
  z: ArrayLike<number>,
  boxPixels: number,
  options: LongCall & { row?: number } = {},
): Promise<{ values: Float32Array; statistics: VolumeStatistics | null }> {
  if (!abilitiesOf(field).decodes) throw new VitrineError('usage', 'A run of this kind has no maps to decode.');
  const dimension = latentDimension(field);
  if (z.length !== dimension)
    throw new VitrineError('value-out-of-range', 'A latent does not fit the model.', {
      ...(options.row !== undefined && { row: options.row }),
      expected: `${dimension} values`,
      found: String(z.length),
      advice: 'Use latents of this run.',
    });
  const latent = dimension > 0 ? Float32Array.from(z) : null;
  return decodeMap(model, latent, boxPixels, field.dataset.standardDeviation, options);
}

/** Decodes at each z in turn; `boxPixels` null for the training box. Maps are d³ [z][y][x]. */
export async function decodeSeries(
  { model, field }: LoadedRun,
  zs: readonly ArrayLike<number>[],
  boxPixels: number | null,
  onVolume: (index: number, values: Float32Array) => Promise<void> | void,
  { signal, onProgress }: JobOptions = {},
): Promise<void> {
  for (const [index, z] of zs.entries()) {
    throwIfCancelled(signal);
    const message = `Decoding map ${index + 1} of ${zs.length}`;
    const tell = (within: number) => onProgress?.({ fraction: (index + within) / zs.length, message });
    tell(0);
    const options = { signal, onProgress: whereLong(tell), row: index + 1 };
    const { values } = await decodeAt({ model, field }, z, boxPixels ?? boxPixelsOf(field), options);
    await onVolume(index, values);
  }
  onProgress?.({ fraction: 1, message: `Decoded ${zs.length} maps` });
}

/** Milliseconds after which a map is told of as it comes, and between two such words. */
const LONG = 500;
const BETWEEN = 100;

/** Progress of one map: nothing of maps that are there at once, and no more words than a person reads. */
export function whereLong(onProgress: (fraction: number) => void): (fraction: number) => void {
  let next = performance.now() + LONG;
  return (fraction) => {
    const now = performance.now();
    if (now < next) return;
    next = now + BETWEEN;
    onProgress(fraction);
  };
}

/** vol_001.mrc, vol_002.mrc …: names in the order of the latents. */
export function mapName(index: number): string {
  return `vol_${String(index + 1).padStart(3, '0')}.mrc`;
}

/** Where maps are written, and the pixel size that their headers say. */
export interface MapsPlace {
  storage: Storage;
  /** '' for the storage's own. */
  folder: string;
  pixelSizeAngstrom: number;
  /** Done to each map, and said in its header. */
  finish?: MapFinish;
}

/** Decodes into `folder` of a storage as vol_001.mrc …; returns the paths. Errors: those of decodeSeries, 'storage'. */
export async function writeMaps(
  run: LoadedRun,
  zs: readonly ArrayLike<number>[],
  { storage, folder, pixelSizeAngstrom, finish = {} }: MapsPlace,
  options: JobOptions = {},
): Promise<string[]> {
  const boxPixels = boxPixelsOf(run.field);
  const paths: string[] = [];
  await decodeSeries(
    run,
    zs,
    null,
    async (index, values) => {
      const path = folder === '' ? mapName(index) : `${folder}/${mapName(index)}`;
      const label = finishWords(finish).slice(0, 80);
      const volume = { boxPixels, pixelSizeAngstrom, values: finished(values, finish), ...(label && { label }) };
      await storage.write(path, writeMrcVolume(volume));
      paths.push(path);
    },
    options,
  );
  return paths;
}

/** Rows of a row-major table of latents. */
export function latentRows(mu: Float32Array, zDim: number, rows: ArrayLike<number>): Float32Array[] {
  const count = zDim > 0 ? mu.length / zDim : 0;
  return Array.from(rows, (row, i) => {
    if (!Number.isInteger(row) || row < 0 || row >= count)
      throw new VitrineError('index-out-of-range', `The run has no particle ${row}.`, {
        row: i + 1,
        expected: `0 to ${count - 1}`,
        found: String(row),
      });
    return mu.slice(row * zDim, (row + 1) * zDim);
  });
}
