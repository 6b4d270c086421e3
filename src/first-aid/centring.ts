// Whether particles lie in the middle of their boxes: of posed images the centre of mass of their map, of others that of their mean
// image. Both after each one's shift, so that the map's own place tells.
import { mapFromCube } from '../backprojection/fourier-volume.ts';
import type { LongWork } from '../base/long-work.ts';
import { jointCube } from './agreement.ts';
import { inWords, measure, type Finding } from './finding.ts';
import { shiftsOf, transfersOf, type CheckedParticles } from './particles.ts';
import type { PosedImages } from './posed.ts';
import type { ImageSample } from './sample.ts';

/** Of the box: a particle that fills 70 % of it is then cut by the window, which falls off from 85 %. */
const OFF = 0.08;
/** Beyond, part of any particle is lost. */
const FAR_OFF = 0.2;
/** Rings of the mean image that are used: its overall shape. */
const RINGS = 6;
/** Density above this part of the largest counts. */
const LEVEL = 0.3;
/** Of the mean image: its peak over the spread of what lies at the border. */
const STANDS_OUT = 5;

export async function checkCentring(
  particles: CheckedParticles,
  sample: ImageSample,
  posed: PosedImages | null,
  work: LongWork = {},
): Promise<Finding> {
  const check = 'centring' as const;
  const off = posed && posed.errors > STANDS_OUT ? await centreOfMap(posed, work) : centreOfMean(particles, sample);
  if (!off)
    return {
      ...{ check, verdict: 'cannot say', measures: [] },
      sentence: 'The particles do not stand out enough to say whether they are centred.',
      advice: null,
    };
  const distance = Math.hypot(...off.map((share) => share * sample.boxPixels));
  const share = distance / sample.boxPixels;
  const base = {
    check,
    measures: [measure('centre of mass from the middle', distance, 'pixels'), measure('of the box', 100 * share, '%')],
  };
  const what = off.length === 3 ? 'The map’s centre of mass' : 'The mean image’s centre of mass';
  if (share > OFF)
    return {
      ...base,
      verdict: share > FAR_OFF ? 'wrong' : 'look',
      sentence: `${what} lies ${inWords(distance)} pixels from the middle of the box (${inWords(100 * share)} % of it).`,
      advice: 'The window may cut the particle: extract the particles anew about their centre of mass.',
    };
  return {
    ...base,
    verdict: 'good',
    sentence: `Particles are centred: ${what[0].toLowerCase()}${what.slice(1)} lies ${inWords(distance)} pixels from the middle of the box.`,
    advice: null,
  };
}

/** Fractions of the box, x, y, z. */
async function centreOfMap({ compared, given }: PosedImages, work: LongWork): Promise<number[] | null> {
  const cube = await jointCube(compared, given, work);
  const box = 2 * (compared.bandPixels + 2);
  return centreOf(mapFromCube(cube, box), box, 3);
}

/** Fractions of the box, x, y; null where nothing stands out. */
function centreOfMean(particles: CheckedParticles, sample: ImageSample): number[] | null {
  const { points, values, rows, boxPixels } = sample;
  const used = points.radius.filter((radius) => radius <= RINGS).length;
  const transfers = transfersOf(particles, sample, undefined, used);
  const shifts = shiftsOf(particles, sample);
  const [real, imaginary, weight] = [0, 1, 2].map(() => new Float64Array(used));
  for (let place = 0; place < rows.length; place++)
    for (let p = 0; p < used; p++) {
      const at = 2 * (place * points.count + p);
      const c = transfers ? transfers[place * used + p] : -1;
      const [tx, ty] = shifts ? [shifts[2 * place], shifts[2 * place + 1]] : [0, 0];
      const angle = (2 * Math.PI * (points.x[p] * tx + points.y[p] * ty)) / boxPixels;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      real[p] += c * (values[at] * cos + values[at + 1] * sin);
      imaginary[p] += c * (values[at + 1] * cos - values[at] * sin);
      weight[p] += c * c;
    }
  // A small image of the same field of view; a Gaussian ends the band softly.
  const side = 4 * RINGS;
  const image = new Float32Array(side * side);
  const filter = points.radius.subarray(0, used).map((radius) => Math.exp(-2 * (radius / RINGS) ** 2));
  const added = 0.1 * (weight.reduce((sum, value) => sum + value, 0) / used);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      let sum = 0;
      for (let p = 0; p < used; p++) {
        const angle = (2 * Math.PI * (points.x[p] * (x - side / 2) + points.y[p] * (y - side / 2))) / side;
        sum += (filter[p] * (real[p] * Math.cos(angle) - imaginary[p] * Math.sin(angle))) / (weight[p] + added);
      }
      image[y * side + x] = sum;
    }
  return standsOut(image, side) ? centreOf(image, side, 2) : null;
}

function standsOut(image: Float32Array, side: number): boolean {
  let [squares, count, peak] = [0, 0, 0];
  image.forEach((value, at) => {
    const radius = Math.hypot((at % side) - side / 2, Math.floor(at / side) - side / 2);
    peak = Math.max(peak, Math.abs(value));
    if (radius < 0.45 * side) return;
    squares += value * value;
    count++;
  });
  return peak > STANDS_OUT * Math.sqrt(squares / count);
}

/** Of what stands above LEVEL of the extreme value, whichever sign is the stronger; fractions of the side from its middle. */
function centreOf(values: Float32Array, side: number, dimensions: number): number[] | null {
  let extreme = 0;
  for (const value of values) if (Math.abs(value) > Math.abs(extreme)) extreme = value;
  if (extreme === 0) return null;
  const sums = new Array<number>(dimensions).fill(0);
  let whole = 0;
  values.forEach((value, at) => {
    const weight = value / extreme - LEVEL;
    if (!(weight > 0)) return;
    whole += weight;
    for (let axis = 0, rest = at; axis < dimensions; axis++, rest = Math.floor(rest / side))
      sums[axis] += weight * ((rest % side) / side - 0.5);
  });
  return sums.map((sum) => sum / whole);
}
