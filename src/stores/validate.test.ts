import { beforeEach, expect, it, vi } from 'vitest';
import type { ComparedMaps, DroppedFile, RunCheckName, ToldCheck } from '../../workers/contract.ts';
import { VitrineError } from '../base/errors.ts';

interface Call {
  signal: AbortSignal;
  end(fail?: VitrineError): void;
}
const kept = new Map<string, ToldCheck[]>();
let checks: (Call & { runId: string; name: RunCheckName })[] = [];
let comparisons: Call[] = [];

/** Resolves when it is told to, or rejects as a call does that is cancelled. */
function called<T>(signal: AbortSignal, result: T, take: (call: Call) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new VitrineError('cancelled', 'Cancelled.')));
    take({ signal, end: (fail) => (fail ? reject(fail) : resolve(result)) });
  });
}

vi.mock('../../workers/client.ts', async () => ({
  connectStudio: () => ({
    io: {
      runChecks: (runId: string) => Promise.resolve(kept.get(runId) ?? []),
      compareMaps: (_a: DroppedFile, _b: DroppedFile, _request: unknown, { signal }: { signal: AbortSignal }) =>
        called(signal, {} as ComparedMaps, (call) => comparisons.push(call)),
    },
    engine: {
      checkRun: (runId: string, [name]: RunCheckName[], { signal }: { signal: AbortSignal }) =>
        called(signal, [{ check: name } as ToldCheck], (call) => checks.push({ ...call, runId, name })),
    },
  }),
  latestWins: (await import('../../workers/latest-wins.ts')).latestWins,
}));
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
vi.stubGlobal('window', { location: new URL('https://studio.test') });
const { changeRequest, chooseMap, makeChecks, openValidate, stopChecks, useValidate } = await import('./validate.ts');
const state = () => useValidate.getState();
const names = () => state().checks.map(({ check }) => check);
const file = (path: string): DroppedFile => ({ path, file: new Blob() });

beforeEach(async () => {
  [checks, comparisons] = [[], []];
  kept.clear();
  await openValidate('other');
  await openValidate('run');
});

it('shows what is kept of a run, and makes checks one after the other', async () => {
  kept.set('next', [{ check: 'halves' } as ToldCheck]);
  await openValidate('next');
  const done = makeChecks('next', ['leakage', 'halves']);
  expect([state().going, checks.length]).toEqual(['leakage', 1]);
  checks[0].end();
  await vi.waitFor(() => expect(state().going).toBe('halves'));
  expect(names()).toEqual(['halves', 'leakage']);
  checks[1].end();
  await done;
  expect([names(), state().going, state().error]).toEqual([['leakage', 'halves'], null, null]);
});

it('a check that is stopped is no error, and those after it are not begun', async () => {
  const done = makeChecks('run', ['phases', 'null']);
  stopChecks();
  await done;
  expect([state().going, state().error, checks.length]).toEqual([null, null, 1]);
  const again = makeChecks('run', ['phases']);
  checks[1].end();
  await again;
  expect(names()).toEqual(['phases']);
});

it('tells what a check fails of, and keeps those that were made', async () => {
  const done = makeChecks('run', ['leakage', 'phases']);
  checks[0].end();
  await vi.waitFor(() => expect(checks).toHaveLength(2));
  checks[1].end(new VitrineError('file-missing', 'No images.'));
  await done;
  expect([names(), state().going, state().error?.code]).toEqual([['leakage'], null, 'file-missing']);
});

it('another run ends the check of the one before, and can be checked at once', async () => {
  const before = makeChecks('run', ['phases']);
  const opened = openValidate('other');
  expect(checks[0].signal.aborted).toBe(true);
  const after = makeChecks('other', ['leakage']);
  await Promise.all([before, opened]);
  expect([state().going, state().error]).toEqual(['leakage', null]);
  checks[1].end();
  await after;
  expect(names()).toEqual(['leakage']);
});

it('compares once both maps are there; another request takes the place of the one that goes on', async () => {
  chooseMap(0, file('a.mrc'));
  expect(comparisons).toHaveLength(0);
  chooseMap(1, file('b.mrc'));
  changeRequest({ mask: 'none' });
  expect(comparisons.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  comparisons[1].end();
  await vi.waitFor(() => expect(state().compared).not.toBeNull());
  await vi.waitFor(() => expect(state().comparing).toBeNull());
  changeRequest({ local: true });
  comparisons[2].end(new VitrineError('count-mismatch', 'Two boxes.'));
  await vi.waitFor(() => expect(state().compareError?.code).toBe('count-mismatch'));
  expect(state().compared).toBeNull();
});
