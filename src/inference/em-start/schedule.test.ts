import { describe, expect, it } from 'vitest';
import { classesSchedule, settlingSchedule, startSchedule, valueAt } from './schedule.ts';
import { clearlyLarger } from './several-classes.ts';
import { bandOfGrid } from './start-plan.ts';
import { startTranslations } from './start.ts';

describe('the schedule', () => {
  it('raises the band and lowers the heat, never beyond the band asked for', () => {
    for (const band of [3, 6, 11]) {
      const schedule = startSchedule(band);
      const steps = Array.from({ length: 101 }, (_, i) => i / 100);
      const bands = steps.map((f) => valueAt(schedule.band, f));
      const heats = steps.map((f) => valueAt(schedule.heat, f));
      expect(Math.max(...bands)).toBe(band);
      expect(bands.at(-1)).toBe(band);
      expect(heats[0]).toBe(4);
      expect(heats.at(-1)).toBe(1);
      bands.forEach((value, i) => i > 0 && expect(value).toBeGreaterThanOrEqual(bands[i - 1]));
      heats.forEach((value, i) => i > 0 && expect(value).toBeLessThanOrEqual(heats[i - 1]));
    }
    const table = [
      [0, 2],
      [0.5, 4],
      [1, 3],
    ] as const;
    expect([0, 0.25, 0.5, 0.75, 1, 2].map((f) => valueAt(table, f))).toEqual([2, 3, 4, 3.5, 3, 3]);
    expect([1, 2, 3].map(bandOfGrid)).toEqual([6, 11, 22]);
  });

  it('of several classes splits once, and settles at the measured noise and the last band limit', () => {
    const schedule = classesSchedule(11, 100);
    const { split, batchSteps, heat, band } = schedule;
    expect(split).toBeGreaterThan(0);
    expect(split).toBeLessThan(batchSteps - 100);
    for (let step = batchSteps - 100; step < batchSteps; step++)
      expect([valueAt(heat, step / batchSteps), valueAt(band, step / batchSteps)]).toEqual([1, 11]);
    expect(valueAt(heat, 0)).toBe(2);
    expect(classesSchedule(11, 100, 2).batchSteps).toBe(2 * batchSteps);
    expect(classesSchedule(11, 0).batchSteps).toBe(batchSteps - 100);
    expect(classesSchedule(11, 0, 0.01).split).toBe(0);
    expect([startSchedule(11).split, startSchedule(11).turns, schedule.turns]).toEqual([Infinity, false, true]);
  });

  it('of maps that are known stays at the measured noise and the last band limit, and splits none', () => {
    const { batchSteps, wholeSteps, heat, band, split } = settlingSchedule(11, 60);
    expect([batchSteps, wholeSteps]).toEqual([60, 0]);
    expect([0, 0.5, 1].map((f) => [valueAt(heat, f), valueAt(band, f)])).toEqual(new Array(3).fill([1, 11]));
    expect(split).toBeLessThan(0);
    expect(settlingSchedule(11, 60, 0.5).batchSteps).toBe(30);
  });

  it('keeps classes over copies of others only where images say so clearly', () => {
    const gains = Float32Array.from({ length: 100 }, (_, i) => i);
    const better = (by: number, spread: number) => gains.map((value, i) => value + by + (i % 2 ? spread : -spread));
    expect(clearlyLarger(better(1, 1), gains)).toBe(true);
    // Two standard errors of 100 differences of ±10 are 2.
    expect([1.9, 2.1].map((by) => clearlyLarger(better(by, 10), gains))).toEqual([false, true]);
    expect([clearlyLarger(gains, gains), clearlyLarger(gains, better(1, 0))]).toEqual([false, false]);
  });

  it('shifts by a thirty-second of the box, as far as the extent and no more than a step further', () => {
    expect(Array.from(startTranslations(0, 32))).toEqual([0, 0]);
    expect(startTranslations(2, 32).length).toBe(2 * 25);
    expect(Math.max(...startTranslations(2, 32))).toBe(2);
    expect(Math.max(...startTranslations(3, 64))).toBe(4);
  });
});
