import { expect, it, vi } from 'vitest';
import type { DatasetSummary, Params, RunSummary } from '../../workers/contract.ts';

const started: { datasetId: string; name: string; params: Params }[] = [];
vi.mock('../../workers/client.ts', async () => ({
  connectStudio: () => ({
    engine: {
      start(datasetId: string, name: string, params: Params): Promise<RunSummary> {
        started.push({ datasetId, name, params });
        return Promise.resolve({ id: 'r', datasetId, name, params } as RunSummary);
      },
    },
  }),
  latestWins: (await import('../../workers/latest-wins.ts')).latestWins,
}));
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
vi.stubGlobal('window', { location: new URL('https://studio.test') });
const { takeFirstLook } = await import('./first-look.ts');
const { useShell } = await import('./shell.ts');
const { useRuns } = await import('./runs.ts');

const dataset = { id: 'd', name: 'Hinge', particles: 4000, boxPixels: 32, hasPoses: true, looksWhite: false };

it('starts a linear model of the set at its box, with the sign that its images have, and shows it on Learn', async () => {
  await takeFirstLook(dataset as DatasetSummary);
  expect(started).toMatchObject([
    { datasetId: 'd', name: 'Hinge 1', params: { method: 'linear', zDim: 4, boxPixels: 'auto', invertData: false } },
  ]);
  expect(useRuns.getState().currentId).toBe('r');
  expect(useShell.getState().screen).toBe('learn');
});
