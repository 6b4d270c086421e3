// A RELION 3.1 STAR file written anew for particles that came without one (a stack with pose.pkl and ctf.pkl, cryoSPARC's
// particles, or a simulated stack): optics from the CTF rows, one group for each distinct microscope setting.
import { requireFinite } from '../../base/finite.ts';
import { CTF_WIDTH, OPTICS_WIDTH } from '../particles.ts';
import { eulerFromMatrix } from '../../geometry/rotation.ts';
import { starCell } from './star-cell.ts';
import type { StarColumn } from './star-columns.ts';

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
  /** N×10 as OPTICS_COLUMNS; null where all is ordinary. */
  optics: Float32Array | null;
  /** Rows of different groups come into different optics groups though their microscopes are alike. */
  groupOf?: ((row: number) => number) | null;
  /** Further columns of the particles, as they are to stand there. */
  extra?: StarColumn[];
}

interface Group {
  id: number;
  cells: string[];
}

const OPTICS = ['OpticsGroupName', 'OpticsGroup', 'ImagePixelSize', 'ImageSize', 'ImageDimensionality'];
const MICROSCOPE = ['Voltage', 'SphericalAberration', 'AmplitudeContrast'];
const APPLIED = ['CtfDataArePhaseFlipped', 'CtfDataAreCtfPremultiplied'];
const MAGNIFICATION = ['MagMat00', 'MagMat01', 'MagMat10', 'MagMat11'];
const BEAM_TILT = ['BeamTiltX', 'BeamTiltY'];

function table(name: string, labels: string[], rows: string[]): string {
  const numbered = labels.map((label, i) => `${label} #${i + 1}`);
  return ['', '# version 30001', '', `data_${name}`, '', 'loop_', ...numbered, ...rows, '', ''].join('\n');
}

/** Error 'value-out-of-range' naming the row of a number that is not finite. */
export function composeStar(rows: StarRows): Uint8Array {
  const { count, pixelSizeAngstrom, boxPixels, rotations, translations, ctf, optics, extra = [] } = rows;
  requireFinite('rotation', rotations, 9);
  requireFinite('shift', translations, 2);
  requireFinite('CTF', ctf, CTF_WIDTH);
  requireFinite('optics', optics, OPTICS_WIDTH);
  requireFinite('pixel size', [pixelSizeAngstrom], 1);
  const groups = new Map<string, Group>();
  const shows = shownOptics(optics);
  const sizeOf = (row: number): number => (ctf ? ctf[row * CTF_WIDTH + 1] : pixelSizeAngstrom);
  const groupOf = (row: number): number => {
    const cells = [sizeOf(row).toFixed(6), String(boxPixels), '2'];
    if (ctf) for (const column of [5, 6, 7]) cells.push(ctf[row * CTF_WIDTH + column].toFixed(6));
    if (optics) cells.push(...shows.groupCells(optics.subarray(row * OPTICS_WIDTH, (row + 1) * OPTICS_WIDTH)));
    const key = [rows.groupOf?.(row) ?? 0, ...cells].join(' ');
    const group = groups.get(key) ?? { id: groups.size + 1, cells };
    groups.set(key, group);
    return group.id;
  };
  const labels = [
    'ImageName',
    'OpticsGroup',
    ...(ctf ? ['DefocusU', 'DefocusV', 'DefocusAngle', 'PhaseShift'] : []),
    ...shows.rowLabels,
    ...(rotations ? ['AngleRot', 'AngleTilt', 'AnglePsi'] : []),
    ...(rotations && translations ? ['OriginXAngst', 'OriginYAngst'] : []),
  ].map((label) => `_rln${label}`);
  const lines = Array.from({ length: count }, (_, row) => {
    const { path, index } = rows.imageOf(row);
    const cells = [starCell(`${String(index + 1).padStart(6, '0')}@${path}`), String(groupOf(row))];
    const at = row * CTF_WIDTH;
    if (ctf) cells.push(...[2, 3, 4, 8].map((column) => ctf[at + column].toFixed(column < 4 ? 2 : 4)));
    if (optics) cells.push(...shows.rowCells(optics.subarray(row * OPTICS_WIDTH, (row + 1) * OPTICS_WIDTH)));
    if (rotations) cells.push(...eulerFromMatrix(rotations, 9 * row).map((angle) => angle.toFixed(6)));
    if (rotations && translations)
      cells.push(...[0, 1].map((axis) => (translations[2 * row + axis] * sizeOf(row) * boxPixels).toFixed(6)));
    for (const column of extra) cells.push(starCell(column.cells[row]));
    return cells.join(' ');
  });
  const opticsLabels = [...OPTICS, ...(ctf ? MICROSCOPE : []), ...shows.groupLabels].map((label) => `_rln${label}`);
  const opticsLines = [...groups.values()].map(({ id, cells }) => [`opticsGroup${id}`, id, ...cells].join(' '));
  const particles = table('particles', [...labels, ...extra.map(({ label }) => label)], lines);
  return new TextEncoder().encode(table('optics', opticsLabels, opticsLines) + particles);
}

/** The columns that `optics` needs beyond the ordinary: of groups and of particles. */
function shownOptics(optics: Float32Array | null) {
  const differs = (columns: number[], ordinary: number[]) => {
    if (!optics) return false;
    for (let at = 0; at < optics.length; at += OPTICS_WIDTH)
      if (columns.some((column, i) => optics[at + column] !== ordinary[i])) return true;
    return false;
  };
  const [scale, decay] = [differs([0], [1]), differs([1], [0])];
  const [applied, magnified, tilted] = [
    differs([2], [0]),
    differs([3, 4, 5, 6], [1, 0, 0, 1]),
    differs([8, 9], [0, 0]),
  ];
  return {
    rowLabels: [...(scale ? ['CtfScalefactor'] : []), ...(decay ? ['CtfBfactor'] : [])],
    rowCells: (row: Float32Array) => [...(scale ? [row[0].toFixed(6)] : []), ...(decay ? [row[1].toFixed(4)] : [])],
    groupLabels: [...(applied ? APPLIED : []), ...(magnified ? MAGNIFICATION : []), ...(tilted ? BEAM_TILT : [])],
    groupCells: (row: Float32Array) => [
      ...(applied ? [row[2] === 1 ? '1' : '0', row[2] === 2 ? '1' : '0'] : []),
      ...(magnified ? Array.from(row.subarray(3, 7), (value) => value.toFixed(6)) : []),
      ...(tilted ? Array.from(row.subarray(8, 10), (value) => value.toFixed(6)) : []),
    ],
  };
}
