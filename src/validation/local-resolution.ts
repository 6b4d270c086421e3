// Local resolution: the FSC of two half maps in a window that moves over the box (Cardone, Heymann & Steven 2013), at the nodes of a grid and
// linear between them. Window: ½(1 + cos πr/R) about a node, R half its width.
import { throwIfCancelled } from '../base/errors.ts';
import { fsc, resolutionPixels } from './fsc.ts';

export interface LocalResolutionOptions {
  /** Width of the window in voxels, even; about a quarter of the box, at least 12. */
  windowPixels?: number;
  /** Between nodes; an eighth of the window. */
  stepPixels?: number;
  /** 0.5. */
  threshold?: number;
  /** D³: nodes are asked where this is above ½; everywhere where absent. */
  mask?: Float32Array | null;
  signal?: AbortSignal | undefined;
  onProgress?: (done: number, total: number) => void;
}

/** Resolution about each voxel. */
export interface LocalResolution {
  /** D³ [z][y][x], pixels; beyond the mask the coarsest that was found. */
  pixels: Float32Array;
  windowPixels: number;
  stepPixels: number;
  nodes: number;
}

const NODES_A_TURN = 32;

/** Of D³ half maps, not masked. Errors: 'count-mismatch', 'cancelled'. */
export async function localResolution(
  [a, b]: readonly [Float32Array, Float32Array],
  boxPixels: number,
  options: LocalResolutionOptions = {},
): Promise<LocalResolution> {
  const windowPixels = options.windowPixels ?? Math.min(boxPixels, Math.max(12, 2 * Math.round(boxPixels / 8)));
  const stepPixels = options.stepPixels ?? Math.max(1, Math.floor(windowPixels / 8));
  const { mask = null, threshold = 0.5, signal, onProgress } = options;
  const side = Math.ceil((boxPixels - 1) / stepPixels) + 1;
  const found = new Float32Array(side ** 3).fill(NaN);
  const place = (node: number) =>
    [node % side, Math.floor(node / side) % side, Math.floor(node / side ** 2)].map((i) =>
      Math.min(boxPixels - 1, i * stepPixels),
    );
  const nodes = Array.from(found.keys()).filter((node) => {
    const [x, y, z] = place(node);
    return mask === null || mask[(z * boxPixels + y) * boxPixels + x] > 0.5;
  });
  const window = windowOf(windowPixels);
  for (const [i, node] of nodes.entries()) {
    if (i % NODES_A_TURN === 0) {
      onProgress?.(i, nodes.length);
      await new Promise((resolve) => setTimeout(resolve, 0));
      throwIfCancelled(signal);
    }
    const [first, second] = [a, b].map((map) => windowed(map, boxPixels, place(node), window));
    found[node] = resolutionPixels(fsc(first, second, windowPixels), threshold);
  }
  onProgress?.(nodes.length, nodes.length);
  return { pixels: between(found, side, stepPixels, boxPixels), windowPixels, stepPixels, nodes: nodes.length };
}

interface Window {
  size: number;
  factors: Float32Array;
}

function windowOf(size: number): Window {
  const half = size / 2;
  const factors = Float32Array.from({ length: size ** 3 }, (_, at) => {
    const [x, y, z] = [at % size, Math.floor(at / size) % size, Math.floor(at / size ** 2)];
    const radius = Math.hypot(x - half, y - half, z - half) / half;
    return radius >= 1 ? 0 : 0.5 * (1 + Math.cos(Math.PI * radius));
  });
  return { size, factors };
}

/** The map about a voxel times the window; 0 beyond the box. */
function windowed(
  map: Float32Array,
  boxPixels: number,
  [x0, y0, z0]: number[],
  { size, factors }: Window,
): Float32Array {
  const out = new Float32Array(size ** 3);
  const half = size / 2;
  for (let z = 0, at = 0; z < size; z++)
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++, at++) {
        const [px, py, pz] = [x0 + x - half, y0 + y - half, z0 + z - half];
        if (Math.min(px, py, pz) < 0 || Math.max(px, py, pz) >= boxPixels) continue;
        out[at] = factors[at] * map[(pz * boxPixels + py) * boxPixels + px];
      }
  return out;
}

/** Linear between the nodes that were asked; where none is near, the coarsest of all. */
function between(found: Float32Array, side: number, stepPixels: number, boxPixels: number): Float32Array {
  const coarsest = found.reduce((most, value) => (value > most ? value : most), 0);
  const out = new Float32Array(boxPixels ** 3);
  const places = Array.from({ length: boxPixels }, (_, i) => {
    const low = Math.min(side - 1, Math.floor(i / stepPixels));
    const [from, to] = [low * stepPixels, Math.min(boxPixels - 1, (low + 1) * stepPixels)];
    const share = to > from ? (i - from) / (to - from) : 0;
    return [
      [low, 1 - share],
      [Math.min(side - 1, low + 1), share],
    ];
  });
  for (let z = 0, at = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++)
      for (let x = 0; x < boxPixels; x++, at++) {
        let [sum, weight] = [0, 0];
        for (const [c, wz] of places[z])
          for (const [b, wy] of places[y])
            for (const [a, wx] of places[x]) {
              const value = found[(c * side + b) * side + a];
              if (Number.isNaN(value)) continue;
              sum += wx * wy * wz * value;
              weight += wx * wy * wz;
            }
        out[at] = weight > 0 ? sum / weight : coarsest;
      }
  return out;
}
