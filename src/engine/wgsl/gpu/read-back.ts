// From the device to memory: one buffer that is mapped, and reads that wait for each other.
import type { GuardedDevice } from '../../gpu-device.ts';
import type { BufferView } from './arena.ts';

const LEAST_BYTES = 65536;
/** The buffer is kept up to this size. */
const MOST_BYTES = 2 ** 24;

/** The buffer through which results leave the device; it grows with what is read and shrinks again. */
export class ReadBack {
  private staging: GPUBuffer | null = null;
  private reading: Promise<unknown> = Promise.resolve();

  constructor(private readonly guarded: GuardedDevice) {}

  /** Its bytes now. */
  get bytesHeld(): number {
    return this.staging?.size ?? 0;
  }

  /** The bytes of a view, after all that was submitted before. */
  read(view: BufferView): Promise<ArrayBuffer> {
    const result = this.reading.then(() => this.guarded.guard(() => this.readNow(view)));
    this.reading = result.catch(() => undefined);
    return result;
  }

  private async readNow({ buffer, offset, size }: BufferView): Promise<ArrayBuffer> {
    const { device } = this.guarded;
    if (!this.staging || this.staging.size < size) {
      this.staging?.destroy();
      const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
      this.staging = device.createBuffer({ label: 'staging', size: Math.max(LEAST_BYTES, size), usage });
    }
    const { staging } = this;
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, offset, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ, 0, size);
    const copy = staging.getMappedRange(0, size).slice(0);
    staging.unmap();
    if (staging.size > MOST_BYTES) this.release();
    return copy;
  }

  /** Destroys it. */
  release(): void {
    this.staging?.destroy();
    this.staging = null;
  }
}
