// Python pickles, protocols 0–5, by allow-list: numpy arrays and scalars, tuples, lists, dicts, numbers, strings, bytes.
// Any other global is refused by name before anything is made of it. The stack machine is the `pickleparser` package.
import { Parser } from 'pickleparser';
import { VitrineError } from '../base/errors.ts';
import { NumpyArray, cOrderFromFortran, decodeElements, parseElementType } from './numpy-arrays.ts';
import { PickleBytes } from './pickle-bytes.ts';

/** Tuples and lists are arrays, dicts are Maps, bytes are Uint8Array. Checkpoints add values of their own (`Extra`). */
export type PickleValue<Extra = never> =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | NumpyArray
  | Extra
  | PickleValue<Extra>[]
  | Map<PickleValue<Extra>, PickleValue<Extra>>;

type Callable = (...args: unknown[]) => unknown;

export interface PickleExtension {
  /** Globals allowed beyond numpy's, by "module.name". */
  globals: ReadonlyMap<string, Callable>;
  persistent: (id: unknown) => unknown;
}

class NumpyType {
  constructor(
    readonly name: string,
    readonly file: string,
    private order = '<',
  ) {}
  __setstate__(state: unknown): void {
    const [, order, , names] = Array.isArray(state) ? (state as unknown[]) : [];
    if (names) throw notNumbers(this.file, 'a structured array');
    if (typeof order === 'string') this.order = order === '|' || order === '=' ? '<' : order;
  }
  decode(raw: unknown, shape: number[], fortran: boolean): NumpyArray {
    const type = parseElementType(this.order + this.name.replace(/^[<>|=]/, ''));
    if (!type) throw notNumbers(this.file, `elements of type ${this.name}`);
    const bytes = typeof raw === 'string' ? Uint8Array.from(raw, (char) => char.charCodeAt(0)) : raw;
    const count = shape.reduce((product, n) => product * n, 1);
    if (!(bytes instanceof Uint8Array) || bytes.length !== count * type.bytes)
      throw new VitrineError('pickle-syntax', 'An array does not fill its shape.', {
        file: this.file,
        expected: `${count * type.bytes} bytes for shape ${shape.join('×')}`,
        found: bytes instanceof Uint8Array ? `${bytes.length} bytes` : typeof raw,
      });
    const data = decodeElements(bytes, type, count);
    return new NumpyArray(shape, fortran ? cOrderFromFortran(data, shape) : data);
  }
}

/** An array under construction: numpy makes it empty and fills it by __setstate__. */
class PendingArray {
  array: NumpyArray | null = null;
  __setstate__(state: unknown): void {
    const [, shape, type, fortran, raw] = Array.isArray(state) ? (state as unknown[]) : [];
    if (!(type instanceof NumpyType) || !Array.isArray(shape)) throw new Error('array state is malformed');
    this.array = type.decode(raw, shape.map(Number), fortran === true || fortran === 1);
  }
}

function notNumbers(file: string, found: string): VitrineError {
  return new VitrineError('pickle-syntax', 'The pickle does not hold plain numbers.', {
    file,
    expected: 'arrays of numbers',
    found,
    advice: 'Save the numbers alone, for example with numpy.asarray(x, dtype="float32").',
  });
}

