// What RELION's columns mean: images, poses, CTF and optics groups of a particle STAR file, 3.0 (one table) and 3.1+
// (optics and particles, either order). Angles in degrees, lengths in Å, translations as fraction of the box.
import { textOf } from './ascii-numbers.ts';
import { VitrineError, type Notice } from './errors.ts';
import { CTF_WIDTH, type OpticsGroup, type ParticleTable, type Poses } from './particles.ts';
import { matrixFromEuler } from '../geometry/rotation.ts';
import {
  forEachCell,
  parseStar,
  starNumbers,
  starTexts,
  writeStarRows,
  type StarBlock,
  type StarFile,
} from './star.ts';

/** Where a row's image lies: stack path as written (interned) and 0-based index in it. */
export interface ImageNames {
  paths: string[];
  pathOf: Int32Array;
  indexIn: Uint32Array;
}

export interface StarParticles extends ParticleTable {
  readonly kind: 'star';
  readonly file: StarFile;
  readonly block: StarBlock;
  /** '3.0' has no optics table; 5 writes the same tables as 3.1. */
  readonly version: '3.0' | '3.1';
  readonly images: ImageNames;
  readonly opticsGroups: OpticsGroup[];
  /** Optics group of each row as an index into `opticsGroups`; null with one group. */
  readonly opticsGroupOf: Int32Array | null;
  /** Pixel size of each row's group, Å, null where no group has one. */
  readonly pixelSizeAngstrom: number | null;
  /** Whether the groups' pixel sizes differ. */
  readonly pixelSizesDiffer: boolean;
  /** rlnImageSize of the first group. */
  readonly boxPixels: number | null;
}

/** Parses and understands a particle STAR file. Errors: those of parseStar, 'star-syntax' (no rlnImageName, bad name). */
export function parseStarParticles(bytes: Uint8Array, path: string): StarParticles {
  const file = parseStar(bytes, path);
  const candidates = file.blocks.filter((block) => block.columns.includes('_rlnImageName'));
  const block = candidates.find((candidate) => candidate.name === 'particles') ?? candidates[0];
  if (!block)
    throw new VitrineError('star-syntax', 'The STAR file names no particle images.', {
      file: path,
      field: '_rlnImageName',
      expected: 'a particles table with _rlnImageName',
      found: file.blocks.map((b) => `data_${b.name}`).join(', '),
      advice:
        'Drop the particles .star file of an extraction, a refinement or a selection, not a model, job or micrographs one.',
    });
  const optics = file.blocks.find((candidate) => candidate.name === 'optics');
  const images = imageNames(file, block);
  const { opticsGroups, opticsGroupOf } = optics
    ? opticsTable(file, optics, block)
    : { opticsGroups: [singleGroup(file, block)], opticsGroupOf: null };
  const used = opticsGroupOf ? [...new Set(opticsGroupOf)].map((g) => opticsGroups[g]) : opticsGroups;
  const sizes = used.map((group) => group.pixelSizeAngstrom);
  return {
    kind: 'star',
    file,
    block,
    fileName: path,
    version: optics ? '3.1' : '3.0',
    rows: block.rows,
    columnNames: block.columns,
    images,
    opticsGroups,
    opticsGroupOf,
    pixelSizeAngstrom: sizes[0] ?? null,
    pixelSizesDiffer: sizes.some(
      (size) => size !== null && sizes[0] !== null && Math.abs(size - sizes[0]) > 1e-4 * size,
    ),
    boxPixels: used[0]?.boxPixels ?? null,
    writeRows: (rows) => writeStarRows(file, block, rows),
    numericColumn(name) {
      const values = starNumbers(file, block, name.startsWith('_') ? name : `_${name}`);
      return values && values.some((value) => !Number.isNaN(value)) ? Float32Array.from(values) : null;
    },
  };
}

function imageNames(file: StarFile, block: StarBlock): ImageNames {
  const ids = new Map<string, number>();
  const pathOf = new Int32Array(block.rows);
  const indexIn = new Uint32Array(block.rows);
  forEachCell(file, block, block.columns.indexOf('_rlnImageName'), (row, start, end) => {
    const name = textOf(file.bytes, start, end);
    const at = name.indexOf('@');
    const index = at < 0 ? 1 : Number(name.slice(0, at));
    if (!Number.isInteger(index) || index < 1)
      throw new VitrineError('star-syntax', 'An image name has no valid index.', {
        file: file.path,
        row: row + 1,
        field: '_rlnImageName',
        expected: 'index@stack with the index from 1',
        found: name,
      });
    const path = name.slice(at + 1);
    let id = ids.get(path);
    if (id === undefined) ids.set(path, (id = ids.size));
    pathOf[row] = id;
    indexIn[row] = index - 1;
  });
  return { paths: [...ids.keys()], pathOf, indexIn };
}

