// fsc, mask and align as a person runs them, on maps with known answers.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SET, setBlob, setText } from '../testing/reference-set/set.ts';
import { commandFolder } from '../testing/command.ts';
import { readMrcVolume } from '../src/formats/mrc-volume.ts';
import { writeMrcVolume } from '../src/formats/mrc-write.ts';
import { openFileBlob } from '../src/formats/node/file-blob.ts';
import { Random } from '../src/geometry/random.ts';
import { randomRotations } from '../src/geometry/rotation.ts';
import { mapSpectrum } from '../src/validation/fsc.ts';
import { turnVolume } from '../src/validation/map-alignment.ts';

const { path, vitrine, remove } = commandFolder();
afterAll(remove);
const { boxPixels, pixelSizeAngstrom } = SET;
const write = (name: string, values: Float32Array) =>
  writeFileSync(path(name), writeMrcVolume({ boxPixels, pixelSizeAngstrom, values }));
const read = async (name: string) => readMrcVolume({ path: name, blob: openFileBlob(path(name)) });
const truth = (await readMrcVolume(setBlob('truth_000.mrc'))).values;

beforeAll(() => {
  const peak = truth.reduce((a, b) => Math.max(a, b), 0);
  for (const half of [1, 2]) {
    const noise = new Random(4, half).fillNormal(new Float32Array(truth.length));
    write(
      `half${half}.mrc`,
      truth.map((value, i) => value + 0.1 * peak * noise[i]),
    );
  }
  write('truth.mrc', truth);
});

