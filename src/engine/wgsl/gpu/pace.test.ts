// Submissions by planned seconds, and a pace that follows what they took.
import { expect, it } from 'vitest';
import { Pace, SUBMISSION_SECONDS } from './pace.ts';

const rates = { flops: 1e12, bytes: 1e11 };
const dispatch = (seconds: number) => ({ flops: seconds * rates.flops, bytes: 0 });

it('plans by what binds, operations or bytes', () => {
  const pace = new Pace(rates);
  expect(pace.secondsOf({ flops: 2e12, bytes: 1e11 })).toBeCloseTo(2);
  expect(pace.secondsOf({ flops: 1e11, bytes: 1e11 })).toBeCloseTo(1);
  expect(pace.plannedSeconds([{ from: { size: 5e10 } }])).toBeCloseTo(1);
});

it('cuts a program in its order, so that no submission passes the budget unless one dispatch alone does', () => {
  const pace = new Pace(rates);
  const program = [0.004, 0.005, 0.004, 0.03, 0.001, 0.001, 0.009, 0.002].map(dispatch);
  const parts = pace.submissionsOf(program);
  expect(parts.flat()).toEqual(program);
  expect(parts.map(({ length }) => length)).toEqual([2, 1, 1, 3, 1]);
  for (const part of parts)
    if (part.length > 1) expect(pace.plannedSeconds(part)).toBeLessThanOrEqual(SUBMISSION_SECONDS);
  expect(pace.submissionsOf([])).toEqual([]);
});

it('falls where submissions take longer than planned, and rises again', () => {
  const pace = new Pace(rates);
  const compute = (speed: number, times: number) => {
    for (let i = 0; i < times; i++) {
      const work = { flops: 0.01 * pace.flopsPerSecond, bytes: 0 };
      pace.learn(pace.secondsOf(work), work.flops / speed);
    }
  };
  compute(2e11, 500);
  expect(pace.flopsPerSecond / 2e11).toBeCloseTo(1, 1);
  compute(4e12, 2000);
  expect(pace.flopsPerSecond / 4e12).toBeCloseTo(1, 1);
  expect(pace.bytesPerSecond / pace.flopsPerSecond).toBeCloseTo(0.1);
});

it('is not deceived by answers that come late and all at once', () => {
  const pace = new Pace(rates);
  for (let i = 0; i < 100; i++) {
    // Five submissions of 10 ms that a busy page hears of together after 60 ms.
    const planned = pace.secondsOf(dispatch(0.01));
    pace.learn(planned, 0.06);
    for (let j = 0; j < 4; j++) pace.learn(planned, 0);
  }
  expect(pace.flopsPerSecond).toBeGreaterThan(0.5 * rates.flops);
  expect(pace.flopsPerSecond).toBeLessThan(2 * rates.flops);
});

it('forgets a laptop that slept, and work too small to tell', () => {
  const pace = new Pace(rates);
  pace.learn(0.01, 3600);
  expect(pace.flopsPerSecond).toBeGreaterThan(0.5 * rates.flops);
  for (let i = 0; i < 300; i++) pace.learn(pace.secondsOf(dispatch(0.01)), 0.01);
  expect(pace.flopsPerSecond).toBeGreaterThan(0.95 * rates.flops);
  for (let i = 0; i < 1000; i++) pace.learn(0.0001, 0.003);
  expect(pace.flopsPerSecond).toBeGreaterThan(0.95 * rates.flops);
});

it('starts anew from what was measured', () => {
  const pace = new Pace(rates);
  for (let i = 0; i < 500; i++) pace.learn(0.01, 0.04);
  pace.set({ flops: 3e12, bytes: 3e11 });
  expect(pace.flopsPerSecond).toBeCloseTo(3e12, -6);
});
