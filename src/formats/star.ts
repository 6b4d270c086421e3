// STAR files as RELION 3.0, 3.1 and 5 write them: blocks `data_NAME`, each a loop (a table) or key–value pairs.
// The file's bytes are kept and rows are spans of them, so a subset is written with every column, order and number text
// unchanged, and a million rows cost no more memory than the file.
import { parseNumber, textOf } from './ascii-numbers.ts';
import { VitrineError } from './errors.ts';

export interface StarBlock {
  /** Without `data_`; empty in RELION 3.0. */
  name: string;
  /** Column labels with the underscore, in file order. */
  columns: string[];
  /** Spans [start, end) of the rows in the file, end without the line break; 2 a row. One row for key–value blocks. */
  rowSpans: Float64Array;
  rows: number;
  isLoop: boolean;
  /** Values of a key–value block. */
  pairs: Map<string, string>;
}

export interface StarFile {
  path: string;
  bytes: Uint8Array;
  blocks: StarBlock[];
}

const isSpace = (code: number) => code === 32 || code === 9 || code === 13;

/** Span of the next token at or after `at`, quotes excluded; null where the line has no more. */
export function nextToken(
  bytes: Uint8Array,
  at: number,
  end: number,
): { start: number; end: number; next: number } | null {
  while (at < end && isSpace(bytes[at])) at++;
  if (at >= end || bytes[at] === 35) return null;
  const quote = bytes[at] === 34 || bytes[at] === 39 ? bytes[at] : 0;
  if (quote) {
    let close = at + 1;
    while (close < end && !(bytes[close] === quote && (close + 1 === end || isSpace(bytes[close + 1])))) close++;
    if (close < end) return { start: at + 1, end: close, next: close + 1 };
  }
  let stop = at;
  while (stop < end && !isSpace(bytes[stop])) stop++;
  return { start: at, end: stop, next: stop };
}

function tokenTexts(bytes: Uint8Array, start: number, end: number): string[] {
  const texts: string[] = [];
  for (let token = nextToken(bytes, start, end); token; token = nextToken(bytes, token.next, end))
    texts.push(textOf(bytes, token.start, token.end));
  return texts;
}

/** Parses a whole file. Errors: 'file-empty', 'star-syntax' (no data block; a row with too few or too many values). */
export function parseStar(bytes: Uint8Array, path: string): StarFile {
  if (bytes.length === 0)
    throw new VitrineError('file-empty', 'The file is empty.', { file: path, advice: 'Copy it again.' });
  const blocks: StarBlock[] = [];
  let block: StarBlock | null = null;
  let spans: number[] = [];
  const finish = () => {
    if (!block) return;
    block.rowSpans = Float64Array.from(spans);
    block.rows = spans.length / 2;
    spans = [];
  };
  for (let at = 0, line = 1; at < bytes.length; line++) {
    const found = bytes.indexOf(10, at);
    const end = found < 0 ? bytes.length : found;
    const token = nextToken(bytes, at, end);
    if (token) {
      const first = bytes[token.start];
      const head =
        first === 95 || first === 100 || first === 108
          ? textOf(bytes, token.start, Math.min(token.end, token.start + 200))
          : '';
      if (head.startsWith('data_')) {
        finish();
        block = {
          name: head.slice(5),
          columns: [],
          rowSpans: new Float64Array(),
          rows: 0,
          isLoop: false,
          pairs: new Map(),
        };
        blocks.push(block);
      } else if (head === 'loop_' && block) {
        block.isLoop = true;
      } else if (head.startsWith('_') && block && spans.length === 0) {
        block.columns.push(head);
        if (!block.isLoop) block.pairs.set(head, tokenTexts(bytes, token.next, end)[0] ?? '');
      } else if (block?.isLoop) {
        const rowEnd = end > at && bytes[end - 1] === 13 ? end - 1 : end;
        checkRow(bytes, at, rowEnd, block, spans.length / 2 + 1, line, path);
        spans.push(at, rowEnd);
      } else {
        throw new VitrineError('star-syntax', 'This is not a STAR file.', {
          file: path,
          row: line,
          expected: 'a line beginning with data_, loop_ or _rln…',
          found: textOf(bytes, token.start, Math.min(token.end, token.start + 40)),
          advice: 'Drop the particles .star file that RELION wrote.',
        });
      }
    }
    at = end + 1;
  }
  finish();
  if (blocks.length === 0)
    throw new VitrineError('star-syntax', 'The STAR file has no data block.', {
      file: path,
      expected: 'data_particles',
    });
  return { path, bytes, blocks };
}

