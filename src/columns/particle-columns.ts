// Columns of the particles of a dataset: viewing direction, shift, defocus, and those of dropped tables.
import { keptWith, THERE, type Availability, type Column } from './column.ts';

/** What a dataset says of its particles, arrays of one length; null where it says nothing. */
export interface ParticleNumbers {
  rotDegrees: Float32Array | null;
  tiltDegrees: Float32Array | null;
  /** Mean of U and V, Å. */
  defocusAngstrom: Float32Array | null;
  shiftPixels: Float32Array | null;
  extra: readonly { name: string; values: Float32Array }[];
}

const ANGSTROM_A_MICROMETRE = 1e4;

export function particleColumns(numbers: ParticleNumbers): Column[] {
  const { rotDegrees, tiltDegrees, defocusAngstrom, shiftPixels, extra } = numbers;
  const given = (
    values: Float32Array | null,
    why: string,
  ): { availability: Availability; values: Column['values'] } => ({
    availability: values ? THERE : { state: 'absent', why },
    values: () => values,
  });
  const noPoses = 'These particles came without orientations.';
  return [
    {
      ...({ key: 'defocus', name: 'Defocus', unit: 'µm', kind: 'number', source: 'ctf' } as const),
      ...given(defocusAngstrom, 'These particles came without defocus values.'),
      values: () =>
        defocusAngstrom &&
        keptWith(defocusAngstrom, 'µm', () => defocusAngstrom.map((defocus) => defocus / ANGSTROM_A_MICROMETRE)),
    },
    {
      ...({ key: 'tilt', name: 'Viewing angle: tilt', unit: '°', kind: 'number', source: 'poses' } as const),
      ...given(tiltDegrees, noPoses),
    },
    {
      ...({ key: 'rot', name: 'Viewing angle: rot', unit: '°', kind: 'angle', source: 'poses' } as const),
      ...given(rotDegrees, noPoses),
    },
    {
      ...({ key: 'shift', name: 'Shift', unit: 'px', kind: 'number', source: 'shifts' } as const),
      ...given(shiftPixels, 'These particles came without shifts.'),
    },
    ...extra.map<Column>(({ name, values }) => ({
      ...({ key: `extra:${name}`, name, unit: null, kind: 'number', source: 'table', availability: THERE } as const),
      values: () => values,
    })),
  ];
}
