// A GPUDevice with a guard: a lost device or a refused computation becomes a typed error for all who compute on it, and
// nobody waits for ever or goes on with whatever the buffers hold.
import { VitrineError } from '../base/errors.ts';
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

/** A device and what went wrong with it. Errors: 'device-lost', also of a refused computation, and 'out-of-memory'. */
export class GuardedDevice {
  /** Resolves when the device can no longer be used; never where it is closed by its owner. */
  readonly lost: Promise<VitrineError>;
  private failure: VitrineError | null = null;
  private closed = false;
  /** Those who wait. A promise that never settles keeps whatever is chained to it: nothing is chained to `lost`. */
  private readonly waiting = new Set<(error: VitrineError) => void>();

  private constructor(
    readonly device: GPUDevice,
    readonly info: GPUAdapterInfo,
  ) {
    this.lost = new Promise((resolve) => {
      const fail = (error: VitrineError): void => {
        if (this.closed) return;
        this.failure ??= error;
        resolve(this.failure);
        this.turnAway(this.failure);
      };
      void device.lost.then(({ message }) => fail(lostError(message)));
      device.addEventListener('uncapturederror', ({ error }) => fail(refusedError(error)));
    });
  }

  /**
   * With all the limits that the adapter has, or those that WebGPU promises everywhere ('default'), and those of `wanted`
   * that it offers. Error: 'device-lost' where it gives no device.
   */
  static async open(
    adapter: GPUAdapter,
    wanted: readonly string[] = [],
    limits: 'adapter' | 'default' = 'adapter',
  ): Promise<GuardedDevice> {
    const raised = limits === 'adapter' ? RAISED : [];
    const requiredLimits = Object.fromEntries(raised.map((name) => [name, adapter.limits[name]]));
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
    let stop: (error: VitrineError) => void = () => undefined;
    try {
      const result = await new Promise<T>((resolve, reject) => {
        stop = reject;
        this.waiting.add(stop);
        Promise.resolve(work()).then(resolve, reject);
      });
      this.refuse();
      return result;
    } catch (error) {
      if (error instanceof VitrineError) throw error;
      // A read that is refused may be heard of before its cause is.
      await new Promise((done) => setTimeout(done, 20));
      this.refuse();
      throw error;
    } finally {
      this.waiting.delete(stop);
    }
  }

  private refuse(): void {
    if (this.failure) throw this.failure;
    if (this.closed) throw givenBack();
  }

  private turnAway(error: VitrineError): void {
    for (const reject of this.waiting) reject(error);
    this.waiting.clear();
  }

  /** Whoever waits is told so: drivers do not settle all that was asked of a device before. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.device.destroy();
    this.turnAway(givenBack());
  }
}

function givenBack(): VitrineError {
  return new VitrineError('device-lost', 'The graphics processor was given back.');
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

/** The error 'out-of-memory' of a graphics processor; `found` is what the driver said. */
export function memoryFull(message: string): VitrineError {
  return new VitrineError('out-of-memory', 'The memory of the graphics processor is full.', {
    ...(message && { found: message }),
    advice: 'Resume with other programs closed, or train with a smaller batch, a narrower network or a smaller box.',
  });
}
