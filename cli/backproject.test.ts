// vitrine backproject as a person runs it: of particles, labels, weights, windows of a run, and what is refused.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandFolder } from '../testing/command.ts';
import { writeIndexPickle } from '../src/formats/cryodrgn-pickles.ts';
import { countedInOriginal } from '../src/base/particle-identity.ts';
import { readMrcVolume } from '../src/formats/mrc-volume.ts';
import { fsc } from '../src/validation/fsc.ts';

const { path, vitrine, remove } = commandFolder();
afterAll(remove);

const BOX = 16;
const cpu = ['--device', 'cpu'];
const map = async (name: string) => readMrcVolume({ path: name, blob: new Blob([readFileSync(path(name))]) });
interface Written {
  halves: string;
  maps: { name: string; images: number; halfImages: number[]; effectiveImages: number }[];
}

beforeAll(async () => {
  const simulate = ['simulate', '-o', 'data', '-N', '300', '-D', String(BOX), '--apix', '8', '--states', '3'];
  expect(await vitrine(simulate)).toMatchObject({ code: 0 });
}, 300_000);

describe('backprojection of particles', () => {
  test('writes the map, its halves unfiltered, the mask and the FSC, in Å', async () => {
    const ended = await vitrine(['backproject', 'data/particles.star', '-o', 'whole', ...cpu, '--json']);
    expect(ended).toMatchObject({
      code: 0,
      json: { halves: 'even-odd', maps: [{ name: 'map', images: 300, halfImages: [150, 150] }] },
    });
    expect(readdirSync(path('whole')).sort()).toEqual(
      ['backproject.json', 'filtered.mrc', 'fsc.csv', 'half1.mrc', 'half2.mrc', 'map.mrc', 'mask.mrc'].sort(),
    );
    const [half1, half2] = [await map('whole/half1.mrc'), await map('whole/half2.mrc')];
    expect(half1.pixelSizeAngstrom).toBeCloseTo(8, 5);
    const lines = readFileSync(path('whole/fsc.csv'), 'utf8').trim().split('\n');
    expect(lines[0]).toBe('shell,resolution_angstrom,fsc,fsc_masked,noise_power,signal_power');
    expect(lines).toHaveLength(1 + BOX / 2);
    const curve = fsc(half1.values, half2.values, BOX).values;
    lines.slice(1).forEach((line, shell) => expect(Number(line.split(',')[2])).toBeCloseTo(curve[shell], 4));
    const kept = JSON.parse(readFileSync(path('whole/backproject.json'), 'utf8')) as object;
    expect(kept).toMatchObject({ version: 1, pixelSizeAngstrom: 8, halves: 'even-odd', maps: ended.json['maps'] });
  });

  test('by labels, weights and drawn halves; a list of particles', async () => {
    writeFileSync(path('labels.csv'), `label\n${Array.from({ length: 300 }, (_, i) => i % 3).join('\n')}\n`);
    writeFileSync(
      path('weights.csv'),
      `weight\n${Array.from({ length: 300 }, (_, i) => (i < 90 ? 2 : 0)).join('\n')}\n`,
    );
    const common = ['backproject', 'data/particles.star', ...cpu, '--json', '--halves', 'random', '--seed', '5'];
    const labels = await vitrine([...common, '-o', 'labels', '--labels', 'labels.csv', '--label', '0,2']);
    const { maps, halves } = labels.json as unknown as Written;
    expect(halves).toBe('random');
    expect(maps.map(({ name, images }) => [name, images])).toEqual([
      ['label_0', 100],
      ['label_2', 100],
    ]);
    expect(existsSync(path('labels/label_2/half2.mrc'))).toBe(true);
    const weighted = await vitrine([...common, '-o', 'weighted', '--weights', 'weights.csv']);
    expect((weighted.json as unknown as Written).maps[0]).toMatchObject({ images: 90, effectiveImages: 90 });
    writeFileSync(path('some.pkl'), writeIndexPickle(countedInOriginal(Array.from({ length: 90 }, (_, i) => i))));
    const list = await vitrine([...common, '--halves', 'even-odd', '-o', 'list', '--ind', 'some.pkl']);
    expect((list.json as unknown as Written).maps[0].images).toBe(90);
  });

  test.each([
    [['--label', '1'], /--labels/],
    [['--windows', 'data/particles.star'], /latents of a run/],
    [['--halves', 'subset'], /which half of a refinement/],
    [['--window-images', '4'], /no windows/],
  ])('refuses %j', async (given, words) => {
    const { code, stderr } = await vitrine(['backproject', 'data/particles.star', '-o', 'refused', ...cpu, ...given]);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
    expect(existsSync(path('refused/map.mrc'))).toBe(false);
  });

  test('keeps the halves of a refinement', async () => {
    const star = readFileSync(path('data/particles.star'), 'utf8').split('\n');
    const last = star.findLastIndex((line) => line.startsWith('_rln'));
    const columns = Number(/#(\d+)/.exec(star[last])?.[1]);
    let row = 0;
    const withSubset = star.map((line, i) =>
      i > last && line.trim() ? `${line.trimEnd()} ${1 + (row++ < 100 ? 0 : 1)}` : line,
    );
    withSubset.splice(last + 1, 0, `_rlnRandomSubset #${columns + 1}`);
    writeFileSync(path('data/subset.star'), withSubset.join('\n'));
    const ended = await vitrine(['backproject', 'data/subset.star', '-o', 'subset', ...cpu, '--json']);
    expect(ended.json).toMatchObject({ halves: 'subset', maps: [{ halfImages: [100, 200] }] });
  });
});

describe('backprojection of a run', () => {
  beforeAll(async () => {
    const linear = ['linear', 'data/particles.star', '-o', 'run', '--components', '1', '--chain', 'none', ...cpu];
    expect(await vitrine(linear)).toMatchObject({ code: 0 });
  }, 300_000);

  test('is of its particles and poses, or of windows of its latents', async () => {
    const whole = await vitrine(['backproject', 'run', '-o', 'ofRun', ...cpu, '--json']);
    expect(whole).toMatchObject({ code: 0, json: { maps: [{ images: 300 }] } });
    const [a, b] = [await map('whole/map.mrc'), await map('ofRun/map.mrc')];
    expect(a.values).toEqual(b.values);
    writeFileSync(path('centres.txt'), '-1\n0\n1\n');
    const windows = await vitrine([
      'backproject',
      'run',
      '-o',
      'windows',
      '--windows',
      'centres.txt',
      ...cpu,
      '--json',
    ]);
    const { maps } = windows.json as unknown as Written;
    expect(maps.map(({ name }) => name)).toEqual(['window_001', 'window_002', 'window_003']);
    for (const { images, effectiveImages } of maps) {
      expect(images).toBe(200);
      expect(effectiveImages).toBeLessThan(images);
    }
  });

  test('refuses particles that it has not', async () => {
    writeFileSync(path('far.pkl'), writeIndexPickle(countedInOriginal([3, 900])));
    const { code, stderr } = await vitrine(['backproject', 'run', '-o', 'none', '--ind', 'far.pkl', ...cpu]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/no particle 900/);
  });
});
