// Writes what torch.save writes (zip of stored entries, tensors through torch._utils._rebuild_tensor_v2, storages
// aligned to 64 bytes), so that torch.load of PyTorch ≥ 1.6 and cryoDRGN open it.
import { zipSync, type Zippable } from 'fflate';
import { VitrineError } from '../base/errors.ts';
import { NumpyArray, type NumpyData } from './numpy-arrays.ts';
import { PickleStream } from './pickle-write.ts';
import { TorchTensor, type CheckpointDict, type CheckpointValue } from './torch-checkpoint.ts';

/** Keys of the checkpoint whose dictionaries are OrderedDicts in PyTorch. */
const ORDERED = new Set<string | number>(['model_state_dict', 'state_dict']);

function storageName(data: NumpyData): string {
  if (data instanceof Float32Array) return 'FloatStorage';
  if (data instanceof Float64Array) return 'DoubleStorage';
  if (data instanceof BigInt64Array) return 'LongStorage';
  if (data instanceof Int32Array) return 'IntStorage';
  if (data instanceof Int16Array) return 'ShortStorage';
  if (data instanceof Int8Array) return 'CharStorage';
  if (data instanceof Uint8Array) return 'ByteStorage';
  throw new VitrineError('checkpoint-syntax', 'PyTorch has no tensors of this type.', { found: data.constructor.name });
}

function fractional(value: number): boolean {
  return !Number.isSafeInteger(value);
}

function writeValue(stream: PickleStream, value: CheckpointValue, storages: NumpyData[], ordered: boolean): void {
  if (value === null) stream.none();
  else if (typeof value === 'boolean') stream.bool(value);
  else if (typeof value === 'number') {
    if (fractional(value)) stream.float(value);
    else stream.int(value);
  } else if (typeof value === 'bigint') stream.int(Number(value));
  else if (typeof value === 'string') stream.text(value);
  else if (value instanceof TorchTensor) writeTensor(stream, value, storages);
  else if (value instanceof NumpyArray) stream.array(value);
  else if (value instanceof Uint8Array) stream.bytes(value);
  else if (Array.isArray(value)) {
    stream.op(0x5d, 0x28);
    for (const item of value) writeValue(stream, item, storages, false);
    stream.op(0x65);
  } else {
    if (ordered) stream.global('collections', 'OrderedDict').op(0x29).reduce();
    else stream.op(0x7d);
    stream.op(0x28);
    for (const [key, item] of value) {
      if (typeof key === 'number') stream.int(key);
      else stream.text(key);
      writeValue(stream, item, storages, ORDERED.has(key));
    }
    stream.op(0x75);
  }
}

function writeTensor(stream: PickleStream, tensor: TorchTensor, storages: NumpyData[]): void {
  const key = storages.length;
  storages.push(tensor.data);
  const strides = tensor.shape.map((_, axis) => tensor.shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  stream.global('torch._utils', '_rebuild_tensor_v2').tuple(() => {
    stream.tuple(() => {
      stream.text('storage').global('torch', storageName(tensor.data)).text(String(key)).text('cpu');
      stream.int(tensor.data.length);
    });
    // Refers to the storage by the persistent id just written.
    stream.op(0x51).int(0);
    stream.tuple(() => tensor.shape.forEach((n) => stream.int(n)));
    stream.tuple(() => strides.forEach((n) => stream.int(n)));
    stream.bool(false).global('collections', 'OrderedDict').op(0x29).reduce();
  });
  stream.reduce();
}

/**
 * The bytes of a checkpoint. `folder` is the name of the archive's one folder, as torch.save takes it from the file.
 * `model_state_dict` becomes an OrderedDict, other Maps dicts, arrays lists.
 */
export function writeTorchCheckpoint(value: CheckpointDict, folder = 'archive'): Uint8Array {
  const storages: NumpyData[] = [];
  const stream = new PickleStream(2);
  writeValue(stream, value, storages, false);
  const encoder = new TextEncoder();
  const entries: [string, Uint8Array][] = [
    [`${folder}/data.pkl`, stream.stop()],
    [`${folder}/byteorder`, encoder.encode('little')],
    ...storages.map((data, key): [string, Uint8Array] => [
      `${folder}/data/${key}`,
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ]),
    [`${folder}/version`, encoder.encode('3\n')],
  ];
  const zip: Zippable = {};
  let at = 0;
  for (const [name, bytes] of entries) {
    // Local header: 30 bytes, the name, an extra field of 4 bytes and padding up to the next multiple of 64.
    const head = at + 30 + encoder.encode(name).length + 4;
    const padding = (64 - (head % 64)) % 64;
    zip[name] = [bytes, { level: 0, extra: { 0x4246: new Uint8Array(padding).fill(0x5a) } }];
    at = head + padding + bytes.length;
  }
  return zipSync(zip, { level: 0 });
}
