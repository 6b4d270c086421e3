// Starts TensorFlow.js's wasm backend: SIMD; threads where the page is cross-origin isolated.
import * as tf from '@tensorflow/tfjs-core';
import { VitrineError } from '../../base/errors.ts';

/** Where the .wasm files of tfjs's backend are loaded from. */
export interface TfjsResources {
  /** Folder the wasm files of @tensorflow/tfjs-backend-wasm are served from, with a closing '/'. Not needed in Node. */
  tfjsWasmFolder?: string;
  /** Threads of the wasm backend in a browser; Node always has one. */
  threads?: number;
}

const inNode = typeof process !== 'undefined' && process.versions?.node !== undefined;
let wasmPrepared = false;

/** Error: 'device-lost' where the backend does not start. */
export async function startWasmBackend(resources: TfjsResources): Promise<void> {
  if (tf.getBackend() === 'wasm') return;
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  if (!wasmPrepared && !inNode) {
    if (resources.tfjsWasmFolder) wasm.setWasmPaths(resources.tfjsWasmFolder);
    if (resources.threads) wasm.setThreadsCount(resources.threads);
  }
  wasmPrepared = true;
  const started = await tf.setBackend('wasm');
  await tf.ready();
  if (!started || tf.getBackend() !== 'wasm')
    throw new VitrineError('device-lost', 'The wasm backend of TensorFlow.js does not start here.', {
      advice: 'Use a browser with WebAssembly SIMD.',
    });
}

/** Threads the started wasm backend runs on. */
export async function wasmThreads(): Promise<number> {
  if (inNode || !(await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT'))) return 1;
  const { getThreadsCount } = await import('@tensorflow/tfjs-backend-wasm');
  return getThreadsCount();
}
