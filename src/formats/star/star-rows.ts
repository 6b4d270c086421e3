// Some rows of a particle STAR file, as if the file had no others: a list leaves the rest out, whatever its cells hold.
import { starNumbers } from './star.ts';
import { sizesDiffer } from './star-groups.ts';
import type { StarParticles } from './star-table.ts';

/** The table with only `rows` (0-based, in that order). Its rows are counted anew, in errors too. */
export function starRows(table: StarParticles, rows: ArrayLike<number>): StarParticles {
  const kept = Array.from(rows);
  const { block, images, sizes, opticsGroupOf } = table;
  const orNull = (value: number) => (Number.isNaN(value) ? null : value);
  const ofKept = {
    pixelSizeAngstrom: (row: number) => sizes.pixelSizeAngstrom(kept[row]),
    boxPixels: (row: number) => sizes.boxPixels(kept[row]),
  };
  const part: StarParticles = {
    ...table,
    block: {
      ...block,
      rows: kept.length,
      rowSpans: Float64Array.from(kept.flatMap((row) => [block.rowSpans[2 * row], block.rowSpans[2 * row + 1]])),
    },
    rows: kept.length,
    images: {
      paths: images.paths,
      pathOf: Int32Array.from(kept, (row) => images.pathOf[row]),
      indexIn: Uint32Array.from(kept, (row) => images.indexIn[row]),
    },
    opticsGroupOf: opticsGroupOf && Int32Array.from(kept, (row) => opticsGroupOf[row]),
    sizes: ofKept,
    pixelSizeAngstrom: orNull(ofKept.pixelSizeAngstrom(0)),
    pixelSizesDiffer: sizesDiffer(ofKept, kept.length),
    boxPixels: orNull(ofKept.boxPixels(0)),
    writeRows: (wanted) => table.writeRows(Array.from(wanted, (row) => kept[row])),
    numericColumn(name) {
      const values = table.numericColumn(name);
      return values && Float32Array.from(kept, (row) => values[row]);
    },
  };
  return part;
}

/** Columns that have to hold a number in every row. */
const NUMBERS = [
  ...['AngleRot', 'AngleTilt', 'AnglePsi', 'OriginXAngst', 'OriginYAngst', 'OriginX', 'OriginY'],
  ...['DefocusU', 'DefocusV', 'DefocusAngle', 'PhaseShift'],
].map((name) => `_rln${name}`);

/** How many rows have a cell of poses or CTF that is no finite number. */
export function starBadRows({ file, block, rows }: StarParticles): number {
  const columns = NUMBERS.flatMap((label) => starNumbers(file, block, label) ?? []);
  let bad = 0;
  for (let row = 0; row < rows; row++) if (columns.some((values) => !Number.isFinite(values[row]))) bad++;
  return bad;
}
