// How well images agree with each other under an assumption about their poses, shifts or transfer: each half of them makes a map, and
// the other half's images are correlated with its slices,
//   s_i = Re Σ y* c A V / √(Σ|y|² · Σ|c A V|²),  y whitened by ring and moved by its shift, c the transfer.
// No structure is needed, noise is on both sides and cancels, and two assumptions are compared image by image.
import { backproject } from '../backprojection/backproject.ts';
import { cubeShape } from '../backprojection/fourier-volume.ts';
import { FourierSums } from '../backprojection/insertion.ts';
import { sliceCubes } from '../backprojection/slicing.ts';
import { Yielder, type LongWork } from '../base/long-work.ts';
import type { FourierCube, SearchImages, SearchPoints } from '../engine/scoring/scorer.ts';
import type { ImageSample } from './sample.ts';

/** What is assumed of the S images of a sample. */
export interface Assumption {
  /** S×9; slices at (x, y, 0)·R. */
  rotations: Float32Array;
  /** S×2 pixels, added to the content; null for none. */
  shifts: Float32Array | null;
  /** S×n at the first n points; null for one everywhere. */
  transfers: Float32Array | null;
}

/** Images prepared for comparison, and the band they are compared in. */
export interface ComparedImages {
  /** M images: the places 0 … M−1 of `places` in the sample. */
  places: Uint32Array;
  points: SearchPoints;
  bandPixels: number;
  /** M×n×2, divided by the root of the mean power of their ring. */
  values: Float32Array;
  /** n: what the values were divided by. */
  deviation: Float32Array;
}

/** Fourier pixels: 13 Å of a box of 320 Å, past the first zero of most images. */
const MOST_BAND = 24;
/** Of the box: beyond, trilinear slices and the edge of the band disturb. */
const BAND_SHARE = 0.36;
/** Coefficients that are inserted in all: a tenth of a second. */
const MOST_VALUES = 250_000;
const OVERSAMPLING = 2;
/** Wiener filter of the halves' maps, over the mean weight. */
const REGULARISATION = 0.1;
const CHUNK = 50;

export function comparedImages({ boxPixels, rows, points, rings, powers, values }: ImageSample): ComparedImages {
  const bandPixels = Math.max(2, Math.min(rings, MOST_BAND, Math.floor(BAND_SHARE * boxPixels)));
  let count = 0;
  while (count < points.count && points.radius[count] <= bandPixels + 1e-6) count++;
  const most = Math.max(200, Math.floor(MOST_VALUES / count));
  const taken = Math.min(rows.length, most);
  const places = Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * rows.length) / taken));
  const mean = new Float64Array(rings);
  powers.forEach((power, at) => (mean[at % rings] += power / rows.length));
  const deviation = Float32Array.from({ length: count }, (_, p) =>
    Math.sqrt(mean[Math.min(rings, Math.max(1, Math.round(points.radius[p]))) - 1] || 1),
  );
  const whitened = new Float32Array(taken * count * 2);
  places.forEach((place, i) => {
    for (let j = 0; j < 2 * count; j++)
      whitened[2 * i * count + j] = values[2 * place * points.count + j] / deviation[j >> 1];
  });
  const { x, y, radius } = points;
  const near: SearchPoints = {
    ...{ boxPixels, count },
    ...{ x: x.subarray(0, count), y: y.subarray(0, count), radius: radius.subarray(0, count) },
  };
  return { places, points: near, bandPixels, values: whitened, deviation };
}

/** M×width of an array with a row for each of the sample's S images. */
export function rowsOfPlaces(places: Uint32Array, values: Float32Array, width: number): Float32Array {
  const out = new Float32Array(places.length * width);
  places.forEach((place, i) => out.set(values.subarray(place * width, (place + 1) * width), i * width));
  return out;
}