describe('vitrine fsc', () => {
  it('tells curves, crossings and files, corrected by random phases', async () => {
    const args = ['fsc', 'half1.mrc', 'half2.mrc', '--mask', 'loose', '--randomise', '--local', '-o', 'out', '--json'];
    const { code, json, stderr } = await vitrine(args);
    expect(stderr).not.toMatch(/error/);
    expect(code).toBe(0);
    const curves = json['curves'] as { name: string; values: number[]; resolution0143: number }[];
    expect(curves.map(({ name }) => name)).toEqual(['no mask', 'masked', 'random phases', 'corrected']);
    // A mask takes noise away.
    expect(curves[3].resolution0143).toBeLessThan(curves[0].resolution0143);
    const table = readFileSync(path('out/fsc.csv'), 'utf8').trim().split('\n');
    expect(table[0]).toBe('shell,frequency_per_angstrom,fsc_no_mask,fsc_masked,fsc_random_phases,fsc_corrected');
    expect(Number(table[6].split(',')[5])).toBeCloseTo(curves[3].values[5], 7);
    const xml = readFileSync(path('out/fsc.xml'), 'utf8');
    expect([...xml.matchAll(/<coordinate>\s*<x>([\d.]+)<\/x>\s*<y>(-?[\d.]+)<\/y>/g)].length).toBe(boxPixels / 2);
    expect(xml).toMatch(/<fsc title="[^"]+" xaxis="[^"]+" yaxis="[^"]+">/);
    for (const name of ['fsc.svg', 'directions.csv'])
      expect(readFileSync(path(`out/${name}`)).length).toBeGreaterThan(100);
    const local = await read('out/local_resolution.mrc');
    expect(local.values.every((value) => value >= 2 * pixelSizeAngstrom)).toBe(true);
  }, 60_000);

  it('is exactly that of NumPy for true maps', async () => {
    write('other.mrc', (await readMrcVolume(setBlob('truth_009.mrc'))).values);
    const { json } = await vitrine(['fsc', 'truth.mrc', 'other.mrc', '--json']);
    const [{ values }] = json['curves'] as { values: number[] }[];
    const expected = JSON.parse(setText('expected.json')) as { maps: { curves: number[][] } };
    const last = expected.maps.curves[expected.maps.curves.length - 1];
    values.forEach((value, shell) => expect(Math.abs(value - last[shell])).toBeLessThan(1e-4));
  });

  it('sharpens the mean of both by the B factor that it tells', async () => {
    const { code, json, stderr } = await vitrine([
      'fsc',
      'half1.mrc',
      'half2.mrc',
      '--mask',
      'loose',
      '--sharpen',
      'sharp.mrc',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/error/);
    const bFactor = Number(json['bFactor']);
    expect(bFactor).toBeGreaterThan(0);
    const [one, other, sharp] = await Promise.all(['half1.mrc', 'half2.mrc', 'sharp.mrc'].map(read));
    const [curve] = (json['curves'] as { name: string; values: number[]; resolution0143: number }[]).slice(-1);
    const mean = one.values.map((value, i) => 0.5 * (value + other.values[i]));
    // A shell well within the resolution: its power grew by exp(B s²/2), weighed by what the halves have in common.
    const power = (map: Float32Array, shell: number) => {
      const spectrum = mapSpectrum(map, boxPixels);
      const at = 2 * shell;
      return spectrum[at] ** 2 + spectrum[at + 1] ** 2;
    };
    const shell = 3;
    const merit = (2 * curve.values[shell]) / (1 + curve.values[shell]);
    const expected = merit * Math.exp((bFactor * (shell / (boxPixels * pixelSizeAngstrom)) ** 2) / 2);
    expect(power(sharp.values, shell) / power(mean, shell) / expected).toBeCloseTo(1, 2);
  }, 30_000);

  it('refuses what cannot be compared', async () => {
    const small = new Float32Array(8);
    writeFileSync(path('small.mrc'), writeMrcVolume({ boxPixels: 2, pixelSizeAngstrom: 4, values: small }));
    expect(await vitrine(['fsc', 'truth.mrc', 'small.mrc'])).toMatchObject({ code: 1 });
    const without = await vitrine(['fsc', 'half1.mrc', 'half2.mrc', '--randomise']);
    expect(without).toMatchObject({ code: 2 });
    expect(without.stderr).toMatch(/nothing to take off/);
    expect((await vitrine(['fsc', 'truth.mrc', 'half1.mrc', '--mask', 'gone.mrc'])).stderr).toMatch(/no such file/);
  }, 30_000);
});

describe('vitrine mask', () => {
  it('writes a soft mask that fsc takes', async () => {
    const { code, json } = await vitrine([
      'mask',
      'truth.mrc',
      '-o',
      'mask.mrc',
      '--dilate',
      '6',
      '--edge',
      '6',
      '--json',
    ]);
    expect(code).toBe(0);
    const { values } = await read('mask.mrc');
    const threshold = json['threshold'] as number;
    truth.forEach((value, i) => value > threshold && expect(values[i]).toBe(1));
    expect(values[0]).toBe(0);
    expect(values.some((value) => value > 0.1 && value < 0.9)).toBe(true);
    expect(await vitrine(['fsc', 'half1.mrc', 'half2.mrc', '--mask', 'mask.mrc'])).toMatchObject({ code: 0 });
    expect(await vitrine(['mask', 'truth.mrc', '-o', 'm.mrc', '--threshold', '1e9'])).toMatchObject({ code: 2 });
  }, 30_000);
});

describe('vitrine align', () => {
  it('brings a turned, moved, mirrored map back', async () => {
    const turned = turnVolume(truth, boxPixels, randomRotations(new Random(5), 1), {
      mirror: true,
      offsetPixels: [1, -1.5, 0.5],
    });
    write('turned.mrc', turned);
    const { code, json } = await vitrine(['align', 'turned.mrc', 'truth.mrc', '-o', 'back.mrc', '--json']);
    expect(code).toBe(0);
    expect(json['mirrored']).toBe(true);
    const curve = json['fsc'] as number[];
    curve.slice(0, 12).forEach((value) => expect(value).toBeGreaterThan(0.97));
    expect((await read('back.mrc')).boxPixels).toBe(boxPixels);
  }, 120_000);
});
