// The table is whole: what the form, the command line and the documentation say of an option stands in its row.
import { describe, expect, it } from 'vitest';
import { resolveAuto, SETTLED_LATER } from './auto.ts';
import { stepOf, type NumberDef } from './definition.ts';
import { defaultParams, PARAM_GROUPS, PARAMS, PRESETS, validateParams, type ParamDef } from './params.ts';

const table = PARAMS as readonly ParamDef[];

describe('the table of options', () => {
  it('says of each its label, meaning, group and flag, each once', () => {
    for (const { key, label, meaning, flag, group } of table) {
      expect(label, key).toMatch(/\S/);
      expect(meaning, key).toMatch(/^\S.{10,}\.$/);
      expect(flag, key).toMatch(/^(-\w, )?--[a-z-]+$/);
      expect(PARAM_GROUPS.map((one) => one.group)).toContain(group);
    }
    for (const of of ['key', 'label', 'flag'] as const)
      expect(new Set(table.map((def) => def[of])).size).toBe(table.length);
  });

  it.each(table.map((def) => [def.key, def] as const))(
    '%s has a range with a step, or choices with labels',
    (_, def) => {
      if (def.unit !== undefined) expect(def.unit).toMatch(/\S/);
      if (def.kind === 'choice') {
        expect(new Set(def.choices.map(({ label }) => label)).size).toBe(def.choices.length);
        for (const { label } of def.choices) expect(label).toMatch(/\S/);
        const values = def.choices.map(({ value }) => value);
        expect(values).toContain(def.default);
        expect(def.autoMeaning !== undefined).toBe(values.includes('auto'));
      } else if (def.kind !== 'boolean') {
        expect(def.min).toBeLessThan(def.max);
        const at = def.kind === 'auto-number' ? def.max : def.default;
        expect(stepOf(def, at)).toBeGreaterThan(0);
        if (def.kind === 'auto-number') expect(def.autoMeaning).toMatch(/\S/);
      }
    },
  );

  it('steps by half a power of ten where a value has no scale of its own', () => {
    const def = table.find(({ key }) => key === 'learningRate') as NumberDef;
    expect(stepOf(def, 2e-4)).toBeCloseTo(5e-5, 12);
    expect(stepOf(def, 0)).toBeCloseTo(0.05, 12);
  });

  it('allows what it starts from, and what its presets set', () => {
    expect(validateParams(defaultParams())).toEqual(defaultParams());
    for (const { values, knownPoses = {}, meaning } of Object.values(PRESETS)) {
      expect(() => validateParams({ ...values, ...knownPoses })).not.toThrow();
      expect(Object.values(meaning).every((text) => text.endsWith('.'))).toBe(true);
    }
  });
});

describe('what is left to the program', () => {
  const all = Object.fromEntries(
    table.flatMap((def) =>
      def.kind === 'auto-number' || (def.kind === 'choice' && def.autoMeaning !== undefined) ? [[def.key, 'auto']] : [],
    ),
  );
  const asked = (changes: Parameters<typeof validateParams>[0] = {}) => validateParams({ ...all, ...changes });

  it('comes to a value that the table allows, but for what the engine settles', () => {
    const resolved = resolveAuto(asked(), { boxPixels: 128, particles: 5000 });
    const left = Object.entries(resolved).filter(([, value]) => value === 'auto');
    expect(left.map(([key]) => key).sort()).toEqual([...SETTLED_LATER].sort());
    expect(validateParams(resolved)).toEqual(resolved);
  });

  it('follows the particles: their box, how many there are, whether they are tilt pairs', () => {
    const of = (boxPixels: number, changes = {}, more = {}) => resolveAuto(asked(changes), { boxPixels, ...more });
    expect(of(128)).toMatchObject({
      boxPixels: 128,
      encodingFrequencies: 64,
      bandEnd: 48,
      shiftExtent: 10,
      beta: 1 / 8,
    });
    expect(of(512)).toMatchObject({ boxPixels: 256, encodingFrequencies: 128, shiftExtent: 20 });
    expect(of(512, { boxPixels: 64 })).toMatchObject({
      boxPixels: 64,
      encodingFrequencies: 32,
      bandEnd: 32,
      shiftExtent: 5,
    });
    expect([100, 1800, 1e5].map((particles) => of(64, { zDim: 2 }, { particles }).classes)).toEqual([1, 3, 4]);
    expect(of(64, { zDim: 0 })).toMatchObject({ beta: 0, classes: 1, searchRange: 'everywhere' });
    const ranges = (['em', 'given', 'random'] as const).map((start) => of(64, { zDim: 2, start }).searchRange);
    expect(ranges).toEqual(['nowhere', 'around', 'everywhere']);
    const ofPairs = (['em', 'given', 'random'] as const).map(
      (start) => of(64, { zDim: 2, start }, { tiltPairs: true }).searchRange,
    );
    expect(ofPairs).toEqual(['nowhere', 'everywhere', 'everywhere']);
  });

  it('leaves what was given', () => {
    const given = {
      boxPixels: 64,
      encodingFrequencies: 12,
      beta: 0.5,
      classes: 3,
      shiftExtent: 2,
      bandEnd: 20,
    } as const;
    expect(resolveAuto(asked({ ...given, searchRange: 'around' }), { boxPixels: 128 })).toMatchObject({
      ...given,
      searchRange: 'around',
    });
  });
});
