// Seeded random numbers for everyone: xoshiro128** (Blackman & Vigna 2018) started by splitmix32, normal deviates by
// Box–Muller. The state is a list of numbers, so a training that resumes draws on where it stopped.

const TWO_PI = 2 * Math.PI;

/** One step of splitmix32, a bijection of 32-bit words. */
function mix(word: number): number {
  let z = (word + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** Pseudo-random numbers from a seed, the same everywhere; its state can be kept and taken up again. */
export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 0;
  /** The second deviate of a Box–Muller pair, kept for the next call. */
  private spare: number | null = null;

  /** Seeds are whole numbers up to 2⁵³; `stream` gives independent sequences of one seed (one for each image, say). */
  constructor(seed: number, stream = 0) {
    let word = mix((seed | 0) ^ mix(Math.floor(seed / 2 ** 32) | 0));
    word = mix(word ^ mix(stream | 0) ^ mix((Math.floor(stream / 2 ** 32) | 0) ^ 0x5bd1e995));
    this.a = word = mix(word);
    this.b = word = mix(word);
    this.c = word = mix(word);
    // Never all zero, the one state xoshiro cannot leave.
    this.d = mix(word) || 1;
  }

  /** 32 random bits as an unsigned whole number. */
  bits(): number {
    const fives = Math.imul(this.b, 5);
    const result = Math.imul((fives << 7) | (fives >>> 25), 9);
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result >>> 0;
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    const high = this.bits() >>> 5;
    return (high * 67108864 + (this.bits() >>> 6)) / 9007199254740992;
  }

  /** Uniform whole number 0 … limit − 1; limit ≤ 2³². */
  below(limit: number): number {
    return Math.floor(this.uniform() * limit);
  }

  /** Standard normal. */
  normal(): number {
    if (this.spare !== null) {
      const kept = this.spare;
      this.spare = null;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = TWO_PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Fills with independent standard normals. */
  fillNormal(out: Float32Array): Float32Array {
    for (let i = 0; i < out.length; i++) out[i] = this.normal();
    return out;
  }

  /** The numbers 0 … n−1 in random order (Fisher–Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = order[i];
      order[i] = order[j];
      order[j] = held;
    }
    return order;
  }

  /** All that is needed to go on from here; plain numbers, safe in JSON. */
  state(): number[] {
    const words = [this.a >>> 0, this.b >>> 0, this.c >>> 0, this.d >>> 0];
    return this.spare === null ? words : [...words, this.spare];
  }

  /** Goes on from a kept state. */
  static fromState(state: readonly number[]): Random {
    const random = new Random(0);
    [random.a, random.b, random.c, random.d] = state.slice(0, 4).map((word) => word | 0);
    random.spare = state.length > 4 ? state[4] : null;
    return random;
  }
}
