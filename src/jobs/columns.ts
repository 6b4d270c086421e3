// Numbers a particle, as columns: for histograms and colours, from a person's CSV, and latents for other programs.
import { writeLatentsPickle } from '../formats/cryodrgn-pickles.ts';
import { readCsv, writeCsv } from '../formats/csv.ts';
import { rowsByIndex } from '../formats/drop/csv-rows.ts';
import { VitrineError, type Notice } from '../base/errors.ts';
import { CTF_WIDTH, type NamedBlob, type Poses } from '../formats/particles.ts';
import { eulerFromMatrix } from '../geometry/rotation.ts';
import type { KeptDataset, NumberColumn } from '../library/datasets.ts';
import type { EpochLatents } from '../library/runs.ts';

export function particleColumns({ record, poses, ctf, originalIndex }: KeptDataset, extra: NumberColumn[]) {
  const { particles, boxPixels } = record;
  const each = (value: (i: number) => number): Float32Array =>
    Float32Array.from({ length: particles }, (_, i) => value(i));
  const ofPoses = poses && poseColumns(poses, boxPixels);
  return {
    rotDegrees: ofPoses?.rotDegrees ?? null,
    tiltDegrees: ofPoses?.tiltDegrees ?? null,
    shiftPixels: poses?.translations ? (ofPoses?.shiftPixels ?? null) : null,
    defocusAngstrom: ctf && each((i) => (ctf[i * CTF_WIDTH + 2] + ctf[i * CTF_WIDTH + 3]) / 2),
    originalIndex,
    extra,
  };
}

/** Viewing directions in degrees and lengths of shifts in pixels of a box. */
export function poseColumns({ rotations, translations }: Poses, boxPixels: number) {
  const count = rotations.length / 9;
  const each = (value: (i: number) => number) => Float32Array.from({ length: count }, (_, i) => value(i));
  const angles = Array.from({ length: count }, (_, i) => eulerFromMatrix(rotations, 9 * i));
  return {
    rotDegrees: each((i) => angles[i][0]),
    tiltDegrees: each((i) => angles[i][1]),
    shiftPixels: each((i) => (translations ? boxPixels * Math.hypot(translations[2 * i], translations[2 * i + 1]) : 0)),
  };
}

/** Columns of a CSV with a row a particle, or a row for every particle of the original stack. */
export async function csvColumnsFor(
  { record, originalIndex }: KeptDataset,
  file: NamedBlob,
): Promise<{ columns: NumberColumn[]; notices: Notice[] }> {
  const table = readCsv(new Uint8Array(await file.blob.arrayBuffer()), file.path);
  const byIndex = rowsByIndex(table, originalIndex, file.path);
  const originals = originalIndex.reduce((most, index) => Math.max(most, index + 1), 0);
  const whole = table.rows !== record.particles && table.rows >= originals;
  if (!byIndex && !whole && table.rows !== record.particles)
    throw new VitrineError('count-mismatch', 'The table does not have a row for each particle.', {
      file: file.path,
      expected: `${record.particles} rows`,
      found: `${table.rows} rows`,
      advice: 'Give one row per particle in the order of the stack, or a column index.',
    });
  const { rows, columns: given } = byIndex ?? { rows: whole ? originalIndex : null, columns: table.columns };
  const columns = given.map(({ name, values }) => ({
    name,
    values: rows ? Float32Array.from(rows, (row) => values[row]) : Float32Array.from(values),
  }));
  const notices: Notice[] = table.textColumns.map((name) => ({
    code: 'text-column',
    message: `The column “${name}” holds text and was left out.`,
    file: file.path,
    field: name,
  }));
  return { columns, notices };
}

/** z.N.pkl, or a CSV with the original index and z1 …; of all particles or of `rows`. */
export function latentsFile(
  { epoch, zDim, count, mu, logVariance }: EpochLatents,
  format: 'pkl' | 'csv',
  rows: Uint32Array | null,
  originalIndex: Uint32Array | null,
): { name: string; bytes: Uint8Array } {
  const picked = rows ?? Uint32Array.from({ length: count }, (_, row) => row);
  const pick = (values: Float32Array): Float32Array => {
    const out = new Float32Array(picked.length * zDim);
    picked.forEach((row, i) => out.set(values.subarray(row * zDim, (row + 1) * zDim), i * zDim));
    return out;
  };
  const z = pick(mu);
  if (format === 'pkl')
    return {
      name: rows ? `z.${epoch}.selection.pkl` : `z.${epoch}.pkl`,
      bytes: writeLatentsPickle(zDim, z, logVariance && pick(logVariance)),
    };
  const columns: { name: string; values: ArrayLike<number> }[] = [
    { name: 'index', values: picked.map((row) => originalIndex?.[row] ?? row) },
  ];
  for (let c = 0; c < zDim; c++)
    columns.push({
      name: `z${c + 1}`,
      values: Array.from(picked, (_, i) => Number(z[i * zDim + c].toPrecision(9))),
    });
  return { name: `z.${epoch}.csv`, bytes: writeCsv(columns) };
}
