// cryoSPARC tables of a few rows, made by hand: field by field, or by columns whose values say their type.
import { npyHeaderBytes } from '../src/formats/npy.ts';

type Put = (view: DataView, at: number, row: number) => number;
export interface RecordField {
  descr: string;
  put: Put;
}

export const csFields = {
  bigint: (name: string, of: (row: number) => bigint): RecordField => ({
    descr: `('${name}', '<u8')`,
    put: (view, at, row) => (view.setBigUint64(at, of(row), true), 8),
  }),
  uid: (of: (row: number) => number): RecordField => csFields.bigint('uid', (row) => 2n ** 62n + BigInt(of(row))),
  integer: (name: string, of: (row: number) => number): RecordField => ({
    descr: `('${name}', '<u4')`,
    put: (view, at, row) => (view.setUint32(at, of(row), true), 4),
  }),
  number: (name: string, of: (row: number) => number): RecordField => ({
    descr: `('${name}', '<f4')`,
    put: (view, at, row) => (view.setFloat32(at, of(row), true), 4),
  }),
  numbers: (name: string, width: number, of: (row: number) => ArrayLike<number>): RecordField => ({
    descr: `('${name}', '<f4', (${width},))`,
    put(view, at, row) {
      const values = of(row);
      for (let i = 0; i < width; i++) view.setFloat32(at + 4 * i, values[i], true);
      return 4 * width;
    },
  }),
  integers: (name: string, width: number, of: (row: number) => ArrayLike<number>): RecordField => ({
    descr: `('${name}', '<u4', (${width},))`,
    put(view, at, row) {
      const values = of(row);
      for (let i = 0; i < width; i++) view.setUint32(at + 4 * i, values[i], true);
      return 4 * width;
    },
  }),
  text: (name: string, of: (row: number) => string): RecordField => ({
    descr: `('${name}', '|S64')`,
    put(view, at, row) {
      const letters = new TextEncoder().encode(of(row));
      for (let i = 0; i < 64; i++) view.setUint8(at + i, letters[i] ?? 0);
      return 64;
    },
  }),
};

/** A NumPy structured array as cryoSPARC writes it. */
export function csOf(rows: number, fields: RecordField[]): Uint8Array {
  const scratch = new DataView(new ArrayBuffer(4096));
  const size = fields.reduce((at, { put }) => at + put(scratch, at, 0), 0);
  const head = npyHeaderBytes(`[${fields.map(({ descr }) => descr).join(', ')}]`, [rows]);
  const bytes = new Uint8Array(head.length + rows * size);
  bytes.set(head);
  const view = new DataView(bytes.buffer);
  for (let row = 0; row < rows; row++)
    fields.reduce((at, { put }) => at + put(view, at, row), head.length + row * size);
  return bytes;
}

export type CsColumn = (string | number | bigint | number[])[];

/** Columns of texts (S64), bigints (uint64), numbers (float32) or rows of numbers (float32 × width). */
export function csBytes(columns: Record<string, CsColumn>): Uint8Array {
  const fields = Object.entries(columns).map(([name, values]) => {
    const [first] = values;
    if (typeof first === 'string') return csFields.text(name, (row) => values[row] as string);
    if (typeof first === 'bigint') return csFields.bigint(name, (row) => values[row] as bigint);
    if (typeof first === 'number') return csFields.number(name, (row) => values[row] as number);
    return csFields.numbers(name, first.length, (row) => values[row] as number[]);
  });
  return csOf(Object.values(columns)[0].length, fields);
}
