// Features of the positional encoding, sin(w·p) and cos(w·p), for many points at once. Points of a slice or of a volume
// lie on a grid, so e^{i w·p} is a product of one factor an axis: a few thousand sines make millions of features.
// Output is feature-major: feature j of point r at out[j·stride + r]. Without waves the features are x, y, z.
import type { EncodingTable } from './engine.ts';
import type { SliceLayout, SlicePose } from './slices.ts';

interface Wave {
  x: number;
  y: number;
  z: number;
  /** Feature numbers that take this wave's sine and cosine; −1 for none. */
  sine: number;
  cosine: number;
}

/** Where features go: `out` is features × `stride` points, and a slice's points begin at `first`. */
export interface FeatureTarget {
  out: Float32Array;
  stride: number;
  first: number;
}

/** Makes the features of one encoding table, a sine and a cosine of the same wave from one product. */
export class FeatureMaker {
  /** Features a point. */
  readonly count: number;
  private readonly waves: Wave[] = [];

  constructor(encoding: EncodingTable) {
    const { waveVectors, isCosine } = encoding;
    const features = isCosine.length;
    this.count = features === 0 ? 3 : features;
    const open = new Map<string, Wave>();
    for (let j = 0; j < features; j++) {
      const [x, y, z] = waveVectors.subarray(3 * j, 3 * j + 3);
      const slot = isCosine[j] ? 'cosine' : 'sine';
      const key = `${x} ${y} ${z}`;
      let wave = open.get(key);
      if (!wave || wave[slot] >= 0) {
        wave = { x, y, z, sine: -1, cosine: -1 };
        open.set(key, wave);
        this.waves.push(wave);
      }
      wave[slot] = j;
    }
  }

  /** Features of the rows of one image, points r = first … first + rowsPerImage − 1 of `out`. */
  ofSlice(
    layout: SliceLayout,
    { rotations, at, flips, flipsAt }: SlicePose,
    { out, stride, first }: FeatureTarget,
  ): void {
    const { rowsPerImage, lattice } = layout;
    const [xx, xy, xz, yx, yy, yz] = rotations.subarray(at, at + 6);
    if (this.waves.length === 0) {
      for (let row = 0; row < rowsPerImage; row++) {
        const sign = flips[flipsAt + row] ? -1 : 1;
        const x = sign * lattice.x[row];
        const y = sign * lattice.y[row];
        out[first + row] = x * xx + y * yx;
        out[stride + first + row] = x * xy + y * yy;
        out[2 * stride + first + row] = x * xz + y * yz;
      }
      return;
    }
    const { column, row: line, side, boxPixels } = lattice;
    const cosX = new Float64Array(side);
    const sinX = new Float64Array(side);
    const cosY = new Float64Array(side);
    const sinY = new Float64Array(side);
    for (const wave of this.waves) {
      const alongX = wave.x * xx + wave.y * xy + wave.z * xz;
      const alongY = wave.x * yx + wave.y * yy + wave.z * yz;
      for (let i = 0; i < side; i++) {
        const k = i / boxPixels - 0.5;
        cosX[i] = Math.cos(alongX * k);
        sinX[i] = Math.sin(alongX * k);
        cosY[i] = Math.cos(alongY * k);
        sinY[i] = Math.sin(alongY * k);
      }
      const sineAt = wave.sine < 0 ? -1 : wave.sine * stride + first;
      const cosineAt = wave.cosine < 0 ? -1 : wave.cosine * stride + first;
      for (let row = 0; row < rowsPerImage; row++) {
        const i = column[row];
        const j = line[row];
        if (cosineAt >= 0) out[cosineAt + row] = cosX[i] * cosY[j] - sinX[i] * sinY[j];
        if (sineAt >= 0) {
          const sine = sinX[i] * cosY[j] + cosX[i] * sinY[j];
          out[sineAt + row] = flips[flipsAt + row] ? -sine : sine;
        }
      }
    }
  }

  /** Features of points `from … from + rows − 1` of `coordinates` (M×3), at points 0 … rows − 1 of `out`. */
  ofCoordinates(coordinates: Float32Array, from: number, rows: number, out: Float32Array, stride: number): void {
    const at = 3 * from;
    if (this.waves.length === 0) {
      for (let row = 0; row < rows; row++)
        for (let axis = 0; axis < 3; axis++) out[axis * stride + row] = coordinates[at + 3 * row + axis];
      return;
    }
    const axes = [0, 1, 2].map((axis) => distinctValues(coordinates, at + axis, rows));
    if (axes.some((a) => a.values.length > rows / 8)) return this.directly(coordinates, at, rows, out, stride);
    const tables = axes.map(({ values }) => ({
      cos: new Float64Array(values.length),
      sin: new Float64Array(values.length),
    }));
    const [ax, ay, az] = axes.map((a) => a.numberOf);
    const [tx, ty, tz] = tables;
    for (const wave of this.waves) {
      const along = [wave.x, wave.y, wave.z];
      axes.forEach(({ values }, axis) => {
        for (let i = 0; i < values.length; i++) {
          tables[axis].cos[i] = Math.cos(along[axis] * values[i]);
          tables[axis].sin[i] = Math.sin(along[axis] * values[i]);
        }
      });
      const sineAt = wave.sine * stride;
      const cosineAt = wave.cosine * stride;
      for (let row = 0; row < rows; row++) {
        const i = ax[row];
        const j = ay[row];
        const k = az[row];
        const cos = tx.cos[i] * ty.cos[j] - tx.sin[i] * ty.sin[j];
        const sin = tx.sin[i] * ty.cos[j] + tx.cos[i] * ty.sin[j];
        if (wave.cosine >= 0) out[cosineAt + row] = cos * tz.cos[k] - sin * tz.sin[k];
        if (wave.sine >= 0) out[sineAt + row] = sin * tz.cos[k] + cos * tz.sin[k];
      }
    }
  }

  private directly(coordinates: Float32Array, at: number, rows: number, out: Float32Array, stride: number): void {
    for (const wave of this.waves)
      for (let row = 0; row < rows; row++) {
        const c = at + 3 * row;
        const phase = wave.x * coordinates[c] + wave.y * coordinates[c + 1] + wave.z * coordinates[c + 2];
        if (wave.cosine >= 0) out[wave.cosine * stride + row] = Math.cos(phase);
        if (wave.sine >= 0) out[wave.sine * stride + row] = Math.sin(phase);
      }
  }
}

/** The different values of every third number from `at`, and which of them each row has. */
function distinctValues(coordinates: Float32Array, at: number, rows: number) {
  const numbers = new Map<number, number>();
  const numberOf = new Uint32Array(rows);
  const values: number[] = [];
  for (let row = 0; row < rows; row++) {
    const value = coordinates[at + 3 * row];
    let number = numbers.get(value);
    if (number === undefined) {
      number = values.length;
      numbers.set(value, number);
      values.push(value);
    }
    numberOf[row] = number;
  }
  return { values, numberOf };
}
