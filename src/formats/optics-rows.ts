// Rows of OPTICS_COLUMNS put together from what a table says, with a line for each thing that is not ordinary.
import { VitrineError, type ErrorDetail, type Notice } from '../base/errors.ts';
import { OPTICS_COLUMNS, OPTICS_WIDTH, ORDINARY_OPTICS } from './particles.ts';

type Column = (typeof OPTICS_COLUMNS)[number];

/** Value of a row, and the columns of the file it comes from. */
export interface OpticsValue {
  column: Column;
  from: string;
  of: (row: number) => number;
  /** The cell as the file has it. */
  written?: (row: number) => string;
}

/** What is said of columns that are not ordinary in some rows; `count` particles. */
const SAID: { columns: Column[]; code: string; says: (count: string) => string }[] = [
  {
    columns: ['ctfScale'],
    code: 'ctf-scale',
    says: (count) => `The contrast scale that the table gives ${count} is applied to the CTF.`,
  },
  {
    columns: ['bFactorSquareAngstrom'],
    code: 'ctf-b-factor',
    says: (count) => `The B factor that the table gives ${count} is applied to the CTF.`,
  },
  {
    columns: ['magnification00', 'magnification01', 'magnification10', 'magnification11'],
    code: 'anisotropic-magnification',
    says: (count) => `The anisotropic magnification that the table gives ${count} is applied.`,
  },
  {
    columns: ['beamTiltXMilliradian', 'beamTiltYMilliradian'],
    code: 'beam-tilt',
    says: (count) => `The beam tilt that the table gives ${count} is applied.`,
  },
  {
    columns: ['pixelSizeRatio'],
    code: 'pixel-sizes-applied',
    says: (count) => `${count[0].toUpperCase()}${count.slice(1)} have a pixel size of their own, which is applied.`,
  },
];

/**
 * N×10; null where every row is ordinary. Errors 'value-out-of-range': a value that is not finite, a magnification that turns
 * the image over or flattens it, each naming row and columns.
 */
export function opticsRows(
  rows: number,
  values: OpticsValue[],
  file: string,
): { optics: Float32Array | null; notices: Notice[] } {
  const optics = new Float32Array(OPTICS_WIDTH * rows);
  const unusual = new Map<Column, { count: number; first: number }>();
  for (let row = 0; row < rows; row++) optics.set(ORDINARY_OPTICS, OPTICS_WIDTH * row);
  for (const { column, from, of, written } of values) {
    const at = OPTICS_COLUMNS.indexOf(column);
    for (let row = 0; row < rows; row++) {
      const value = of(row);
      if (!Number.isFinite(value)) {
        const found = written?.(row) ?? String(value);
        refuse('A value that forms the image is not a number.', { file, row: row + 1, field: from, found });
      }
      if (Math.abs(value - ORDINARY_OPTICS[at]) <= 1e-6) continue;
      optics[OPTICS_WIDTH * row + at] = value;
      const known = unusual.get(column);
      if (known) known.count++;
      else unusual.set(column, { count: 1, first: row });
    }
  }
  for (let row = 0; row < rows; row++) {
    const [a, b, c, d] = optics.subarray(OPTICS_WIDTH * row + 3, OPTICS_WIDTH * row + 7);
    const area = a * d - b * c;
    if (!(area > 0.5 && area < 2)) {
      const from = values.filter(({ column }) => column.startsWith('magnification')).map((value) => value.from);
      const field = [...new Set(from)].join(', ');
      refuse('The magnification matrix of a particle is none.', { file, row: row + 1, field, found: String(area) });
    }
  }
  const notices = SAID.flatMap(({ columns, code, says }): Notice[] => {
    const counts = columns.flatMap((column) => unusual.get(column) ?? []);
    if (counts.length === 0) return [];
    const count = Math.max(...counts.map((one) => one.count));
    const field = values.filter(({ column }) => columns.includes(column)).map(({ from }) => from);
    return [
      {
        code,
        message: says(inParticles(count, rows)),
        file,
        row: Math.min(...counts.map(({ first }) => first)) + 1,
        field: [...new Set(field)].join(', '),
      },
    ];
  });
  return { optics: unusual.size > 0 ? optics : null, notices };
}

function refuse(message: string, detail: ErrorDetail): never {
  throw new VitrineError('value-out-of-range', message, {
    ...detail,
    expected: 'finite numbers, of a matrix near the identity',
    advice: 'Write the file again, or remove the column.',
  });
}

export const inParticles = (count: number, rows: number): string =>
  count === rows
    ? 'all particles'
    : count === 1
      ? 'one particle'
      : `${count.toLocaleString('en-US')} of ${rows.toLocaleString('en-US')} particles`;
