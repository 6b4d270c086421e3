// STAR files as RELION 3.0, 3.1 and 5 read them. What is accepted, line by line:
//
//   file     byte-order mark?, then lines ended by LF or CR+LF; UTF-8
//   comment  `#` as the first character of a line, or of a value: the rest of the line. Within a value `#` is a letter
//   block    `data_NAME` alone on its line; NAME may be empty
//   table    `loop_` alone; then labels; then rows, up to the end of the block
//   label    `_NAME`, alone or with its number: `_rlnImageName #1`. A label twice in a block is refused
//   row      one value a label, separated by blanks or tabs, on one line
//   pairs    a block without `loop_`: `_NAME value` lines, a table of one row
//   value    letters without blanks, or anything between two ' or two ", the second before a blank or the line's end
//
// A value is a value wherever it stands: a row may begin with `data_2023/a.mrc`, `_old/a.mrc` or `loop_1/a.mrc`, as RELION
// reads rows until an empty line. What fills the labels is a row; what stands alone where more values are due is a
// heading. In a table of one label, a heading follows an empty line. A row that begins with `#`, and would fill the labels
// without it, is refused: it may be a comment or a value. RELION stops at an empty line within a table; rows after it are
// read here, with a notice. RELION takes a missing last value in tables of two labels for empty; here it is refused. Text
// between two semicolons over several lines is not read.
//
// The file's bytes are kept and rows are spans of them, so a subset is written with every column, order and number text
// unchanged, and a million rows cost no more memory than the file.
import { parseNumber, textOf } from '../ascii-numbers.ts';
import { VitrineError } from '../../base/errors.ts';
import { starCell } from './star-cell.ts';
import type { StarBlock, StarFile } from './star-file.ts';
import { StarReader } from './star-reader.ts';
import { nextToken } from './star-tokens.ts';

export type { StarBlock, StarFile } from './star-file.ts';

/**
 * Parses a whole file. Errors: 'file-empty', 'star-syntax' (no data block; a row with too few or too many values; a label
 * twice; a line that may be a row or a comment), each naming the line.
 */
export function parseStar(bytes: Uint8Array, path: string): StarFile {
  if (bytes.length === 0)
    throw new VitrineError('file-empty', 'The file is empty.', { file: path, advice: 'Copy it again.' });
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new VitrineError('star-syntax', 'This STAR file is written in UTF-16.', {
      file: path,
      expected: 'UTF-8',
      advice: 'Save it again as UTF-8, or copy the file as RELION wrote it.',
    });
  const reader = new StarReader(bytes, path);
  reader.readAll();
  if (reader.blocks.length === 0)
    throw new VitrineError('star-syntax', 'The STAR file has no data block.', {
      file: path,
      expected: 'data_particles',
    });
  return { path, bytes, blocks: reader.blocks, notices: reader.notices };
}

/** A numeric column, one value a row, NaN where a cell is no number; null where the block has no such column. */
export function starNumbers(file: StarFile, block: StarBlock, column: string): Float64Array | null {
  const wanted = block.columns.indexOf(column);
  if (wanted < 0) return null;
  if (!block.isLoop) return Float64Array.of(numberOf(block.pairs.get(column) ?? ''));
  const values = new Float64Array(block.rows).fill(NaN);
  forEachCell(file, block, wanted, (row, start, end) => {
    values[row] = parseNumber(file.bytes, start, end);
  });
  return values;
}

const numberOf = (text: string) => (text.trim() === '' ? NaN : Number(text));

/** A column as text, one value a row; null where the block has no such column. */
export function starTexts(file: StarFile, block: StarBlock, column: string): string[] | null {
  const wanted = block.columns.indexOf(column);
  if (wanted < 0) return null;
  if (!block.isLoop) return [block.pairs.get(column) ?? ''];
  const values = new Array<string>(block.rows).fill('');
  forEachCell(file, block, wanted, (row, start, end) => {
    values[row] = textOf(file.bytes, start, end);
  });
  return values;
}

/** Visits the cells of one column (by its place) of a table as byte spans, row by row. */
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

/** The file with only `rows` of a table, in that order; everything before its first and after its last row unchanged. */
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

/** The file with a block of pairs written as the table of one row that it is. */
export function pairsAsTable(file: StarFile, block: StarBlock): Uint8Array {
  const { bytes } = file;
  const { rowSpans, columns } = block;
  const [start, end] = [rowSpans[0], rowSpans[rowSpans.length - 1]];
  const lineBreak = bytes[rowSpans[1]] === 13 ? '\r\n' : '\n';
  const labels = columns.map((label, i) => `${label} #${i + 1}`);
  const row = columns.map((label) => starCell(block.pairs.get(label) ?? '')).join(' ');
  const text = new TextEncoder().encode(['loop_', ...labels, row].join(lineBreak));
  const result = new Uint8Array(bytes.length - (end - start) + text.length);
  result.set(bytes.subarray(0, start));
  result.set(text, start);
  result.set(bytes.subarray(end), start + text.length);
  return result;
}
