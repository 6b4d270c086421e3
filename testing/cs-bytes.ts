// A cryoSPARC table of a few rows, made by hand: float32 columns, texts and the uid.
import { npyHeaderBytes } from '../src/formats/npy.ts';

export type CsColumn = (string | number | bigint | number[])[];

/** Columns of texts (S64), bigints (uint64), numbers (float32) or rows of numbers (float32 × width). */
export function csBytes(columns: Record<string, CsColumn>): Uint8Array {
  const kinds = Object.entries(columns).map(([name, values]) => {
    const [first] = values;
    if (typeof first === 'string') return { name, values, bytes: 64, descr: `('${name}', 'S64')` };
    if (typeof first === 'bigint') return { name, values, bytes: 8, descr: `('${name}', '<u8')` };
    if (typeof first === 'number') return { name, values, bytes: 4, descr: `('${name}', '<f4')` };
    return { name, values, bytes: 4 * first.length, descr: `('${name}', '<f4', (${first.length},))` };
  });
  const rows = kinds[0].values.length;
  const head = npyHeaderBytes(`[${kinds.map(({ descr }) => descr).join(', ')}]`, [rows]);
  const stride = kinds.reduce((sum, { bytes }) => sum + bytes, 0);
  const all = new Uint8Array(head.length + rows * stride);
  all.set(head);
  const view = new DataView(all.buffer);
  let at = head.length;
  for (let row = 0; row < rows; row++)
    for (const { values, bytes } of kinds) {
      const value = values[row];
      if (typeof value === 'string') all.set(new TextEncoder().encode(value), at);
      else if (typeof value === 'bigint') view.setBigUint64(at, value, true);
      else [value].flat().forEach((number, i) => view.setFloat32(at + 4 * i, number, true));
      at += bytes;
    }
  return all;
}
