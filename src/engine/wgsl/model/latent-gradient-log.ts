// Gradients of given latents, step after step, kept on the device until they are taken: a step then waits for no read.
import { joined } from '../../parameters.ts';
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';

/** Bytes kept before they are read by themselves. */
const LOG_BYTES = 2 ** 20;

/** What the steps of a model without encoder found of the latents that they were given. */
export class LatentGradientLog {
  private readonly log: BufferView;
  private bytes = 0;
  private read: Float32Array[] = [];

  constructor(
    private readonly gpu: Gpu,
    arena: Arena,
    private readonly zDim: number,
    /** Floats from row to row on the device. */
    private readonly stride: number,
  ) {
    this.log = arena.buffer('gradients of latents', LOG_BYTES);
  }

  /** The `latents` rows of `gradient` as the commands before leave them. */
  async add(gradient: BufferView, latents: number): Promise<void> {
    const rowBytes = 4 * this.stride;
    for (let done = 0; done < latents;) {
      if (this.bytes + rowBytes > LOG_BYTES) await this.drain();
      const rows = Math.min(latents - done, Math.floor((LOG_BYTES - this.bytes) / rowBytes));
      const size = rows * rowBytes;
      const from = { ...gradient, offset: gradient.offset + done * rowBytes, size };
      this.gpu.submit([{ from, to: { ...this.log, offset: this.log.offset + this.bytes, size } }]);
      this.bytes += size;
      done += rows;
    }
  }

  /** Rows of zDim of all steps since the last call. */
  async take(): Promise<Float32Array> {
    await this.drain();
    return joined(this.read.splice(0));
  }

  private async drain(): Promise<void> {
    if (this.bytes === 0) return;
    const padded = await this.gpu.readFloats({ ...this.log, size: this.bytes });
    const rows = padded.length / this.stride;
    const gradients = new Float32Array(rows * this.zDim);
    for (let row = 0; row < rows; row++)
      gradients.set(padded.subarray(row * this.stride, row * this.stride + this.zDim), row * this.zDim);
    this.read.push(gradients);
    this.bytes = 0;
  }
}