const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);
const positive = (value: number | undefined) => (value !== undefined && value > 0 ? finite(value) : null);

function opticsTable(file: StarFile, optics: StarBlock, block: StarBlock) {
  const rows = optics.isLoop ? optics.rows : 1;
  const numbers = (column: string) => starNumbers(file, optics, column);
  const ids = numbers('_rlnOpticsGroup');
  const names = starTexts(file, optics, '_rlnOpticsGroupName');
  const sizes = numbers('_rlnImagePixelSize') ?? numbers('_rlnPixelSize');
  const [boxes, voltages, cs, contrasts] = [
    '_rlnImageSize',
    '_rlnVoltage',
    '_rlnSphericalAberration',
    '_rlnAmplitudeContrast',
  ].map(numbers);
  const opticsGroups = Array.from({ length: rows }, (_, i): OpticsGroup => ({
    id: ids?.[i] ?? i + 1,
    name: names?.[i] ?? `opticsGroup${i + 1}`,
    pixelSizeAngstrom: positive(sizes?.[i]),
    boxPixels: positive(boxes?.[i]),
    voltageKilovolt: positive(voltages?.[i]),
    sphericalAberrationMillimetre: finite(cs?.[i]),
    amplitudeContrast: finite(contrasts?.[i]),
  }));
  const groupIds = starNumbers(file, block, '_rlnOpticsGroup');
  if (rows === 1 || !groupIds) return { opticsGroups, opticsGroupOf: null };
  const indexOfId = new Map(opticsGroups.map((group, i) => [group.id, i]));
  const opticsGroupOf = Int32Array.from(groupIds, (id, row) => {
    const index = indexOfId.get(id);
    if (index === undefined)
      throw new VitrineError('star-syntax', 'A particle belongs to an optics group that is not in the file.', {
        file: file.path,
        row: row + 1,
        field: '_rlnOpticsGroup',
        expected: [...indexOfId.keys()].join(', '),
        found: String(id),
        advice: 'Add the group to data_optics or write the file again.',
      });
    return index;
  });
  return { opticsGroups, opticsGroupOf };
}

/** RELION 3.0 keeps the optics in every row; the group takes the first row's. */
function singleGroup(file: StarFile, block: StarBlock): OpticsGroup {
  const first = (column: string) => starNumbers(file, block, column)?.[0];
  const magnification = first('_rlnMagnification');
  const detector = first('_rlnDetectorPixelSize');
  const size = magnification && detector ? (detector * 1e4) / magnification : undefined;
  return {
    id: 1,
    name: 'opticsGroup1',
    pixelSizeAngstrom: positive(first('_rlnImagePixelSize')) ?? positive(first('_rlnPixelSize')) ?? positive(size),
    boxPixels: positive(first('_rlnImageSize')),
    voltageKilovolt: positive(first('_rlnVoltage')),
    sphericalAberrationMillimetre: finite(first('_rlnSphericalAberration')),
    amplitudeContrast: finite(first('_rlnAmplitudeContrast')),
  };
}

/** What turns Å into pixels: the box of the images and a pixel size for groups that have none. */
export interface ImageScale {
  boxPixels: number;
  pixelSizeAngstrom: number | null;
}

const column = (table: StarParticles, name: string) => starNumbers(table.file, table.block, name);

/** Å a pixel in the images of `row`'s group: the group's own, scaled where its box differs from the images'. */
export function pixelSizeOfRow(table: StarParticles, row: number, scale: ImageScale): number {
  const group = table.opticsGroups[table.opticsGroupOf?.[row] ?? 0];
  if (group.pixelSizeAngstrom === null) return scale.pixelSizeAngstrom ?? NaN;
  return group.boxPixels ? (group.pixelSizeAngstrom * group.boxPixels) / scale.boxPixels : group.pixelSizeAngstrom;
}

