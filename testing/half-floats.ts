// Numbers that float16 holds exactly, for kernels that store it: Node 20 has no Float16Array.

/** `values` rounded to float16's ten bits (|value| in 2^-14 … 65504, or zero) and the bits themselves, two a word. */
export function halfFloats(values: ArrayLike<number>): { values: Float32Array; bits: Uint16Array<ArrayBuffer> } {
  const rounded = Float32Array.from(values);
  const words = new Uint32Array(rounded.buffer);
  const bits = new Uint16Array(Math.ceil(rounded.length / 2) * 2);
  for (let i = 0; i < words.length; i++) {
    const exponent = (((words[i] + 0x1000) >>> 23) & 0xff) - 112;
    words[i] = exponent <= 0 ? 0 : (words[i] + 0x1000) & ~0x1fff;
    bits[i] = ((words[i] >>> 16) & 0x8000) | (exponent <= 0 ? 0 : (exponent << 10) | ((words[i] >>> 13) & 0x3ff));
  }
  return { values: rounded, bits };
}

/** The numbers of float16 bits. */
export function fromHalfFloats(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >>> 10) & 31;
    const fraction = half & 0x3ff;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
}
