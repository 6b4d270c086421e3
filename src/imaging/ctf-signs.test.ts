import { describe, expect, it } from 'vitest';
import { describeWithReference, referenceBlob } from '../../testing/reference.ts';
import { readAtoms } from '../formats/atoms.ts';
import { openMrcStack } from '../formats/mrc.ts';
import { Random } from '../geometry/random.ts';
import { ctfSigns, looksLikeCtf } from './ctf-signs.ts';
import { moleculeFromFile } from './molecule.ts';
import { radialPowers, type RadialPowers } from './radial-power.ts';
import { noticesForPoseSearch } from './search-notices.ts';
import { simulate } from './simulate.ts';

/** Shell powers of exponential coefficients with mean `power(image, k)`. */
function spectraOf(count: number, shells: number, power: (image: number, k: number) => number): RadialPowers {
  const random = new Random(2);
  const coefficients = Float64Array.from({ length: shells }, (_, i) => Math.round(Math.PI * (i + 1)));
  const powers = Float64Array.from({ length: count * shells }, (_, at) => {
    const shell = at % shells;
    let sum = 0;
    for (let n = 0; n < coefficients[shell]; n++) sum -= Math.log(1 - random.uniform());
    return (power(Math.floor(at / shells), shell + 1) * sum) / coefficients[shell];
  });
  return { count, shells, powers, coefficients };
}
const ctfSquared = (firstZero: number, k: number) => Math.sin(0.1 + ((Math.PI - 0.1) * k * k) / firstZero ** 2) ** 2;

describe('signs of a CTF in power spectra', () => {
  it('rings of one defocus: their zeros and how deep they are', () => {
    const found = ctfSigns(
      spectraOf(20, 60, (_, k) => 1 + 4 * Math.exp(-k / 30) * ctfSquared(20, k)),
      null,
    );
    expect(found.oscillates).toBe(true);
    expect(found.zeros.length).toBeGreaterThanOrEqual(2);
    found.zeros.forEach((zero, i) => expect(zero / (20 * Math.sqrt(i + 1))).toBeCloseTo(1, 1));
    expect(found.depth).toBeGreaterThan(0.3);
    expect(found.depth).toBeLessThan(0.9);
  });

  it('lobes of many defoci, where rings smear', () => {
    const zeroOf = (image: number) => 6 + 4 * ((image * 0.618) % 1);
    const found = ctfSigns(
      spectraOf(800, 15, (image, k) => 1 + 8 * Math.exp(-k / 4) * ctfSquared(zeroOf(image), k)),
      null,
    );
    expect(found.oscillates).toBe(true);
    expect(found.zeros[0]).toBeGreaterThan(6);
    expect(found.zeros[0]).toBeLessThan(10);
  });

  it('neither noise, nor contrast that varies, nor a round molecule, nor zeros where no microscope puts them', () => {
    const nothing = { oscillates: false, zeros: [], depth: 0 };
    expect(
      ctfSigns(
        spectraOf(800, 15, () => 1),
        null,
      ),
    ).toEqual(nothing);
    const contrast = spectraOf(400, 31, (i, k) => 1 + (0.5 + ((i * 0.618) % 1)) * 9 * Math.exp(-k / 5));
    expect(ctfSigns(contrast, null)).toEqual(nothing);
    const shell = spectraOf(100, 60, (_, k) => 1 + 5 * Math.exp(-k / 30) * Math.sin((Math.PI * k) / 9) ** 2);
    expect(ctfSigns(shell, null)).toEqual(nothing);
    const rings = spectraOf(20, 60, (_, k) => 1 + 4 * Math.exp(-k / 30) * ctfSquared(20, k));
    expect(ctfSigns(rings, 20 * 100)).toEqual(nothing);
    expect(
      ctfSigns(
        spectraOf(2, 60, () => 1),
        null,
      ),
    ).toEqual(nothing);
  });

  it.each([
    ['defaults', true],
    ['none', false],
  ] as const)('simulated images, CTF %s: %s', async (ctf, oscillates) => {
    const { images } = simulate({ count: 600, boxPixels: 32, pixelSizeAngstrom: 6, snr: 1, states: 2, ctf });
    expect((await looksLikeCtf(images, 6)).oscillates).toBe(oscillates);
  });

  it('spectra are those of the images; ones that are not numbers or flat are left out', async () => {
    const boxPixels = 16;
    const pixels = new Random(1).fillNormal(new Float32Array(4 * 256));
    pixels[256 + 3] = NaN;
    pixels.fill(2, 512, 768);
    const read = (rows: ArrayLike<number>) =>
      Promise.resolve(pixels.slice(256 * rows[0], 256 * (rows[rows.length - 1] + 1)));
    const images = { count: 4, boxPixels, pixelSizeAngstrom: null, read };
    const { count, shells, powers, coefficients } = await radialPowers(images, [0, 1, 2, 3], 5);
    expect([count, shells, coefficients[0]]).toEqual([2, 5, 4]);
    let sum = 0;
    // Shell 1: (±1, 0), (0, ±1), (±1, ±1), the transform as it stands.
    for (const [kx, ky] of [
      [1, 0],
      [0, 1],
      [1, 1],
      [1, -1],
    ]) {
      let [real, imaginary] = [0, 0];
      for (let i = 0; i < 256; i++) {
        const phase = (-2 * Math.PI * (kx * (i % 16) + ky * Math.floor(i / 16))) / 16;
        real += pixels[i] * Math.cos(phase);
        imaginary += pixels[i] * Math.sin(phase);
      }
      sum += real * real + imaginary * imaginary;
    }
    expect(powers[0] / (sum / 4)).toBeCloseTo(1, 5);
  });
});

