// Products of all pairs of maps, X Xᵀ, summed over parts of their voxels: all that distances, components and scaling need, since voxels
// outnumber maps. Sums are float64.

/** Rows whose products are summed together. */
const ROWS = 4;
/** Voxels at a time: the rows of a few hundred maps stay in the processor's cache. */
const WIDTH = 512;

/** Adds up X Xᵀ of maps×voxels, a part of the voxels at a time. */
export class GramSum {
  private readonly sums: Float64Array;

  constructor(readonly maps: number) {
    this.sums = new Float64Array(maps * maps);
  }

  /** `values`: maps×width, row by row. */
  add(values: Float32Array | Float64Array, width: number): void {
    for (let from = 0; from < width; from += WIDTH) this.addWithin(values, width, from, Math.min(width, from + WIDTH));
  }

  /** maps×maps. */
  matrix(): Float64Array {
    const { maps, sums } = this;
    const matrix = sums.slice();
    for (let a = 0; a < maps; a++) for (let b = 0; b < a; b++) matrix[b * maps + a] = matrix[a * maps + b];
    return matrix;
  }

  private addWithin(values: Float32Array | Float64Array, width: number, from: number, to: number): void {
    const { maps, sums } = this;
    for (let a = 0; a < maps; a++) {
      const row = a * width;
      let b = 0;
      for (; b + ROWS <= a + 1; b += ROWS) {
        let [p, q, r, s] = [0, 0, 0, 0];
        const first = b * width;
        for (let v = from; v < to; v++) {
          const value = values[row + v];
          p += value * values[first + v];
          q += value * values[first + width + v];
          r += value * values[first + 2 * width + v];
          s += value * values[first + 3 * width + v];
        }
        sums[a * maps + b] += p;
        sums[a * maps + b + 1] += q;
        sums[a * maps + b + 2] += r;
        sums[a * maps + b + 3] += s;
      }
      for (; b <= a; b++) {
        let sum = 0;
        for (let v = from; v < to; v++) sum += values[row + v] * values[b * width + v];
        sums[a * maps + b] += sum;
      }
    }
  }
}

/** Of M maps that are sums of F others, A (M×F): A S Aᵀ of the others' products S (F×F). M×M. */
export function gramOfSums(products: Float64Array, factors: Float64Array, count: number): Float64Array {
  const bases = factors.length / count;
  const half = new Float64Array(count * bases);
  for (let m = 0; m < count; m++)
    for (let f = 0; f < bases; f++) {
      const factor = factors[m * bases + f];
      if (factor !== 0) for (let g = 0; g < bases; g++) half[m * bases + g] += factor * products[f * bases + g];
    }
  const gram = new Float64Array(count * count);
  for (let a = 0; a < count; a++)
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let g = 0; g < bases; g++) sum += half[a * bases + g] * factors[b * bases + g];
      gram[a * count + b] = gram[b * count + a] = sum;
    }
  return gram;
}

/** n×n distances of maps by their products: Euclidean, or one less the cosine of the angle (NaN for a map that is nothing). */
export function distancesOfGram(gram: Float64Array, count: number, metric: 'euclidean' | 'cosine'): Float64Array {
  const distances = new Float64Array(count * count);
  for (let a = 0; a < count; a++)
    for (let b = 0; b < a; b++) {
      const [aa, bb, ab] = [gram[a * count + a], gram[b * count + b], gram[a * count + b]];
      const distance = metric === 'cosine' ? 1 - ab / Math.sqrt(aa * bb) : Math.sqrt(Math.max(0, aa + bb - 2 * ab));
      distances[a * count + b] = distances[b * count + a] = distance;
    }
  return distances;
}

/** Products of the maps less their mean: H G H. */
export function centredGram(gram: Float64Array, count: number): Float64Array {
  const means = new Float64Array(count);
  let mean = 0;
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) means[a] += gram[a * count + b] / count;
    mean += means[a] / count;
  }
  return gram.map((value, at) => value - means[Math.floor(at / count)] - means[at % count] + mean);
}
