// Noise of a linear model by ring, of all images and of each optics group (noiseRows): measured from what the maps leave of the images.
import { noiseRows, type LinearData } from './fit.ts';

/** Images of a group whose noise is measured by itself. */
const LEAST_OF_GROUP = 30;

/** Means of rows of rings over all images, and over those of each group. */
export class RingMeans {
  private readonly sums: Float64Array;
  private readonly counts: Uint32Array;

  constructor(
    private readonly band: number,
    rows: number,
  ) {
    this.sums = new Float64Array(rows * (band + 1));
    this.counts = new Uint32Array(rows);
  }
  /** B×(band + 1), and the row of each image's group. */
  add(images: Float32Array, groups: ArrayLike<number> | null): void {
    const width = this.band + 1;
    for (let i = 0; i < images.length / width; i++)
      for (const row of groups ? [0, groups[i]] : [0]) {
        for (let ring = 0; ring < width; ring++) this.sums[row * width + ring] += images[i * width + ring];
        this.counts[row]++;
      }
  }
  /** Ring 0 has no points: it takes the first one's. A group of few images takes the mean of all. */
  mean(): Float32Array {
    const width = this.band + 1;
    const out = new Float32Array(this.sums.length);
    this.counts.forEach((count, row) => {
      const from = count < LEAST_OF_GROUP ? 0 : row;
      for (let ring = 0; ring < width; ring++)
        out[row * width + ring] = this.sums[from * width + Math.max(ring, 1)] / this.counts[from];
    });
    return out;
  }
}

/** Noise by ring of a wider band, beyond the rings that are known as it is around the particles; level where images are empty there. */
export function extended(noise: Float32Array, bandPixels: number, data: LinearData): Float32Array {
  const rows = noiseRows(data);
  const last = noise.length / rows - 1;
  const width = bandPixels + 1;
  const outside = data.groupNoise ? [...data.noise, ...data.groupNoise.power] : data.noise;
  return Float32Array.from({ length: rows * width }, (_, at) => {
    const [row, ring] = [Math.floor(at / width), at % width];
    const known = noise[row * (last + 1) + Math.min(ring, last)];
    const around = (of: number): number => outside[row * data.noise.length + of];
    return ring <= last || !(around(last) > 0) ? known : (known * around(ring)) / around(last);
  });
}