function numpyGlobals(file: string): Map<string, Callable> {
  const shapeOf = (value: unknown) => (Array.isArray(value) ? value.map(Number) : [Number(value)]);
  const typeOf = (value: unknown): NumpyType => {
    if (value instanceof NumpyType) return value;
    throw new Error('a numpy type was expected');
  };
  const globals = new Map<string, Callable>();
  for (const core of ['numpy.core', 'numpy._core']) {
    globals.set(`${core}.multiarray._reconstruct`, () => new PendingArray());
    globals.set(`${core}.multiarray.scalar`, (type, raw) => typeOf(type).decode(raw ?? new Uint8Array(), [], false));
    globals.set(`${core}.numeric._frombuffer`, (raw, type, shape, order) =>
      typeOf(type).decode(raw, shapeOf(shape), order === 'F'),
    );
  }
  globals.set('numpy.ndarray', () => new PendingArray());
  globals.set('numpy.dtype', (name) => new NumpyType(String(name), file));
  globals.set('_codecs.encode', (text, encoding) => {
    if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== undefined)) throw new Error('odd bytes');
    return Uint8Array.from(text, (char) => char.charCodeAt(0));
  });
  for (const builtins of ['__builtin__', 'builtins'])
    for (const name of ['bytes', 'bytearray']) globals.set(`${builtins}.${name}`, (raw) => raw ?? new Uint8Array());
  return globals;
}

/** Replaces the arrays under construction by the finished ones, and 0-dimensional ones by their number. */
function finish(value: unknown, done: Map<unknown, unknown>): unknown {
  if (value instanceof PendingArray) return value.array ?? new NumpyArray([0], new Float32Array());
  if (value instanceof NumpyArray && value.shape.length === 0) {
    const scalar = value.data[0];
    return typeof scalar === 'bigint' && Number.isSafeInteger(Number(scalar)) ? Number(scalar) : scalar;
  }
  if (!(Array.isArray(value) || value instanceof Map)) return value;
  if (done.has(value)) return done.get(value);
  if (Array.isArray(value)) {
    done.set(value, value);
    value.forEach((item, i) => (value[i] = finish(item, done)));
    return value;
  }
  const map = new Map<unknown, unknown>();
  done.set(value, map);
  for (const [key, item] of value) map.set(finish(key, done), finish(item, done));
  return map;
}

/**
 * All pickles of a file, in order. Errors: 'file-empty', 'pickle-forbidden' naming the global, 'pickle-syntax',
 * 'file-truncated'.
 */
export function readPickles<Extra = never>(
  given: Uint8Array,
  file: string,
  extension?: PickleExtension,
): PickleValue<Extra>[] {
  // A plain view: `slice` of a Node Buffer would share its memory, at any alignment.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  if (bytes.length === 0)
    throw new VitrineError('file-empty', 'The file is empty.', { file, advice: 'Copy it again.' });
  const allowed = numpyGlobals(file);
  for (const [name, make] of extension?.globals ?? []) allowed.set(name, make);
  // Frozen, so that a pickle cannot write properties onto them.
  for (const make of allowed.values()) Object.freeze(make);
  const parser = new Parser({
    unpicklingTypeOfDictionary: 'Map',
    nameResolver: {
      resolve(module, name) {
        const make = allowed.get(`${module}.${name}`);
        if (make) return make;
        throw new VitrineError('pickle-forbidden', `The pickle asks for ${module}.${name}, which is not read.`, {
          file,
          field: `${module}.${name}`,
          expected: 'numpy arrays, numbers, tuples, lists and dicts',
          advice: 'Only open pickles from cryoDRGN; save other data as plain numpy arrays.',
        });
      },
    },
    persistentResolver: {
      resolve(id: unknown) {
        if (extension) return extension.persistent(id);
        throw new VitrineError('pickle-forbidden', 'The pickle refers to objects outside itself.', { file });
      },
    },
  });
  const reader = new PickleBytes(bytes, file);
  const values: PickleValue<Extra>[] = [];
  while (reader.hasNext()) {
    try {
      values.push(finish(parser.read<unknown>(reader), new Map()) as PickleValue<Extra>);
    } catch (error) {
      if (error instanceof VitrineError) throw error;
      throw new VitrineError('pickle-syntax', 'This is not a Python pickle that can be read.', {
        file,
        found: `${error instanceof Error ? error.message : String(error)} (at byte ${reader.position})`,
        expected: 'a pickle of numpy arrays',
        advice: 'Drop the .pkl file that cryoDRGN wrote, or copy it again.',
      });
    }
  }
  return values;
}
