// The reference set remade by the simulator, and what imaging makes of it against values of NumPy in float64
// (testing/reference-set/make/fourier.py, which reproduces cryoDRGN's maps and latents).
import { describe, expect, it } from 'vitest';
import { relativeDifference } from '../../testing/relative-difference.ts';
import {
  SET,
  setArray,
  setBlob,
  setBytes,
  setCtf,
  setImages,
  setPoses,
  setStates,
  setText,
  simulateSet,
} from '../../testing/reference-set/set.ts';
import { openMrcStack } from '../formats/mrc.ts';
import { readMrcVolume } from '../formats/mrc-volume.ts';
import { ctfAtPoints } from './ctf.ts';
import { looksLikeCtf } from './ctf-signs.ts';
import { makeLattice } from './lattice.ts';
import { preprocessImages } from './preprocess.ts';
import { shiftHartley } from './shift.ts';

const expected = JSON.parse(setText('expected.json')) as {
  standardDeviation: number;
  ctfRows: number[][];
  bFactor: number;
  withoutNoise: number[];
};
const everyImage = Array.from({ length: SET.count }, (_, i) => i);

describe('the simulator', () => {
  it('remakes the reference set bit for bit', async () => {
    const set = simulateSet();
    const pixels = await set.images.read(everyImage);
    const bytes = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    expect(Buffer.compare(bytes, setBytes('particles.mrcs').subarray(1024))).toBe(0);
    const { rotations, translations } = setPoses();
    expect([set.poses.rotations, set.poses.translations, set.ctf]).toEqual([rotations, translations, setCtf()]);
    expect(Array.from(set.state)).toEqual(setStates());
  });

  it('makes the true maps that NumPy sums of the atoms', async () => {
    const set = simulateSet();
    for (const state of [0, SET.states - 1]) {
      const { values } = await readMrcVolume(setBlob(`truth_00${state}.mrc`));
      // Gaussians are cut off at 5σ here.
      expect(relativeDifference(set.truth(state), values)).toBeLessThan(1e-4);
    }
  });

  it('makes the images that NumPy projects, but for one scale and mean', async () => {
    const images = await simulateSet(0).images.read(expected.withoutNoise);
    const theirs = setArray('without-noise.npy');
    const count = theirs.length;
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / count;
    const [ours0, theirs0] = [mean(images), mean(theirs)];
    let [cross, power] = [0, 0];
    for (let i = 0; i < count; i++) {
      cross += (images[i] - ours0) * (theirs[i] - theirs0);
      power += (theirs[i] - theirs0) ** 2;
    }
    const fitted = Float64Array.from({ length: count }, (_, i) => ours0 + (cross / power) * (theirs[i] - theirs0));
    expect(cross).toBeGreaterThan(0);
    expect(relativeDifference(images, fitted)).toBeLessThan(1e-4);
  });
});

describe('images as training reads them', () => {
  it('window, sign, transform, symmetry and standard deviation are NumPy’s', async () => {
    const { reader } = await openMrcStack(setBlob('particles.mrcs'));
    const pixels = await reader.read(everyImage);
    const { values, standardDeviation } = preprocessImages(pixels, SET.count, SET.boxPixels);
    expect(standardDeviation / expected.standardDeviation).toBeCloseTo(1, 7);
    const theirs = setArray('preprocessed.npy');
    // Float32 sums of 1024 pixels.
    expect(relativeDifference(values.subarray(0, theirs.length), theirs)).toBeLessThan(1e-6);
  });

  it('shifts are NumPy’s', async () => {
    const { values } = await (await setImages()).readShard(0);
    const { translations } = setPoses();
    const lattice = makeLattice(SET.boxPixels);
    const theirs = Array.from(setArray('shifted.npy'));
    const { points } = lattice;
    for (let image = 0; image < 3; image++) {
      const out = new Float32Array(points);
      const [x, y] = translations.subarray(2 * image, 2 * image + 2);
      shiftHartley(values.subarray(image * points, (image + 1) * points), lattice, { tx: x, ty: y }, out);
      expect(relativeDifference(out, theirs.slice(image * points, (image + 1) * points))).toBeLessThan(1e-6);
    }
  });

  it('the CTF is NumPy’s: round, of a phase plate, astigmatic, of another microscope, with a B factor', () => {
    const lattice = makeLattice(SET.boxPixels);
    const theirs = Array.from(setArray('ctf-values.npy'));
    const { ctfRows, bFactor } = expected;
    expect(theirs.length).toBe(5 * lattice.points);
    [...ctfRows, ctfRows[0]].forEach((row, i) => {
      const out = new Float32Array(lattice.points);
      ctfAtPoints(row, lattice, out, i === 4 ? bFactor : 0);
      const wanted = theirs.slice(i * lattice.points, (i + 1) * lattice.points);
      // Phases to 60 radians, of coordinates in float32.
      expect(relativeDifference(out, wanted)).toBeLessThan(1e-5);
    });
  });

  it('their power spectra show the CTF, by the lobes', async () => {
    const { reader } = await openMrcStack(setBlob('particles.mrcs'));
    const { oscillates, zeros } = await looksLikeCtf(reader, SET.pixelSizeAngstrom);
    expect(oscillates).toBe(true);
    // Defocus 0.8–2.5 µm: the first zero of the mean defocus lies at 7.0 Fourier pixels, of the least at 9.9.
    expect(zeros[0]).toBeGreaterThan(5.7);
    expect(zeros[0]).toBeLessThan(9.9);
  });
});