function checkRow(
  bytes: Uint8Array,
  at: number,
  end: number,
  block: StarBlock,
  row: number,
  line: number,
  path: string,
) {
  let count = 0;
  for (let token = nextToken(bytes, at, end); token; token = nextToken(bytes, token.next, end)) count++;
  if (count !== block.columns.length)
    throw new VitrineError('star-syntax', `Row ${row} of data_${block.name} does not fill its columns.`, {
      file: path,
      row: line,
      expected: `${block.columns.length} values`,
      found: String(count),
      advice: 'The file may be cut off or edited by hand; write it again.',
    });
}

/** A numeric column, one value a row, NaN where a cell is no number; null where the block has no such column. */
export function starNumbers(file: StarFile, block: StarBlock, column: string): Float64Array | null {
  const wanted = block.columns.indexOf(column);
  if (wanted < 0) return null;
  if (!block.isLoop) return Float64Array.of(Number(block.pairs.get(column)));
  const values = new Float64Array(block.rows);
  forEachCell(file, block, wanted, (row, start, end) => {
    values[row] = parseNumber(file.bytes, start, end);
  });
  return values;
}

/** A column as text, one value a row; null where the block has no such column. */
export function starTexts(file: StarFile, block: StarBlock, column: string): string[] | null {
  const wanted = block.columns.indexOf(column);
  if (wanted < 0) return null;
  if (!block.isLoop) return [block.pairs.get(column) ?? ''];
  const values = new Array<string>(block.rows);
  forEachCell(file, block, wanted, (row, start, end) => {
    values[row] = textOf(file.bytes, start, end);
  });
  return values;
}

/** Visits the cells of one column (by its place) as byte spans, row by row. */
export function forEachCell(
  file: StarFile,
  block: StarBlock,
  column: number,
  visit: (row: number, start: number, end: number) => void,
) {
  for (let row = 0; row < block.rows; row++) {
    const end = block.rowSpans[2 * row + 1];
    let token = nextToken(file.bytes, block.rowSpans[2 * row], end);
    for (let i = 0; i < column && token; i++) token = nextToken(file.bytes, token.next, end);
    if (token) visit(row, token.start, token.end);
  }
}

/** The file with only `rows` of `block`, in that order; everything before its first and after its last row unchanged. */
export function writeStarRows(file: StarFile, block: StarBlock, rows: ArrayLike<number>): Uint8Array {
  const { bytes } = file;
  const { rowSpans } = block;
  if (block.rows === 0) return bytes.slice();
  const lineEnd = (end: number) => {
    const found = bytes.indexOf(10, end);
    return found < 0 ? bytes.length : found + 1;
  };
  const head = rowSpans[0];
  const tail = lineEnd(rowSpans[2 * block.rows - 1]);
  let size = head + bytes.length - tail;
  for (let i = 0; i < rows.length; i++) {
    if (!(rows[i] >= 0 && rows[i] < block.rows))
      throw new VitrineError('index-out-of-range', 'A row was asked for that the STAR file does not have.', {
        file: file.path,
        row: rows[i] + 1,
        expected: `1 to ${block.rows}`,
      });
    size += rowSpans[2 * rows[i] + 1] - rowSpans[2 * rows[i]] + 2;
  }
  const result = new Uint8Array(size);
  result.set(bytes.subarray(0, head));
  const crlf = bytes[rowSpans[1]] === 13;
  let at = head;
  for (let i = 0; i < rows.length; i++) {
    const row = bytes.subarray(rowSpans[2 * rows[i]], rowSpans[2 * rows[i] + 1]);
    result.set(row, at);
    at += row.length;
    if (crlf) result[at++] = 13;
    result[at++] = 10;
  }
  // A file whose last row has no line break keeps none.
  if (tail === bytes.length && bytes[tail - 1] !== 10 && rows.length > 0) at -= crlf ? 2 : 1;
  result.set(bytes.subarray(tail), at);
  return result.subarray(0, at + bytes.length - tail);
}
