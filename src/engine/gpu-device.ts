// A GPUDevice with a guard: a lost device or a refused computation becomes a typed error for all who compute on it, and
// nobody waits for ever or goes on with whatever the buffers hold.
import { VitrineError } from '../formats/errors.ts';
import { adapterWords, isSoftware } from './gpu-adapter.ts';

const RAISED = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBuffersPerShaderStage',
] as const;

export class GuardedDevice {
  /** Resolves when the device can no longer be used; never where it is closed by its owner. */
  readonly lost: Promise<VitrineError>;
  private failure: VitrineError | null = null;
  private closed = false;

  private constructor(
    readonly device: GPUDevice,
    readonly info: GPUAdapterInfo,
  ) {
    this.lost = new Promise((resolve) => {
      const fail = (error: VitrineError): void => {
        if (this.closed) return;
        this.failure ??= error;
        resolve(this.failure);
      };
      void device.lost.then(({ message }) => fail(lostError(message)));
      device.addEventListener('uncapturederror', ({ error }) => fail(refusedError(error)));
    });
  }

  /**
   * With all the limits that the adapter has, and those of `wanted` that it offers. Error: 'device-lost' where it gives
   * no device.
   */
  static async open(adapter: GPUAdapter, wanted: readonly string[] = []): Promise<GuardedDevice> {
    const requiredLimits = Object.fromEntries(RAISED.map((name) => [name, adapter.limits[name]]));
    const requiredFeatures = wanted.filter((name) => adapter.features.has(name)) as GPUFeatureName[];
    const device = await adapter.requestDevice({ requiredLimits, requiredFeatures }).catch((error: unknown) => {
      throw new VitrineError('device-lost', 'The graphics processor does not start.', {
        found: error instanceof Error ? error.message : String(error),
        advice: 'Close other programs that use it, or choose the CPU.',
      });
    });
    return new GuardedDevice(device, adapter.info);
  }

  /** Vendor, architecture and name for people. */
  get description(): string {
    return adapterWords(this.info);
  }

  get software(): boolean {
    return isSoftware(this.info);
  }

  /** Does work on the device; rejects with what became of the device where that spoils or stops it. */
  async guard<T>(work: () => T | Promise<T>): Promise<T> {
    this.refuse();
    try {
      const failed = this.lost.then((error) => {
        throw error;
      });
      const result = await Promise.race([work(), failed]);
      this.refuse();
      return result;
    } catch (error) {
      if (error instanceof VitrineError) throw error;
      // A read that is refused may be heard of before its cause is.
      await new Promise((done) => setTimeout(done, 20));
      this.refuse();
      throw error;
    }
  }

  private refuse(): void {
    if (this.failure) throw this.failure;
    if (this.closed) throw new VitrineError('device-lost', 'The graphics processor was given back.');
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.device.destroy();
  }
}

function lostError(message: string): VitrineError {
  return new VitrineError('device-lost', 'The graphics processor was lost.', {
    ...(message && { found: message }),
    advice:
      'Resume the run: it goes on from its last epoch. If this happens again, take a smaller batch or network, or the CPU.',
  });
}

function refusedError(error: GPUError): VitrineError {
  if (error instanceof GPUOutOfMemoryError) return memoryFull(error.message);
  return new VitrineError('device-lost', 'The graphics processor refused a computation.', {
    found: error.message,
    advice: 'Resume the run on the CPU, or with a newer browser or graphics driver.',
  });
}

export function memoryFull(message: string): VitrineError {
  return new VitrineError('out-of-memory', 'The memory of the graphics processor is full.', {
    ...(message && { found: message }),
    advice: 'Resume with other programs closed, or train with a smaller batch, a narrower network or a smaller box.',
  });
}
