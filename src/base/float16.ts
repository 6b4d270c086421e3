// IEEE 754 binary16 ↔ binary32: a table of all 65,536 values, for MRC mode 12, NumPy '<f2' and images kept at half size.
// Towards half: rounds to nearest, ties to even; beyond ±65504 saturates, since a hot pixel's infinity would spoil a
// training step where a clipped one does not. NaN stays NaN.
let table: Float32Array | null = null;

/** The float32 value of each of the 65,536 half-precision bit patterns. */
export function float16Table(): Float32Array {
  if (table) return table;
  const values = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const magnitude =
      exponent === 0
        ? fraction * 2 ** -24
        : exponent === 31
          ? fraction === 0
            ? Infinity
            : NaN
          : (1 + fraction / 1024) * 2 ** (exponent - 15);
    values[bits] = bits & 0x8000 ? -magnitude : magnitude;
  }
  table = values;
  return values;
}

const bits = new Uint32Array(1);
const value = new Float32Array(bits.buffer);

/** One float32 as the 16 bits of a half. */
export function halfFromFloat(x: number): number {
  value[0] = x;
  return halfFromBits(bits[0]);
}

function halfFromBits(b: number): number {
  const sign = (b >>> 16) & 0x8000;
  const magnitude = b & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 is where rounding would reach infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7bff;
  if (magnitude < 0x38800000) {
    // Subnormal halves are multiples of 2^-24: adding 0.5 in float32 lets the hardware's rounding do the work.
    bits[0] = magnitude;
    value[0] += 0.5;
    return sign | (bits[0] - 0x3f000000);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/** Each float as the bits of the nearest IEEE 754 binary16, ties to even, beyond 65504 infinite. */
export function encodeHalves(from: Float32Array): Uint16Array {
  const source = new Uint32Array(from.buffer, from.byteOffset, from.length);
  const halves = new Uint16Array(from.length);
  for (let i = 0; i < halves.length; i++) halves[i] = halfFromBits(source[i]);
  return halves;
}

/** Floats of binary16 bits, exactly. */
export function decodeHalves(halves: Uint16Array): Float32Array {
  const floats = float16Table();
  const values = new Float32Array(halves.length);
  for (let i = 0; i < values.length; i++) values[i] = floats[halves[i]];
  return values;
}
