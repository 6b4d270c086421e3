// How lists that come apart from the images (poses, CTF, index, CSV) fit the particles: which of their rows is which
// particle, by counts, with every doubt said aloud.
import { VitrineError, type Notice } from '../../base/errors.ts';
import type { ParticleTable } from '../particles.ts';
import type { ReadingQuestion } from './understanding.ts';

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

/** Whether a list of `count` entries can belong to the particles of `map`. */
export function listFits(map: RowMap, count: number): boolean {
  const originals = map.originalIndex.reduce((most, index) => Math.max(most, index + 1), 0);
  return count === map.sourceCount || count === map.sourceRows.length || (map.stackWasFiltered && count >= originals);
}

/**
 * Rows of a list of `count` entries for the particles of `map`. A list as long as the stack and as the index list has two
 * readings where that list reorders the stack: `order` says which, else it is asked for. Error: 'count-mismatch'.
 */
export function rowsOfList(
  map: RowMap,
  count: number,
  file: string,
  what: string,
  order?: 'filtered' | 'whole',
): { rows: Uint32Array; notices: Notice[]; question: ReadingQuestion | null } {
  const kept = map.sourceRows.length;
  if (count === map.sourceCount) {
    const reordered = kept === count && map.sourceRows.some((row, i) => row !== i);
    if (!reordered || order === 'whole') return { rows: map.sourceRows, notices: [], question: null };
    if (order === 'filtered') return { rows: upTo(kept), notices: [], question: null };
    return { rows: map.sourceRows, notices: [], question: orderQuestion(file, what) };
  }
  if (map.stackWasFiltered && listFits(map, count) && count !== kept)
    return { rows: map.originalIndex, notices: [], question: null };
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
      question: null,
    };
  const fewer = count < map.sourceCount;
  throw new VitrineError('count-mismatch', `There are ${fewer ? 'fewer' : 'more'} ${what} than images.`, {
    file,
    row: fewer ? count + 1 : map.sourceCount + 1,
    expected: `${map.sourceCount} rows, one per image`,
    found: String(count),
    advice: `Drop the ${what} of this stack, or the index list (ind.pkl) that tells which images they belong to.`,
  });
}

function orderQuestion(file: string, what: string): ReadingQuestion {
  return {
    kind: 'reading',
    about: 'list-already-applied',
    title: `In which order are the ${what}?`,
    reason: 'The index list names all images in another order, and there is a row for each of them.',
    file,
    readings: [
      {
        says: 'In the order of the stack: row k belongs to image k, and the index list picks rows of both.',
        answer: { listOrder: 'whole' },
        option: '--list-order whole',
      },
      {
        says: 'In the order of the index list: row k belongs to the image that the list names in place k.',
        answer: { listOrder: 'filtered' },
        option: '--list-order filtered',
      },
    ],
  };
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
