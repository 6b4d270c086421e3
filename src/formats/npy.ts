// The .npy container (NumPy enhancement proposal 1): magic, version, a Python literal with descr, fortran_order and
// shape, then raw elements. Plain arrays and one-dimensional structured arrays (cryoSPARC's .cs).
import { VitrineError } from '../base/errors.ts';
import { NumpyArray, cOrderFromFortran, decodeElements, elementTypeOf, parseElementType } from './numpy-arrays.ts';
import { parsePythonLiteral, type PythonLiteral } from './python-literal.ts';

export interface NpyHeader {
  descr: PythonLiteral;
  fortranOrder: boolean;
  shape: number[];
  /** First byte of the elements. */
  dataStart: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/** Errors: 'file-empty', 'npy-syntax'. */
export function parseNpyHeader(bytes: Uint8Array, file: string): NpyHeader {
  if (bytes.length === 0)
    throw new VitrineError('file-empty', 'The file is empty.', { file, advice: 'Copy it again.' });
  const refuse = (message: string): never => {
    throw new VitrineError('npy-syntax', message, {
      file,
      expected: 'a NumPy array file',
      advice: 'Save the array again with numpy.save, or copy the file again.',
    });
  };
  if (!isNpy(bytes) || bytes.length < 12) refuse('This is not a NumPy array file.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = bytes[6] >= 2;
  const start = long ? 12 : 10;
  const dataStart = start + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  if (dataStart > bytes.length) refuse('The file ends inside its header.');
  const text = new TextDecoder(bytes[6] >= 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, dataStart));
  const literal = parsePythonLiteral(text, (message) => refuse(`The array's header cannot be read: ${message}.`));
  if (!(literal instanceof Map)) return refuse("The array's header is not a dictionary.");
  const shape = literal.get('shape');
  const descr = literal.get('descr');
  if (!Array.isArray(shape) || descr === undefined || !shape.every((n): n is number => typeof n === 'number'))
    return refuse("The array's header has no shape or no type.");
  return { descr, fortranOrder: literal.get('fortran_order') === true, shape, dataStart };
}

/** Reads a plain numeric array. Errors: 'file-empty', 'npy-syntax', 'file-truncated'. */
export function readNpy(bytes: Uint8Array, file: string): NumpyArray {
  const header = parseNpyHeader(bytes, file);
  const type = typeof header.descr === 'string' ? parseElementType(header.descr) : null;
  if (!type)
    throw new VitrineError('npy-syntax', 'The array does not hold plain numbers.', {
      file,
      field: 'descr',
      found: String(header.descr),
      advice: 'Save numbers only; Python objects are not read.',
    });
  const count = header.shape.reduce((product, n) => product * n, 1);
  if (bytes.length < header.dataStart + count * type.bytes)
    throw new VitrineError('file-truncated', 'The array is cut off.', {
      file,
      expected: `${header.dataStart + count * type.bytes} bytes`,
      found: String(bytes.length),
      advice: 'Copy the file again.',
    });
  const data = decodeElements(bytes.subarray(header.dataStart), type, count);
  return new NumpyArray(header.shape, header.fortranOrder ? cOrderFromFortran(data, header.shape) : data);
}

/** A version-1 header whose length, padded with spaces, makes the elements start at a multiple of 64. */
export function npyHeaderBytes(descr: string, shape: number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': ${tuple}, }`;
  const long = text.length > 65_000;
  const start = long ? 12 : 10;
  const length = Math.ceil((start + text.length + 1) / 64) * 64 - start;
  const bytes = new Uint8Array(start + length).fill(0x20);
  bytes.set(MAGIC);
  bytes.set([long ? 2 : 1, 0], 6);
  const view = new DataView(bytes.buffer);
  if (long) view.setUint32(8, length, true);
  else view.setUint16(8, length, true);
  bytes.set(new TextEncoder().encode(text), start);
  bytes[bytes.length - 1] = 0x0a;
  return bytes;
}

export function writeNpy(array: NumpyArray): Uint8Array {
  const header = npyHeaderBytes(`'${elementTypeOf(array.data)}'`, array.shape);
  const { buffer, byteOffset, byteLength } = array.data;
  const bytes = new Uint8Array(header.length + byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(buffer, byteOffset, byteLength), header.length);
  return bytes;
}
