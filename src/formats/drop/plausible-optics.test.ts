import { describe, expect, it } from 'vitest';
import { understand } from '../assemble.ts';
import { CTF_MISSING } from './understanding.ts';
import { writeMrcStack } from '../mrc-write.ts';
import { checkOptics, partOfAngles } from './plausible-optics.ts';

/** box, Å/px, dfU, dfV, angle, kV, Cs, contrast, phase */
const rows = (...changes: Partial<Record<number, number>>[]) =>
  Float32Array.from(
    changes.flatMap((change) =>
      [64, 1.5, 15000, 14000, 20, 300, 2.7, 0.1, 0].map((value, column) => change[column] ?? value),
    ),
  );
const codes = (ctf: Float32Array) => checkOptics(ctf, 'a.star').map(({ code, field }) => [code, field?.split(',')[0]]);

describe('optics', () => {
  it('of usual and of simulated images are taken as they are', () => {
    expect(codes(rows({}, { 5: 200, 6: 1.4 }))).toEqual([]);
    expect(codes(rows({ 2: 0, 3: 0, 6: 0, 7: 0 }))).toEqual([]);
    expect(codes(rows({ 6: 0.01, 5: 100, 7: 0.07, 2: 2500, 3: 2400 }))).toEqual([]);
  });

  it.each<[string, Partial<Record<number, number>>, string, RegExp]>([
    ['per cent', { 7: 10 }, 'rlnAmplitudeContrast', /10, likely in per cent/],
    ['volt', { 5: 300000 }, 'rlnVoltage', /300,000, likely in volt/],
    ['no voltage', { 5: 0 }, 'rlnVoltage', /^0$/],
    ['micrometre of aberration', { 6: 2700 }, 'rlnSphericalAberration', /likely in micrometre/],
    ['micrometre', { 2: 1.5, 3: 1.4 }, 'rlnDefocusU', /1\.45, likely in micrometre/],
    ['negative micrometre', { 2: -1.5, 3: -1.4 }, 'rlnDefocusU', /likely in micrometre/],
  ])('in %s are refused with the unit', (_, change, field, found) => {
    expect(() => checkOptics(rows(change, change), 'a.star')).toThrowError(
      expect.objectContaining({
        code: 'value-out-of-range',
        detail: expect.objectContaining({
          field: expect.stringContaining(field) as string,
          found: expect.stringMatching(found) as string,
        }) as object,
      }) as Error,
    );
  });

  it.each<[string, Partial<Record<number, number>>, string]>([
    ['negative defocus', { 2: -15000, 3: -14000 }, 'rlnDefocusU'],
    ['defocus in nanometre', { 2: 750, 3: 740 }, 'rlnDefocusU'],
    ['aberration in metre', { 6: 0.0027 }, 'rlnSphericalAberration'],
    ['negative contrast', { 7: -0.1 }, 'rlnAmplitudeContrast'],
    ['a low voltage', { 5: 30 }, 'rlnVoltage'],
  ])('%s is said', (_, change, field) => {
    expect(codes(rows({}, change, change))).toEqual([['optics-unusual', field]]);
  });

  it('that are impossible leave no set, whichever file they come from', async () => {
    const stack = writeMrcStack({ count: 2, boxPixels: 4, pixelSizeAngstrom: 1.5 }, new Float32Array(32).fill(1));
    const star = [
      'data_',
      '',
      'loop_',
      '_rlnImageName',
      '_rlnDefocusU',
      '_rlnDefocusV',
      '_rlnDefocusAngle',
      '_rlnVoltage',
      '_rlnSphericalAberration',
      '_rlnAmplitudeContrast',
      '1@a.mrcs 15000 15000 0 300 2.7 10',
      '2@a.mrcs 15000 15000 0 300 2.7 10',
      '',
    ].join('\n');
    const { set, files, missing } = await understand([
      { path: 'a.star', blob: new Blob([star]) },
      { path: 'a.mrcs', blob: new Blob([stack.slice()]) },
    ]);
    expect([set, files[0].error?.code, files[0].error?.field]).toEqual([
      null,
      'value-out-of-range',
      'rlnAmplitudeContrast, ctf/amp_contrast',
    ]);
    expect(missing).toEqual([CTF_MISSING]);
  });
});

it('angles in part are named', () => {
  expect(partOfAngles(['_rlnImageName', '_rlnAnglePsi', '_rlnAngleTilt'], 'a.star')[0].message).toContain(
    '_rlnAngleTilt and _rlnAnglePsi without _rlnAngleRot',
  );
  expect(partOfAngles(['_rlnImageName'], 'a.star')).toEqual([]);
  expect(partOfAngles(['_rlnAngleRot', '_rlnAngleTilt', '_rlnAnglePsi'], 'a.star')).toEqual([]);
});
