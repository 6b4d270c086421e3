// cryoSPARC's .cs: a NumPy structured array, one record a particle, identified by `uid`. The bytes are kept whole, so a
// subset is written with its original dtype; fields are read where they lie (record × stride + offset, in doubles).
import { VitrineError } from '../../base/errors.ts';
import { float16Table } from '../../base/float16.ts';
import { npyHeaderBytes, parseNpyHeader } from '../npy.ts';
import { parseElementType, type ElementType } from '../numpy-arrays.ts';
import type { ParticleTable } from '../particles.ts';
import type { PythonLiteral } from '../python-literal.ts';

interface Field {
  name: string;
  /** As in the header, for writing it back. */
  descr: string;
  offset: number;
  /** Null for byte strings and Unicode. */
  element: ElementType | null;
  /** Elements a record. */
  width: number;
  /** Bytes of a string field: 'S' one a character, 'U' four. */
  text: { kind: 'S' | 'U'; bytes: number; littleEndian: boolean } | null;
}

export interface CsTable extends ParticleTable {
  readonly kind: 'cs';
  readonly fields: ReadonlyMap<string, Field>;
  /** Bytes of one particle's record. */
  readonly recordBytes: number;
  has(field: string): boolean;
  /** rows×width values; null where absent or not numeric. 64-bit integers lose digits above 2^53. */
  numbers(field: string): Float64Array | null;
  /** One string a row; null where absent or not text. */
  texts(field: string): string[] | null;
  /** One key a row that tells particles apart: the 64-bit uid as written. Null where there is no uid. */
  uids(): BigUint64Array | null;
  /** Tables of the same job that hold further fields of its particles, to be joined by uid. */
  readonly passthrough?: readonly CsTable[];
}

