import { expect, it } from 'vitest';
import { lostInCtfRows } from './optics-words.ts';
import { ORDINARY_OPTICS } from './particles.ts';

it('what nine columns cannot hold is said, and only that', () => {
  const rows = (changes: Record<number, number>) =>
    Float32Array.from([...ORDINARY_OPTICS, ...ORDINARY_OPTICS.map((value, i) => changes[i] ?? value)]);
  expect(lostInCtfRows(null, 'ctf.pkl')).toBeNull();
  expect(lostInCtfRows(rows({}), 'ctf.pkl')).toBeNull();
  const { message } = lostInCtfRows(rows({ 0: 0.9, 2: 1, 9: -2 }), 'my_ctf.pkl')!;
  for (const word of ['scales', 'phase-flipped', 'beam tilts', 'my_ctf.pkl']) expect(message).toContain(word);
  for (const word of ['B factors', 'magnification', 'pixel size']) expect(message).not.toContain(word);
});
