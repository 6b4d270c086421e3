// Simulated particles with known answers: a molecule that swings about a hinge, in several compositions, projected
// analytically, shifted, multiplied by the CTF, with white or coloured noise; scaled to mean 0 and standard deviation 1, particles
// white. SNR = variance of the signal over the whole image / variance of the noise (Zhong's thesis, section 3.4).
// Images are made when they are read, each from the seed and its number alone, so a set may be of any size.
import { VitrineError } from '../base/errors.ts';
import { CTF_WIDTH } from '../formats/particles.ts';
import type { ImageReader, Poses } from '../formats/particles.ts';
import { Random } from '../geometry/random.ts';
import { randomRotations } from '../geometry/rotation.ts';
import { conformation } from './molecule.ts';
import type { Molecule } from './molecule.ts';
import { anglesOf, type Motion } from './motions.ts';
import { densityOfAtoms, projectAtoms } from './projection.ts';
import { NoiseMaker, noisyImages, Projector, sampleMoments } from './simulated-images.ts';
import { drawStates } from './simulated-states.ts';
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
  /** 'uniform'. */
  motion?: Motion;
  /** Conformations of the motion; 50. */
  states?: number;
  /** Radians, of every hinge, from −span/2 to span/2; 1.5. A circular motion turns the whole way. */
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
  /** Degrees: a second image of each particle, tilted about x, with a shift of its own and the same CTF. */
  tiltDegrees?: number;
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
  /** The tilted images and their own poses; null where none were asked for. */
  tilted: { images: ImageReader; poses: Poses } | null;
  /** N×9; null for 'none'. */
  ctf: Float32Array | null;
  /** N: conformation + conformations × composition. */
  state: Uint16Array;
  /** N for each hinge that moves, radians. */
  anglesRadians: Float32Array[];
  /** N, index into `compositions`. */
  composition: Uint8Array;
  compositions: Composition[];
  /** States in all: conformations × compositions. */
  stateCount: number;
  molecule: Molecule;
  /** Map of a state, D³ [z][y][x]. */
  truth(state: number): Float32Array;
}

/** Streams of the seed: the set's own numbers, each image's noise from 1 on, and after them that of the tilted images. */
const SET_STREAM = 0;

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
  const compositions = options.compositions ?? [{ name: 'whole', share: 1, absentDomains: [] }];
  const conformations = anglesOf(
    { motion: options.motion ?? 'uniform', states, spanRadians: options.spanRadians ?? 1.5 },
    molecule,
  );
  const stateCount = states * compositions.length;
  const structures = Array.from({ length: stateCount }, (_, state) =>
    conformation(
      molecule,
      conformations[state % states].anglesRadians,
      compositions[Math.floor(state / states)].absentDomains,
    ),
  );
  const frame = { boxPixels, pixelSizeAngstrom, resolutionAngstrom: options.resolutionAngstrom ?? 10 };

  const random = new Random(options.seed ?? 0, SET_STREAM);
  const rotations = randomRotations(random, count);
  const shift = options.shiftPixels ?? 2;
  const drawShifts = () =>
    Float32Array.from({ length: 2 * count }, () => ((random.uniform() * 2 - 1) * shift) / boxPixels);
  const translations = drawShifts();
  const { state, composition } = drawStates(random, count, {
    conformations,
    compositions,
    populations: options.populations,
  });
  const ctf = drawCtf(random, options.ctf ?? 'defaults', count, boxPixels, pixelSizeAngstrom);
  const poses = { rotations, translations };
  const { tiltDegrees } = options;
  const tiltedPoses =
    tiltDegrees === undefined
      ? null
      : { rotations: tiltedRotations(rotations, tiltDegrees), translations: drawShifts() };

  const projector = new Projector(boxPixels);
  const signalAt =
    ({ rotations: at, translations: shifts }: PosesWithShifts) =>
    (index: number): Float64Array => {
      const { positions, weights } = structures[state[index]];
      // The pose's translation centres the image, so the content lies at its negative.
      const [x, y] = [-shifts[2 * index] * boxPixels, -shifts[2 * index + 1] * boxPixels];
      projector.clear();
      projectAtoms(
        positions,
        weights,
        { rotations: at, offset: 9 * index, shiftX: x, shiftY: y },
        frame,
        projector.image,
      );
      if (ctf) projector.applyCtf(ctf.subarray(CTF_WIDTH * index, CTF_WIDTH * (index + 1)));
      return projector.image;
    };
  const signal = signalAt(poses);
  const moments = sampleMoments(signal, count);
  const noise = new NoiseMaker(boxPixels, slope);
  const { seed = 0, snr = 0.1 } = options;
  const reader = (of: (index: number) => Float64Array, stream: number): ImageReader =>
    noisyImages(of, { ...moments, noise, snr, seed, stream, count, boxPixels, pixelSizeAngstrom });
  return {
    images: reader(signal, SET_STREAM + 1),
    poses,
    tilted: tiltedPoses && { images: reader(signalAt(tiltedPoses), SET_STREAM + 1 + count), poses: tiltedPoses },
    ctf,
    state,
    anglesRadians: conformations[0].anglesRadians.map((_, hinge) =>
      Float32Array.from(state, (s) => conformations[s % states].anglesRadians[hinge]),
    ),
    composition,
    compositions,
    stateCount,
    molecule,
    truth: (wanted) => densityOfAtoms(structures[wanted].positions, structures[wanted].weights, frame),
  };
}

type PosesWithShifts = Poses & { translations: Float32Array };

/** Rx(tilt)·R of every rotation (docs/CONVENTIONS.md, tilt pairs). */
function tiltedRotations(rotations: Float32Array, tiltDegrees: number): Float32Array {
  const radians = (tiltDegrees * Math.PI) / 180;
  const [c, s] = [Math.cos(radians), Math.sin(radians)];
  const out = rotations.slice();
  for (let at = 0; at < out.length; at += 9)
    for (let column = 0; column < 3; column++) {
      const [y, z] = [rotations[at + 3 + column], rotations[at + 6 + column]];
      out[at + 3 + column] = c * y - s * z;
      out[at + 6 + column] = s * y + c * z;
    }
  return out;
}

function requireOption(field: string, value: number, good: boolean, expected: string): void {
  if (!good)
    throw new VitrineError('value-out-of-range', `${field} cannot be ${value}.`, {
      field,
      expected,
      found: String(value),
    });
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
