// Rotations and translations from cryoSPARC's alignments: the one a particle of a refinement, or one of those a class that ab
// initio and heterogeneous refinement keep.
import { csClasses, type PoseClass } from './cs-classes.ts';
import { pixelSizes, type CsFields } from './cs-particles.ts';
import { finiteValues } from './cs-values.ts';
import { VitrineError } from '../../base/errors.ts';
import type { ImageScale } from '../image-scale.ts';
import type { Poses } from '../particles.ts';
import { matrixFromRotationVector } from '../../geometry/rotation.ts';

interface Alignment {
  /** rows×3. */
  pose: Float64Array;
  /** rows×2, pixels of `pixelSizes`; null for none. */
  shift: Float64Array | null;
  /** Å; null where the file does not say it. */
  pixelSizes: Float64Array | null;
}

/**
 * Poses of all rows; null where the table has no 3-D alignments, or several a particle and no class is said. Errors:
 * 'pixel-size-unknown' where shifts are on a grid of known pixel size and the images' is not, those of finiteValues.
 */
export function csPoses(fields: CsFields, scale: ImageScale, poseClass?: PoseClass): Poses | null {
  const alignment = alignmentOf(fields, poseClass);
  if (!alignment) return null;
  return { rotations: rotationsOf(alignment.pose), translations: translationsOf(fields, alignment, scale) };
}

/** Poses as far as they are known: without translations while the images' pixel size is needed for them and unknown. */
export function csPosesSoFar(fields: CsFields, scale: ImageScale, poseClass?: PoseClass): Poses | null {
  try {
    return csPoses(fields, scale, poseClass);
  } catch (error) {
    if (!(error instanceof VitrineError) || error.code !== 'pixel-size-unknown') throw error;
    const alignment = alignmentOf(fields, poseClass);
    return (
      alignment && { rotations: rotationsOf(alignment.pose), translations: new Float32Array(2 * fields.table.rows) }
    );
  }
}

function alignmentOf(fields: CsFields, poseClass: PoseClass | undefined): Alignment | null {
  const pose = finiteValues(fields, 'alignments3D/pose', 3);
  const classes = pose ? null : csClasses(fields);
  if (poseClass !== undefined && !classes)
    throw new VitrineError('usage', 'A class is said, and the particles have no pose a class.', {
      file: fields.table.fileName,
      field: '--class',
      found: pose ? 'one pose per particle' : 'no poses',
      advice: 'Leave the class out.',
    });
  if (pose)
    return {
      pose,
      shift: finiteValues(fields, 'alignments3D/shift', 2),
      pixelSizes: finiteValues(fields, 'alignments3D/psize_A'),
    };
  return classes && poseClass !== undefined ? classes.alignment(poseClass) : null;
}

function rotationsOf(pose: Float64Array): Float32Array {
  const rows = pose.length / 3;
  const rotations = new Float32Array(9 * rows);
  for (let i = 0; i < rows; i++)
    matrixFromRotationVector(pose[3 * i], pose[3 * i + 1], pose[3 * i + 2], rotations, 9 * i);
  return rotations;
}

function translationsOf(fields: CsFields, { shift, pixelSizes: sizes }: Alignment, scale: ImageScale) {
  if (!shift) return null;
  // Both grids as the table says them: a size that a person gave corrects the scale of both.
  const own = pixelSizes(fields, { ...scale, given: false });
  const said = pixelSizes(fields, scale);
  const rows = fields.table.rows;
  const translations = new Float32Array(2 * rows);
  for (let i = 0; i < rows; i++) {
    // Shifts are in pixels of the grid they were found on, which may be a binned one.
    const still = shift[2 * i] === 0 && shift[2 * i + 1] === 0;
    const size = own(i) > 0 ? own(i) : said(i);
    const ratio = !still && sizes && sizes[i] > 0 ? sizes[i] / size : 1;
    if (!Number.isFinite(ratio))
      throw new VitrineError(
        'pixel-size-unknown',
        'Shifts need the pixel size of the images, which the file does not say.',
        {
          file: fields.table.fileName,
          row: i + 1,
          field: 'blob/psize_A',
          expected: 'a pixel size in Å',
          advice: 'Say the pixel size of the images (--apix on a command line).',
        },
      );
    for (const axis of [0, 1]) translations[2 * i + axis] = (shift[2 * i + axis] * ratio) / scale.boxPixels;
  }
  return translations;
}
