// A deposition against a backend of a few lines: what is asked for, saved and said.
import { beforeEach, expect, it } from 'vitest';
import type { Deposition, DepositRequest, RunSummary } from '../../../workers/contract.ts';
import type { CallControl } from '../../../workers/facade.ts';
import { VitrineError } from '../../base/errors.ts';
import { connectExplore, type ExploreBackend } from './backend.ts';
import { DEPOSIT, depositionBytes, exportDeposition } from './deposition.ts';
import { cancelExport, useExports } from './exports.ts';
import { useExplore } from './store.ts';

const rows = Uint32Array.of(1, 4, 5);
const state = { name: 'Open', massKilodalton: 60 };
const saved: string[] = [];
const save = (name: string) => void saved.push(name);

const asked: [string, DepositRequest][] = [];
let answer: (control: CallControl) => Promise<Deposition>;
connectExplore({
  engine: {
    deposit(runId: string, request: DepositRequest, control: CallControl) {
      asked.push([runId, request]);
      return answer(control);
    },
  },
} as unknown as ExploreBackend);

beforeEach(() => {
  saved.length = asked.length = 0;
  useExplore.setState({ run: { id: 'a', epochsDone: 1 } as RunSummary });
});

it('saves the zip and says how far its halves agree', async () => {
  answer = async ({ onProgress }) => {
    onProgress?.({ fraction: 0.5, message: 'Adding images' });
    expect(useExports.getState()).toMatchObject({ busy: DEPOSIT, progress: { fraction: 0.5 } });
    return { name: 'Open.zip', blob: new Blob([new Uint8Array(7)]), contour: 0.0123456, resolutionAngstrom: 8.16 };
  };
  await exportDeposition(rows, state, save);
  expect(asked).toEqual([['a', { ...state, rows }]]);
  expect(saved).toEqual(['Open.zip']);
  const { busy, job, written, error } = useExports.getState();
  expect({ busy, job, error }).toEqual({ busy: null, job: DEPOSIT, error: null });
  expect(written).toMatchObject({ name: 'Open.zip', bytes: 7 });
  expect(written!.note).toMatch(/agree to 8\.2 Å .* contour 0\.01235/);
});

it('shows the error, and saves nothing of one that is cancelled', async () => {
  answer = () => Promise.reject(new VitrineError('count-mismatch', 'A half has no image.'));
  await exportDeposition(rows, state, save);
  expect(useExports.getState()).toMatchObject({ busy: null, job: DEPOSIT, error: { code: 'count-mismatch' } });
  answer = ({ signal }) =>
    new Promise((_, reject) =>
      signal!.addEventListener('abort', () => reject(new VitrineError('cancelled', 'Cancelled.'))),
    );
  const underway = exportDeposition(rows, state, save);
  expect(useExports.getState().busy).toBe(DEPOSIT);
  cancelExport();
  await underway;
  expect(useExports.getState()).toMatchObject({ busy: null, error: null });
  expect(saved).toEqual([]);
});

it('counts the bytes of four maps', () => {
  expect(depositionBytes(16)).toBe(4 * (1024 + 4 * 16 ** 3));
});
