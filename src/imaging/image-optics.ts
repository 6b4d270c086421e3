// What a set's optics (N×10, OPTICS_COLUMNS) mean for what computes with its images: rows for the transfer where it is more than
// the CTF, and where in space an image's slice lies where that is not (x, y, 0)·R.
import { CTF_WIDTH, OPTICS_WIDTH, ORDINARY_OPTICS } from '../formats/particles.ts';

/** What an image's optics have beyond the nine columns of ctf.pkl (docs/CONVENTIONS.md, "Beyond the nine columns"). */
export interface ImageOptics {
  /** N×10 (transfer.ts); null where all transfers are the CTF's nine columns'. */
  transfer: Float32Array | null;
  /**
   * N×4, row-major 2×2 matrices W = pixelSizeRatio·M: the image at k (cycles a pixel) shows the volume at Wk, in cycles of the
   * set's pixel. Null where all are the identity.
   */
  warps: Float32Array | null;
}

const SQUARE = [3, 4, 5, 6];
const TRANSFER = [0, 1, 2, ...SQUARE];
const WARP = [...SQUARE, 7];

function differs(table: Float32Array, columns: readonly number[]): boolean {
  for (let at = 0; at < table.length; at += OPTICS_WIDTH)
    if (columns.some((column) => table[at + column] !== ORDINARY_OPTICS[column])) return true;
  return false;
}

/** Null where nothing of it concerns slices or transfer. */
export function imageOptics(table: Float32Array | null | undefined): ImageOptics | null {
  if (!table) return null;
  const transfer = differs(table, TRANSFER) ? table : null;
  const warps = differs(table, WARP) ? warpsOf(table) : null;
  return transfer || warps ? { transfer, warps } : null;
}

function warpsOf(table: Float32Array): Float32Array {
  const warps = new Float32Array((4 * table.length) / OPTICS_WIDTH);
  for (let at = 0, to = 0; at < table.length; at += OPTICS_WIDTH)
    for (const column of SQUARE) warps[to++] = table[at + column] * table[at + 7];
  return warps;
}

/** The ten columns of an image that its nine describe wholly, `count` times. */
export function ordinaryRows(count: number): Float32Array {
  return Float32Array.from({ length: count * OPTICS_WIDTH }, (_, i) => ORDINARY_OPTICS[i % OPTICS_WIDTH]);
}

/** An image's CTF that is 1 everywhere: no lens, and nothing but amplitude contrast half a turn on. */
const CONSTANT = [0, 1, 0, 0, 0, 300, 0, 1, 180];

/**
 * CTF and optics for what computes with images of this box (rows of `ctf` are of it). Without a CTF only the scale counts, by
 * which images of one set may be turned over against each other: then the CTF is 1 and all else that changes it ordinary.
 */
export function formationOf(
  ctf: Float32Array | null,
  table: Float32Array | null | undefined,
  boxPixels: number,
): { ctf: Float32Array | null; optics: ImageOptics | null } {
  const optics = imageOptics(table);
  if (ctf || !optics?.transfer) return { ctf, optics };
  if (!differs(optics.transfer, [0])) return { ctf, optics: optics.warps && { transfer: null, warps: optics.warps } };
  const count = optics.transfer.length / OPTICS_WIDTH;
  const transfer = ordinaryRows(count);
  for (let at = 0; at < transfer.length; at += OPTICS_WIDTH) transfer[at] = optics.transfer[at];
  const constant = [boxPixels, ...CONSTANT.slice(1)];
  return {
    ctf: Float32Array.from({ length: count * CTF_WIDTH }, (_, i) => constant[i % CTF_WIDTH]),
    optics: { transfer, warps: optics.warps },
  };
}

/**
 * Rotations (M×9) with the warp of each row's image in their first two rows, so that (x, y, 0)·R is where the image at (x, y) lies.
 * `imageOf` names the row of `warps` for each rotation; by default each has its own. No rotations any more.
 */
export function warpedRotations(
  rotations: Float32Array,
  warps: Float32Array,
  imageOf: (row: number) => number = (row) => row,
): Float32Array {
  const out = rotations.slice();
  for (let row = 0; row < rotations.length / 9; row++) {
    const [xx, xy, yx, yy] = warps.subarray(4 * imageOf(row), 4 * imageOf(row) + 4);
    for (let axis = 0; axis < 3; axis++) {
      const [across, down] = [rotations[9 * row + axis], rotations[9 * row + 3 + axis]];
      out[9 * row + axis] = xx * across + yx * down;
      out[9 * row + 3 + axis] = xy * across + yy * down;
    }
  }
  return out;
}

/** The most by which any warp lengthens a frequency; at least 1. */
export function largestStretch(warps: Float32Array | null | undefined): number {
  let most = 1;
  for (let at = 0; at < (warps?.length ?? 0); at += 4) {
    const [xx, xy, yx, yy] = (warps ?? new Float32Array(4)).subarray(at, at + 4);
    const half = (xx * xx + xy * xy + yx * yx + yy * yy) / 2;
    const determinant = xx * yy - xy * yx;
    most = Math.max(most, half + Math.sqrt(Math.max(0, half * half - determinant * determinant)));
  }
  return most > 1 ? Math.sqrt(most) : 1;
}

/** Rows by their warp (in each view), in the order in which warps first come. All in one where there are none. */
export function rowsByWarp(rows: readonly number[], views: readonly (Float32Array | null)[]): number[][] {
  if (views.every((warps) => !warps)) return [rows.slice()];
  const classes = new Map<string, number[]>();
  for (const row of rows) {
    const key = views.map((warps) => warps?.subarray(4 * row, 4 * row + 4).join(' ') ?? '').join(';');
    const known = classes.get(key);
    if (known) known.push(row);
    else classes.set(key, [row]);
  }
  return [...classes.values()];
}
