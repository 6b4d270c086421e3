import { describe, expect, it } from 'vitest';
import { isAbsurd, SPAN_SECONDS, timeInRounds } from './timing.ts';
import { ProgressCounter } from './progress-counter.ts';

interface Fake {
  name: string;
  seconds: number;
  flops: number;
  bytes: number;
}
const fake = (name: string, seconds: number, flops = 1e6): Fake[] => [{ name, seconds, flops, bytes: 0 }];

/** A clock whose hand stands at multiples of `step` seconds; the first shot of each trial takes `cold` times as long. */
function clock(step: number, { cold = 1, slip = () => 1 }: { cold?: number; slip?: (call: number) => number } = {}) {
  const calls: { name: string; repeats: number }[] = [];
  let hand = 0;
  const measure = async ([one]: readonly Fake[], repeats: number): Promise<number> => {
    const first = !calls.some(({ name }) => name === one.name);
    calls.push({ name: one.name, repeats });
    const begin = Math.floor(hand / step) * step;
    hand += repeats * one.seconds * (first ? cold : 1) * slip(calls.length);
    return (Math.floor(hand / step) * step - begin) / repeats;
  };
  return { calls, measure };
}

const QUANTUM = 65.536e-6;

describe('timing in rounds', () => {
  it('tells kernels apart that are shorter than the step of the clock', async () => {
    const { measure, calls } = clock(QUANTUM);
    const times = await timeInRounds(measure, [fake('a', 12e-6), fake('b', 10e-6), fake('c', 30e-6)]);
    expect(times[0]).toBeCloseTo(12e-6, 6);
    expect(times[1]! < times[0]! && times[0]! < times[2]!).toBe(true);
    expect(times[1]! / 10e-6).toBeGreaterThan(1 - QUANTUM / SPAN_SECONDS);
    expect(calls.some(({ name, repeats }) => name === 'b' && repeats * 10e-6 >= SPAN_SECONDS)).toBe(true);
    // No span is planned much longer than it has to be.
    for (const { name, repeats } of calls)
      expect(repeats * { a: 12e-6, b: 10e-6, c: 30e-6 }[name]!).toBeLessThan(0.006);
  });

  it('drops the first shot', async () => {
    const times = await timeInRounds(clock(1e-9, { cold: 1000 }).measure, [fake('a', 0.003), fake('b', 0.004)]);
    expect(times[0]).toBeCloseTo(0.003, 5);
    expect(times[1]).toBeCloseTo(0.004, 5);
  });

  it('goes over all in turn, and leaves out the hopeless after a round', async () => {
    const { measure, calls } = clock(1e-9);
    await timeInRounds(measure, [fake('a', 0.003), fake('b', 0.004), fake('slow', 0.006)]);
    const rounds = calls.slice(6).map(({ name }) => name);
    expect(rounds).toEqual(['a', 'b', 'slow', 'b', 'a', 'a', 'b']);
  });

  it('takes the least of the rounds: one that was disturbed does not decide', async () => {
    const disturbed = clock(1e-9, { slip: (call) => (call === 5 ? 1.4 : 1) });
    const [a, b] = await timeInRounds(disturbed.measure, [fake('a', 0.003), fake('b', 0.0035)]);
    expect(a! < b!).toBe(true);
  });

  it('never lets a clock that stands win, nor a rate that no device reaches', async () => {
    const stands = async ([one]: readonly Fake[]) => (one.name === 'stands' ? 0 : one.seconds);
    expect(await timeInRounds(stands, [fake('stands', 1), fake('a', 0.003)])).toEqual([null, 0.003]);
    const absurd = fake('absurd', 0.003, 1e15);
    expect(await timeInRounds(clock(1e-9).measure, [absurd])).toEqual([null]);
    expect(isAbsurd([{ flops: 0, bytes: 1e12 }], 1e-3)).toBe(true);
    expect(isAbsurd([{ flops: 1e12, bytes: 1e9 }], 1e-2)).toBe(false);
  });
});

describe('the counter', () => {
  it('counts to its total and tells the time left once it can', () => {
    const told: unknown[] = [];
    let now = 0;
    const counter = new ProgressCounter(
      6,
      (progress) => told.push(progress),
      () => now,
    );
    now = 4000;
    counter.tried(2);
    now = 6000;
    counter.tried();
    counter.tried(9);
    expect(told).toEqual([
      { done: 0, total: 6, secondsLeft: null },
      { done: 2, total: 6, secondsLeft: null },
      { done: 3, total: 6, secondsLeft: 6 },
      { done: 6, total: 6, secondsLeft: 0 },
    ]);
  });
});
