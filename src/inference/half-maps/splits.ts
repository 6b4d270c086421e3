// Which half of its set an image belongs to: as its table says, by turns, or drawn.
import { VitrineError } from '../../base/errors.ts';
import { Random } from '../../geometry/random.ts';

/** `subset`: the halves in which a refinement kept the particles apart; others are of one refinement. */
export type SplitBy = 'subset' | 'even-odd' | 'random';

/** How, for people: "split …". */
export const SPLIT_WORDS: Record<SplitBy, string> = {
  subset: 'as the refinement split them',
  'even-odd': 'every second particle',
  random: 'by chance',
};

/** Halves of N images. */
export interface Split {
  by: SplitBy;
  /** N: 0 or 1. */
  halfOf: Uint8Array;
}

/** By turns: image 0 is of the first half, image 1 of the second. */
export function evenOdd(count: number): Split {
  return { by: 'even-odd', halfOf: Uint8Array.from({ length: count }, (_, i) => i % 2) };
}

/** As many in the one half as in the other, give or take one; the same for a seed. */
export function randomHalves(count: number, seed: number): Split {
  const halfOf = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const random = new Random(seed);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [halfOf[i], halfOf[j]] = [halfOf[j], halfOf[i]];
  }
  return { by: 'random', halfOf };
}

/**
 * By a table's column: RELION's rlnRandomSubset (1, 2) or cryoSPARC's split (0, 1). Null where not every particle is of one of two
 * halves, or one is empty.
 */
export function halvesOfColumn(values: ArrayLike<number>): Split | null {
  const numbers = [...new Set(Array.from(values))].sort((a, b) => a - b);
  if (numbers.length !== 2 || numbers[1] !== numbers[0] + 1 || (numbers[0] !== 0 && numbers[0] !== 1)) return null;
  return { by: 'subset', halfOf: Uint8Array.from(values, (value) => value - numbers[0]) };
}

/** Errors: 'index-out-of-range', 'count-mismatch' where a half of `rows` has no image. */
export function requireBothHalves({ halfOf }: Split, rows: ArrayLike<number>, name: string): void {
  const last = rows.length > 0 ? rows[rows.length - 1] : 0;
  if (last >= halfOf.length)
    throw new VitrineError('index-out-of-range', `There is no image ${last}: ${name}.`, {
      expected: `0 to ${halfOf.length - 1}`,
      found: String(last),
    });
  let second = 0;
  for (let i = 0; i < rows.length; i++) second += halfOf[rows[i]];
  if (second > 0 && second < rows.length) return;
  throw new VitrineError('count-mismatch', `There are too few images for maps of two halves: ${name}.`, {
    expected: 'at least one image of each half',
    found: `${rows.length - second} and ${second}`,
    advice: 'Choose more particles, or split them otherwise.',
  });
}
