// Numbers that float16 holds exactly, for kernels that store it.
import { decodeHalves, encodeHalves } from '../../base/float16.ts';

/** `values` rounded to float16, and their bits. */
export function halfFloats(values: Float32Array): { values: Float32Array; bits: Uint16Array<ArrayBuffer> } {
  const bits = Uint16Array.from(encodeHalves(values));
  return { values: decodeHalves(bits), bits };
}

/** The numbers of float16 bits. */
export function fromHalfFloats(bits: Uint16Array): Float32Array {
  return decodeHalves(bits);
}
