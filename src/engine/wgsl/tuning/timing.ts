// Which of several trials is fastest, on a clock that is coarse and a device that warms up, idles and does other work: spans
// long enough for the clock, the first shot dropped, rounds over all that can still win, the least of the rounds.
import type { Work } from '../gpu/pace.ts';

/** Seconds of `dispatches` done once, of `repeats`; Gpu.measure. */
export type Measure<D extends Work> = (dispatches: readonly D[], repeats: number) => Promise<number>;

/** A browser's timestamps are multiples of up to 65.536 µs: 3 % of this. */
export const SPAN_SECONDS = 0.002;
/** How much longer spans are planned, so that most are long enough. */
const MARGIN = 1.25;
/** A span that read 0 grows by so much, which at 65 µs is half a millisecond at most. */
const MOST_GROWTH = 8;
const MOST_REPEATS = 4096;
const ROUNDS = 3;
/** Slower than the best by more after the first round: out. */
const HOPELESS = 1.5;
/** Operations and bytes a second that no device reaches: who seems to did not do its work, or the clock stood. */
const ABSURD: Work = { flops: 2e16, bytes: 2e14 };

/** Repeats of a span that is long enough; null where the clock shows nothing of any length. The first shot is not looked at. */
async function repeatsFor<D extends Work>(measure: Measure<D>, dispatches: readonly D[]): Promise<number | null> {
  await measure(dispatches, 1);
  let repeats = 1;
  for (;;) {
    const span = repeats * (await measure(dispatches, repeats));
    if (span >= SPAN_SECONDS) return repeats;
    if (repeats >= MOST_REPEATS) return null;
    const wanted = span > 0 ? (MARGIN * SPAN_SECONDS) / span : MOST_GROWTH;
    repeats = Math.min(MOST_REPEATS, Math.ceil(repeats * Math.min(MOST_GROWTH, Math.max(wanted, 1.01))));
  }
}

/** Whether a time says nothing: below what any device could do. */
export function isAbsurd(dispatches: readonly Work[], seconds: number): boolean {
  const sum = (part: keyof Work) => dispatches.reduce((total, dispatch) => total + dispatch[part], 0);
  return !(seconds > 0) || sum('flops') > ABSURD.flops * seconds || sum('bytes') > ABSURD.bytes * seconds;
}

/** Seconds of each trial once, in their order; null for one whose time cannot be told. */
export async function timeInRounds<D extends Work>(
  measure: Measure<D>,
  trials: readonly (readonly D[])[],
): Promise<(number | null)[]> {
  const repeats: (number | null)[] = [];
  for (const dispatches of trials) repeats.push(await repeatsFor(measure, dispatches));
  const least = trials.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++) {
    const best = Math.min(...least);
    // There and back again: what drifts falls on all alike.
    const order = [...trials.keys()];
    if (round % 2 === 1) order.reverse();
    for (const number of order) {
      const times = repeats[number];
      if (times === null || (round > 0 && least[number] > HOPELESS * best)) continue;
      const seconds = await measure(trials[number], times);
      if (!isAbsurd(trials[number], seconds)) least[number] = Math.min(least[number], seconds);
    }
  }
  return least.map((seconds) => (Number.isFinite(seconds) ? seconds : null));
}
