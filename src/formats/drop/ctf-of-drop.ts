// The CTF of a drop: of a ctf.pkl, else of the table; what a person says of it stands over both.
import type { Drop, PickleOf } from './drop.ts';
import { VitrineError } from '../../base/errors.ts';
import type { ImageScale } from '../image-scale.ts';
import type { RowMap } from './matching.ts';
import { CTF_COLUMNS, CTF_WIDTH } from '../particles.ts';
import { baseName } from './path-match.ts';
import type { ParticleSource } from './particle-source.ts';
import type { Recognised } from './recognise.ts';
import { lacksAmplitudeContrast } from '../star/star-ctf.ts';
import { pickRows } from '../subset.ts';
import type { TableValues } from './table-values.ts';

/** Codes of notices by which a kept set says what is not its table's. */
export const CTF_FROM_PICKLE = 'ctf-from-pickle';
export const POSES_FROM_PICKLE = 'poses-from-pickle';

type CtfFile = { file: Recognised; pickle: PickleOf<'ctf'> };
const PIXEL_SIZE = CTF_COLUMNS.indexOf('pixelSizeAngstrom');
const CONTRAST = CTF_COLUMNS.indexOf('amplitudeContrast');

/** The particles that are taken of a source, what its table says of them, and the scale of their images. */
export interface Taken {
  drop: Drop;
  source: ParticleSource;
  values: TableValues;
  map: RowMap;
  scale: ImageScale;
}

/** N×9; null with a notice, a question or an error of the file that should hold it. */
export function ctfOf(taken: Taken, found: CtfFile | null): Float32Array | null {
  return (found && ctfOfPickle(taken, found)) ?? ctfOfTable(taken);
}

function ctfOfPickle({ drop, source, map, scale }: Taken, { file, pickle }: CtfFile): Float32Array | null {
  const { path } = file.file;
  const { boxPixels } = scale;
  const rows = drop.attempt(file, () => drop.rowsOf(map, pickle.count, path, 'CTF rows'));
  drop.ctfRefused ||= !rows;
  if (!rows) return null;
  drop.used.add(file);
  drop.warnings.push(...rows.notices);
  if (source.table)
    drop.warnings.push({
      code: CTF_FROM_PICKLE,
      message: `The CTF comes from ${baseName(path)}, not from the table.`,
      file: path,
    });
  const ctf = pickRows(pickle.ctf, rows.rows, CTF_WIDTH);
  if (ctf[0] !== boxPixels)
    drop.warnings.push({
      code: 'ctf-rescaled',
      message: `The CTF was made for a box of ${ctf[0]}; its pixel size is scaled to the images' box of ${boxPixels}.`,
      file: path,
      advice: 'This is right where the stack was downsampled, wrong where it was cropped.',
    });
  const { pixelSizeAngstrom, amplitudeContrast } = drop.options.answers ?? {};
  const first = (ctf[PIXEL_SIZE] * ctf[0]) / boxPixels;
  for (let at = 0; at < ctf.length; at += CTF_WIDTH) {
    ctf[at + PIXEL_SIZE] *= ctf[at] / boxPixels;
    ctf[at] = boxPixels;
    if (pixelSizeAngstrom !== undefined) ctf[at + PIXEL_SIZE] *= pixelSizeAngstrom / first;
    if (amplitudeContrast !== undefined) ctf[at + CONTRAST] = amplitudeContrast;
  }
  return ctf;
}

function ctfOfTable({ drop, source, values, scale }: Taken): Float32Array | null {
  const [table] = source.files;
  try {
    const { ctf, notices } = values.ctf(scale, drop.options.answers);
    drop.warnings.push(...notices);
    if (!ctf && notices.length === 0)
      drop.warnings.push({
        code: 'ctf-missing',
        message: 'There is no CTF; the images are taken as they are.',
        advice: 'Drop a ctf.pkl, or the .star or .cs file, unless the images were simulated without CTF.',
      });
    return ctf;
  } catch (error) {
    if (drop.awaitsPixelSize(error, scale)) return null;
    if (!(error instanceof VitrineError)) throw error;
    drop.ctfRefused = true;
    if (lacksAmplitudeContrast(error))
      drop.questions.push({
        kind: 'amplitude-contrast',
        file: table.file.path,
        field: error.detail.field ?? '',
      });
    else drop.errors.set(table, error);
    return null;
  }
}