describeWithReference('signs of a CTF in the reference data', () => {
  const signs = async (path: string, pixelSizeAngstrom: number | null) => {
    const { reader } = await openMrcStack(referenceBlob(path));
    return looksLikeCtf(reader, pixelSizeAngstrom);
  };

  // Defocus 0.8–2.5 µm: the first zero of the mean defocus lies at 7.0 and 6.1 Fourier pixels, of the least at 9.9 and 8.7.
  it.each([
    ['hinge/particles.mrcs', 4, 5.7, 9.9],
    ['rigid/particles.mrcs', 3.5, 5, 8.7],
  ] as const)('%s: yes, by the lobes', async (path, size, least, most) => {
    const { oscillates, zeros } = await signs(path, size);
    expect([oscillates, zeros.length]).toEqual([true, 1]);
    expect(zeros[0]).toBeGreaterThan(least);
    expect(zeros[0]).toBeLessThan(most);
  });

  // √((1 − 0.03) / λ df) of the table's defocus, in Fourier pixels.
  it.each([
    ['files/relion31.mrcs', 2.806, 44.4],
    ['files/empiar_10076_7.mrc', 1.31, 24],
  ] as const)('%s: yes, by the rings', async (path, size, firstZero) => {
    const { oscillates, zeros } = await signs(path, size);
    expect([oscillates, zeros.length]).toEqual([true, 4]);
    expect(Math.abs(zeros[0] / firstZero - 1)).toBeLessThan(0.05);
  });

  it.each([
    ['defaults', true],
    ['none', false],
  ] as const)('adenylate kinase almost without noise, whose views differ much, CTF %s: %s', async (ctf, oscillates) => {
    const molecule = moleculeFromFile(await readAtoms(referenceBlob('pdb/1ake.pdb')), '1ake');
    const { images } = simulate({ molecule, count: 400, boxPixels: 32, pixelSizeAngstrom: 4, snr: 4, states: 1, ctf });
    expect((await looksLikeCtf(images, 4)).oscillates).toBe(oscillates);
  });

  it.each(['files/toy_projections.mrcs', 'files/hand.mrcs'])('%s: no', async (path) => {
    for (const size of [null, 2, 4])
      expect(await signs(path, size)).toEqual({ oscillates: false, zeros: [], depth: 0 });
  });
});

describe('notices before a search of poses', () => {
  const codes = (count: number, hasCtf: boolean, looks: boolean | null) =>
    noticesForPoseSearch({ count, hasCtf, looksLikeCtf: looks }).map(({ code }) => code);

  it('few images, and a CTF that is missing, each with advice', () => {
    expect([codes(200, true, true), codes(200, false, false), codes(200, false, null)]).toEqual([[], [], []]);
    expect(codes(199, false, true)).toEqual(['few-images', 'ctf-missing']);
    const [few, missing] = noticesForPoseSearch({ count: 12, hasCtf: false, looksLikeCtf: true });
    expect(few).toMatchObject({ found: '12', expected: expect.stringContaining('200') as string });
    expect([few.advice, missing.advice].every((advice) => advice && advice.length > 20)).toBe(true);
    expect(missing.advice).toContain('ctf.pkl');
  });
});
