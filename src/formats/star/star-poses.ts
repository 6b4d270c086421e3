// Angles and origins of a particle STAR file as rotations and translations in fractions of the box.
import { VitrineError } from '../../base/errors.ts';
import type { ImageScale } from '../image-scale.ts';
import type { Poses } from '../particles.ts';
import { matrixFromEuler } from '../../geometry/rotation.ts';
import { knownPixelSize, pixelSizeOfRow } from './star-groups.ts';
import { finiteColumn, type StarParticles } from './star-table.ts';

const ORIGINS = ['_rlnOriginXAngst', '_rlnOriginYAngst', '_rlnOriginX', '_rlnOriginY'];

/**
 * Poses of all rows; null where the file has not all angles. Errors: 'star-syntax' naming the row of a cell that is no number
 * or an origin of one axis, 'pixel-size-unknown' where origins are in Å.
 */
export function starPoses(table: StarParticles, scale: ImageScale): Poses | null {
  const rotations = rotationsOf(table);
  return rotations && { rotations, translations: translationsOf(table, scale) };
}

/** Poses as far as they are known: without translations while these are in Å of an unknown pixel size. */
export function starPosesSoFar(table: StarParticles, scale: ImageScale): Poses | null {
  try {
    return starPoses(table, scale);
  } catch (error) {
    if (!(error instanceof VitrineError) || error.code !== 'pixel-size-unknown') throw error;
    const rotations = rotationsOf(table);
    return rotations && { rotations, translations: new Float32Array(2 * table.rows) };
  }
}

function rotationsOf(table: StarParticles): Float32Array | null {
  const angles = together(table, ['_rlnAngleRot', '_rlnAngleTilt', '_rlnAnglePsi']);
  if (!angles) return null;
  const [rot, tilt, psi] = angles;
  const rotations = new Float32Array(9 * table.rows);
  for (let i = 0; i < table.rows; i++) matrixFromEuler(rot[i], tilt[i], psi[i], rotations, 9 * i);
  return rotations;
}

function translationsOf(table: StarParticles, scale: ImageScale): Float32Array | null {
  const angstrom = together(table, ['_rlnOriginXAngst', '_rlnOriginYAngst']);
  const origins = angstrom ?? together(table, ['_rlnOriginX', '_rlnOriginY']);
  const lone = ORIGINS.find((label) => table.columnNames.includes(label));
  if (!origins && lone !== undefined)
    throw new VitrineError('star-syntax', 'The shifts of the particles are incomplete.', {
      file: table.fileName,
      field: lone,
      expected: ORIGINS.join(', '),
      found: `${lone} without the other axis`,
      advice: 'Write the file again with both axes, or with none.',
    });
  if (!origins) return null;
  const [x, y] = origins;
  const translations = new Float32Array(2 * table.rows);
  for (let i = 0; i < table.rows; i++) {
    // Old files give pixels of the images the angles were found with, which are these.
    const still = x[i] === 0 && y[i] === 0;
    const unit = angstrom && !still ? shiftUnit(table, i, scale) : 1;
    translations[2 * i] = x[i] / (unit * scale.boxPixels);
    translations[2 * i + 1] = y[i] / (unit * scale.boxPixels);
  }
  return translations;
}

/** Å a pixel as the table has it: a size that a person gave corrects the scale of its shifts too, and they stay in pixels. */
function shiftUnit(table: StarParticles, row: number, scale: ImageScale): number {
  const own = pixelSizeOfRow(table, row, { ...scale, given: false });
  return own > 0 ? own : knownPixelSize(table, row, scale, 'Shifts in Å');
}

/** Columns that mean something only together; null where one is not there. */
function together(table: StarParticles, labels: string[]): Float64Array[] | null {
  const columns = labels.map((label) => finiteColumn(table, label));
  const present = columns.filter((column) => column !== null);
  return present.length === labels.length ? present : null;
}
