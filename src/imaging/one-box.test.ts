// Stacks of two boxes as one set, and what each image's pixel size, CTF and shift become.
import { describe, expect, it } from 'vitest';
import { understand } from '../formats/assemble.ts';
import { refusalOf } from '../formats/drop/refusal.ts';
import { writeMrcStack } from '../formats/mrc-write.ts';
import { Random } from '../geometry/random.ts';
import { hartleyImage } from './hartley.ts';
import { atCommonBox } from './one-box.ts';

const [SMALL, LARGE] = [16, 20];
const images = (boxPixels: number, seed: number) =>
  new Random(seed).fillNormal(new Float32Array(2 * boxPixels * boxPixels));
const stack = (path: string, boxPixels: number, pixelSizeAngstrom: number, seed: number) => ({
  path,
  blob: new Blob([writeMrcStack({ count: 2, boxPixels, pixelSizeAngstrom }, images(boxPixels, seed)).slice()]),
});
const optics = (group: number, pixel: number, box: number) => `${group} ${pixel} ${box} 300 2.7 0.1`;
const star = {
  path: 'two.star',
  blob: new Blob([
    [
      'data_optics',
      'loop_',
      ...['OpticsGroup', 'ImagePixelSize', 'ImageSize', 'Voltage', 'SphericalAberration', 'AmplitudeContrast'].map(
        (name) => `_rln${name}`,
      ),
      optics(1, 2, SMALL),
      optics(2, 1.5, LARGE),
      '',
      'data_particles',
      'loop_',
      ...['ImageName', 'OpticsGroup', 'AngleRot', 'AngleTilt', 'AnglePsi', 'OriginXAngst', 'OriginYAngst'].map(
        (name) => `_rln${name}`,
      ),
      ...['DefocusU', 'DefocusV', 'DefocusAngle'].map((name) => `_rln${name}`),
      ...[1, 2].flatMap((group) =>
        [1, 2].map((index) => `${index}@${group === 1 ? 'a' : 'b'}.mrcs ${group} 10 20 30 3 -6 15000 14000 5`),
      ),
      '',
    ].join('\n'),
  ]),
};
const files = [star, stack('a.mrcs', SMALL, 2, 1), stack('b.mrcs', LARGE, 1.5, 2)];

describe('stacks that differ in their box', () => {
  it('are asked about, with the option that answers on a command line', async () => {
    const { set, files: said, questions, missing } = await understand(files, { atBox: atCommonBox });
    expect([set, missing]).toEqual([null, []]);
    expect(questions).toMatchObject([{ about: 'different-boxes', readings: [{ answer: { cropBoxes: true } }] }]);
    expect(said.filter(({ error }) => error)).toEqual([]);
    expect(refusalOf(questions)?.toData()).toMatchObject({ code: 'ambiguous', advice: 'Say which with --crop-boxes.' });
    const unable = await understand(files);
    expect(unable.questions).toEqual([]);
    expect(unable.files[0].error).toMatchObject({ code: 'box-not-square' });
  });

  it('are one set at the smallest, each with its field of view', async () => {
    const { set, warnings } = await understand(files, { atBox: atCommonBox, answers: { cropBoxes: true } });
    if (!set) throw new Error('no set');
    expect(warnings.map(({ code }) => code)).toContain('boxes-cropped');
    expect([set.count, set.boxPixels]).toEqual([4, SMALL]);
    expect(set.pixelSizeAngstrom).toBeCloseTo(2, 6);
    const rows = [0, 1, 2, 3].map((i) => Array.from(set.ctf?.subarray(9 * i, 9 * i + 3) ?? []));
    const own = (1.5 * LARGE) / SMALL;
    expect(rows).toEqual([...[2, 2], ...[own, own]].map((pixel) => [SMALL, Math.fround(pixel), 15000]));
    // 3 and −6 Å of 32 and of 30.
    const wanted = [...[32, 32], ...[30, 30]].flatMap((view) => [3 / view, -6 / view]);
    set.poses?.translations?.forEach((t, i) => expect(t).toBeCloseTo(wanted[i], 6));
  });

  it('keep the centre of their transforms, and noise of one strength', async () => {
    const { set } = await understand(files, { atBox: atCommonBox, answers: { cropBoxes: true } });
    const read = (await set?.images.read([0, 2])) ?? new Float32Array();
    expect(Array.from(read.subarray(0, SMALL ** 2))).toEqual(Array.from(images(SMALL, 1).subarray(0, SMALL ** 2)));
    const got = new Float32Array(SMALL ** 2);
    hartleyImage(read.subarray(SMALL ** 2), SMALL, got);
    const full = new Float32Array(LARGE ** 2);
    hartleyImage(images(LARGE, 2).subarray(0, LARGE ** 2), LARGE, full);
    const edge = (LARGE - SMALL) / 2;
    let [noise, values] = [0, 0];
    for (let row = 1; row < SMALL; row++)
      for (let column = 1; column < SMALL; column++) {
        const value = got[row * SMALL + column];
        expect(value).toBeCloseTo((SMALL / LARGE) * full[(row + edge) * LARGE + column + edge], 3);
        noise += value * value;
        values++;
      }
    // White noise of 1 a pixel has a transform of d² a coefficient.
    expect(noise / values / SMALL ** 2).toBeGreaterThan(0.75);
    expect(noise / values / SMALL ** 2).toBeLessThan(1.25);
  });
});
