// vitrine check, as a person runs it: good particles, the same with a list that leaves some out, dark ones, a run's components.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finding } from '../src/first-aid/finding.ts';
import { commandFolder } from '../testing/command.ts';

const folder = commandFolder();
afterAll(() => folder.remove());
beforeAll(async () => {
  const made = await folder.vitrine(['simulate', '-o', 'set', '-N', '400', '-D', '24', '--apix', '5', '--snr', '0.5']);
  expect(made.code, made.stderr).toBe(0);
}, 120_000);

const verdictsOf = (findings: unknown) =>
  Object.fromEntries((findings as Finding[]).map(({ check, verdict }) => [check, verdict]));

it('says in sentences that simulated particles are good, and writes the figures', { timeout: 120_000 }, async () => {
  const { code, stdout } = await folder.vitrine(['check', 'set/particles.star', '-o', 'found.json']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^✓ Contrast +good +Particles are white on dark/m);
  const written = JSON.parse(readFileSync(folder.path('found.json'), 'utf8')) as Record<string, unknown>;
  expect(written).toMatchObject({ particles: 400, boxPixels: 24, pixelSizeAngstrom: 5 });
  expect(verdictsOf(written['findings'])).toEqual({
    ...{ images: 'good', duplicates: 'good', contrast: 'good', 'pixel-size': 'good', noise: 'good', ctf: 'good' },
    ...{ 'ctf-applied': 'good', poses: 'good', shifts: 'good', centring: 'good', directions: 'good' },
  });
});

it('says what is wrong of dark particles without poses, and ends well', { timeout: 120_000 }, async () => {
  const bytes = readFileSync(folder.path('set/particles.mrcs'));
  for (let at = 1024; at < bytes.length; at += 4) bytes.writeFloatLE(-bytes.readFloatLE(at), at);
  writeFileSync(folder.path('dark.mrcs'), bytes);
  const { code, json } = await folder.vitrine(['check', 'dark.mrcs', '--ctf', 'set/ctf.pkl', '--apix', '5', '--json']);
  expect(code).toBe(0);
  expect(verdictsOf(json['findings'])).toMatchObject({
    contrast: 'wrong',
    poses: 'cannot say',
    directions: 'cannot say',
  });
});

it(
  'says what a linear model’s components follow, and refuses a folder that is none',
  { timeout: 180_000 },
  async () => {
    const fitted = await folder.vitrine([
      'linear',
      'set/particles.star',
      '-o',
      'look',
      '--components',
      '2',
      '--iterations',
      '2',
      '--chain',
      'none',
    ]);
    expect(fitted.code, fitted.stderr).toBe(0);
    const { code, json, stderr } = await folder.vitrine(['check', 'set/particles.star', '--linear', 'look', '--json']);
    expect(code, stderr).toBe(0);
    expect(Object.keys(verdictsOf(json['findings']))).toEqual(expect.arrayContaining(['components', 'leakage']));
    const refused = await folder.vitrine(['check', 'set/particles.star', '--linear', 'set']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('not a run folder');
  },
);