/** Poses of all rows; null where the file has no angles. Error: 'star-syntax' naming the row of a cell that is no number. */
export function starPoses(table: StarParticles, scale: ImageScale): Poses | null {
  const [rot, tilt, psi] = ['_rlnAngleRot', '_rlnAngleTilt', '_rlnAnglePsi'].map((name) => column(table, name));
  if (!rot || !tilt || !psi) return null;
  checkNumbers(table, { _rlnAngleRot: rot, _rlnAngleTilt: tilt, _rlnAnglePsi: psi });
  const rotations = new Float32Array(9 * table.rows);
  for (let i = 0; i < table.rows; i++) matrixFromEuler(rot[i], tilt[i], psi[i], rotations, 9 * i);
  return { rotations, translations: translationsOf(table, scale) };
}

function translationsOf(table: StarParticles, scale: ImageScale): Float32Array | null {
  const inAngstrom = [column(table, '_rlnOriginXAngst'), column(table, '_rlnOriginYAngst')];
  const inPixels = [column(table, '_rlnOriginX'), column(table, '_rlnOriginY')];
  const angstrom = inAngstrom[0] !== null && inAngstrom[1] !== null;
  const [x, y] = angstrom ? inAngstrom : inPixels;
  if (!x || !y) return null;
  checkNumbers(table, { origin: x, 'origin y': y });
  const translations = new Float32Array(2 * table.rows);
  for (let i = 0; i < table.rows; i++) {
    // Old files give pixels of the images the angles were found with, which are these.
    const unit = (angstrom ? pixelSizeOfRow(table, i, scale) : 1) * scale.boxPixels;
    translations[2 * i] = x[i] / unit;
    translations[2 * i + 1] = y[i] / unit;
  }
  return translations;
}

/** CTF rows (N×9); null with a notice naming the missing columns. */
export function starCtf(table: StarParticles, scale: ImageScale): { ctf: Float32Array | null; notices: Notice[] } {
  const required = ['_rlnDefocusU', '_rlnDefocusV', '_rlnDefocusAngle'] as const;
  const [u, v, angle] = required.map((name) => column(table, name));
  const perGroup = (name: string, of: (group: OpticsGroup) => number | null): ((row: number) => number) | null => {
    if (table.version === '3.0') {
      const values = column(table, name);
      if (values) return (row) => values[row];
    }
    const values = table.opticsGroups.map(of);
    if (values.some((value) => value === null)) return null;
    return (row) => values[table.opticsGroupOf?.[row] ?? 0] ?? NaN;
  };
  const voltage = perGroup('_rlnVoltage', (group) => group.voltageKilovolt);
  const cs = perGroup('_rlnSphericalAberration', (group) => group.sphericalAberrationMillimetre);
  const contrast = perGroup('_rlnAmplitudeContrast', (group) => group.amplitudeContrast);
  if (!u || !v || !angle || !voltage || !cs || !contrast) {
    const missing = [
      ...required.filter((name) => !table.columnNames.includes(name)),
      ...(voltage ? [] : ['_rlnVoltage']),
      ...(cs ? [] : ['_rlnSphericalAberration']),
      ...(contrast ? [] : ['_rlnAmplitudeContrast']),
    ];
    return {
      ctf: null,
      notices: [
        {
          code: 'ctf-missing',
          message: 'The STAR file does not hold the whole CTF.',
          file: table.fileName,
          field: missing.join(', '),
          advice:
            'Drop a STAR file from after CTF estimation or a ctf.pkl; without it the images are taken as they are.',
        },
      ],
    };
  }
  checkNumbers(table, { _rlnDefocusU: u, _rlnDefocusV: v, _rlnDefocusAngle: angle });
  const phase = column(table, '_rlnPhaseShift');
  const ctf = new Float32Array(CTF_WIDTH * table.rows);
  for (let i = 0; i < table.rows; i++)
    ctf.set(
      [
        scale.boxPixels,
        pixelSizeOfRow(table, i, scale),
        u[i],
        v[i],
        angle[i],
        voltage(i),
        cs(i),
        contrast(i),
        phase?.[i] ?? 0,
      ],
      CTF_WIDTH * i,
    );
  return { ctf, notices: [] };
}

function checkNumbers(table: StarParticles, columns: Record<string, Float64Array>): void {
  for (const [field, values] of Object.entries(columns)) {
    const row = values.findIndex((value) => !Number.isFinite(value));
    if (row >= 0)
      throw new VitrineError('star-syntax', 'A cell that should be a number is not.', {
        file: table.fileName,
        row: row + 1,
        field,
        expected: 'a number',
        advice: 'Remove the particle or write the file again.',
      });
  }
}
