// Nothing is followed until the page starts Explore, nor after it ends it.
import { expect, it, vi } from 'vitest';
import type { DecodeRequest, RunLatents, RunSummary } from '../../../workers/contract.ts';
import { idle, type ExploreBackend } from './backend.ts';
import { openMaps } from './maps.ts';
import { startExplore } from './start.ts';
import { useExplore } from './store.ts';

vi.mock('../../../workers/client.ts', async () => ({
  connectStudio: () => ({}),
  latestWins: (await import('../../../workers/latest-wins.ts')).latestWins,
}));

const mu = new Float32Array([1, 2, 3, 4, 5, 6]);
const latents = { epoch: 1, zDim: 2, count: 3, mu } as RunLatents;
const result = {
  labels: new Int32Array([0, 1, 1]),
  centreIndices: new Uint32Array([0, 2]),
  centres: new Float32Array([1, 2, 5, 6]),
  counts: new Uint32Array([1, 2]),
};
const asked: number[][] = [];
const backend = {
  analysis: {
    decode({ z }: DecodeRequest) {
      asked.push(z);
      return new Promise(() => undefined);
    },
  },
} as unknown as ExploreBackend;

function clustersArrive(): void {
  openMaps('run', 16);
  useExplore.setState({ phase: 'loading', run: { id: 'run' } as RunSummary, latents });
  useExplore.setState({ phase: 'ready', clusters: { ...idle(), status: 'done', result } });
}

it('shows the centre of the largest cluster between start and end, and at no other time', () => {
  clustersArrive();
  expect(asked).toEqual([]);
  const end = startExplore(backend);
  clustersArrive();
  expect(asked).toEqual([[5, 6]]);
  end();
  clustersArrive();
  expect(asked).toHaveLength(1);
});
