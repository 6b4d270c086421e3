// The nine numbers of the CTF, a row a particle, from cryoSPARC's ctf fields.
import { pixelSizes, type CsFields } from './cs-particles.ts';
import { finiteValues } from './cs-values.ts';
import { VitrineError, type Notice } from '../../base/errors.ts';
import type { CtfGivens, ImageScale } from '../image-scale.ts';
import { CTF_WIDTH } from '../particles.ts';

const DEFOCUS = ['ctf/df1_A', 'ctf/df2_A', 'ctf/df_angle_rad'] as const;
const MICROSCOPE = ['ctf/accel_kv', 'ctf/cs_mm', 'ctf/amp_contrast'] as const;

/**
 * CTF rows (N×9); null with a notice where the file has no defocus at all. Errors: 'ctf-missing' naming the fields where the
 * CTF is begun and not whole, 'pixel-size-unknown', those of finiteValues.
 */
export function csCtf(
  fields: CsFields,
  scale: ImageScale,
  given: CtfGivens = {},
): { ctf: Float32Array | null; notices: Notice[] } {
  const { table } = fields;
  if (!DEFOCUS.some((field) => fields.has(field)))
    return {
      ctf: null,
      notices: [
        {
          code: 'ctf-missing',
          message: 'The .cs file does not hold the CTF.',
          file: table.fileName,
          field: DEFOCUS.join(', '),
          advice: "Drop the job's passthrough .cs file too, or a ctf.pkl; without it the images are taken as they are.",
        },
      ],
    };
  const [u, v, angle] = DEFOCUS.map((field) => finiteValues(fields, field));
  const [voltage, cs, own] = MICROSCOPE.map((field) => finiteValues(fields, field));
  const contrast =
    given.amplitudeContrast === undefined ? own : new Float64Array(table.rows).fill(given.amplitudeContrast);
  const missing = [
    ...DEFOCUS.filter((field) => !fields.has(field)),
    ...(voltage?.every((value) => value > 0) ? [] : ['ctf/accel_kv']),
    ...(cs ? [] : ['ctf/cs_mm']),
    ...(contrast ? [] : ['ctf/amp_contrast']),
  ];
  if (missing.length > 0 || !u || !v || !angle || !voltage || !cs || !contrast)
    throw new VitrineError('ctf-missing', 'The CTF cannot be made: values are missing.', {
      file: table.fileName,
      field: missing.join(', '),
      expected: 'a value for every particle',
      advice: "Give the job's passthrough .cs file too, or a ctf.pkl.",
    });
  const phase = finiteValues(fields, 'ctf/phase_shift_rad');
  const size = pixelSizes(fields, scale);
  const degrees = 180 / Math.PI;
  const ctf = new Float32Array(CTF_WIDTH * table.rows);
  for (let i = 0; i < table.rows; i++) {
    if (!(size(i) > 0))
      throw new VitrineError('pixel-size-unknown', 'CTF rows need the pixel size, which the file does not say.', {
        file: table.fileName,
        row: i + 1,
        field: 'blob/psize_A',
        expected: 'a pixel size in Å',
        advice: 'Say the pixel size of the images (--apix on a command line).',
      });
    const row = [scale.boxPixels, size(i), u[i], v[i], angle[i] * degrees, voltage[i], cs[i], contrast[i]];
    ctf.set([...row, (phase?.[i] ?? 0) * degrees], CTF_WIDTH * i);
  }
  return { ctf, notices: [] };
}
