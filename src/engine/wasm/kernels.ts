// The compiled kernels: which variant this machine runs, and their entries. Relaxed SIMD fuses multiply and add where
// the machine can, which doubles what an Intel core does; where memory cannot be shared (a page that is not isolated) there is
// one thread.
import { PLAIN, PLAIN_UNSHARED, RELAXED, RELAXED_UNSHARED } from './generated/kernels.wasm.ts';
import { switchOnRelaxedSimd } from './node/relaxed-simd.ts';

/** Entries that every thread of a step calls at once. */
export type Entry =
  | 'encodeChunk'
  | 'trainChunk'
  | 'evaluateChunk'
  | 'scoreShared'
  | 'scoreOwn'
  | 'expectChunk'
  | 'factorPrepare'
  | 'factorProducts'
  | 'factorInsert'
  | 'factorResiduals';
/** What an instantiated module exports: the entries by name. */
export type Kernels = Record<Entry, (thread: number, threads: number) => void>;

/** A compiled module, whether its multiply-adds are fused here, and whether its memory can be shared. */
export interface KernelModule {
  module: WebAssembly.Module;
  shared: boolean;
  /** Whether multiply and add round once here: a number that was computed, not what was asked for. */
  fused: boolean;
}

/** Its square has more bits than a float32 keeps. */
export const SQUARE_IS_ROUNDED = 1 + 2 ** -12;

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** Whether memory can be shared with other threads: isolated pages and Node. */
export function canShareMemory(): boolean {
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated;
  return typeof SharedArrayBuffer !== 'undefined' && isolated !== false;
}

/** Compiles the variant that this machine validates, relaxed SIMD first, and computes whether it fuses. */
export async function loadKernels(shared: boolean): Promise<KernelModule> {
  const relaxed = bytesOf(shared ? RELAXED : RELAXED_UNSHARED);
  if (!WebAssembly.validate(relaxed)) switchOnRelaxedSimd();
  const bytes = WebAssembly.validate(relaxed) ? relaxed : bytesOf(shared ? PLAIN : PLAIN_UNSHARED);
  const module = await WebAssembly.compile(bytes);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared });
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const fused = (exports as { fuses: (factor: number) => number }).fuses(SQUARE_IS_ROUNDED) !== 0;
  return { module, shared, fused };
}
