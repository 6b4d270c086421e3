// Optics of the right type in the wrong unit: contrast in per cent, volts, micrometres. What no microscope has is an
// error that names the unit; what is rare is said. Rows as in CTF_COLUMNS.
import { VitrineError, type Notice } from '../../base/errors.ts';
import { CTF_WIDTH } from '../particles.ts';
import { inWords } from './recognise.ts';

interface Quantity {
  column: number;
  /** Fields of STAR and .cs. */
  field: string;
  words: string;
  unit: string;
  usual: string;
  /** No microscope has it. */
  impossible: (value: number) => boolean;
  rare: (value: number) => boolean;
  /** What such a value is likely to be instead. */
  instead: (value: number) => string | null;
}

const QUANTITIES: Quantity[] = [
  {
    column: 7,
    field: 'rlnAmplitudeContrast, ctf/amp_contrast',
    words: 'amplitude contrast',
    unit: 'a fraction from 0 to 1',
    usual: '0.07 to 0.1',
    impossible: (w) => Math.abs(w) > 1,
    rare: (w) => w < 0 || w > 0.5,
    instead: (w) => (w > 1 && w <= 100 ? 'per cent' : null),
  },
  {
    column: 5,
    field: 'rlnVoltage, ctf/accel_kv',
    words: 'voltage',
    unit: 'kilovolt',
    usual: '100, 200 or 300',
    impossible: (kv) => kv <= 0 || kv >= 5000,
    rare: (kv) => kv < 50 || kv > 1300,
    instead: (kv) => (kv >= 5000 ? 'volt' : null),
  },
  {
    column: 6,
    field: 'rlnSphericalAberration, ctf/cs_mm',
    words: 'spherical aberration',
    unit: 'millimetre',
    usual: '2.7, 2.0 or 1.4, and 0.01 with a corrector',
    impossible: (cs) => cs >= 1000,
    rare: (cs) => cs < 0 || cs > 10 || (cs > 0 && cs < 0.005),
    instead: (cs) => (cs > 0 && cs < 0.005 ? 'metre' : cs >= 1000 ? 'micrometre' : null),
  },
];

/** Median defocus in Å below which it cannot be Å, and below or above which it is rare; 0 is a CTF in focus. */
const DEFOCUS = { impossibleBelow: 50, rareBelow: 1000, rareAbove: 200_000 };

/**
 * Error 'value-out-of-range' for what no microscope has; notices of what is rare. `ctf` is N×9, from `rowsOfFile` (0-based) of
 * `file`, or from all its rows.
 */
export function checkOptics(ctf: Float32Array, file: string, rowsOfFile: ArrayLike<number> | null = null): Notice[] {
  const rows = ctf.length / CTF_WIDTH;
  const notices: Notice[] = [];
  for (const { column, field, words, unit, usual, impossible, rare, instead } of QUANTITIES) {
    const values = Array.from({ length: rows }, (_, row) => ctf[row * CTF_WIDTH + column]);
    const said = (row: number) => {
      const guess = instead(values[row]);
      return {
        file,
        row: (rowsOfFile?.[row] ?? row) + 1,
        field,
        expected: `${unit}, usually ${usual}`,
        found: `${inWords(values[row])}${guess ? `, likely in ${guess}` : ''}`,
      };
    };
    const wrong = values.findIndex(impossible);
    if (wrong >= 0)
      throw new VitrineError('value-out-of-range', `No microscope has this ${words}.`, {
        ...said(wrong),
        advice: 'Write the value in the unit that the field has.',
      });
    const odd = values.findIndex(rare);
    if (odd >= 0)
      notices.push({
        code: 'optics-unusual',
        message: `The ${words} is unusual: ${said(odd).found}; expected ${said(odd).expected}.`,
        ...said(odd),
        advice: 'Look whether it is in the unit that the field has.',
      });
  }
  return [...notices, ...checkDefocus(ctf, rows, file)];
}

function checkDefocus(ctf: Float32Array, rows: number, file: string): Notice[] {
  const mean = Float32Array.from(
    { length: rows },
    (_, row) => (ctf[row * CTF_WIDTH + 2] + ctf[row * CTF_WIDTH + 3]) / 2,
  ).sort();
  const median = mean[Math.floor(rows / 2)] ?? 0;
  if (median === 0) return [];
  const size = Math.abs(median);
  const detail = {
    file,
    field: 'rlnDefocusU, ctf/df1_A',
    expected: 'ångström, positive under focus, usually 3,000 to 30,000',
    found: `a median of ${inWords(median)}`,
  };
  if (size < DEFOCUS.impossibleBelow)
    throw new VitrineError('value-out-of-range', 'The defocus cannot be in ångström.', {
      ...detail,
      found: `${detail.found}, likely in micrometre`,
      advice: 'Write the defocus in ångström (1 µm is 10,000 Å).',
    });
  const [odd, why] =
    median < 0
      ? [true, 'negative, which is over focus here']
      : size < DEFOCUS.rareBelow
        ? [true, 'small, as if it were in nanometre']
        : [size > DEFOCUS.rareAbove, 'large'];
  if (!odd) return [];
  return [
    {
      code: 'optics-unusual',
      message: `The defocus is ${why}: ${detail.found} Å; expected ${detail.expected}.`,
      ...detail,
      advice: 'Look whether it is in the unit and of the sign that the field has.',
    },
  ];
}

const ANGLES = ['_rlnAngleRot', '_rlnAngleTilt', '_rlnAnglePsi'];

/** Of a table that gives no poses: the angle columns that it has without the others. */
export function partOfAngles(columnNames: readonly string[], file: string): Notice[] {
  const here = ANGLES.filter((name) => columnNames.includes(name));
  const missing = ANGLES.filter((name) => !columnNames.includes(name));
  if (here.length === 0 || missing.length === 0) return [];
  return [
    {
      code: 'poses-incomplete',
      message: `The table has ${here.join(' and ')} without ${missing.join(' and ')}, so it holds no poses.`,
      file,
      field: missing.join(', '),
      advice: 'Take the table of a 3-D refinement or classification.',
    },
  ];
}
