// Poses into the table a set came from: the inverse of starPoses and csPoses. Every other column stays as it was.
import { joinPassthrough, pixelSizes } from '../cs/cs-particles.ts';
import { parseCs } from '../cs/cs.ts';
import { writeCsFields } from '../cs/cs-fields.ts';
import { VitrineError } from '../../base/errors.ts';
import { requireFinite } from '../../base/finite.ts';
import type { Poses } from '../particles.ts';
import { eulerFromMatrix } from '../../geometry/rotation.ts';
import { writeStarColumns, type StarColumn } from '../star/star-columns.ts';
import { parseStarParticles } from '../star/star-particles.ts';
import { pixelSizeOfRow } from '../star/star-groups.ts';
import type { ImageScale } from '../image-scale.ts';

/** RELION writes six decimals; of a degree or an Å they are far below what a pose can be known to. */
const decimals = (value: number) => value.toFixed(6);

function requireFinitePoses({ rotations, translations }: Poses): void {
  requireFinite('rotation', rotations, 9);
  requireFinite('shift', translations, 2);
}

/** Error: 'pixel-size-unknown' where shifts in Å are asked for and the table has no pixel size. */
function requireSize(angstrom: number, row: number, path: string): number {
  if (angstrom > 0) return angstrom;
  throw new VitrineError('pixel-size-unknown', 'Shifts in Å need the pixel size.', { file: path, row: row + 1 });
}

/**
 * The STAR file with the angles and origins of `poses`, one a row of its particles, added where it had none: Å in files
 * with optics groups (RELION 3.1 and later), pixels in those without (3.0). The other unit is kept true where the file
 * has it. Poses without translations get origins of zero. Errors: those of parseStarParticles, 'pixel-size-unknown'.
 */
export function starWithPoses(bytes: Uint8Array, path: string, poses: Poses, scale: ImageScale): Uint8Array {
  requireFinitePoses(poses);
  const table = parseStarParticles(bytes, path);
  const rows = Array.from({ length: table.rows }, (_, row) => row);
  const angles = rows.map((row) => eulerFromMatrix(poses.rotations, 9 * row));
  const columns = ['Rot', 'Tilt', 'Psi'].map((name, i): StarColumn => ({
    label: `_rlnAngle${name}`,
    cells: angles.map((angle) => decimals(angle[i])),
  }));
  const own = table.version === '3.1' ? 'Angst' : '';
  for (const unit of ['Angst', ''])
    ['X', 'Y'].forEach((axis, i) => {
      const label = `_rlnOrigin${axis}${unit}`;
      if (unit !== own && !table.columnNames.includes(label)) return;
      const cells = rows.map((row) => {
        const pixels = (poses.translations?.[2 * row + i] ?? 0) * scale.boxPixels;
        return decimals(unit === '' ? pixels : pixels * requireSize(pixelSizeOfRow(table, row, scale), row, path));
      });
      columns.push({ label, cells });
    });
  return writeStarColumns(table.file, table.block, columns);
}

/**
 * The .cs file with alignments3D/pose, shift and psize_A of `poses`, one a row. Shifts are in pixels of the images.
 * Errors: those of parseCs, 'pixel-size-unknown'.
 */
export function csWithPoses(bytes: Uint8Array, path: string, poses: Poses, scale: ImageScale): Uint8Array {
  requireFinitePoses(poses);
  const fields = joinPassthrough(parseCs(bytes, path), []);
  const { rows } = fields.table;
  const sizeOf = pixelSizes(fields, scale);
  const vectors = new Float32Array(3 * rows);
  const shifts = new Float32Array(2 * rows);
  for (let row = 0; row < rows; row++) {
    vectors.set(rotationVectorFromMatrix(poses.rotations, 9 * row), 3 * row);
    for (const axis of [0, 1]) shifts[2 * row + axis] = (poses.translations?.[2 * row + axis] ?? 0) * scale.boxPixels;
  }
  const sizes = Float32Array.from({ length: rows }, (_, row) => requireSize(sizeOf(row), row, path));
  return writeCsFields(bytes, path, [
    { name: 'alignments3D/shift', values: shifts, width: 2 },
    { name: 'alignments3D/pose', values: vectors, width: 3 },
    { name: 'alignments3D/psize_A', values: sizes, width: 1 },
  ]);
}

/**
 * cryoSPARC's rotation vector v of a matrix of ours, R = exp([v]×)ᵀ, 0 ≤ |v| ≤ π, through the quaternion of Rᵀ (Shepperd
 * 1978: the largest component first, so that half turns keep their digits).
 */
export function rotationVectorFromMatrix(matrix: ArrayLike<number>, offset = 0): [number, number, number] {
  const at = (i: number, j: number) => matrix[offset + 3 * j + i];
  const trace = at(0, 0) + at(1, 1) + at(2, 2);
  const squares = [trace, at(0, 0), at(1, 1), at(2, 2)];
  const largest = squares.indexOf(Math.max(...squares));
  const q = [0, 0, 0, 0];
  if (largest === 0) {
    q[0] = 1 + trace;
    for (let i = 0; i < 3; i++) q[i + 1] = at((i + 2) % 3, (i + 1) % 3) - at((i + 1) % 3, (i + 2) % 3);
  } else {
    const i = largest - 1;
    const [j, k] = [(i + 1) % 3, (i + 2) % 3];
    q[0] = at(k, j) - at(j, k);
    q[i + 1] = 1 + 2 * at(i, i) - trace;
    q[j + 1] = at(i, j) + at(j, i);
    q[k + 1] = at(i, k) + at(k, i);
  }
  const sine = Math.hypot(q[1], q[2], q[3]);
  if (sine === 0) return [0, 0, 0];
  const factor = ((q[0] < 0 ? -2 : 2) * Math.atan2(sine, Math.abs(q[0]))) / sine;
  return [factor * q[1], factor * q[2], factor * q[3]];
}
