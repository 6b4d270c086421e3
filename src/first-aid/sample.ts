// Spectra of a sample of images: coefficients on a half plane within a band, their power by ring, and the power by ring of what lies
// around the particle. The origin is pixel D/2; k in Fourier pixels, so that a smaller band leaves the field of view as it is.
import { searchPoints } from '../engine/scoring/points.ts';
import type { SearchPoints } from '../engine/scoring/scorer.ts';
import { halfSpectrumLength, transformImage } from '../imaging/spectrum.ts';

/** S images of a set; R rings. */
export interface ImageSample {
  boxPixels: number;
  /** S rows of the set, ascending; images that are empty or not finite are left out. */
  rows: Uint32Array;
  points: SearchPoints;
  /** S×n×2: Re and Im of each image's transform (unnormalised) at the points. */
  values: Float32Array;
  /** R: rings 1 … R of the band. */
  rings: number;
  /** S×R mean |F|² by ring. */
  powers: Float64Array;
  /** R: independent coefficients of a ring. */
  coefficients: Float64Array;
  surroundings: Surroundings;
  /** D²: mean and variance over the images of each pixel. */
  pixelMean: Float64Array;
  pixelVariance: Float64Array;
}

/** Spectra of the pixels around the particle, of the first images of the sample (evenly spaced), T of them. */
export interface Surroundings {
  /** T places in the sample. */
  images: Uint32Array;
  /** Rings 1 … D/2 of the whole spectrum. */
  rings: number;
  /** T×rings mean |F|² over the number of pixels. */
  powers: Float64Array;
  /** Rings 1 … D/2: mean |F|² of the same images whole. */
  wholePower: Float64Array;
  /** |M|² of the area's own transform at offsets (x, y), |x|, |y| ≤ smearReach, row-major: how far a ring smears. */
  smear: Float64Array;
  smearReach: number;
}

/** Fourier pixels: 8 Å of a box of 320 Å. Memory: 20 kB an image. */
const MOST_RINGS = 40;
/** Beyond this part of the box around the centre the pixels are taken for noise (as measureNoise). */
const OUTSIDE = 0.47;
const SURROUNDINGS_IMAGES = 500;
const SMEAR_REACH = 6;

/** Takes images one by one in the order of `rows`. */
export class SampleMaker {
  private readonly points: SearchPoints;
  private readonly rings: number;
  private readonly order: Uint32Array;
  private readonly places: Map<number, number>;
  private readonly ringOf: Int16Array;
  private readonly outside: Uint32Array;
  private readonly spectrum: Float64Array;
  private readonly masked: Float32Array;
  private readonly values: Float32Array;
  private readonly powers: Float64Array;
  private readonly around: Float64Array;
  private readonly whole: Float64Array;
  private readonly aroundImages: number[] = [];
  private readonly every: number;
  private readonly sum: Float64Array;
  private readonly squares: Float64Array;
  private readonly kept: number[] = [];
  private next = 0;

  constructor(
    readonly boxPixels: number,
    rows: Uint32Array,
  ) {
    const half = boxPixels / 2;
    this.rings = Math.max(1, Math.min(MOST_RINGS, half - 1));
    this.points = searchPoints(boxPixels, this.rings + 0.49);
    this.order = rows;
    this.places = new Map(Array.from(rows, (row, at) => [row, at]));
    this.ringOf = Int16Array.from(this.points.radius, (radius) => Math.round(radius) - 1);
    const pixels = boxPixels * boxPixels;
    this.outside = Uint32Array.from(
      Array.from({ length: pixels }, (_, at) => at).filter((at) => isOutside(at, boxPixels)),
    );
    this.spectrum = new Float64Array(halfSpectrumLength(boxPixels, 2));
    this.masked = new Float32Array(pixels);
    this.values = new Float32Array(rows.length * this.points.count * 2);
    this.powers = new Float64Array(rows.length * this.rings);
    this.every = Math.max(1, Math.floor(rows.length / SURROUNDINGS_IMAGES));
    this.around = new Float64Array(Math.ceil(rows.length / this.every) * half);
    this.whole = new Float64Array(half);
    this.sum = new Float64Array(pixels);
    this.squares = new Float64Array(pixels);
  }

  /** Whether the image of this row belongs to the sample. */
  wants(row: number): boolean {
    return this.places.has(row);
  }

