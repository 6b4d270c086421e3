// The encoding as the kernels read it: one row (wx, wy, wz, kind) for a wave, which makes features 2w (sine) and 2w + 1
// (cosine), so that one reduction of the phase serves both. Kinds: 0 none, 1 sine only, 2 cosine only, 3 both, 4 the
// coordinate w·p itself (encoding `none`).
import type { EncodingTable } from '../../engine.ts';
import { padded } from '../parameters/layout.ts';

/** The encoding as the kernels read it, and which of its features each row of the first matrix is. */
export interface WaveTable {
  /** padded/2 × 4. */
  waves: Float32Array<ArrayBuffer>;
  /** Which feature of the encoding each of the kernels' features is; −1 for none. */
  inputRows: Int32Array;
  /** Features with their padding, a multiple of 16. */
  padded: number;
}

interface Wave {
  direction: [number, number, number];
  sine: number;
  cosine: number;
}

/** The table of an encoding; waves of one vector are joined, rows padded to a multiple of 16 features. */
export function waveTable({ waveVectors, isCosine }: EncodingTable): WaveTable {
  const coordinates = isCosine.length === 0;
  const waves = coordinates ? axes() : pairs(waveVectors, isCosine);
  const width = padded(2 * waves.length);
  const table = new Float32Array(2 * width);
  const inputRows = new Int32Array(2 * waves.length).fill(-1);
  waves.forEach(({ direction, sine, cosine }, w) => {
    const kind = coordinates ? 4 : (sine >= 0 ? 1 : 0) + (cosine >= 0 ? 2 : 0);
    table.set([...direction, kind], 4 * w);
    inputRows[2 * w] = sine;
    inputRows[2 * w + 1] = cosine;
  });
  return { waves: table, inputRows, padded: width };
}

function axes(): Wave[] {
  const unit = (axis: number): Wave['direction'] => [axis === 0 ? 1 : 0, axis === 1 ? 1 : 0, axis === 2 ? 1 : 0];
  return [0, 1, 2].map((axis) => ({ direction: unit(axis), sine: axis, cosine: -1 }));
}

/** Sines and cosines of the same wave vector together, in the order in which the vectors are first met. */
function pairs(waveVectors: Float32Array, isCosine: Uint8Array): Wave[] {
  const waves: Wave[] = [];
  const open = new Map<string, Wave>();
  for (let j = 0; j < isCosine.length; j++) {
    const [x, y, z] = waveVectors.subarray(3 * j, 3 * j + 3);
    const slot = isCosine[j] ? 'cosine' : 'sine';
    const key = `${x} ${y} ${z}`;
    let wave = open.get(key);
    if (!wave || wave[slot] >= 0) {
      wave = { direction: [x, y, z], sine: -1, cosine: -1 };
      open.set(key, wave);
      waves.push(wave);
    }
    wave[slot] = j;
  }
  return waves;
}

/** Features of points (rows × 4), rows × padded, float64 sines: the twin of left-encoding.wgsl. */
export function featuresOf({ waves, padded: width }: WaveTable, points: Float32Array): Float32Array {
  const rows = points.length / 4;
  const out = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++)
    for (let w = 0; w < width / 2; w++) {
      const kind = waves[4 * w + 3];
      const phase = [0, 1, 2].reduce((sum, axis) => sum + waves[4 * w + axis] * points[4 * row + axis], 0);
      const at = row * width + 2 * w;
      if (kind === 4) out[at] = phase;
      else {
        if (kind & 1) out[at] = Math.sin(phase);
        if (kind & 2) out[at + 1] = Math.cos(phase);
      }
    }
  return out;
}
