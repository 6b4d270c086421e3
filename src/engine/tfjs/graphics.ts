// TensorFlow.js on a graphics processor through WebGPU, in browsers and on Dawn in Node: a device with all the limits its
// adapter has, tfjs's backend on it, and a guard that turns a lost device or a refused computation into a typed error
// (tfjs itself would go on with whatever the buffers hold, or wait for ever).
import * as tf from '@tensorflow/tfjs-core';
import { VitrineError } from '../../formats/errors.ts';
import { adapterWords, isSoftware } from '../gpu-adapter.ts';

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

export class Graphics {
  /** Resolves when the device can no longer be used; never where it is closed by its owner. */
  readonly lost: Promise<VitrineError>;
  private failure: VitrineError | null = null;
  private closed = false;

  private constructor(
    readonly device: GPUDevice,
    readonly description: string,
    readonly software: boolean,
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

  /** Makes it tfjs's backend. Error: 'device-lost' where the adapter gives no device. */
  static async start(gpu: GPU, adapter: GPUAdapter): Promise<Graphics> {
    const { WebGPUBackend } = await importBackend();
    const requiredLimits = Object.fromEntries(RAISED.map((name) => [name, adapter.limits[name]]));
    const device = await adapter.requestDevice({ requiredLimits }).catch((error: unknown) => {
      throw new VitrineError('device-lost', 'The graphics processor does not start.', {
        found: error instanceof Error ? error.message : String(error),
        advice: 'Close other programs that use it, or choose the CPU.',
      });
    });
    // In a browser tfjs has registered a factory of its own, which asks for another device.
    if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
    tf.registerBackend('webgpu', () =>
      whileNavigatorHas(gpu, () => new WebGPUBackend(device as never, adapter.info as never)),
    );
    if (!(await tf.setBackend('webgpu')))
      throw new VitrineError('device-lost', 'TensorFlow.js does not start on the graphics processor.', {
        found: adapterWords(adapter.info),
        advice: 'Choose the CPU as the device.',
      });
    return new Graphics(device, adapterWords(adapter.info), isSoftware(adapter.info));
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
    if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
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
  if (error instanceof GPUOutOfMemoryError)
    return new VitrineError('out-of-memory', 'The memory of the graphics processor is full.', {
      ...(error.message && { found: error.message }),
      advice: 'Resume with other programs closed, or train with a smaller batch, a narrower network or a smaller box.',
    });
  return new VitrineError('device-lost', 'The graphics processor refused a computation.', {
    found: error.message,
    advice: 'Resume the run on the CPU, or with a newer browser or graphics driver.',
  });
}

/** In Node the package is CommonJS, whose names may lie under `default`. */
async function importBackend() {
  const found = await import('@tensorflow/tfjs-backend-webgpu');
  return 'default' in found ? (found.default as typeof found) : found;
}

/** tfjs looks for `navigator.gpu` while the backend is made; Node has none, and one left there would keep it alive. */
function whileNavigatorHas<T>(gpu: GPU, make: () => T): T {
  const { navigator } = globalThis as { navigator?: Partial<Navigator> };
  if (navigator?.gpu) return make();
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  try {
    return make();
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else Reflect.deleteProperty(globalThis, 'navigator');
  }
}