  /** The next image of the sample; one that is not `usable` is left out. */
  take(image: Float32Array, usable: boolean): void {
    const row = this.order[this.next++];
    if (!usable) return;
    const { boxPixels, points, rings, ringOf, spectrum } = this;
    const place = this.kept.push(row) - 1;
    for (let at = 0; at < image.length; at++) {
      this.sum[at] += image[at];
      this.squares[at] += image[at] ** 2;
    }
    transformImage(image, boxPixels, spectrum);
    const columns = boxPixels / 2 + 1;
    let to = place * points.count * 2;
    for (let p = 0; p < points.count; p++, to += 2) {
      const [x, y] = [points.x[p], points.y[p]];
      // F(−k) = F(k)*, and the origin moves from the first pixel to the middle.
      const [kx, ky] = x < 0 ? [-x, -y] : [x, y];
      const from = 2 * ((ky < 0 ? ky + boxPixels : ky) * columns + kx);
      const sign = (x + y) % 2 === 0 ? 1 : -1;
      this.values[to] = sign * spectrum[from];
      this.values[to + 1] = (x < 0 ? -sign : sign) * spectrum[from + 1];
      const ring = ringOf[p];
      if (ring < rings) this.powers[place * rings + ring] += this.values[to] ** 2 + this.values[to + 1] ** 2;
    }
    if (place % this.every === 0) this.takeSurroundings(image, place);
  }

  private takeSurroundings(image: Float32Array, place: number): void {
    const { boxPixels, outside, masked, spectrum, around, whole } = this;
    const half = boxPixels / 2;
    // The image's own transform stands in `spectrum` still.
    addRings(spectrum, boxPixels, whole);
    let sum = 0;
    for (const at of outside) sum += image[at];
    masked.fill(0);
    // The background's own level is none of the noise.
    for (const at of outside) masked[at] = image[at] - sum / outside.length;
    transformImage(masked, boxPixels, spectrum);
    const first = this.aroundImages.length * half;
    addRings(spectrum, boxPixels, around.subarray(first, first + half), 1 / outside.length);
    this.aroundImages.push(place);
  }

  /** The sample; of `take` no more after it. */
  made(): ImageSample {
    const { boxPixels, points, rings, ringOf, kept } = this;
    const coefficients = new Float64Array(rings);
    ringOf.forEach((ring) => ring < rings && coefficients[ring]++);
    const powers = this.powers.slice(0, kept.length * rings).map((sum, at) => sum / coefficients[at % rings]);
    const half = boxPixels / 2;
    const count = Math.max(1, kept.length);
    const pixelMean = this.sum.map((sum) => sum / count);
    return {
      boxPixels,
      rows: Uint32Array.from(kept),
      points,
      values: this.values.subarray(0, kept.length * points.count * 2),
      ...{ rings, powers, coefficients },
      surroundings: {
        images: Uint32Array.from(this.aroundImages),
        rings: half,
        powers: this.around.subarray(0, this.aroundImages.length * half),
        wholePower: this.whole.map((sum) => sum / Math.max(1, this.aroundImages.length)),
        ...smearOf(this.outside, boxPixels),
      },
      pixelMean,
      pixelVariance: this.squares.map((squares, at) => Math.max(0, squares / count - pixelMean[at] ** 2)),
    };
  }
}

/** Adds the mean |F|² of each ring 1 … D/2 of a half spectrum, times `scale`. */
function addRings(spectrum: Float64Array, boxPixels: number, into: Float64Array, scale = 1): void {
  const half = boxPixels / 2;
  const sums = new Float64Array(half);
  const counts = new Float64Array(half);
  for (let row = 0, at = 0; row < boxPixels; row++)
    for (let x = 0; x <= half; x++, at += 2) {
      const ring = Math.round(Math.hypot(x, row < half ? row : row - boxPixels)) - 1;
      if (ring < 0 || ring >= half) continue;
      sums[ring] += spectrum[at] ** 2 + spectrum[at + 1] ** 2;
      counts[ring]++;
    }
  for (let ring = 0; ring < half; ring++) into[ring] += (scale * sums[ring]) / counts[ring];
}

function isOutside(at: number, boxPixels: number): boolean {
  const half = boxPixels / 2;
  return Math.hypot((at % boxPixels) - half, Math.floor(at / boxPixels) - half) > OUTSIDE * boxPixels;
}

function smearOf(outside: Uint32Array, boxPixels: number): { smear: Float64Array; smearReach: number } {
  const area = new Float32Array(boxPixels * boxPixels);
  for (const at of outside) area[at] = 1;
  const spectrum = new Float64Array(halfSpectrumLength(boxPixels, 2));
  transformImage(area, boxPixels, spectrum);
  const smearReach = Math.min(SMEAR_REACH, boxPixels / 2 - 1);
  const side = 2 * smearReach + 1;
  const columns = boxPixels / 2 + 1;
  const smear = Float64Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [(i % side) - smearReach, Math.floor(i / side) - smearReach];
    const [kx, ky] = x < 0 ? [-x, -y] : [x, y];
    const at = 2 * ((ky < 0 ? ky + boxPixels : ky) * columns + kx);
    return spectrum[at] ** 2 + spectrum[at + 1] ** 2;
  });
  return { smear, smearReach };
}
