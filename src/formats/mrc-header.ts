// The 1024-byte MRC2014 header (Cheng et al. 2015, J. Struct. Biol. 192:146), read in either byte order and written
// little-endian. Axes of the data: z slowest, x fastest. Lengths in Å.
import { VitrineError, type Notice } from '../base/errors.ts';
import type { NamedBlob } from './particles.ts';

export const MRC_HEADER_BYTES = 1024;
const BYTES_PER_PIXEL: Record<number, number> = { 0: 1, 1: 2, 2: 4, 6: 2, 12: 2 };
const LARGEST_SIDE = 100_000;

export interface MrcHeader {
  nx: number;
  ny: number;
  nz: number;
  /** 0 int8, 1 int16, 2 float32, 6 uint16, 12 float16. */
  mode: number;
  /** Mode 0 holds unsigned bytes (old IMOD files say so with a flag). */
  unsignedBytes: boolean;
  bytesPerPixel: number;
  littleEndian: boolean;
  hasMapStamp: boolean;
  /** First byte of the data: 1024 + NSYMBT. */
  dataStart: number;
  /** 0 stack of images, 1 volume. */
  spaceGroup: number;
  mx: number;
  my: number;
  mz: number;
  /** cella.x / mx as written, Å; 0 where unset. */
  pixelSizeAngstrom: number;
  /** Å a voxel along X, Y, Z as CELLA and MX, MY, MZ say; 0 where unset. */
  voxelSizesAngstrom: Triple;
  /** ORIGIN, Å. */
  originAngstrom: Triple;
  /** Axes (1 X, 2 Y, 3 Z) of columns, rows and sections, as written: MAPC, MAPR, MAPS. */
  axes: Triple;
  /** Place of the first column, row and section in voxels: NXSTART, NYSTART, NZSTART. */
  start: Triple;
}

export type Triple = [number, number, number];

const triple = (of: (i: number) => number): Triple => [of(0), of(1), of(2)];

/** Pixel size that can be trusted: null for 0, negative, not finite, and 1.0, which usually means "never set". */
export function trustedPixelSize(header: MrcHeader): number | null {
  const size = header.pixelSizeAngstrom;
  return Number.isFinite(size) && size > 0 && Math.abs(size - 1) > 1e-6 ? size : null;
}

/**
 * Parses the first 1024 bytes of `file`. Errors: 'file-empty', 'file-truncated' (no whole header), 'mrc-header' (not an
 * MRC), 'mrc-mode'.
 */
