// Simulated particles with known answers: a molecule that swings about a hinge, in several compositions, projected
// analytically, shifted, multiplied by the CTF, with white or coloured noise; scaled to mean 0 and standard deviation 1, particles
// white. SNR = variance of the signal over the whole image / variance of the noise (Zhong's thesis, section 3.4).
// Images are made when they are read, each from the seed and its number alone, so a set may be of any size.
import { VitrineError, throwIfCancelled } from '../base/errors.ts';
import { CTF_WIDTH } from '../formats/particles.ts';
import type { ImageReader, Poses } from '../formats/particles.ts';
import { Random } from '../geometry/random.ts';
import { randomRotations } from '../geometry/rotation.ts';
import { ctfFunction } from './ctf.ts';
import { hartleyImage } from './hartley.ts';
import { conformation } from './molecule.ts';
import type { Molecule } from './molecule.ts';
import { densityOfAtoms, projectAtoms } from './projection.ts';
import { twoDomainMolecule } from './two-domain-molecule.ts';

/** Which domains a share of the particles lacks. */
export interface Composition {
  name: string;
  /** Relative number of particles. */
  share: number;
  /** Indices into the molecule's `domainNames`. */
  absentDomains: number[];
}

/** Particles, states, optics and noise of a set to be made. */
export interface SimulationOptions {
  /** The built-in two-domain molecule by default. */
  molecule?: Molecule;
  count: number;
  boxPixels: number;
  pixelSizeAngstrom: number;
  /** Steps of the hinge from −span/2 to span/2; 50. */
  states?: number;
  /** Radians; 1.5. */
  spanRadians?: number;
  /** One with every domain by default. */
  compositions?: Composition[];
  /** Relative numbers of particles by state, those of the first composition first, 0 for states beyond; by the compositions' shares if absent. */
  populations?: readonly number[];
  /** 0.1; 0 or Infinity: no noise. */
  snr?: number;
  /** p: the noise's power at frequency s goes as s^−p (never more than at one cycle a box). 0, white, by default. */
  noiseSlope?: number;
  /** Shifts are uniform in ± this many pixels; 2. */
  shiftPixels?: number;
  /** Rows (M×9, CTF_COLUMNS) to draw from; 'defaults': 300 kV, 0.8–2.5 µm; 'none'. */
  ctf?: Float32Array | 'defaults' | 'none';
  /** Å, width of the atoms; 10. */
  resolutionAngstrom?: number;
  seed?: number;
}

/** A set with all that is true of it. */
export interface Simulation {
  /** White particles, N×D×D; the same numbers whenever and in whatever order they are read. */
  images: ImageReader;
  /** True poses; translations centre the images. */
  poses: Poses;
  /** N×9; null for 'none'. */
  ctf: Float32Array | null;
  /** N: conformation + conformations × composition. */
  state: Uint16Array;
  /** N, radians. */
  angleRadians: Float32Array;
  /** N, index into `compositions`. */
  composition: Uint8Array;
  compositions: Composition[];
  /** States in all: conformations × compositions. */
  stateCount: number;
  molecule: Molecule;
  /** Map of a state, D³ [z][y][x]. */
  truth(state: number): Float32Array;
}

/** Streams of the seed: the set's own numbers, and each image's noise from 1 on. */
const SET_STREAM = 0;
/** Images from which the variance of the signal is estimated. */
const VARIANCE_SAMPLE = 400;

