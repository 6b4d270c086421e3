// Buffers that live and die together, counted: models and programs hold one each, and what `destroy` leaves is nothing.

import { memoryFull } from '../../gpu-device.ts';

/** A part of a buffer, bytes. What a kernel is bound to. */
export interface BufferView extends GPUBufferBinding {
  buffer: GPUBuffer;
  offset: number;
  size: number;
}

/** `floats` float32 numbers of a view from number `first`, as a view of its own; `first` a multiple of 64. */
export function partOf(view: BufferView, first: number, floats: number): BufferView {
  return { buffer: view.buffer, offset: view.offset + 4 * first, size: 4 * floats };
}

/** A u32, or an f32 where it is marked so. */
export type UniformWord = number | { f32: number };

/** A uniform's bytes: 4 words a struct row, as WGSL packs scalars. */
export function uniformBytes(words: readonly UniformWord[]): Uint8Array<ArrayBuffer> {
  const bytes = new DataView(new ArrayBuffer(Math.max(16, Math.ceil(words.length / 4) * 16)));
  words.forEach((word, i) => {
    if (typeof word === 'number') bytes.setUint32(4 * i, word, true);
    else bytes.setFloat32(4 * i, word.f32, true);
  });
  return new Uint8Array(bytes.buffer);
}

/** Buffers that are made one by one, counted, and destroyed together. */
export class Arena {
  private readonly buffers: GPUBuffer[] = [];
  bytes = 0;

  constructor(
    private readonly device: GPUDevice,
    readonly label: string,
    private readonly onDestroy: () => void,
  ) {}

  /** Buffers that it holds. */
  get count(): number {
    return this.buffers.length;
  }

  /**
   * `bytes` of zeros, rounded up to 16; storage, and a source and a target of copies. Error: 'out-of-memory' for more than
   * the device has in one buffer.
   */
  buffer(label: string, bytes: number, more: GPUBufferUsageFlags = 0): BufferView {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    if (size > this.device.limits.maxBufferSize) throw memoryFull(`${size} bytes in one buffer (${label})`);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST | more;
    const buffer = this.device.createBuffer({ label: `${this.label}: ${label}`, size, usage });
    this.buffers.push(buffer);
    this.bytes += size;
    return { buffer, offset: 0, size };
  }

  /** A buffer of `count` float32. */
  floats(label: string, count: number): BufferView {
    return this.buffer(label, 4 * count);
  }

  /** A buffer that holds `data`. */
  upload(label: string, data: ArrayBufferView): BufferView {
    const view = this.buffer(label, data.byteLength);
    const { buffer, byteOffset, byteLength } = data;
    this.device.queue.writeBuffer(view.buffer, 0, buffer as ArrayBuffer, byteOffset, byteLength);
    return view;
  }

  /** A uniform buffer that holds `words`. */
  uniform(label: string, words: readonly UniformWord[]): BufferView {
    const bytes = uniformBytes(words);
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const buffer = this.device.createBuffer({ label: `${this.label}: ${label}`, size: bytes.byteLength, usage });
    this.device.queue.writeBuffer(buffer, 0, bytes);
    this.buffers.push(buffer);
    this.bytes += bytes.byteLength;
    return { buffer, offset: 0, size: bytes.byteLength };
  }

  /** Destroys all its buffers. */
  destroy(): void {
    for (const buffer of this.buffers) buffer.destroy();
    this.buffers.length = 0;
    this.bytes = 0;
    this.onDestroy();
  }
}
