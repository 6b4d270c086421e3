// The encoding's waves as the kernels read them: a sine and a cosine of the same wave vector are computed together.
// A wave is 32 bytes: float64 x, y, z in turns per lattice coordinate, int32 feature of its sine, int32 of its cosine.
import type { EncodingTable } from '../engine.ts';

/** Bytes of a wave in the table: three float64, then the rows of its sine and its cosine, int32. */
export const WAVE_BYTES = 32;

/** A wave vector, and which features its sine and its cosine are (−1: none). */
export interface Wave {
  turns: [number, number, number];
  /** Feature numbers; where only one of the two is wanted, the other is `features`, the row behind the last. */
  sine: number;
  cosine: number;
}

/** The encoding's waves, each once, though it may give two features. */
export function wavesOf(encoding: EncodingTable): Wave[] {
  const features = encoding.isCosine.length;
  const waves: Wave[] = [];
  const open = new Map<string, Wave>();
  for (let j = 0; j < features; j++) {
    const vector = encoding.waveVectors.subarray(3 * j, 3 * j + 3);
    const slot = encoding.isCosine[j] ? 'cosine' : 'sine';
    const key = vector.join(' ');
    let wave = open.get(key);
    if (!wave || wave[slot] !== -1) {
      wave = { turns: [0, 0, 0], sine: -1, cosine: -1 };
      for (let axis = 0; axis < 3; axis++) wave.turns[axis] = vector[axis] / (2 * Math.PI);
      open.set(key, wave);
      waves.push(wave);
    }
    wave[slot] = j;
  }
  return waves;
}

/** `unusedRow`: where the kernel writes what nobody wants. */
export function writeWaves(waves: Wave[], unusedRow: number, view: DataView, at: number): void {
  waves.forEach(({ turns, sine, cosine }, i) => {
    const to = at + WAVE_BYTES * i;
    turns.forEach((value, axis) => view.setFloat64(to + 8 * axis, value, true));
    view.setInt32(to + 24, sine < 0 ? unusedRow : sine, true);
    view.setInt32(to + 28, cosine < 0 ? unusedRow : cosine, true);
  });
}
