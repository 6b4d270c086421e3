// What Export says belongs to the run that it shows.
import { expect, it } from 'vitest';
import type { RunSummary } from '../../../workers/contract.ts';
import { clearWithRun, setScope, useExports } from './exports.ts';
import { useExplore } from './store.ts';

const run = (id: string, epochsDone: number) => ({ id, epochsDone }) as RunSummary;

it('forgets the files written, the list read and the scope with the run, not with an epoch', () => {
  const end = clearWithRun();
  useExplore.setState({ run: run('a', 1) });
  const said = {
    written: { name: 'a.star', bytes: 9 },
    imported: { file: 'b.star', name: 'b', count: 2, notices: [] },
  };
  useExports.setState(said);
  setScope({ kind: 'cluster', cluster: 3 });
  useExplore.setState({ run: run('a', 2) });
  expect(useExports.getState()).toMatchObject({ ...said, scope: { kind: 'cluster', cluster: 3 } });
  useExplore.setState({ run: run('b', 1) });
  expect(useExports.getState()).toMatchObject({ written: null, imported: null, scope: { kind: 'current' } });
  end();
  useExports.setState(said);
  useExplore.setState({ run: run('a', 2) });
  expect(useExports.getState()).toMatchObject(said);
});
