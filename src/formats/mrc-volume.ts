// MRC maps, read whole. A header says along which axis columns, rows and sections run (MAPC, MAPR, MAPS) and where the
// first voxel lies; values come as [z][y][x] whatever the order in the file, as CCP4 and ChimeraX read them.
import { VitrineError, type Notice } from '../base/errors.ts';
import { decodePixels } from './mrc.ts';
import { readMrcHeader, type MrcHeader, type Triple } from './mrc-header.ts';
import type { NamedBlob } from './particles.ts';

export interface MrcVolume {
  /** Side of the cube. */
  boxPixels: number;
  /** As written, Å; 0 where unset. */
  pixelSizeAngstrom: number;
  /** Where the first voxel lies, x, y, z: ORIGIN in Å, and NXSTART … in voxels, as written. */
  originAngstrom: Triple;
  start: Triple;
  /** [z][y][x]. */
  values: Float32Array;
  notices: Notice[];
}

/** Largest relative difference of the voxel's sides that is one of rounding. */
const SAME_SIZE = 0.01;

/**
 * Reads a cubic map whole. Errors: those of readMrcHeader ('mrc-header' also where the axes are no three), 'box-not-square',
 * 'file-truncated', 'value-out-of-range' (voxels that are no cubes).
 */
export async function readMrcVolume(file: NamedBlob): Promise<MrcVolume> {
  const { header, notices } = await readMrcHeader(file);
  const { nx, ny, nz } = header;
  if (nx !== ny || ny !== nz)
    throw new VitrineError('box-not-square', 'The map is not a cube.', {
      file: file.path,
      expected: 'nx = ny = nz',
      found: `${nx} × ${ny} × ${nz}`,
      advice: 'Pad the map to a cube.',
    });
  const axes = axesOf(header, file.path);
  refuseLongVoxels(header, file.path);
  const bytes = nx * ny * nz * header.bytesPerPixel;
  const raw = new Uint8Array(await file.blob.slice(header.dataStart, header.dataStart + bytes).arrayBuffer());
  if (raw.length < bytes)
    throw new VitrineError('file-truncated', 'The map is cut off.', {
      file: file.path,
      expected: `${header.dataStart + bytes} bytes`,
      found: String(file.blob.size),
      advice: 'Copy the file again.',
    });
  const values = new Float32Array(nx * ny * nz);
  decodePixels(raw, header, values, 0);
  if (axes.every((axis, i) => axis === i)) return volumeOf(header, values, header.start, notices);
  notices.push({
    code: 'map-axes-reordered',
    message: `Columns, rows and sections of the map run along ${axes.map((axis) => 'xyz'[axis]).join(', ')}; they are brought to x, y, z.`,
    file: file.path,
    field: 'mapc, mapr, maps',
    advice: 'RELION and cryoDRGN do not read these fields: to them this file is another map.',
  });
  const start: Triple = [0, 0, 0];
  axes.forEach((axis, i) => (start[axis] = header.start[i]));
  return volumeOf(header, inOrder(values, nx, axes), start, notices);
}

const volumeOf = (
  { nx, pixelSizeAngstrom, originAngstrom }: MrcHeader,
  values: Float32Array,
  start: Triple,
  notices: Notice[],
): MrcVolume => ({ boxPixels: nx, pixelSizeAngstrom, originAngstrom, start, values, notices });

/** The axes (0 x, 1 y, 2 z) of columns, rows and sections. Old programs leave all three zero. */
function axesOf({ axes }: MrcHeader, file: string): number[] {
  if (axes.every((axis) => axis === 0)) return [0, 1, 2];
  if ([1, 2, 3].every((axis) => axes.includes(axis))) return axes.map((axis) => axis - 1);
  throw new VitrineError('mrc-header', 'The header does not say along which axes the map lies.', {
    file,
    field: 'mapc, mapr, maps',
    expected: '1, 2 and 3, each once',
    found: axes.join(', '),
    advice: 'Write the map again with the program that made it.',
  });
}

function refuseLongVoxels({ voxelSizesAngstrom: sizes }: MrcHeader, file: string): void {
  const said = sizes.filter((size) => size > 0);
  if (said.length < 3 || Math.max(...said) <= (1 + SAME_SIZE) * Math.min(...said)) return;
  throw new VitrineError('value-out-of-range', 'The voxels of the map are no cubes.', {
    file,
    field: 'cella, mx, my, mz',
    expected: 'one size along x, y and z',
    found: `${sizes.map((size) => Number(size.toPrecision(4))).join(' × ')} Å`,
    advice: 'Resample the map to one voxel size, or mend its header.',
  });
}

/** Values [section][row][column], whose axes are `axes` in the order column, row, section, as [z][y][x]. */
function inOrder(values: Float32Array, n: number, axes: number[]): Float32Array {
  const stride = axes.map((axis) => n ** axis);
  const result = new Float32Array(values.length);
  let from = 0;
  for (let section = 0; section < n; section++)
    for (let row = 0; row < n; row++)
      for (let column = 0, at = section * stride[2] + row * stride[1]; column < n; column++, at += stride[0])
        result[at] = values[from++];
  return result;
}

/**
 * Where the first voxel lies once a map was cropped in Fourier space about its middle from `from` to `to` voxels a side: at
 * the same place. Voxels that do not come out whole are said in Å. A pixel size that is given corrects the scale of the place.
 */
export function placeAfterCrop(
  { originAngstrom, start, pixelSizeAngstrom: own, boxPixels: from }: MrcVolume,
  to: number,
  pixelSizeAngstrom: number,
): { originAngstrom: Triple; start: Triple } {
  const perVoxel = to / from;
  const correction = own > 0 && pixelSizeAngstrom > 0 ? (pixelSizeAngstrom * perVoxel) / own : 1;
  const origin = originAngstrom.map((place) => place * correction) as Triple;
  const scaled = start.map((place) => place * perVoxel) as Triple;
  if (scaled.every(Number.isInteger)) return { originAngstrom: origin, start: scaled };
  // Programs read the one in Å where it is not zero.
  const isSaid = originAngstrom.some((place) => place !== 0);
  const places = scaled.map((place) => place * pixelSizeAngstrom) as Triple;
  return { originAngstrom: isSaid ? origin : places, start: [0, 0, 0] };
}
