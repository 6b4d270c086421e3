// IEEE 754 binary16 to binary32: a table of all 65,536 values, for MRC mode 12 and NumPy '<f2'.
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
