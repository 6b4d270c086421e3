// TensorFlow.js on a graphics processor through WebGPU, in browsers and on Dawn in Node: tfjs's backend on a guarded device
// (tfjs itself would go on with whatever the buffers hold, or wait for ever, where a device is lost).
import * as tf from '@tensorflow/tfjs-core';
import { VitrineError } from '../../base/errors.ts';
import { GuardedDevice } from '../gpu-device.ts';

/** tfjs's WebGPU backend on a device whose loss is noticed. */
export class Graphics {
  private constructor(
    readonly guarded: GuardedDevice,
    readonly description: string,
    readonly software: boolean,
  ) {}

  /** The device that tfjs computes on. */
  get device(): GPUDevice {
    return this.guarded.device;
  }

  /** Resolves with the error once the device is lost; else never. */
  get lost(): Promise<VitrineError> {
    return this.guarded.lost;
  }

  /** Makes it tfjs's backend. Error: 'device-lost' where the adapter gives no device. */
  static async start(gpu: GPU, adapter: GPUAdapter): Promise<Graphics> {
    const { WebGPUBackend } = await importBackend();
    const guarded = await GuardedDevice.open(adapter);
    // In a browser tfjs has registered a factory of its own, which asks for another device.
    if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
    tf.registerBackend('webgpu', () =>
      whileNavigatorHas(gpu, () => new WebGPUBackend(guarded.device as never, adapter.info as never)),
    );
    if (!(await tf.setBackend('webgpu')))
      throw new VitrineError('device-lost', 'TensorFlow.js does not start on the graphics processor.', {
        found: guarded.description,
        advice: 'Choose the CPU as the device.',
      });
    return new Graphics(guarded, guarded.description, guarded.software);
  }

  /** Runs work on the device and rejects with 'device-lost' or 'out-of-memory' instead of waiting for ever. */
  guard<T>(work: () => T | Promise<T>): Promise<T> {
    return this.guarded.guard(work);
  }

  /** Removes the backend and gives the device back. */
  close(): void {
    if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
    this.guarded.close();
  }
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
