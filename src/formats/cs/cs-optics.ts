// What forms an image beyond the nine numbers of the CTF, as cryoSPARC's fields say it.
import type { CsFields } from './cs-particles.ts';
import { pixelSizes } from './cs-particles.ts';
import { VitrineError, type Notice } from '../../base/errors.ts';
import type { ImageScale } from '../image-scale.ts';
import { opticsRows, inParticles, type OpticsValue } from '../optics-rows.ts';

const MAGNIFICATION = ['magnification00', 'magnification01', 'magnification10', 'magnification11'] as const;
const TILT = ['beamTiltXMilliradian', 'beamTiltYMilliradian'] as const;
/** Fields of higher aberrations. */
const ABERRATIONS = ['ctf/trefoil_A', 'ctf/tetra_A', 'ctf/tetrafoil_A'];

/**
 * N×10 as OPTICS_COLUMNS, null where every row is ordinary, with a line for each thing applied or not. Errors:
 * 'value-out-of-range' naming row and field.
 */
export function csOptics(fields: CsFields, scale: ImageScale): { optics: Float32Array | null; notices: Notice[] } {
  const { table } = fields;
  const values: OpticsValue[] = [];
  const notices: Notice[] = [];
  const sign = relativeSign(fields, notices);
  const size = fields.numbers('ctf/scale');
  if (size || sign)
    values.push({
      column: 'ctfScale',
      from: size ? 'ctf/scale' : 'blob/sign',
      of: (row) => (size?.[row] ?? 1) * (sign?.(row) ?? 1),
    });
  const decay = fields.numbers('ctf/bfactor');
  if (decay) values.push({ column: 'bFactorSquareAngstrom', from: 'ctf/bfactor', of: (row) => decay[row] });
  const matrix = fields.numbers('ctf/anisomag');
  if (matrix)
    MAGNIFICATION.forEach((column, i) =>
      values.push({ column, from: 'ctf/anisomag', of: (row) => magnification(matrix, row, i) }),
    );
  const shift = fields.numbers('ctf/tilt_A');
  const cs = fields.numbers('ctf/cs_mm');
  if (shift)
    TILT.forEach((column, i) =>
      values.push({ column, from: 'ctf/tilt_A', of: (row) => beamTilt(shift[2 * row + i], cs?.[row] ?? 0) }),
    );
  const own = pixelSizes(fields, scale);
  const reference = scale.pixelSizeAngstrom;
  if (reference !== null && fields.has('blob/psize_A') && !scale.given)
    values.push({ column: 'pixelSizeRatio', from: 'blob/psize_A', of: (row) => ratioOf(reference, own(row)) });
  const made = opticsRows(table.rows, values, table.fileName);
  return { optics: made.optics, notices: [...notices, ...made.notices, ...aberrations(fields)] };
}

/** Sizes that differ in the digits of float32 only are the same. */
const ratioOf = (reference: number, own: number) => (Math.abs(reference - own) < 1e-4 * own ? 1 : reference / own);

/** Zeros stand for none; what lies near zero is the difference from the identity, what lies near the identity is the matrix. */
function magnification(matrix: Float64Array, row: number, i: number): number {
  const one = i === 0 || i === 3 ? 1 : 0;
  const difference = Math.abs(matrix[4 * row]) < 0.5 && Math.abs(matrix[4 * row + 3]) < 0.5;
  return matrix[4 * row + i] + (difference ? one : 0);
}

/** mrad of the shift of the image in Å that a tilt makes: sin(tilt) = shift / Cs. */
function beamTilt(shiftAngstrom: number, csMillimetre: number): number {
  if (shiftAngstrom === 0) return 0;
  return 1e3 * Math.asin((shiftAngstrom * 1e-7) / csMillimetre);
}

/**
 * blob/sign −1 marks images of dark particles. Whether the set is dark or light is seen in its images, so only the sign
 * relative to most of them is taken; null where all are alike.
 */
function relativeSign(fields: CsFields, notices: Notice[]): ((row: number) => number) | null {
  const signs = fields.numbers('blob/sign');
  if (!signs || signs.length === 0) return null;
  const strange = signs.findIndex((sign) => sign !== 1 && sign !== -1 && sign !== 0);
  if (strange >= 0)
    throw new VitrineError('value-out-of-range', 'The sign of an image is neither 1 nor −1.', {
      file: fields.table.fileName,
      row: strange + 1,
      field: 'blob/sign',
      found: String(signs[strange]),
    });
  const dark = signs.reduce((count, sign) => count + (sign < 0 ? 1 : 0), 0);
  if (dark === 0) return null;
  const all = dark === signs.length;
  const usual = 2 * dark > signs.length ? -1 : 1;
  notices.push({
    code: 'image-signs',
    message: all
      ? 'The table says that the particles are dark on light (blob/sign −1); whether to invert them is seen in the images.'
      : `The table says that ${inParticles(dark, signs.length)} are dark on light and the rest light on dark (blob/sign); the fewer are turned over.`,
    file: fields.table.fileName,
    field: 'blob/sign',
  });
  return all ? null : (row) => (signs[row] < 0 ? -1 : 1) * usual;
}

function aberrations(fields: CsFields): Notice[] {
  const given = ABERRATIONS.filter((field) => fields.numbers(field)?.some((value) => value !== 0));
  if (given.length === 0) return [];
  return [
    {
      code: 'aberrations-not-applied',
      message: 'The table gives higher aberrations of the optics (trefoil, tetrafoil), which are not applied.',
      file: fields.table.fileName,
      field: given.join(', '),
      advice: 'They matter at high resolution only, beyond about 5 Å.',
    },
  ];
}