/** Errors: 'value-out-of-range' naming the option. */
export function simulate(options: SimulationOptions): Simulation {
  const { count, boxPixels, pixelSizeAngstrom } = options;
  const states = options.states ?? 50;
  requireOption('-N', count, Number.isInteger(count) && count > 0, 'a whole number above 0');
  requireOption(
    '-D',
    boxPixels,
    Number.isInteger(boxPixels) && boxPixels >= 4 && boxPixels % 2 === 0,
    'an even number',
  );
  requireOption('--apix', pixelSizeAngstrom, pixelSizeAngstrom > 0, 'Å per pixel, above 0');
  requireOption('--states', states, Number.isInteger(states) && states > 0, 'a whole number above 0');
  requireOption('--snr', options.snr ?? 0.1, !((options.snr ?? 0.1) < 0), '0 (no noise) or above');
  const slope = options.noiseSlope ?? 0;
  requireOption('--noise-slope', slope, slope >= 0 && slope <= 8, '0 (white) to 8');
  const molecule = options.molecule ?? twoDomainMolecule();
  const span = options.spanRadians ?? 1.5;
  const compositions = options.compositions ?? [{ name: 'whole', share: 1, absentDomains: [] }];
  const angleOf = (conformationIndex: number) => (states === 1 ? 0 : span * (conformationIndex / (states - 1) - 0.5));
  const stateCount = states * compositions.length;
  const structures = Array.from({ length: stateCount }, (_, state) =>
    conformation(molecule, angleOf(state % states), compositions[Math.floor(state / states)].absentDomains),
  );
  const frame = { boxPixels, pixelSizeAngstrom, resolutionAngstrom: options.resolutionAngstrom ?? 10 };

  const random = new Random(options.seed ?? 0, SET_STREAM);
  const rotations = randomRotations(random, count);
  const shift = options.shiftPixels ?? 2;
  const translations = Float32Array.from({ length: 2 * count }, () => ((random.uniform() * 2 - 1) * shift) / boxPixels);
  const { state, composition } = drawStates(random, count, { states, compositions, populations: options.populations });
  const ctf = drawCtf(random, options.ctf ?? 'defaults', count, boxPixels, pixelSizeAngstrom);

  const projector = new Projector(boxPixels);
  const noiseMaker = new NoiseMaker(boxPixels, slope);
  const signal = (index: number) => {
    const { positions, weights } = structures[state[index]];
    // The pose's translation centres the image, so the content lies at its negative.
    const [x, y] = [-translations[2 * index] * boxPixels, -translations[2 * index + 1] * boxPixels];
    projector.clear();
    projectAtoms(positions, weights, { rotations, offset: 9 * index, shiftX: x, shiftY: y }, frame, projector.image);
    if (ctf) projector.applyCtf(ctf.subarray(CTF_WIDTH * index, CTF_WIDTH * (index + 1)));
    return projector.image;
  };
  const { mean, variance } = sampleMoments(signal, count);
  const snr = options.snr ?? 0.1;
  const noise = snr > 0 && snr < Infinity ? Math.sqrt(variance / snr) : 0;
  const scale = 1 / Math.sqrt(variance + noise * noise);
  const pixels = boxPixels * boxPixels;
  return {
    images: {
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
          const deviates = noiseMaker.draw(new Random(options.seed ?? 0, index + 1));
          for (let i = 0; i < pixels; i++) out[n * pixels + i] = scale * (image[i] - mean + noise * deviates[i]);
        }
        return Promise.resolve(out);
      },
    },
    poses: { rotations, translations },
    ctf,
    state,
    angleRadians: Float32Array.from(state, (s) => angleOf(s % states)),
    composition,
    compositions,
    stateCount,
    molecule,
    truth: (wanted) => densityOfAtoms(structures[wanted].positions, structures[wanted].weights, frame),
  };
}

function requireOption(field: string, value: number, good: boolean, expected: string): void {
  if (!good)
    throw new VitrineError('value-out-of-range', `${field} cannot be ${value}.`, {
      field,
      expected,
      found: String(value),
    });
}

interface Shares {
  /** Of each composition. */
  states: number;
  compositions: Composition[];
  populations: readonly number[] | undefined;
}

function drawStates(random: Random, count: number, { states, compositions, populations }: Shares) {
  if (!populations) {
    const shares = compositions.map(({ share }) => share);
    const composition = Uint8Array.from({ length: count }, () => drawShare(random, shares));
    return { composition, state: Uint16Array.from(composition, (drawn) => drawn * states + random.below(states)) };
  }
  const stateCount = states * compositions.length;
  const good = populations.every((share) => share >= 0) && populations.some((share) => share > 0);
  if (!good || populations.length > stateCount)
    throw new VitrineError('value-out-of-range', 'The populations do not fit the states.', {
      field: '--populations',
      expected: `at most ${stateCount} numbers, 0 or above, not all 0`,
      found: populations.join(', '),
    });
  const state = Uint16Array.from({ length: count }, () => drawShare(random, populations));
  return { state, composition: Uint8Array.from(state, (drawn) => Math.floor(drawn / states)) };
}

function drawShare(random: Random, shares: readonly number[]): number {
  let left = random.uniform() * shares.reduce((sum, share) => sum + share, 0);
  const drawn = shares.findIndex((share) => (left -= share) < 0);
  return drawn < 0 ? shares.length - 1 : drawn;
}

function drawCtf(
  random: Random,
  from: Float32Array | 'defaults' | 'none',
  count: number,
  boxPixels: number,
  pixelSizeAngstrom: number,
): Float32Array | null {
  if (from === 'none') return null;
  const rows = new Float32Array(count * CTF_WIDTH);
  for (let i = 0; i < count; i++) {
    if (from === 'defaults') {
      const defocus = 8000 + 17000 * random.uniform();
      rows.set([0, 0, defocus + 150, defocus - 150, 180 * random.uniform(), 300, 2.7, 0.1, 0], i * CTF_WIDTH);
    } else {
      const drawn = random.below(from.length / CTF_WIDTH) * CTF_WIDTH;
      rows.set(from.subarray(drawn, drawn + CTF_WIDTH), i * CTF_WIDTH);
    }
    rows[i * CTF_WIDTH] = boxPixels;
    rows[i * CTF_WIDTH + 1] = pixelSizeAngstrom;
  }
  return rows;
}

function sampleMoments(signal: (index: number) => Float64Array, count: number): { mean: number; variance: number } {
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
class NoiseMaker {
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
class Projector {
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
