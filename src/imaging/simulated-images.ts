// Images of a simulation from its signals: noise, the CTF in Fourier space, and one scale for all.
import { VitrineError, throwIfCancelled } from '../base/errors.ts';
import type { ImageReader } from '../formats/particles.ts';
import { Random } from '../geometry/random.ts';
import { ctfFunction } from './ctf.ts';
import { hartleyImage } from './hartley.ts';

/** Images from which the variance of the signal is estimated. */
const VARIANCE_SAMPLE = 400;

/** What turns a signal into images: its moments, the noise, and the seed's stream of image 0. */
export interface NoisyFrame {
  mean: number;
  variance: number;
  noise: NoiseMaker;
  snr: number;
  seed: number;
  stream: number;
  count: number;
  boxPixels: number;
  pixelSizeAngstrom: number;
}

/** Every image from the seed and its number alone. Error of reading: 'index-out-of-range', 'cancelled'. */
export function noisyImages(signal: (index: number) => Float64Array, frame: NoisyFrame): ImageReader {
  const { mean, variance, noise, snr, seed, stream, count, boxPixels, pixelSizeAngstrom } = frame;
  const deviation = snr > 0 && snr < Infinity ? Math.sqrt(variance / snr) : 0;
  const scale = 1 / Math.sqrt(variance + deviation * deviation);
  const pixels = boxPixels * boxPixels;
  return {
    count,
    boxPixels,
    pixelSizeAngstrom,
    async read(indices, abort) {
      const out = new Float32Array(indices.length * pixels);
      for (let n = 0; n < indices.length; n++) {
        throwIfCancelled(abort);
        const index = indices[n];
        if (!(index >= 0 && index < count))
          throw new VitrineError('index-out-of-range', `There is no image ${index + 1}.`, { row: index + 1 });
        const image = signal(index);
        const deviates = noise.draw(new Random(seed, stream + index));
        for (let i = 0; i < pixels; i++) out[n * pixels + i] = scale * (image[i] - mean + deviation * deviates[i]);
      }
      return Promise.resolve(out);
    },
  };
}

/** Mean and variance of a signal's pixels, from some of the images. */
export function sampleMoments(
  signal: (index: number) => Float64Array,
  count: number,
): { mean: number; variance: number } {
  const sample = Math.min(VARIANCE_SAMPLE, count);
  let [sum, squares, pixels] = [0, 0, 0];
  for (let i = 0; i < sample; i++) {
    const image = signal(Math.floor((i * count) / sample));
    for (const value of image) {
      sum += value;
      squares += value * value;
    }
    pixels += image.length;
  }
  const mean = sum / pixels;
  return { mean, variance: squares / pixels - mean * mean };
}

/** Noise of variance 1 an image at a time; what `draw` gives holds until the next. */
export class NoiseMaker {
  private readonly image: Float64Array;
  private readonly transform: Float64Array;
  /** Of the transform's values; null where the noise is white. */
  private readonly amplitudes: Float64Array | null;

  constructor(
    private readonly boxPixels: number,
    slope: number,
  ) {
    const pixels = boxPixels * boxPixels;
    this.image = new Float64Array(pixels);
    this.transform = new Float64Array(pixels);
    const half = boxPixels / 2;
    const amplitudes = Float64Array.from({ length: pixels }, (_, at) => {
      const frequency = Math.hypot((at % boxPixels) - half, Math.floor(at / boxPixels) - half);
      return Math.max(1, frequency) ** (-slope / 2);
    });
    const power = amplitudes.reduce((sum, amplitude) => sum + amplitude * amplitude, 0) / pixels;
    this.amplitudes = slope === 0 ? null : amplitudes.map((amplitude) => amplitude / Math.sqrt(power));
  }

  draw(random: Random): Float64Array {
    const { boxPixels: size, image, transform, amplitudes } = this;
    for (let i = 0; i < image.length; i++) image[i] = random.normal();
    if (!amplitudes) return image;
    hartleyImage(image, size, transform);
    for (let i = 0; i < image.length; i++) transform[i] *= amplitudes[i];
    hartleyImage(transform, size, image, { scale: 1 / (size * size) });
    return image;
  }
}

/** One image being made, with its transform. */
export class Projector {
  readonly image: Float64Array;
  private readonly transform: Float64Array;

  constructor(private readonly boxPixels: number) {
    this.image = new Float64Array(boxPixels * boxPixels);
    this.transform = new Float64Array(boxPixels * boxPixels);
  }

  clear(): void {
    this.image.fill(0);
  }

  /** Multiplies by −CTF: the CTF is negative at low frequency, and particles are to be white. */
  applyCtf(row: Float32Array): void {
    const { boxPixels: size, image, transform } = this;
    const half = size / 2;
    const ctf = ctfFunction(row);
    hartleyImage(image, size, transform);
    for (let j = 0; j < size; j++)
      for (let i = 0; i < size; i++) {
        const [x, y] = [(i - half) / size, (j - half) / size];
        let factor = ctf(x, y);
        // −k of the Nyquist row is k mod D: a real image takes the mean of the two.
        if (i === 0 || j === 0) factor = 0.5 * (factor + ctf(i === 0 ? x : -x, j === 0 ? y : -y));
        transform[j * size + i] *= -factor;
      }
    hartleyImage(transform, size, image, { scale: 1 / (size * size) });
  }
}
