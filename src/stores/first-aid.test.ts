// First aid on the screen's side: it begins once, can be ended and asked for again, and says whether particles are dark.
import { beforeEach, expect, it, vi } from 'vitest';
import type { ToldFinding } from '../../workers/contract.ts';
import { VitrineError } from '../base/errors.ts';
import { giveFirstAid, saysDark, stopFirstAid, useFirstAid } from './first-aid.ts';

const firstAid = vi.hoisted(() => vi.fn());
vi.mock('./studio.ts', () => ({ studio: () => ({ io: { firstAid } }) }));

const contrast = (verdict: ToldFinding['verdict']): ToldFinding => ({
  ...{ check: 'contrast', title: 'Contrast', verdict, sentence: 'Said.', measures: [], advice: null },
});
const dataset = { id: 'a' };
beforeEach(() => {
  useFirstAid.setState({}, true);
  firstAid.mockReset();
});

it('is asked for once, and what it finds is kept', async () => {
  firstAid.mockResolvedValue([contrast('good')]);
  await Promise.all([giveFirstAid(dataset), giveFirstAid(dataset)]);
  await giveFirstAid(dataset);
  expect(firstAid).toHaveBeenCalledTimes(1);
  expect(useFirstAid.getState()['a'].findings).toEqual([contrast('good')]);
});

it('ends where a person ends it, and begins again only when asked', async () => {
  let end = (_: unknown): void => undefined;
  firstAid.mockReturnValueOnce(new Promise((_, reject) => (end = reject)));
  const looking = giveFirstAid(dataset);
  stopFirstAid('a');
  end(new VitrineError('cancelled', 'Cancelled.'));
  await looking;
  expect(useFirstAid.getState()['a']).toMatchObject({ findings: null, progress: null, error: null, stopped: true });
  await giveFirstAid(dataset);
  expect(firstAid).toHaveBeenCalledTimes(1);
  firstAid.mockResolvedValue([]);
  await giveFirstAid(dataset, true);
  expect(useFirstAid.getState()['a']).toMatchObject({ findings: [], stopped: false });
});

it('keeps what went wrong, and does not try again by itself', async () => {
  firstAid.mockRejectedValue(new VitrineError('file-truncated', 'The stack is cut off.'));
  await giveFirstAid(dataset);
  await giveFirstAid(dataset);
  expect(firstAid).toHaveBeenCalledTimes(1);
  expect(useFirstAid.getState()['a'].error).toMatchObject({ code: 'file-truncated' });
});

it.each([
  ['wrong', true],
  ['good', false],
  ['cannot say', null],
] as const)('a contrast that is %s says dark: %s', async (verdict, dark) => {
  firstAid.mockResolvedValue([contrast(verdict)]);
  await giveFirstAid(dataset);
  expect(saysDark(useFirstAid.getState(), 'a')).toBe(dark);
  expect(saysDark(useFirstAid.getState(), 'b')).toBeNull();
});
