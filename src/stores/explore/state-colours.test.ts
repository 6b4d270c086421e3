// States are matched with those of another cut or tree, so that they keep their colours.
import { describe, expect, it } from 'vitest';
import { Random } from '../../geometry/random.ts';
import { coloursAfter, NO_COLOURS, type StateColours } from './state-colours.ts';

/** States of particles by letters: 'aab' are three particles in two states, counted as a landscape's, the largest first. */
function statesOf(letters: string): NonNullable<StateColours['of']> {
  const kinds = [...new Set(letters.replaceAll('-', ''))];
  const size = (kind: string) => letters.split(kind).length;
  kinds.sort((a, b) => size(b) - size(a) || letters.indexOf(a) - letters.indexOf(b));
  return { ofParticle: Int32Array.from(letters, (letter) => kinds.indexOf(letter)), count: kinds.length };
}
/** The colours after one cut and the other, and of each particle its colour; '.' for none. */
const after = (...cuts: string[]): StateColours =>
  cuts.reduce((colours, cut) => coloursAfter(colours, statesOf(cut)), NO_COLOURS);
const seen = ({ of, places }: StateColours): string =>
  Array.from(of?.ofParticle ?? [], (state) => (state < 0 ? '.' : String(places[state]))).join('');

describe('colours of states', () => {
  it('are in the order of the states at first', () => {
    expect(seen(after('aabbbbc'))).toBe('1100002');
  });

  it('stay with the larger part where a state is split, though it is counted otherwise now', () => {
    // State 0 becomes states 0 and 2; what was state 1 stays so.
    expect(seen(after('aaaaaabbbbb', 'aaaaccbbbbb'))).toBe('00002211111');
    // The part that keeps the colour is not the largest state any more.
    expect(seen(after('aaaaaabbbbb', 'aaaccdbbbbb'))).toBe('00022311111');
  });

  it('are those of the larger part where states are joined', () => {
    expect(seen(after('aaaabbbcc', 'aaaabbbbb'))).toBe('000011111');
    expect(seen(after('aaaabbbcc', 'aaaaaaacc'))).toBe('000000022');
  });

  it('come back where a cut goes there and back, in whichever order', () => {
    const first = 'aaaaabbbccd';
    for (const way of [
      ['aaaaabbbccc', 'aaaaaaaaccc', 'aaaaaaaaaaa'],
      ['aaaaabbbaad', 'aaaaabbbaab', 'aaaaaaaaaaa'],
    ]) {
      expect(seen(after(first, ...way, ...way.toReversed(), first))).toBe(seen(after(first)));
      expect(seen(after(first, ...way, first))).toBe(seen(after(first)));
    }
  });

  it('stay over another tree and over states that are left out', () => {
    expect(seen(after('aaaabbbcc', 'aabbbbbcc'))).toBe('001111122');
    expect(seen(after('aaaabbbcc', '----bbbcc'))).toBe('....11122');
    expect(seen(after('aaaabbbcc', '----bbbcc', 'aaaabbbcc'))).toBe('000011122');
  });

  it('are each given once, whatever the cuts', () => {
    const random = new Random(3);
    let colours = NO_COLOURS;
    for (let cut = 0; cut < 60; cut++) {
      const count = 1 + random.below(14);
      const letters = Array.from({ length: 200 }, () => String.fromCharCode(97 + random.below(count))).join('');
      colours = coloursAfter(colours, statesOf(letters));
      expect(new Set(colours.places).size).toBe(colours.of?.count);
      expect(Math.min(...colours.places)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...colours.places)).toBeLessThan(20);
    }
  });

  it('are of no use to other particles', () => {
    expect(seen(after('bbbaa', 'aabbbb'))).toHaveLength(6);
    expect(coloursAfter(after('aab'), null)).toMatchObject({ of: null, places: [] });
  });
});