/** Parses a .cs file. Errors: 'file-empty' (also without rows), 'npy-syntax', 'cs-syntax' (not structured), 'file-truncated'. */
export function parseCs(bytes: Uint8Array, path: string): CsTable {
  const header = parseNpyHeader(bytes, path);
  const { fields, stride } = structure(header.descr, path);
  if (header.shape.length !== 1)
    throw new VitrineError('cs-syntax', 'A particle table has one dimension.', {
      file: path,
      found: `${header.shape.length} dimensions`,
    });
  const rows = header.shape[0];
  if (rows === 0)
    throw new VitrineError('file-empty', 'The .cs file holds no particles.', {
      file: path,
      advice: 'Take the file of a job that kept some.',
    });
  const start = header.dataStart;
  if (bytes.length < start + rows * stride)
    throw new VitrineError('file-truncated', 'The .cs file is cut off.', {
      file: path,
      row: Math.max(0, Math.floor((bytes.length - start) / stride)) + 1,
      expected: `${rows} particles, ${start + rows * stride} bytes`,
      found: `${bytes.length} bytes`,
      advice: 'Copy the file again.',
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

  const numbers = (name: string): Float64Array | null => {
    const field = fields.get(name);
    if (!field?.element) return null;
    const values = new Float64Array(rows * field.width);
    const read = elementReader(view, field.element);
    for (let row = 0, at = 0; row < rows; row++)
      for (let i = 0; i < field.width; i++, at++)
        values[at] = read(start + row * stride + field.offset + i * field.element.bytes);
    return values;
  };

  return {
    kind: 'cs',
    fileName: path,
    rows,
    fields,
    recordBytes: stride,
    columnNames: [...fields.keys()],
    has: (name) => fields.has(name),
    numbers,
    texts(name) {
      const field = fields.get(name);
      if (!field?.text) return null;
      const { kind, bytes: length, littleEndian } = field.text;
      return Array.from({ length: rows }, (_, row) => {
        const at = start + row * stride + field.offset;
        return kind === 'S' ? byteString(bytes, at, length) : unicodeString(view, at, length, littleEndian);
      });
    },
    uids() {
      const field = fields.get('uid');
      if (field?.element?.bytes !== 8) return null;
      const little = field.element.littleEndian;
      return BigUint64Array.from({ length: rows }, (_, row) =>
        view.getBigUint64(start + row * stride + field.offset, little),
      );
    },
    numericColumn(name) {
      // A component of a vector field is asked for as "field/0", "field/1" ….
      const whole = numbers(name);
      if (whole && fields.get(name)?.width === 1) return Float32Array.from(whole);
      const [, base, component] = /^(.*)\/(\d+)$/.exec(name) ?? [];
      const width = fields.get(base)?.width ?? 0;
      const parts = Number(component) < width ? numbers(base) : null;
      return parts && Float32Array.from({ length: rows }, (_, row) => parts[row * width + Number(component)]);
    },
    writeRows(wanted) {
      const descr = `[${[...fields.values()].map((field) => field.descr).join(', ')}]`;
      const head = npyHeaderBytes(descr, [wanted.length]);
      const result = new Uint8Array(head.length + wanted.length * stride);
      result.set(head);
      for (let i = 0; i < wanted.length; i++) {
        if (!(wanted[i] >= 0 && wanted[i] < rows))
          throw new VitrineError('index-out-of-range', 'A row was asked for that the .cs file does not have.', {
            file: path,
            row: wanted[i] + 1,
            expected: `1 to ${rows}`,
          });
        const at = start + wanted[i] * stride;
        result.set(bytes.subarray(at, at + stride), head.length + i * stride);
      }
      return result;
    },
  };
}

const OPAQUE_TYPES = [/^[<>|=]?V(\d+)$/, /^[<>|=]?[cf](\d+)$/, /^[<>|=]?[mM](\d+)(?:\[.*\])?$/];

function structure(descr: PythonLiteral, path: string): { fields: Map<string, Field>; stride: number } {
  const refuse = (found: unknown): never => {
    throw new VitrineError('cs-syntax', 'This NumPy file is not a cryoSPARC table.', {
      file: path,
      field: 'descr',
      expected: 'a structured array of particles',
      found: typeof found === 'string' ? found : JSON.stringify(found),
      advice: 'Drop the particles .cs file of a cryoSPARC job.',
    });
  };
  if (!Array.isArray(descr)) return refuse(descr);
  const fields = new Map<string, Field>();
  let stride = 0;
  for (const entry of descr) {
    if (!Array.isArray(entry) || typeof entry[0] !== 'string' || typeof entry[1] !== 'string') return refuse(entry);
    const [name, type, shape] = entry as [string, string, PythonLiteral | undefined];
    const lengths = shape === undefined ? [] : Array.isArray(shape) ? shape : [shape];
    const width = lengths.reduce<number>((product, n) => product * Number(n), 1);
    const element = parseElementType(type);
    const match = /^[<>|=]?([SU])(\d+)$/.exec(type);
    // Kept as they are and not read: padding, complex numbers, long doubles, times.
    const opaque = OPAQUE_TYPES.map((pattern) => pattern.exec(type)).find((found) => found !== null);
    const letters = match ? Number(match[2]) : 0;
    const text = match
      ? {
          kind: match[1] as 'S' | 'U',
          bytes: match[1] === 'S' ? letters : 4 * letters,
          littleEndian: !type.startsWith('>'),
        }
      : null;
    const bytes = element?.bytes ?? text?.bytes ?? (opaque ? Number(opaque[1]) : refuse(type));
    const dims = shape === undefined ? '' : `, (${lengths.join(', ')}${lengths.length === 1 ? ',' : ''})`;
    fields.set(name || `padding ${stride}`, {
      name,
      descr: `('${name}', '${type}'${dims})`,
      offset: stride,
      element,
      width,
      text,
    });
    stride += bytes * width;
  }
  return { fields, stride };
}

function elementReader(view: DataView, type: ElementType): (at: number) => number {
  const little = type.littleEndian;
  switch (type.code) {
    case 'f4':
      return (at) => view.getFloat32(at, little);
    case 'f8':
      return (at) => view.getFloat64(at, little);
    case 'i1':
      return (at) => view.getInt8(at);
    case 'i2':
      return (at) => view.getInt16(at, little);
    case 'i4':
      return (at) => view.getInt32(at, little);
    case 'i8':
      return (at) => Number(view.getBigInt64(at, little));
    case 'u2':
      return (at) => view.getUint16(at, little);
    case 'u4':
      return (at) => view.getUint32(at, little);
    case 'u8':
      return (at) => Number(view.getBigUint64(at, little));
    case 'f2': {
      const half = float16Table();
      return (at) => half[view.getUint16(at, little)];
    }
    case 'u1':
    case 'b1':
      return (at) => view.getUint8(at);
  }
}

const decoder = new TextDecoder();
function byteString(bytes: Uint8Array, at: number, length: number): string {
  let end = at + length;
  while (end > at && bytes[end - 1] === 0) end--;
  return decoder.decode(bytes.subarray(at, end));
}
function unicodeString(view: DataView, at: number, length: number, littleEndian: boolean): string {
  let text = '';
  for (let i = 0; i < length; i += 4) {
    const code = view.getUint32(at + i, littleEndian);
    if (code !== 0) text += String.fromCodePoint(code);
  }
  return text;
}
