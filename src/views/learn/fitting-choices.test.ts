import { expect, it, vi } from 'vitest';

vi.mock('../../stores/learn-form.ts', () => ({ takeFitting: () => undefined }));
const { fittingChoices } = await import('./fitting-choices.tsx');

it('offers what fits, and the CPU in any case', () => {
  expect(fittingChoices({ boxPixels: 192, width: 512 }).map(([label]) => label)).toEqual([
    'Box of 192',
    'Width 512',
    'Use the CPU',
  ]);
  expect(fittingChoices({})).toEqual([['Use the CPU', 'cpu']]);
});
