// The words for what a landscape's maps were compared in.
import { expect, it } from 'vitest';
import { maskWords, shapeWords } from './mask-words.ts';

const shape = (kind: string, how: 'add' | 'subtract' = 'add') => ({ kind, how });

it('counts shapes, and says what was cut away', () => {
  expect(shapeWords([shape('sphere')])).toBe('a sphere');
  expect(shapeWords([shape('sphere'), shape('box'), shape('box'), shape('region', 'subtract')])).toBe(
    'a sphere and 2 boxes, less a region',
  );
  expect(shapeWords([shape('box', 'subtract')])).toBe('the whole box, less a box');
});

it('tells the drawn mask, the file and the automatic one apart', () => {
  const words = (within: Parameters<typeof maskWords>[1], threshold: 'percentile' | 'none' = 'none') =>
    maskWords({ threshold }, within);
  expect(words({ kind: 'none' }, 'percentile')).toBe('automatic: above half the 99.99th percentile of any map');
  expect(words({ kind: 'none' })).toBe('the ball in the box');
  expect(words({ kind: 'drawn', shapes: [shape('sphere')] })).toBe('the drawn mask (a sphere)');
  expect(words({ kind: 'file', name: 'arm.mrc' }, 'percentile')).toBe(
    'above half the 99.99th percentile of any map, in the mask of the file arm.mrc',
  );
});
