import { beforeEach, expect, it, vi } from 'vitest';
import type { CheckMethod, ComparedMaps, DroppedFile, RunCheckName, ToldCheck } from '../../workers/contract.ts';
import { VitrineError } from '../base/errors.ts';

interface Call {
  signal: AbortSignal;
  end(fail?: VitrineError): void;
}
const kept = new Map<string, ToldCheck[]>();
let checks: (Call & { runId: string; name: RunCheckName; method: CheckMethod })[] = [];
let comparisons: Call[] = [];
let compared: string[][] = [];
let fitsRead: string[] = [];

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
      compareMaps: (a: DroppedFile, b: DroppedFile, _request: unknown, { signal }: { signal: AbortSignal }) => {
        compared.push([a.path, b.path]);
        return called(signal, {} as ComparedMaps, (call) => comparisons.push(call));
      },
    },
    engine: {
      checkRun: (runId: string, [name]: RunCheckName[], method: CheckMethod, { signal }: { signal: AbortSignal }) =>
        called(signal, [{ check: name } as ToldCheck], (call) => checks.push({ ...call, runId, name, method })),
    },
  }),
  latestWins: (await import('../../workers/latest-wins.ts')).latestWins,
}));
vi.mock('./explore/index.ts', () => ({ readFits: (id: string) => Promise.resolve(void fitsRead.push(id)) }));
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
vi.stubGlobal('window', { location: new URL('https://studio.test') });
const { changeRequest, chooseMap, dropMaps, makeChecks, openValidate, setCheckMethod, stopChecks, useValidate } =
  await import('./validate.ts');
const state = () => useValidate.getState();
const names = () => state().checks.map(({ check }) => check);
const file = (path: string): DroppedFile => ({ path, file: new Blob() });

beforeEach(async () => {
  [checks, comparisons, compared] = [[], [], []];
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

it('takes two dropped maps in the order of their names, and one where a side is empty; others than maps are no maps', () => {
  useValidate.setState({ files: [null, null] });
  dropMaps([file('b.mrc'), file('readme.txt'), file('a.mrc')]);
  expect(compared).toEqual([['a.mrc', 'b.mrc']]);
  dropMaps([file('c.map')]);
  expect(compared[1]).toEqual(['a.mrc', 'c.map']);
  for (const wrong of [[file('readme.txt')], [file('a.mrc'), file('b.mrc'), file('c.mrc')]]) {
    dropMaps(wrong);
    expect(state().compareError?.code).toBe('usage');
  }
  expect(compared).toHaveLength(2);
  useValidate.setState({ files: [null, null], compareError: null });
  dropMaps([file('half.mrc')]);
  expect([state().files[0]?.path, state().files[1]]).toEqual(['half.mrc', null]);
});

it('fits what is chosen, and reads what the check of the images says of each at once, each time', async () => {
  fitsRead = [];
  setCheckMethod('network');
  for (const name of ['images', 'images', 'leakage'] as const) {
    const before = checks.length;
    const done = makeChecks('run', [name]);
    checks[before].end();
    await done;
    expect(checks[before].method).toBe('network');
  }
  expect(fitsRead).toEqual(['run', 'run']);
  setCheckMethod('linear');
});
