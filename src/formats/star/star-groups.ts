// Optics groups of a particle STAR file (3.1 and later), or the one group of a file that says all row by row (3.0); pixel
// size and box of each row.
import { VitrineError } from '../../base/errors.ts';
import type { ImageScale } from '../image-scale.ts';
import type { OpticsGroup } from '../particles.ts';
import { starNumbers, starTexts, type StarBlock, type StarFile } from './star.ts';
import type { RowSizes, StarParticles } from './star-table.ts';

const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);
const positive = (value: number | undefined) => (value !== undefined && value > 0 ? finite(value) : null);

/** Errors: 'star-syntax' for a group twice in the table, and for a particle of a group that is not in it. */
export function opticsTable(file: StarFile, optics: StarBlock, block: StarBlock) {
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
  const opticsGroups = Array.from({ length: optics.rows }, (_, i): OpticsGroup => ({
    id: ids?.[i] ?? i + 1,
    name: names?.[i] ?? `opticsGroup${i + 1}`,
    pixelSizeAngstrom: positive(sizes?.[i]),
    boxPixels: positive(boxes?.[i]),
    voltageKilovolt: positive(voltages?.[i]),
    sphericalAberrationMillimetre: finite(cs?.[i]),
    amplitudeContrast: finite(contrasts?.[i]),
  }));
  const indexOfId = new Map(opticsGroups.map((group, i) => [group.id, i]));
  const refuse = (message: string, row: number, found: string, advice: string): never => {
    throw new VitrineError('star-syntax', message, {
      file: file.path,
      row,
      field: '_rlnOpticsGroup',
      expected: [...indexOfId.keys()].join(', '),
      found,
      advice,
    });
  };
  if (indexOfId.size < opticsGroups.length) {
    const again = opticsGroups.findIndex(({ id }, i) => opticsGroups.findIndex((other) => other.id === id) < i);
    refuse(
      'An optics group stands twice in data_optics.',
      again + 1,
      String(opticsGroups[again].id),
      'Number them anew.',
    );
  }
  const groupIds = starNumbers(file, block, '_rlnOpticsGroup');
  if (!groupIds) {
    if (optics.rows > 1)
      refuse(
        'Particles do not say their optics group, and there are several.',
        1,
        'no column',
        'Write the file again.',
      );
    return { opticsGroups, opticsGroupOf: null };
  }
  const opticsGroupOf = Int32Array.from(groupIds, (id, row) => {
    const index = indexOfId.get(id);
    return (
      index ??
      refuse(
        'A particle belongs to an optics group that is not in the file.',
        row + 1,
        Number.isNaN(id) ? (starTexts(file, block, '_rlnOpticsGroup')?.[row] ?? '') : String(id),
        'Add the group to data_optics or write the file again.',
      )
    );
  });
  return { opticsGroups, opticsGroupOf: optics.rows === 1 ? null : opticsGroupOf };
}

/** RELION 3.0 keeps the optics in every row; the group takes the first row's. */
export function singleGroup(file: StarFile, block: StarBlock, sizes: RowSizes): OpticsGroup {
  const first = (column: string) => starNumbers(file, block, column)?.[0];
  return {
    id: 1,
    name: 'opticsGroup1',
    pixelSizeAngstrom: positive(sizes.pixelSizeAngstrom(0)),
    boxPixels: positive(sizes.boxPixels(0)),
    voltageKilovolt: positive(first('_rlnVoltage')),
    sphericalAberrationMillimetre: finite(first('_rlnSphericalAberration')),
    amplitudeContrast: finite(first('_rlnAmplitudeContrast')),
  };
}

/** A row's own value before its group's; magnification and detector (RELION 3.0) where there is no pixel size. */
export function rowSizes(
  file: StarFile,
  block: StarBlock,
  groups: OpticsGroup[] | null,
  groupOf: Int32Array | null,
): RowSizes {
  const column = (name: string) => starNumbers(file, block, name);
  const [image, pixel, magnification, detector, box] = [
    '_rlnImagePixelSize',
    '_rlnPixelSize',
    '_rlnMagnification',
    '_rlnDetectorPixelSize',
    '_rlnImageSize',
  ].map(column);
  const group = (row: number) => groups?.[groupOf?.[row] ?? 0];
  return {
    pixelSizeAngstrom: (row) =>
      positive(image?.[row]) ??
      group(row)?.pixelSizeAngstrom ??
      positive(pixel?.[row]) ??
      positive(magnification && detector ? (detector[row] * 1e4) / magnification[row] : undefined) ??
      NaN,
    boxPixels: (row) => positive(box?.[row]) ?? group(row)?.boxPixels ?? NaN,
  };
}

/** Whether the rows' sizes differ: the fields of view where boxes are known, which images of one box have in common. */
export function sizesDiffer(sizes: RowSizes, rows: number): boolean {
  const extent = (row: number) => {
    const size = sizes.pixelSizeAngstrom(row);
    const box = sizes.boxPixels(row);
    return Number.isNaN(box) ? size : size * box;
  };
  const first = extent(0);
  for (let row = 1; row < rows; row++) if (Math.abs(extent(row) - first) > 1e-4 * first) return true;
  return false;
}

/**
 * Å a pixel in the image of `row`: its own, scaled where its box differs from the images', in proportion to a size that was
 * given; `scale`'s where no row has one. NaN where it is not known.
 */
export function pixelSizeOfRow(table: StarParticles, row: number, scale: ImageScale): number {
  const own = ownSize(table, row, scale.boxPixels);
  const first = ownSize(table, 0, scale.boxPixels);
  if (scale.given && scale.pixelSizeAngstrom !== null)
    return Number.isNaN(own / first) ? scale.pixelSizeAngstrom : (own / first) * scale.pixelSizeAngstrom;
  if (!Number.isNaN(own)) return own;
  return table.opticsGroups.every((group) => group.pixelSizeAngstrom === null) ? (scale.pixelSizeAngstrom ?? NaN) : NaN;
}

function ownSize({ sizes }: StarParticles, row: number, boxPixels: number): number {
  const size = sizes.pixelSizeAngstrom(row);
  const box = sizes.boxPixels(row);
  return Number.isNaN(box) ? size : (size * box) / boxPixels;
}

/** As pixelSizeOfRow. Error 'pixel-size-unknown' naming the row. */
export function knownPixelSize(table: StarParticles, row: number, scale: ImageScale, what: string): number {
  const size = pixelSizeOfRow(table, row, scale);
  if (size > 0) return size;
  const group = table.opticsGroups[table.opticsGroupOf?.[row] ?? 0];
  throw new VitrineError('pixel-size-unknown', `${what} need the pixel size, which the file does not say.`, {
    file: table.fileName,
    row: row + 1,
    field: table.version === '3.1' ? '_rlnImagePixelSize' : '_rlnPixelSize',
    expected: 'a pixel size in Å',
    ...(table.version === '3.1' && { found: `none in optics group ${group.id}` }),
    advice: 'Say the pixel size of the images (--apix on a command line).',
  });
}
