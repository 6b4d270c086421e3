// PyTorch checkpoints (zip format, PyTorch ≥ 1.6): `data.pkl` describes nested dicts and tensors, `data/K` hold the
// storages, little-endian. Read as plain objects with tensors in C order. Legacy (pre-1.6) files are not read.
import { unzipSync } from 'fflate';
import { VitrineError } from '../base/errors.ts';
import type { NumpyArray } from './numpy-arrays.ts';
import { decodeElements, parseElementType, type ElementType, type NumpyData } from './numpy-arrays.ts';
import { readPickles } from './pickle.ts';

export class TorchTensor {
  constructor(
    readonly shape: number[],
    readonly data: NumpyData,
  ) {}
}

export type CheckpointValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | NumpyArray
  | TorchTensor
  | CheckpointValue[]
  | CheckpointDict;
/** Keys are strings or whole numbers (optimizer states are keyed by number); insertion order is the file's. */
export type CheckpointDict = Map<string | number, CheckpointValue>;

class StorageType {
  constructor(readonly element: ElementType) {}
}

const STORAGES: Record<string, string> = {
  FloatStorage: '<f4',
  DoubleStorage: '<f8',
  HalfStorage: '<f2',
  LongStorage: '<i8',
  IntStorage: '<i4',
  ShortStorage: '<i2',
  CharStorage: '|i1',
  ByteStorage: '|u1',
  BoolStorage: '|b1',
};

/** Reads a checkpoint's dictionary. Errors: 'checkpoint-syntax', 'pickle-forbidden', 'file-empty', 'file-truncated'. */
export function readTorchCheckpoint(bytes: Uint8Array, file: string): CheckpointDict {
  const refuse = (message: string, advice = 'Copy the file again.'): VitrineError =>
    new VitrineError('checkpoint-syntax', message, { file, expected: 'a PyTorch checkpoint (zip)', advice });
  if (bytes.length === 0)
    throw new VitrineError('file-empty', 'The file is empty.', { file, advice: 'Copy it again.' });
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b)
    throw refuse('This is not a PyTorch checkpoint.', 'Save it again with torch.save of PyTorch 1.6 or later.');
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes);
  } catch {
    throw refuse('The checkpoint is cut off or damaged.');
  }
  const main = Object.keys(entries).find((name) => name.endsWith('/data.pkl'));
  if (!main) throw refuse('The zip file holds no data.pkl.');
  const folder = main.slice(0, -'data.pkl'.length);
  const order = entries[`${folder}byteorder`];
  if (order && new TextDecoder().decode(order).trim() === 'big') throw refuse('Big-endian checkpoints are not read.');

  const storages = new Map<string, NumpyData>();
  const globals = new Map<string, (...args: unknown[]) => unknown>([
    ['collections.OrderedDict', (pairs) => new Map(Array.isArray(pairs) ? (pairs as [unknown, unknown][]) : [])],
    ['torch._utils._rebuild_parameter', (tensor) => tensor],
    [
      'torch._utils._rebuild_tensor_v2',
      (storage, offset, shape, strides) =>
        rebuildTensor(storage as NumpyData, Number(offset), shape as number[], strides as number[]),
    ],
    ['torch.Size', (shape) => shape],
  ]);
  for (const [name, descr] of Object.entries(STORAGES)) {
    const element = parseElementType(descr);
    // A storage type is named, never called: the marker rides on a function because globals are functions.
    if (element)
      globals.set(
        `torch.${name}`,
        Object.assign(() => null, { storageType: new StorageType(element) }),
      );
  }
  const persistent = (id: unknown): NumpyData => {
    const [kind, type, key] = Array.isArray(id) ? (id as unknown[]) : [];
    const marker = typeof type === 'function' && 'storageType' in type ? type.storageType : null;
    if (kind !== 'storage' || !(marker instanceof StorageType))
      throw refuse('A tensor has no storage that can be read.');
    const name = String(key);
    const known = storages.get(name);
    if (known) return known;
    const raw = entries[`${folder}data/${name}`];
    if (!raw) throw refuse(`The checkpoint lacks data/${name}.`);
    const data = decodeElements(raw, marker.element, Math.floor(raw.length / marker.element.bytes));
    storages.set(name, data);
    return data;
  };
  const [value] = readPickles<TorchTensor>(entries[main], file, { globals, persistent });
  if (!(value instanceof Map)) throw refuse('The checkpoint is not a dictionary.');
  return value as CheckpointDict;
}

function rebuildTensor(storage: NumpyData, offset: number, shape: number[], strides: number[]): TorchTensor {
  const count = shape.reduce((product, n) => product * n, 1);
  let contiguous = true;
  for (let axis = shape.length - 1, expected = 1; axis >= 0; expected *= shape[axis--])
    if (shape[axis] !== 1 && strides[axis] !== expected) contiguous = false;
  if (contiguous && offset + count <= storage.length)
    return new TorchTensor(shape, storage.slice(offset, offset + count));
  const data = storage.slice(0, 0).constructor as new (length: number) => NumpyData;
  const values = new data(count);
  const index = new Array<number>(shape.length).fill(0);
  for (let at = 0; at < count; at++) {
    const from = offset + index.reduce((sum, i, axis) => sum + i * strides[axis], 0);
    if (!(from >= 0 && from < storage.length)) throw new Error('a tensor reaches beyond its storage');
    values[at] = storage[from];
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return new TorchTensor(shape, values);
}
