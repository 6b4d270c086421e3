// 64 bits of an image's numbers: two multiplicative hashes (FNV-1a's step on 32-bit words, with different primes and starts), mixed at the
// end. Equal images have equal hashes; of a million different ones two agree by chance in one of 10^7 sets.

const STARTS = [0x811c9dc5, 0x9e3779b9];
const PRIMES = [0x01000193, 0x85ebca6b];

export class ImageHash {
  /** The image's hash into `out[at]` and `out[at + 1]`. */
  of(image: Float32Array, out: Uint32Array, at: number): void {
    const words = new Uint32Array(image.buffer, image.byteOffset, image.length);
    let [a, b] = STARTS;
    for (let i = 0; i < words.length; i++) {
      const word = words[i];
      a = Math.imul(a ^ word, PRIMES[0]);
      a ^= a >>> 15;
      b = Math.imul(b ^ word, PRIMES[1]);
      b ^= b >>> 13;
    }
    out[at] = mixed(a);
    out[at + 1] = mixed(b);
  }
}

function mixed(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return (bits ^ (bits >>> 16)) >>> 0;
}
