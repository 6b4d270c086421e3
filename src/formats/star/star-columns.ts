// Columns of a STAR table given new values: those it has are written over, others are added at the end of its rows.
// All else, blocks, comments and number text, stays as it is.
import type { StarBlock, StarFile } from './star.ts';
import { starCell } from './star-cell.ts';
import { nextToken } from './star-tokens.ts';

export interface StarColumn {
  /** With the underscore. */
  label: string;
  /** One value a row. */
  cells: string[];
}

const utf8 = new TextEncoder();
/** Width of an added cell; a value written over keeps at least the width it had. */
const ADDED_WIDTH = 12;

/** Start of the line after the block's last column label. */
function endOfLabels(bytes: Uint8Array, firstRow: number): number {
  let end = firstRow;
  while (end > 0) {
    const start = bytes.lastIndexOf(10, end - 2) + 1;
    const token = nextToken(bytes, start, end - 1);
    if (token && bytes[token.start] === 95) return end;
    end = start;
  }
  return firstRow;
}

export function writeStarColumns(file: StarFile, block: StarBlock, columns: StarColumn[]): Uint8Array {
  const { bytes } = file;
  const { rowSpans, rows } = block;
  if (rows === 0) return bytes.slice();
  const over = columns.filter(({ label }) => block.columns.includes(label));
  const added = columns.filter(({ label }) => !block.columns.includes(label));
  const cellsAt: (string[] | undefined)[] = block.columns.map(
    (label) => over.find((column) => column.label === label)?.cells,
  );
  const lineBreak = bytes[rowSpans[1]] === 13 ? '\r\n' : '\n';
  const labels = added.map(({ label }, i) => `${label} #${block.columns.length + i + 1} ${lineBreak}`).join('');

  // A letter takes three bytes at most; quotes and a blank come to it.
  const widest = columns.map(
    ({ cells }) => cells.reduce((most, cell) => Math.max(most, 3 * cell.length), ADDED_WIDTH) + 3,
  );
  const room = widest.reduce((sum, width) => sum + width, 0) * rows;
  const result = new Uint8Array(bytes.length + labels.length + room);
  let length = 0;
  let from = 0;
  const keepUpTo = (end: number) => {
    result.set(bytes.subarray(from, end), length);
    length += end - from;
    from = end;
  };
  const put = (text: string) => {
    length += utf8.encodeInto(text, result.subarray(length)).written;
  };

  keepUpTo(endOfLabels(bytes, rowSpans[0]));
  put(labels);
  for (let row = 0; row < rows; row++) {
    const end = rowSpans[2 * row + 1];
    let lastEnd = rowSpans[2 * row];
    let token = nextToken(bytes, lastEnd, end);
    for (let i = 0; token; i++) {
      const cells = cellsAt[i];
      if (cells) {
        const quoted = token.next > token.end;
        keepUpTo(token.start - (quoted ? 1 : 0));
        put(starCell(cells[row]).padStart(token.next - token.start));
        from = token.next;
      }
      lastEnd = token.next;
      token = nextToken(bytes, lastEnd, end);
    }
    if (added.length === 0) continue;
    // Before a comment that the row may end with.
    keepUpTo(lastEnd);
    for (const { cells } of added) put(` ${starCell(cells[row]).padStart(ADDED_WIDTH)}`);
  }
  keepUpTo(bytes.length);
  return result.slice(0, length);
}
