// Small sets of particles as the field's programs write them, each particle known by its image and its rotation: image k is
// worth 100 + k everywhere, row r of a table has the Euler angles (10 r, 20 + r, 3 r − 30) degrees.
import { writeCtfPickle, writePosePickle } from '../src/formats/cryodrgn-pickles.ts';
import { writeMrcStack } from '../src/formats/mrc-write.ts';
import type { Poses } from '../src/formats/particles.ts';
import { rotationVectorFromMatrix } from '../src/formats/lists/pose-tables.ts';
import { csFields, csOf } from './cs-bytes.ts';
import { matrixFromEuler } from '../src/geometry/rotation.ts';

export const BOX = 16;
const PIXEL_SIZE_ANGSTROM = 2;

const eulerOfRow = (row: number): [number, number, number] => [10 * row, 20 + row, 3 * row - 30];
export const meanOfImage = (image: number): number => 100 + image;

export function rotationOfRow(row: number): Float32Array {
  const matrix = new Float32Array(9);
  matrixFromEuler(...eulerOfRow(row), matrix, 0);
  return matrix;
}

/** `images[i]` is what the stack's image i is worth; `bad` ones are not finite. */
export function stackOf(images: number[], bad: number[] = []): Uint8Array {
  const pixels = new Float32Array(images.length * BOX * BOX);
  images.forEach((image, i) => {
    pixels.fill(meanOfImage(image), i * BOX * BOX, (i + 1) * BOX * BOX);
    if (bad.includes(i)) pixels[i * BOX * BOX + 7] = NaN;
  });
  return writeMrcStack({ count: images.length, boxPixels: BOX, pixelSizeAngstrom: PIXEL_SIZE_ANGSTROM }, pixels);
}

export function posesOfRows(rows: number): Poses {
  const rotations = new Float32Array(9 * rows);
  for (let row = 0; row < rows; row++) rotations.set(rotationOfRow(row), 9 * row);
  return { rotations, translations: Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 ? -2 : 1) / BOX) };
}

export const posePickle = (rows: number): Uint8Array => writePosePickle(posesOfRows(rows));

export const ctfPickle = (rows: number): Uint8Array =>
  writeCtfPickle(
    Float32Array.from({ length: 9 * rows }, (_, i) => {
      const row = Math.floor(i / 9);
      return [BOX, PIXEL_SIZE_ANGSTROM, 1e4 + 10 * row, 9500 + 10 * row, 5 + row, 300, 2.7, 0.1, 0][i % 9];
    }),
  );

export type StarVersion = '3.0' | '3.1' | '5';

const MICROSCOPE = ['Voltage', 'SphericalAberration', 'AmplitudeContrast'];

/** `imageOf[row]` is the index in the stack, from 0. */
export function starOf(version: StarVersion, imageOf: number[], stack = 'stack.mrcs'): string {
  const old = version === '3.0';
  const table = (name: string, columns: string[], rows: string[]) => {
    const labels = columns.map((column, i) => `_rln${column} #${i + 1} `);
    return `\n# version ${version === '5' ? '50001' : '30001'}\n\ndata_${name}\n\nloop_ \n${[...labels, ...rows].join('\n')}\n \n`;
  };
  const columns = [
    ...['ImageName', 'MicrographName', 'DefocusU', 'DefocusV', 'DefocusAngle', 'AngleRot', 'AngleTilt', 'AnglePsi'],
    ...(old
      ? ['OriginX', 'OriginY', ...MICROSCOPE, 'Magnification', 'DetectorPixelSize']
      : ['OriginXAngst', 'OriginYAngst', 'OpticsGroup']),
  ];
  const rows = imageOf.map((image, row) => {
    const name = `${String(image + 1).padStart(6, '0')}@${stack}`;
    const defocus = [1e4 + 10 * row, 9500 + 10 * row, 5 + row].map((value) => value.toFixed(6));
    const angles = eulerOfRow(row).map((value) => value.toFixed(6));
    const rest = old ? ['1.000000', '-2.000000', 300, 2.7, 0.1, 25000, 5] : ['2.000000', '-4.000000', 1];
    return [name, `mic${row % 3}.mrc`, ...defocus, ...angles, ...rest].join(' ');
  });
  if (old) return table('', columns, rows);
  const optics = [
    'OpticsGroupName',
    'OpticsGroup',
    ...MICROSCOPE,
    'ImagePixelSize',
    'ImageSize',
    'ImageDimensionality',
  ];
  return table('optics', optics, [`opticsGroup1 1 300 2.7 0.1 2.000000 ${BOX} 2`]) + table('particles', columns, rows);
}

/** Images, uid and CTF of each row. */
export const csParticles = (imageOf: number[], stack = 'stack.mrcs'): Uint8Array =>
  csOf(imageOf.length, [
    csFields.uid((row) => row),
    csFields.text('blob/path', () => `>${stack}`),
    csFields.integer('blob/idx', (row) => imageOf[row]),
    csFields.integers('blob/shape', 2, () => [BOX, BOX]),
    csFields.number('blob/psize_A', () => PIXEL_SIZE_ANGSTROM),
    csFields.number('ctf/df1_A', (row) => 1e4 + 10 * row),
    csFields.number('ctf/df2_A', (row) => 9500 + 10 * row),
    csFields.number('ctf/df_angle_rad', (row) => 0.01 * row),
    csFields.number('ctf/accel_kv', () => 300),
    csFields.number('ctf/cs_mm', () => 2.7),
    csFields.number('ctf/amp_contrast', () => 0.1),
  ]);

/** Alignments of each row, in the reverse order, with two particles more. */
export function csPassthrough(rows: number): Uint8Array {
  const rowOf = (record: number) => rows + 1 - record;
  return csOf(rows + 2, [
    csFields.uid(rowOf),
    csFields.numbers('alignments3D/pose', 3, (record) => rotationVectorFromMatrix(rotationOfRow(rowOf(record)))),
    csFields.numbers('alignments3D/shift', 2, () => [1, -2]),
    csFields.number('alignments3D/psize_A', () => PIXEL_SIZE_ANGSTROM),
    csFields.text('location/micrograph_path', (record) => `>mic${rowOf(record) % 3}.mrc`),
  ]);
}
