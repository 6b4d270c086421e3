// The compiled kernels: which variant this machine runs, and their entries. Relaxed SIMD fuses multiply and add where
// the machine can; where memory cannot be shared (a page that is not isolated) there is one thread.
import { PLAIN, PLAIN_UNSHARED, RELAXED, RELAXED_UNSHARED } from './generated/kernels.wasm.ts';
import { switchOnRelaxedSimd } from './node/relaxed-simd.ts';

/** Entries that every thread of a step calls at once. */
export type Entry = 'encodeChunk' | 'trainChunk' | 'evaluateChunk' | 'scoreShared' | 'scoreOwn' | 'expectChunk';
export type Kernels = Record<Entry, (thread: number, threads: number) => void>;

export interface KernelModule {
  module: WebAssembly.Module;
  shared: boolean;
  fused: boolean;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** Whether memory can be shared with other threads: isolated pages and Node. */
export function canShareMemory(): boolean {
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated;
  return typeof SharedArrayBuffer !== 'undefined' && isolated !== false;
}

export async function loadKernels(shared: boolean): Promise<KernelModule> {
  const relaxed = bytesOf(shared ? RELAXED : RELAXED_UNSHARED);
  if (!WebAssembly.validate(relaxed)) switchOnRelaxedSimd();
  const fused = WebAssembly.validate(relaxed);
  const bytes = fused ? relaxed : bytesOf(shared ? PLAIN : PLAIN_UNSHARED);
  return { module: await WebAssembly.compile(bytes), shared, fused };
}
