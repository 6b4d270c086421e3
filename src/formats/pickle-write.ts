// Pickles of numpy arrays, numbers, strings, tuples, lists and dicts that Python ≥ 3.4 and any numpy read (protocol 2
// opcodes, with bytes as protocol 3 writes them).
import { elementTypeOf, type NumpyArray } from './numpy-arrays.ts';

/** Opcodes appended to a growing list of byte pieces; large arrays are not copied. */
export class PickleStream {
  private readonly pieces: Uint8Array[] = [];
  private pending: number[] = [];

  constructor(protocol: 2 | 3 | 4) {
    this.op(0x80, protocol);
  }

  op(...bytes: number[]): this {
    this.pending.push(...bytes);
    return this;
  }
  raw(bytes: Uint8Array): this {
    this.flush();
    this.pieces.push(bytes);
    return this;
  }
  global(module: string, name: string): this {
    return this.op(0x63).ascii(`${module}\n${name}\n`);
  }
  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    return this.op(0x58, ...uint32(bytes.length)).raw(bytes);
  }
  int(value: number): this {
    if (value >= 0 && value < 256) return this.op(0x4b, value);
    if (value >= -(2 ** 31) && value < 2 ** 31) return this.op(0x4a, ...uint32(value));
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
    return this.op(0x8a, 8, ...bytes);
  }
  float(value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, false);
    return this.op(0x47, ...bytes);
  }
  none(): this {
    return this.op(0x4e);
  }
  bool(value: boolean): this {
    return this.op(value ? 0x88 : 0x89);
  }
  bytes(value: Uint8Array): this {
    if (value.length < 2 ** 31) return this.op(0x42, ...uint32(value.length)).raw(value);
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(value.length), true);
    return this.op(0x8e, ...length).raw(value);
  }
  /** A tuple of what `items` writes. */
  tuple(items: () => void): this {
    this.op(0x28);
    items();
    return this.op(0x74);
  }
  reduce(): this {
    return this.op(0x52);
  }
  build(): this {
    return this.op(0x62);
  }
  /** numpy.ndarray with its data in C order, as ndarray.__reduce__ gives it. */
  array(array: NumpyArray): this {
    const type = elementTypeOf(array.data);
    const { buffer, byteOffset, byteLength } = array.data;
    this.global('numpy.core.multiarray', '_reconstruct').tuple(() => {
      this.global('numpy', 'ndarray')
        .tuple(() => this.int(0))
        .bytes(Uint8Array.of(0x62));
    });
    this.reduce().tuple(() => {
      this.int(1).tuple(() => array.shape.forEach((n) => this.int(n)));
      this.global('numpy', 'dtype').tuple(() => this.text(type.slice(1)).bool(false).bool(true));
      this.reduce().tuple(() => {
        this.int(3).text(type[0]).none().none().none().int(-1).int(-1).int(0);
      });
      this.build()
        .bool(false)
        .bytes(new Uint8Array(buffer, byteOffset, byteLength));
    });
    return this.build();
  }
  /** Ends the pickle and gives its bytes. */
  stop(): Uint8Array {
    this.op(0x2e).flush();
    const size = this.pieces.reduce((sum, piece) => sum + piece.length, 0);
    const whole = new Uint8Array(size);
    let at = 0;
    for (const piece of this.pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  private ascii(text: string): this {
    return this.raw(new TextEncoder().encode(text));
  }
  private flush(): void {
    if (this.pending.length === 0) return;
    this.pieces.push(Uint8Array.from(this.pending));
    this.pending = [];
  }
}

function uint32(value: number): number[] {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];
}

/** One pickle of one array. */
export function picklesOfArray(array: NumpyArray): Uint8Array {
  return new PickleStream(arrayProtocol(array)).array(array).stop();
}

/** One pickle of a tuple of arrays. */
export function picklesOfTuple(arrays: NumpyArray[]): Uint8Array {
  const stream = new PickleStream(arrays.some((array) => arrayProtocol(array) === 4) ? 4 : 3);
  return stream.tuple(() => arrays.forEach((array) => stream.array(array))).stop();
}

function arrayProtocol(array: NumpyArray): 3 | 4 {
  return array.data.byteLength < 2 ** 31 ? 3 : 4;
}
