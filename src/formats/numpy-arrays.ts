// NumPy arrays as plain typed arrays in C order: what .npy files, .cs files and pickles share.
import { float16Table } from '../base/float16.ts';

export type NumpyData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** An n-dimensional array; `data` is in C order whatever the file's order was. Booleans are Uint8Array. */
export class NumpyArray {
  constructor(
    readonly shape: number[],
    readonly data: NumpyData,
  ) {}

  /** The values as float32. */
  toFloat32(): Float32Array {
    if (this.data instanceof Float32Array) return this.data;
    if (isBig(this.data)) return Float32Array.from(this.data, Number);
    return Float32Array.from(this.data);
  }

  /** The values as doubles; 64-bit integers above 2^53 lose their last digits. */
  toNumbers(): Float64Array {
    if (isBig(this.data)) return Float64Array.from(this.data, Number);
    return Float64Array.from(this.data);
  }

  get isInteger(): boolean {
    return !(this.data instanceof Float32Array || this.data instanceof Float64Array);
  }
}

function isBig(data: NumpyData): data is BigInt64Array | BigUint64Array {
  return data instanceof BigInt64Array || data instanceof BigUint64Array;
}

type ElementCode = 'f2' | 'f4' | 'f8' | 'i1' | 'i2' | 'i4' | 'i8' | 'u1' | 'u2' | 'u4' | 'u8' | 'b1';
const ELEMENT_BYTES: Record<ElementCode, number> = {
  f2: 2,
  f4: 4,
  f8: 8,
  i1: 1,
  i2: 2,
  i4: 4,
  i8: 8,
  u1: 1,
  u2: 2,
  u4: 4,
  u8: 8,
  b1: 1,
};

/** One element type: kind and size, and byte order. */
export interface ElementType {
  code: ElementCode;
  bytes: number;
  littleEndian: boolean;
}

/** Parses '<f4', '|b1', '>i8', 'f4'; null where the type is not a plain number. */
export function parseElementType(descr: string): ElementType | null {
  const match = /^([<>|=]?)([fiub]\d+|\?)$/.exec(descr);
  if (!match) return null;
  const code = (match[2] === '?' ? 'b1' : match[2]) as ElementCode;
  const bytes = ELEMENT_BYTES[code];
  return bytes === undefined ? null : { code, bytes, littleEndian: match[1] !== '>' };
}

/** Copies `count` elements out of raw bytes into an aligned, native typed array; float16 becomes float32. */
export function decodeElements(raw: Uint8Array, type: ElementType, count: number): NumpyData {
  const bytes = raw.slice(0, count * type.bytes);
  if (!type.littleEndian && type.bytes > 1)
    for (let at = 0; at < bytes.length; at += type.bytes) bytes.subarray(at, at + type.bytes).reverse();
  const buffer = bytes.buffer;
  switch (type.code) {
    case 'f2': {
      const half = float16Table();
      return Float32Array.from(new Uint16Array(buffer), (bits) => half[bits]);
    }
    case 'f4':
      return new Float32Array(buffer);
    case 'f8':
      return new Float64Array(buffer);
    case 'i1':
      return new Int8Array(buffer);
    case 'i2':
      return new Int16Array(buffer);
    case 'i4':
      return new Int32Array(buffer);
    case 'i8':
      return new BigInt64Array(buffer);
    case 'u2':
      return new Uint16Array(buffer);
    case 'u4':
      return new Uint32Array(buffer);
    case 'u8':
      return new BigUint64Array(buffer);
    case 'u1':
    case 'b1':
      return bytes;
  }
}

/** NumPy's type string of a typed array. */
export function elementTypeOf(data: NumpyData): string {
  if (data instanceof Float32Array) return '<f4';
  if (data instanceof Float64Array) return '<f8';
  if (data instanceof Int8Array) return '|i1';
  if (data instanceof Int16Array) return '<i2';
  if (data instanceof Int32Array) return '<i4';
  if (data instanceof BigInt64Array) return '<i8';
  if (data instanceof Uint8Array) return '|u1';
  if (data instanceof Uint16Array) return '<u2';
  if (data instanceof Uint32Array) return '<u4';
  return '<u8';
}

/** Puts Fortran-ordered elements (first axis fastest) into C order. */
export function cOrderFromFortran<T extends NumpyData>(data: T, shape: number[]): T {
  const result = data.slice() as T;
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, 1));
  const index = new Array<number>(shape.length).fill(0);
  for (let at = 0; at < data.length; at++) {
    let from = 0;
    for (let axis = 0; axis < shape.length; axis++) from += index[axis] * strides[axis];
    result[at] = data[from];
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return result;
}
