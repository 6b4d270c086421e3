// What forms an image beyond the nine numbers of the CTF, as RELION's columns say it: in a particle's row, or in its optics
// group. The formulas stand in docs/CONVENTIONS.md.
import { VitrineError, type Notice } from '../../base/errors.ts';
import type { ImageScale } from '../image-scale.ts';
import { opticsRows, inParticles, type OpticsValue } from '../optics-rows.ts';
import { starTexts } from './star.ts';
import { pixelSizeOfRow } from './star-groups.ts';
import { cellOf, rowOrGroup, groupsOfNoNumber, usedGroups, type StarParticles } from './star-table.ts';

const PLAIN: [label: string, column: OpticsValue['column']][] = [
  ['_rlnCtfScalefactor', 'ctfScale'],
  ['_rlnCtfBfactor', 'bFactorSquareAngstrom'],
  ['_rlnBeamTiltX', 'beamTiltXMilliradian'],
  ['_rlnBeamTiltY', 'beamTiltYMilliradian'],
];
const MAGNIFICATION: [label: string, column: OpticsValue['column']][] = [
  ['_rlnMagMat00', 'magnification00'],
  ['_rlnMagMat01', 'magnification01'],
  ['_rlnMagMat10', 'magnification10'],
  ['_rlnMagMat11', 'magnification11'],
];
const FLIPPED = '_rlnCtfDataArePhaseFlipped';
const PREMULTIPLIED = '_rlnCtfDataAreCtfPremultiplied';
/** Coefficients of aberrations, of the optics group. */
const ABERRATIONS = ['_rlnOddZernike', '_rlnEvenZernike'];

/**
 * N×10 as OPTICS_COLUMNS, null where every row is ordinary, with a line for each thing applied or not. Errors:
 * 'value-out-of-range' naming row and column.
 */
export function starOptics(
  table: StarParticles,
  scale: ImageScale,
): { optics: Float32Array | null; notices: Notice[] } {
  const notices: Notice[] = [];
  const values: OpticsValue[] = [];
  const take = (label: string, column: OpticsValue['column']) => {
    const of = rowOrGroup(table, label);
    if (of) values.push({ column, from: label, of, written: (row) => cellOf(table, label, row) });
    return of !== null;
  };
  for (const [label, column] of PLAIN) take(label, column);
  const matrix = MAGNIFICATION.filter(([label]) => rowOrGroup(table, label) !== null);
  if (matrix.length === MAGNIFICATION.length) for (const [label, column] of matrix) take(label, column);
  else if (matrix.length > 0)
    throw new VitrineError('star-syntax', 'The magnification matrix is incomplete.', {
      file: table.fileName,
      field: MAGNIFICATION.filter((entry) => !matrix.includes(entry))
        .map(([label]) => label)
        .join(', '),
      expected: 'all four of _rlnMagMat00 to _rlnMagMat11, or none',
    });
  const applied = appliedBefore(table);
  if (applied) {
    values.push({ column: 'ctfApplied', from: `${FLIPPED}, ${PREMULTIPLIED}`, of: applied });
    notices.push(...saidOfApplied(table, applied));
  }
  const own = (row: number) => pixelSizeOfRow(table, row, scale);
  if (table.pixelSizesDiffer && scale.pixelSizeAngstrom !== null) {
    const reference = scale.pixelSizeAngstrom;
    values.push({ column: 'pixelSizeRatio', from: '_rlnImagePixelSize', of: (row) => reference / own(row) });
  }
  const made = opticsRows(table.rows, values, table.fileName);
  return { optics: made.optics, notices: [...notices, ...made.notices, ...aberrations(table)] };
}

/** 0 nothing, 1 the sign of the CTF, 2 the CTF; null where the file has neither column. */
function appliedBefore(table: StarParticles): ((row: number) => number) | null {
  const flipped = rowOrGroup(table, FLIPPED);
  const multiplied = rowOrGroup(table, PREMULTIPLIED);
  if (!flipped && !multiplied) return null;
  const strange = new Map([FLIPPED, PREMULTIPLIED].map((label) => [label, groupsOfNoNumber(table, label)]));
  const saysNothing = (row: number, label: string) => !strange.get(label)?.has(table.opticsGroupOf?.[row] ?? 0);
  const flag = (of: ((row: number) => number) | null, row: number, label: string): boolean => {
    const value = of?.(row) ?? 0;
    // Groups of before the column came have it empty.
    if (value === 0 || (Number.isNaN(value) && saysNothing(row, label))) return false;
    if (value === 1) return true;
    throw new VitrineError('value-out-of-range', 'This column says yes or no.', {
      file: table.fileName,
      row: row + 1,
      field: label,
      expected: '0 or 1',
      found: cellOf(table, label, row),
    });
  };
  return (row) => {
    const flip = flag(flipped, row, FLIPPED);
    return flag(multiplied, row, PREMULTIPLIED) ? 2 : flip ? 1 : 0;
  };
}

function saidOfApplied(table: StarParticles, applied: (row: number) => number): Notice[] {
  const counts = [0, 0, 0];
  for (let row = 0; row < table.rows; row++) counts[applied(row)]++;
  const said: Notice[] = [];
  if (counts[1] > 0)
    said.push({
      code: 'images-phase-flipped',
      message: `The table says that images are phase-flipped (${inParticles(counts[1], table.rows)}): the CTF is taken without its sign.`,
      file: table.fileName,
      field: FLIPPED,
    });
  if (counts[2] > 0)
    said.push({
      code: 'images-ctf-multiplied',
      message: `The table says that images are multiplied by the CTF (${inParticles(counts[2], table.rows)}): the CTF is squared. Their noise was multiplied too, which the loss does not weigh.`,
      file: table.fileName,
      field: PREMULTIPLIED,
    });
  return said;
}

function aberrations(table: StarParticles): Notice[] {
  const { file, optics } = table;
  if (!optics) return [];
  const fields = ABERRATIONS.filter((label) => {
    const texts = starTexts(file, optics, label);
    return texts && usedGroups(table).some((group) => /[1-9]/.test(texts[group].replace(/e[+-]?\d+/gi, '')));
  });
  if (fields.length === 0) return [];
  return [
    {
      code: 'aberrations-not-applied',
      message: 'The table gives higher aberrations of the optics (trefoil, tetrafoil …), which are not applied.',
      file: table.fileName,
      field: fields.join(', '),
      advice: 'They matter at high resolution only, beyond about 5 Å.',
    },
  ];
}
