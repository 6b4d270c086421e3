import { expect, it } from 'vitest';
import type { ComparedDirections, RunSummary } from '../../../workers/contract.ts';
import { anisotropyWords } from './anisotropy-words.ts';
import { methodWords } from './method-words.ts';

/** Of three axes and their opposites. */
function along(x: number, y: number, z: number): ComparedDirections {
  const resolutionAngstrom = Float64Array.of(x, y, z, x, y, z);
  return {
    directions: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 0, 0, -1, 0, 0, 0, -1),
    ...{ resolutionAngstrom, bestAngstrom: Math.min(x, y, z), worstAngstrom: Math.max(x, y, z), sphericity: 0.9 },
  };
}

it('says of directions whether they differ, and along which', () => {
  expect(anisotropyWords(along(4, 4, 4.3)).verdict).toBe('even');
  const uneven = anisotropyWords(along(4, 5, 4.5));
  expect([uneven.verdict, uneven.advice]).toEqual(['uneven', '']);
  const smeared = anisotropyWords(along(4, 5, 9));
  expect(smeared.verdict).toBe('smeared');
  expect(smeared.sentence).toContain('4.00 Å along rot 0°, tilt 90°, 9.00 Å along rot 0°, tilt 0°, sphericity 0.90');
  expect(smeared.advice).not.toBe('');
});

it('says beforehand what networks cost: of a network’s run what that took', () => {
  const history = [1, 2].map((epoch) => ({ epoch, seconds: 90 })) as RunSummary['history'];
  const network = { kind: 'network', job: 'train', history } as const;
  expect(methodWords('network', network)).toContain('about as long as the run: 3 min 0 s');
  expect(methodWords('network', { ...network, kind: 'linear', job: 'linear' })).toContain('Quick look');
  expect(methodWords('linear', network)).toContain('Linear models');
});
