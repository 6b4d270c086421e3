// A RELION 3.1 STAR file written anew for particles that came without one (a stack with pose.pkl and ctf.pkl, or a
// simulated stack): optics from the CTF rows, one group for each distinct microscope setting.
import { CTF_WIDTH } from './particles.ts';
import { eulerFromMatrix } from '../geometry/rotation.ts';

export interface StarRows {
  count: number;
  boxPixels: number;
  pixelSizeAngstrom: number;
  /** Stack and 0-based index of row i. */
  imageOf(row: number): { path: string; index: number };
  /** N×9; null for none. */
  rotations: Float32Array | null;
  /** N×2, fraction of the box. */
  translations: Float32Array | null;
  /** N×9 as CTF_COLUMNS. */
  ctf: Float32Array | null;
}

const OPTICS = ['OpticsGroupName', 'OpticsGroup', 'ImagePixelSize', 'ImageSize', 'ImageDimensionality'];
const MICROSCOPE = ['Voltage', 'SphericalAberration', 'AmplitudeContrast'];

function table(name: string, columns: string[], rows: string[]): string {
  const labels = columns.map((column, i) => `_rln${column} #${i + 1}`);
  return ['', '# version 30001', '', `data_${name}`, '', 'loop_', ...labels, ...rows, '', ''].join('\n');
}

export function composeStar(rows: StarRows): Uint8Array {
  const { count, boxPixels, pixelSizeAngstrom, rotations, translations, ctf } = rows;
  const groups = new Map<string, { id: number; size: number; microscope: string[] }>();
  const groupOf = (row: number): number => {
    const at = row * CTF_WIDTH;
    const size = ctf ? ctf[at + 1] : pixelSizeAngstrom;
    const microscope = ctf ? [ctf[at + 5], ctf[at + 6], ctf[at + 7]].map((value) => value.toFixed(6)) : [];
    const key = [size, ...microscope].join(' ');
    const group = groups.get(key) ?? { id: groups.size + 1, size, microscope };
    groups.set(key, group);
    return group.id;
  };
  const columns = [
    'ImageName',
    'OpticsGroup',
    ...(ctf ? ['DefocusU', 'DefocusV', 'DefocusAngle', 'PhaseShift'] : []),
    ...(rotations ? ['AngleRot', 'AngleTilt', 'AnglePsi'] : []),
    ...(rotations && translations ? ['OriginXAngst', 'OriginYAngst'] : []),
  ];
  const lines = Array.from({ length: count }, (_, row) => {
    const { path, index } = rows.imageOf(row);
    const cells = [`${String(index + 1).padStart(6, '0')}@${path}`, String(groupOf(row))];
    const at = row * CTF_WIDTH;
    const size = ctf ? ctf[at + 1] : pixelSizeAngstrom;
    if (ctf) cells.push(...[2, 3, 4, 8].map((column) => ctf[at + column].toFixed(column < 4 ? 2 : 4)));
    if (rotations) cells.push(...eulerFromMatrix(rotations, 9 * row).map((angle) => angle.toFixed(6)));
    if (rotations && translations)
      cells.push(...[0, 1].map((axis) => (translations[2 * row + axis] * size * boxPixels).toFixed(6)));
    return cells.join(' ');
  });
  const optics = [...groups.values()].map(({ id, size, microscope }) =>
    [`opticsGroup${id}`, id, size.toFixed(6), boxPixels, 2, ...microscope].join(' '),
  );
  const text = table('optics', [...OPTICS, ...(ctf ? MICROSCOPE : [])], optics) + table('particles', columns, lines);
  return new TextEncoder().encode(text);
}
