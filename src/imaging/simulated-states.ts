// Which state each simulated particle is in.
import { VitrineError } from '../base/errors.ts';
import type { Random } from '../geometry/random.ts';

/** What is drawn from: conformations of every composition, as often as their shares say, or states by populations of their own. */
export interface DrawnFrom {
  conformations: readonly { share: number }[];
  compositions: readonly { share: number }[];
  /** By state: conformation + conformations × composition; absent: by both shares. */
  populations: readonly number[] | undefined;
}

/** State and composition of `count` particles. Error 'value-out-of-range' where the populations do not fit the states. */
export function drawStates(random: Random, count: number, { conformations, compositions, populations }: DrawnFrom) {
  const states = conformations.length;
  if (!populations) {
    const composition = Uint8Array.from({ length: count }, () => drawShare(random, compositions.map(shareOf)));
    const shares = conformations.map(shareOf);
    const areEven = shares.every((share) => share === shares[0]);
    const drawn = () => (areEven ? random.below(states) : drawShare(random, shares));
    return { composition, state: Uint16Array.from(composition, (of) => of * states + drawn()) };
  }
  const stateCount = states * compositions.length;
  const good = populations.every((share) => share >= 0) && populations.some((share) => share > 0);
  if (!good || populations.length > stateCount)
    throw new VitrineError('value-out-of-range', 'The populations do not fit the states.', {
      field: '--populations',
      expected: `at most ${stateCount} numbers, 0 or above, not all 0`,
      found: populations.join(', '),
    });
  const state = Uint16Array.from({ length: count }, () => drawShare(random, populations));
  return { state, composition: Uint8Array.from(state, (drawn) => Math.floor(drawn / states)) };
}

const shareOf = ({ share }: { share: number }): number => share;

function drawShare(random: Random, shares: readonly number[]): number {
  let left = random.uniform() * shares.reduce((sum, share) => sum + share, 0);
  const drawn = shares.findIndex((share) => (left -= share) < 0);
  return drawn < 0 ? shares.length - 1 : drawn;
}