export function parseMrcHeader(bytes: Uint8Array, file: string): { header: MrcHeader; notices: Notice[] } {
  if (bytes.length === 0)
    throw new VitrineError('file-empty', 'The file is empty.', { file, advice: 'Copy it again.' });
  if (bytes.length < MRC_HEADER_BYTES)
    throw new VitrineError('file-truncated', 'The file ends inside its MRC header.', {
      file,
      expected: 'a header of 1024 bytes',
      found: `${bytes.length} bytes`,
      advice: 'Copy the file again.',
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, MRC_HEADER_BYTES);
  const hasMapStamp = view.getUint32(208) === 0x4d415020;
  const plausible = (little: boolean) => {
    const [nx, ny, nz, mode] = [0, 4, 8, 12].map((at) => view.getInt32(at, little));
    return [nx, ny].every((n) => n > 0 && n <= LARGEST_SIDE) && nz > 0 && mode >= 0 && mode < 128;
  };
  const stampLittle = view.getUint8(212) === 0x44;
  const littleEndian = plausible(stampLittle) ? stampLittle : !stampLittle;
  if (!plausible(littleEndian))
    throw new VitrineError(
      'mrc-header',
      'This is not an MRC file: its dimensions make no sense in either byte order.',
      {
        file,
        field: 'nx, ny, nz, mode',
        expected: 'an MRC2014 header',
        found: [0, 4, 8, 12].map((at) => view.getInt32(at, true)).join(', '),
        advice: 'Drop the stack that RELION, cryoSPARC or EMAN wrote (.mrc or .mrcs).',
      },
    );
  const int = (at: number) => view.getInt32(at, littleEndian);
  const float = (at: number) => view.getFloat32(at, littleEndian);
  const mode = int(12);
  const bytesPerPixel = BYTES_PER_PIXEL[mode];
  if (bytesPerPixel === undefined)
    throw new VitrineError('mrc-mode', `MRC mode ${mode} is not supported.`, {
      file,
      field: 'mode',
      expected: '0 (int8), 1 (int16), 2 (float32), 6 (uint16) or 12 (float16)',
      found: String(mode),
      advice: 'Convert the stack to mode 2, for example with relion_image_handler or e2proc2d.py.',
    });
  const imodStamp = int(152) === 1146047817;
  const symmetryBytes = Math.max(0, int(92));
  const header: MrcHeader = {
    nx: int(0),
    ny: int(4),
    nz: int(8),
    mode,
    unsignedBytes: mode === 0 && imodStamp && (int(156) & 1) === 0,
    bytesPerPixel,
    littleEndian,
    hasMapStamp,
    dataStart: MRC_HEADER_BYTES + symmetryBytes,
    spaceGroup: int(88),
    mx: int(28),
    my: int(32),
    mz: int(36),
    pixelSizeAngstrom: int(28) > 0 ? float(40) / int(28) : 0,
    voxelSizesAngstrom: triple((i) => (int(28 + 4 * i) > 0 ? float(40 + 4 * i) / int(28 + 4 * i) : 0)),
    originAngstrom: triple((i) => float(196 + 4 * i)),
    axes: triple((i) => int(64 + 4 * i)),
    start: triple((i) => int(16 + 4 * i)),
  };
  const notices: Notice[] = [];
  if (!hasMapStamp)
    notices.push({
      code: 'mrc-no-map-stamp',
      message: 'The header has no MAP stamp; it was read as an old MRC file.',
      file,
      advice: 'Look at a few images in the gallery before training.',
    });
  if (!littleEndian)
    notices.push({
      code: 'mrc-byte-swapped',
      message: 'The file is big-endian; its bytes are swapped on reading.',
      file,
    });
  return { header, notices };
}

/** Reads the header of a file by range. Errors as parseMrcHeader. */
export async function readMrcHeader(file: NamedBlob): Promise<{ header: MrcHeader; notices: Notice[] }> {
  const bytes = new Uint8Array(await file.blob.slice(0, MRC_HEADER_BYTES).arrayBuffer());
  return parseMrcHeader(bytes, file.path);
}

/** Whether a header describes a map (cube) rather than a stack of images. */
export function isVolumeHeader(header: MrcHeader, path: string): boolean {
  const cube = header.nx === header.ny && header.ny === header.nz;
  return cube && !/\.mrcs$/i.test(path) && (header.spaceGroup === 1 || header.mz === header.nz);
}

export interface MrcHeaderOptions {
  nx: number;
  ny: number;
  nz: number;
  pixelSizeAngstrom: number;
  /** 0 stack of images, 1 volume. */
  spaceGroup: 0 | 1;
  /** Of the data; left "not computed" (MRC2014: max < min, mean below both, rms −1) where absent. */
  statistics?: { min: number; max: number; mean: number; standardDeviation: number };
  /** Where the first voxel lies, x, y, z: ORIGIN in Å and NXSTART … in voxels; zeros where absent. */
  originAngstrom?: Triple;
  start?: Triple;
  label?: string;
}

/** A little-endian mode-2 header. A stack's cell has one section (mz = 1), a volume's all of them. */
export function mrcHeaderBytes(options: MrcHeaderOptions): Uint8Array {
  const bytes = new Uint8Array(MRC_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const { nx, ny, nz, pixelSizeAngstrom, spaceGroup } = options;
  const mz = spaceGroup === 0 ? 1 : nz;
  const { start = [0, 0, 0], originAngstrom = [0, 0, 0] } = options;
  [nx, ny, nz, 2, ...start, nx, ny, mz].forEach((value, i) => view.setInt32(4 * i, value, true));
  [nx, ny, mz].forEach((n, i) => view.setFloat32(40 + 4 * i, n * pixelSizeAngstrom, true));
  [90, 90, 90].forEach((angle, i) => view.setFloat32(52 + 4 * i, angle, true));
  [1, 2, 3].forEach((axis, i) => view.setInt32(64 + 4 * i, axis, true));
  const { min, max, mean, standardDeviation } = options.statistics ?? {
    min: 0,
    max: -1,
    mean: -2,
    standardDeviation: -1,
  };
  [min, max, mean].forEach((value, i) => view.setFloat32(76 + 4 * i, value, true));
  view.setInt32(88, spaceGroup, true);
  view.setInt32(108, 20141, true);
  originAngstrom.forEach((place, i) => view.setFloat32(196 + 4 * i, place, true));
  view.setUint32(208, 0x4d415020);
  bytes.set([0x44, 0x44], 212);
  view.setFloat32(216, standardDeviation, true);
  view.setInt32(220, 1, true);
  bytes.fill(0x20, 224, 304);
  bytes.set(new TextEncoder().encode(options.label ?? 'Vitrine').subarray(0, 80), 224);
  return bytes;
}
