// The switcher names what is open, and does not file a run under a dataset that is not its own.
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it, vi } from 'vitest';
import type { DatasetSummary, RunSummary } from '../../workers/contract.ts';

vi.mock('../../workers/client.ts', async () => ({
  connectStudio: () => ({}),
  latestWins: (await import('../../workers/latest-wins.ts')).latestWins,
}));
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
const { useDatasets } = await import('../stores/datasets.ts');
const { useRuns } = await import('../stores/runs.ts');
const { Switcher } = await import('./switcher.tsx');

const dataset = { id: 'd', name: 'D', particles: 3, boxPixels: 8 } as DatasetSummary;
/** A server's rendering reads a store's first state. */
function shown(run: Pick<RunSummary, 'name' | 'datasetId'>): string {
  Object.assign(useDatasets.getInitialState(), { datasets: [dataset], currentId: 'd' });
  const summary = { id: 'r', datasetName: 'E', epochsDone: 1, params: { epochs: 2 }, ...run } as RunSummary;
  Object.assign(useRuns.getInitialState(), { runs: [summary], currentId: 'r' });
  return renderToStaticMarkup(createElement(Switcher))
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

it('writes a run under its dataset, and beside another', () => {
  expect(shown({ name: 'D 1', datasetId: 'd' })).toBe('D / D 1');
  expect(shown({ name: 'E 1', datasetId: 'e' })).toBe('D · run E 1');
});
