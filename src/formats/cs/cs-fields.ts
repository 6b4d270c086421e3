// Fields of a .cs table given new float32 values: one it has is replaced where it stands, others are added at the end
// of the record. All other fields keep their place, type and bytes.
import { parseCs } from './cs.ts';
import { npyHeaderBytes, parseNpyHeader } from '../npy.ts';

export interface CsValues {
  name: string;
  /** rows×width values. */
  values: Float32Array;
  /** Elements a record; 1 is written as a scalar. */
  width: number;
}

interface Piece {
  descr: string;
  bytes: number;
  /** Null for values kept: `offset` in the old record. */
  values: CsValues | null;
  offset: number;
}

/** Errors: those of parseCs. */
export function writeCsFields(bytes: Uint8Array, path: string, fields: CsValues[]): Uint8Array {
  const table = parseCs(bytes, path);
  const start = parseNpyHeader(bytes, path).dataStart;
  const pieceOf = (values: CsValues): Piece => ({
    descr: `('${values.name}', '<f4'${values.width === 1 ? '' : `, (${values.width},)`})`,
    bytes: 4 * values.width,
    values,
    offset: 0,
  });
  const old = [...table.fields.values()];
  const pieces = old.map((field, i): Piece => {
    const replaced = fields.find(({ name }) => name === field.name);
    if (replaced) return pieceOf(replaced);
    const next = i + 1 < old.length ? old[i + 1].offset : table.recordBytes;
    return { descr: field.descr, bytes: next - field.offset, values: null, offset: field.offset };
  });
  for (const values of fields) if (!table.has(values.name)) pieces.push(pieceOf(values));

  const stride = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
  const head = npyHeaderBytes(`[${pieces.map(({ descr }) => descr).join(', ')}]`, [table.rows]);
  const result = new Uint8Array(head.length + table.rows * stride);
  result.set(head);
  const view = new DataView(result.buffer);
  let at = head.length;
  for (let row = 0; row < table.rows; row++)
    for (const { values, offset, bytes: size } of pieces) {
      const record = start + row * table.recordBytes + offset;
      if (!values) result.set(bytes.subarray(record, record + size), at);
      else
        for (let i = 0; i < values.width; i++) view.setFloat32(at + 4 * i, values.values[row * values.width + i], true);
      at += size;
    }
  return result;
}
