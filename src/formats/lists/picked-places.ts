// Where particles were picked, from the tables that say it: micrograph and place in it, RELION's columns or cryoSPARC's fields.
import type { TableRows } from '../../base/particle-identity.ts';
import type { ParticleTable } from '../particles.ts';
import { starNumbers, starTexts } from '../star/star.ts';
import { rowOrGroup, type StarParticles } from '../star/star-table.ts';
import { isCsTable, keptOfCs } from './star-from-cs.ts';

/** Of N rows of a table. */
export interface PickedPlaces {
  /** N numbers, the same for particles of one micrograph. */
  micrograph: Int32Array;
  /** N×2 (x, y), Å from a corner of the micrograph. */
  places: Float64Array;
}

const MICROGRAPH_PIXEL = ['_rlnMicrographPixelSize', '_rlnMicrographOriginalPixelSize'];

/**
 * Places of the rows; null where the table does not say them. `imagePixelAngstrom`: taken for the micrographs' where theirs is not
 * said, which makes distances too large, never too small, where images were binned.
 */
export function pickedPlaces(
  table: ParticleTable | null,
  rows: TableRows,
  imagePixelAngstrom: number,
): PickedPlaces | null {
  if (!table) return null;
  return isCsTable(table) ? ofCs() : ofStar(table as StarParticles);

  function ofStar(star: StarParticles): PickedPlaces | null {
    const names = starTexts(star.file, star.block, '_rlnMicrographName');
    const [x, y] = ['_rlnCoordinateX', '_rlnCoordinateY'].map((label) => starNumbers(star.file, star.block, label));
    if (!names || !x || !y) return null;
    const sizes = MICROGRAPH_PIXEL.map((label) => rowOrGroup(star, label)).find((of) => of !== null);
    const pixel = (row: number) => {
      const said = sizes?.(row);
      return said !== undefined && said > 0 ? said : imagePixelAngstrom;
    };
    return placed(
      (i) => names[rows[i]],
      (i) => [x[rows[i]] * pixel(rows[i]), y[rows[i]] * pixel(rows[i])],
    );
  }

  function ofCs(): PickedPlaces | null {
    if (!isCsTable(table)) return null;
    const cells = new Map(keptOfCs(table, rows).columns.map(({ label, cells: of }) => [label, of]));
    const names = cells.get('_rlnMicrographName');
    const [x, y] = [cells.get('_rlnCoordinateX'), cells.get('_rlnCoordinateY')];
    if (!names || !x || !y) return null;
    return placed(
      (i) => names[i],
      (i) => [Number(x[i]) * imagePixelAngstrom, Number(y[i]) * imagePixelAngstrom],
    );
  }

  function placed(name: (i: number) => string, at: (i: number) => [number, number]): PickedPlaces {
    const numbers = new Map<string, number>();
    const micrograph = Int32Array.from({ length: rows.length }, (_, i) => {
      const known = numbers.get(name(i)) ?? numbers.size;
      numbers.set(name(i), known);
      return known;
    });
    const places = new Float64Array(2 * rows.length);
    for (let i = 0; i < rows.length; i++) places.set(at(i), 2 * i);
    return { micrograph, places };
  }
}
