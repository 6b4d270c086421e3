// The nine numbers of the CTF, a row a particle, from a STAR file's particles and optics groups.
import { VitrineError, type Notice } from '../../base/errors.ts';
import type { CtfGivens, ImageScale } from '../image-scale.ts';
import { CTF_WIDTH } from '../particles.ts';
import { starNumbers } from './star.ts';
import { knownPixelSize } from './star-groups.ts';
import { cellOf, finiteColumn, rowOrGroup, type StarParticles } from './star-table.ts';

const DEFOCUS = ['_rlnDefocusU', '_rlnDefocusV', '_rlnDefocusAngle'] as const;
const MICROSCOPE = ['_rlnVoltage', '_rlnSphericalAberration', '_rlnAmplitudeContrast'] as const;

/**
 * CTF rows (N×9); null with a notice where the file has no defocus at all. What stands in a particle's row goes before its
 * optics group. Errors: 'ctf-missing' naming the columns where the CTF is begun and not whole, 'star-syntax' naming a cell
 * that is no number, 'pixel-size-unknown'.
 */
export function starCtf(
  table: StarParticles,
  scale: ImageScale,
  given: CtfGivens = {},
): { ctf: Float32Array | null; notices: Notice[] } {
  const absent = DEFOCUS.filter((label) => !table.columnNames.includes(label));
  if (absent.length === DEFOCUS.length)
    return {
      ctf: null,
      notices: [
        {
          code: 'ctf-missing',
          message: 'The STAR file does not hold the CTF.',
          file: table.fileName,
          field: absent.join(', '),
          advice:
            'Drop a STAR file from after CTF estimation or a ctf.pkl; without it the images are taken as they are.',
        },
      ],
    };
  const [u, v, angle] = DEFOCUS.map((label) => finiteColumn(table, label));
  const [voltage, cs, contrast] = MICROSCOPE.map((label) => rowOrGroup(table, label));
  const contrastOf = given.amplitudeContrast === undefined ? contrast : () => given.amplitudeContrast ?? NaN;
  const lacking = [
    { label: '_rlnVoltage', row: firstLacking(table, voltage, (value) => value > 0) },
    { label: '_rlnSphericalAberration', row: firstLacking(table, cs, Number.isFinite) },
    { label: '_rlnAmplitudeContrast', row: firstLacking(table, contrastOf, Number.isFinite) },
  ].filter(({ row }) => row !== null);
  const missing: string[] = [...absent, ...lacking.map(({ label }) => label)];
  if (missing.length > 0 || !u || !v || !angle || !voltage || !cs || !contrastOf) {
    const cell = lacking.find(({ row }) => row !== null && row >= 0);
    throw new VitrineError('ctf-missing', 'The CTF cannot be made: values are missing.', {
      file: table.fileName,
      ...(cell && { row: (cell.row ?? 0) + 1 }),
      field: missing.join(', '),
      expected: 'a value for every particle, in its row or its optics group',
      ...(cell && { found: cellOf(table, cell.label, cell.row ?? 0) }),
      advice: 'Write the columns into the file, or give the CTF as a ctf.pkl.',
    });
  }
  const phase = finiteColumn(table, '_rlnPhaseShift');
  const ctf = new Float32Array(CTF_WIDTH * table.rows);
  for (let i = 0; i < table.rows; i++) {
    const size = knownPixelSize(table, i, scale, 'CTF rows');
    const row = [scale.boxPixels, size, u[i], v[i], angle[i], voltage(i), cs(i), contrastOf(i), phase?.[i] ?? 0];
    ctf.set(row, CTF_WIDTH * i);
  }
  return { ctf, notices: disagreements(table) };
}

/** First row (0-based) without a value that `holds`; −1 where no table has the column, null where all rows have one. */
function firstLacking(
  table: StarParticles,
  of: ((row: number) => number) | null,
  holds: (value: number) => boolean,
): number | null {
  if (!of) return -1;
  for (let row = 0; row < table.rows; row++) if (!holds(of(row))) return row;
  return null;
}

/** Values that stand in the rows and, differently, in the optics group. */
function disagreements(table: StarParticles): Notice[] {
  if (!table.optics) return [];
  const { optics } = table;
  return [...MICROSCOPE, '_rlnImagePixelSize'].flatMap((label) => {
    const own = starNumbers(table.file, table.block, label);
    const groups = starNumbers(table.file, optics, label);
    if (!own || !groups) return [];
    const row = own.findIndex((value, i) => {
      const group = groups[table.opticsGroupOf?.[i] ?? 0];
      return Number.isFinite(value) && Math.abs(value - group) > 1e-4 * Math.abs(value);
    });
    if (row < 0) return [];
    const group = groups[table.opticsGroupOf?.[row] ?? 0];
    return [
      {
        code: 'optics-disagree',
        message: `The particles say ${label.slice(4)} ${own[row]}, their optics group says ${group}; the particles' own is used.`,
        file: table.fileName,
        row: row + 1,
        field: label,
        advice: 'RELION takes the one of the optics group: remove the column that is not right.',
      },
    ];
  });
}

/** Whether an error of starCtf or csCtf says that only the amplitude contrast is missing, which a person can say. */
export function lacksAmplitudeContrast(error: unknown): error is VitrineError {
  return (
    error instanceof VitrineError &&
    error.code === 'ctf-missing' &&
    ['_rlnAmplitudeContrast', 'ctf/amp_contrast'].includes(error.detail.field ?? '')
  );
}