/** M correlations, −1 … 1, under what is assumed (arrays of M rows). Error: 'cancelled'. */
export async function agreementUnder(
  compared: ComparedImages,
  assumed: Assumption,
  work: LongWork = {},
): Promise<Float64Array> {
  const { places, points } = compared;
  const images = whitenedImages(compared, assumed);
  const cubes = await halfCubes(compared, images, assumed, work);
  const scores = new Float64Array(places.length);
  const yielder = new Yielder(work);
  const [cos, sin] = [new Float64Array(points.count), new Float64Array(points.count)];
  for (let from = 0; from < places.length; from += CHUNK) {
    const to = Math.min(places.length, from + CHUNK);
    // The map of the half that the image is none of.
    const slices = sliceCubes(
      (slice) => cubes[1 - ((from + slice) % 2)],
      points,
      points.count,
      assumed.rotations.subarray(9 * from, 9 * to),
    );
    for (let i = from; i < to; i++) {
      phases(compared, assumed.shifts, i, cos, sin);
      let [product, ofImage, ofSlice] = [0, 0, 0];
      for (let p = 0; p < points.count; p++) {
        const at = 2 * (i * points.count + p);
        const [re, im] = [images.values[at], images.values[at + 1]];
        const c = images.ctf ? images.ctf[i * points.count + p] : 1;
        const a = c * slices[2 * ((i - from) * points.count + p)];
        const b = c * slices[2 * ((i - from) * points.count + p) + 1];
        product += (re * cos[p] + im * sin[p]) * a + (im * cos[p] - re * sin[p]) * b;
        ofImage += re * re + im * im;
        ofSlice += a * a + b * b;
      }
      scores[i] = product / Math.sqrt(ofImage * ofSlice || 1);
    }
    if (yielder.due()) await yielder.yieldToEvents(from / places.length, 'Comparing halves of the images');
  }
  return scores;
}

/** Both halves' maps together as a Fourier cube, for what is read off it. */
export async function jointCube(
  compared: ComparedImages,
  assumed: Assumption,
  work: LongWork = {},
): Promise<FourierCube> {
  const [even, odd] = await halfSums(compared, whitenedImages(compared, assumed), assumed, work);
  for (let i = 0; i < even.numerator.length; i++) even.numerator[i] += odd.numerator[i];
  for (let i = 0; i < even.denominator.length; i++) even.denominator[i] += odd.denominator[i];
  return even.quotient(REGULARISATION);
}

function whitenedImages(
  { places, points, values, deviation }: ComparedImages,
  { transfers }: Assumption,
): SearchImages {
  const { count } = points;
  const ctf = Float32Array.from(
    { length: places.length * count },
    (_, at) => (transfers ? transfers[at] : 1) / deviation[at % count],
  );
  return { count: places.length, values, ctf };
}

async function halfSums(
  { places, points, bandPixels }: ComparedImages,
  images: SearchImages,
  { rotations, shifts }: Assumption,
  work: LongWork,
): Promise<FourierSums[]> {
  const shape = cubeShape(points.boxPixels, OVERSAMPLING, bandPixels);
  const sums = [new FourierSums(shape), new FourierSums(shape)];
  const posed = { rotations, shifts: shifts ?? new Float32Array(2 * places.length) };
  const yielder = new Yielder(work);
  for (let from = 0; from < places.length; from += CHUNK) {
    for (const half of [0, 1])
      backproject(sums[half], images, posed, {
        ...{ points, count: points.count },
        keep: (image) => image >= from && image < from + CHUNK && image % 2 === half,
      });
    if (yielder.due()) await yielder.yieldToEvents(from / places.length, 'Comparing halves of the images');
  }
  return sums;
}

async function halfCubes(
  compared: ComparedImages,
  images: SearchImages,
  assumed: Assumption,
  work: LongWork,
): Promise<FourierCube[]> {
  return (await halfSums(compared, images, assumed, work)).map((sums) => sums.quotient(REGULARISATION));
}

function phases(
  { points }: ComparedImages,
  shifts: Float32Array | null,
  image: number,
  cos: Float64Array,
  sin: Float64Array,
): void {
  const [tx, ty] = shifts ? [shifts[2 * image], shifts[2 * image + 1]] : [0, 0];
  for (let p = 0; p < points.count; p++) {
    const angle = (2 * Math.PI * (points.x[p] * tx + points.y[p] * ty)) / points.boxPixels;
    cos[p] = Math.cos(angle);
    sin[p] = Math.sin(angle);
  }
}
