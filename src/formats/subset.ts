// A ParticleSet restricted to some of its rows. Rows keep their place in the original stack (`originalIndex`).
import { VitrineError } from '../base/errors.ts';
import { countedInTable, originalsOf, type SetRows } from '../base/particle-identity.ts';
import { isFileImageReader } from './mrc.ts';
import { CTF_WIDTH, OPTICS_WIDTH, type ImageReader, type ParticleSet, type Poses } from './particles.ts';
import { pickImages } from './stacks.ts';

/** Rows of `values`, each `width` wide, in the order of `rows`. */
export function pickRows<T extends Float32Array | Int32Array | Uint32Array>(
  values: T,
  rows: ArrayLike<number>,
  width: number,
): T {
  const picked = values.slice(0, 0).constructor as new (length: number) => T;
  const result = new picked(rows.length * width);
  for (let i = 0; i < rows.length; i++) result.set(values.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  return result;
}

export function pickPoses(poses: Poses, rows: ArrayLike<number>): Poses {
  return {
    rotations: pickRows(poses.rotations, rows, 9),
    translations: poses.translations && pickRows(poses.translations, rows, 2),
  };
}

function pickReader(reader: ImageReader, rows: ArrayLike<number>): ImageReader {
  if (isFileImageReader(reader)) return pickImages(reader, rows);
  const kept = Uint32Array.from(rows);
  return {
    count: kept.length,
    boxPixels: reader.boxPixels,
    pixelSizeAngstrom: reader.pixelSizeAngstrom,
    read: (indices, signal) =>
      reader.read(
        Array.from(indices, (i) => kept[i]),
        signal,
      ),
  };
}

/** The set with only `rows` (0-based, in that order). Error: 'index-out-of-range'. */
export function subsetOf(set: ParticleSet, rows: SetRows): ParticleSet {
  for (let i = 0; i < rows.length; i++)
    if (!Number.isInteger(rows[i]) || rows[i] < 0 || rows[i] >= set.count)
      throw new VitrineError('index-out-of-range', 'A particle was asked for that the set does not have.', {
        file: set.name,
        row: i + 1,
        expected: `0 to ${set.count - 1}`,
        found: String(rows[i]),
      });
  return {
    ...set,
    count: rows.length,
    images: pickReader(set.images, rows),
    poses: set.poses && pickPoses(set.poses, rows),
    ctf: set.ctf && pickRows(set.ctf, rows, CTF_WIDTH),
    optics: set.optics && pickRows(set.optics, rows, OPTICS_WIDTH),
    originalIndex: originalsOf(rows, set.originalIndex),
    tableRows: set.tableRows && countedInTable(pickRows<Uint32Array>(set.tableRows, rows, 1)),
    opticsGroupOf: set.opticsGroupOf && pickRows(set.opticsGroupOf, rows, 1),
  };
}
