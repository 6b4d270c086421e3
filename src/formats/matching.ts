// How lists that come apart from the images (poses, CTF, index, CSV) fit the particles: which of their rows is which
// particle, by counts, with every doubt said aloud.
import { VitrineError, type Notice } from './errors.ts';
import type { ParticleTable } from './particles.ts';

/** The particles that are kept of a source, and how other lists are read for them. */
export interface RowMap {
  /** Rows of the source's images, in order. */
  sourceRows: Uint32Array;
  /** The same particles in the original stack: differs where the stack was filtered before. */
  originalIndex: Uint32Array;
  /** Images of the source. */
  sourceCount: number;
  /** The stack was cut down to the index list before, so that the list counts particles that are not here. */
  stackWasFiltered: boolean;
  notices: Notice[];
}

function upTo(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

/** Applies an index list (or none) to `sourceCount` images. Error: 'index-out-of-range' naming the row of the list. */
export function rowMap(sourceCount: number, indices: Uint32Array | null, file: string): RowMap {
  if (!indices) {
    const rows = upTo(sourceCount);
    return { sourceRows: rows, originalIndex: rows, sourceCount, stackWasFiltered: false, notices: [] };
  }
  const beyond = indices.findIndex((index) => index >= sourceCount);
  if (beyond < 0)
    return { sourceRows: indices, originalIndex: indices, sourceCount, stackWasFiltered: false, notices: [] };
  if (indices.length !== sourceCount)
    throw new VitrineError('index-out-of-range', 'The list names a particle that the stack does not have.', {
      file,
      row: beyond + 1,
      expected: `indices below ${sourceCount}`,
      found: String(indices[beyond]),
      advice: 'Drop the original stack that the list was made for.',
    });
  return {
    sourceRows: upTo(sourceCount),
    originalIndex: indices,
    sourceCount,
    stackWasFiltered: true,
    notices: [
      {
        code: 'stack-filtered',
        message:
          'The stack has as many images as the index list, which counts beyond it: the stack is taken as already filtered.',
        file,
        advice: 'Exports refer to the original stack through the list.',
      },
    ],
  };
}

/** Rows of a list of `count` entries for the particles of `map`. Error: 'count-mismatch'. */
export function rowsOfList(
  map: RowMap,
  count: number,
  file: string,
  what: string,
): { rows: Uint32Array; notices: Notice[] } {
  const kept = map.sourceRows.length;
  if (count === map.sourceCount) return { rows: map.sourceRows, notices: [] };
  if (map.stackWasFiltered && count > map.originalIndex.reduce((a, b) => Math.max(a, b), 0))
    return { rows: map.originalIndex, notices: [] };
  if (count === kept)
    return {
      rows: upTo(kept),
      notices: [
        {
          code: 'list-filtered',
          message: `The ${what} have as many rows as the index list and are taken as already filtered.`,
          file,
        },
      ],
    };
  const fewer = count < map.sourceCount;
  throw new VitrineError('count-mismatch', `There are ${fewer ? 'fewer' : 'more'} ${what} than images.`, {
    file,
    row: fewer ? count + 1 : map.sourceCount + 1,
    expected: `${map.sourceCount} rows, one an image`,
    found: String(count),
    advice: `Drop the ${what} of this stack, or the index list (ind.pkl) that tells which images they belong to.`,
  });
}

/** A table whose rows are asked for by their index in the original stack. */
export function tableByOriginalIndex(table: ParticleTable, originalIndex: Uint32Array): ParticleTable {
  const rowOf = new Map<number, number>();
  originalIndex.forEach((original, row) => rowOf.set(original, row));
  const rows = originalIndex.reduce((largest, index) => Math.max(largest, index + 1), 0);
  return {
    kind: table.kind,
    fileName: table.fileName,
    rows,
    columnNames: table.columnNames,
    writeRows: (wanted) =>
      table.writeRows(
        Array.from(wanted, (original) => {
          const row = rowOf.get(original);
          if (row !== undefined) return row;
          throw new VitrineError('index-out-of-range', 'The filtered table does not have this particle.', {
            file: table.fileName,
            row: original + 1,
          });
        }),
      ),
    numericColumn(name) {
      const values = table.numericColumn(name);
      if (!values) return null;
      const spread = new Float32Array(rows).fill(NaN);
      rowOf.forEach((row, original) => (spread[original] = values[row]));
      return spread;
    },
  };
}
