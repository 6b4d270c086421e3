import { beforeEach, describe, expect, it, vi } from 'vitest';
import type {
  ContouredMap,
  DecodeRequest,
  MapRequest,
  PoseReport,
  RunEvent,
  RunSummary,
} from '../../workers/contract.ts';
import { AB_INITIO_DEFAULTS, defaultParams } from '../params/params.ts';

const run: RunSummary = {
  ...{ kind: 'network', kindTitle: 'coordinate network', job: 'ab-initio', latentDimension: 0 },
  can: { decode: true, encode: false, searchPoses: true, components: false, mask: false, resume: true, turnHand: true },
  ...{ id: 'a', name: 'A', datasetId: 'd', datasetName: 'D', created: '2026-01-01', status: 'running' },
  ...{ params: { ...defaultParams(), ...AB_INITIO_DEFAULTS }, epochsDone: 0, history: [], device: null },
  ...{ boxPixels: 32, pixelSizeAngstrom: 4 },
};
const decoded: DecodeRequest[] = [];
/** What the analysis worker keeps. */
const kept = new Set<string>();
const backend = {
  io: {
    storage: () => Promise.resolve({ usedBytes: 0, freeBytes: null }),
    latents: (runId: string, epoch: number) =>
      Promise.resolve({ handle: { runId, epoch }, epoch, zDim: 2, count: 2, mu: Float32Array.of(1, 2, 3, 4) }),
    componentsReport: () => Promise.resolve({ percents: [70, 30], words: '' }),
  },
  engine: {
    flipHand: (id: string) => {
      const standing = useRuns.getState().runs.find((each) => each.id === id)!;
      return Promise.resolve({ ...standing, mirrored: !standing.mirrored });
    },
  },
  analysis: {
    nearest: () => Promise.resolve(Uint32Array.of(1)),
    decode({ key, level: _level, ...source }: MapRequest): Promise<ContouredMap> {
      decoded.push(source);
      kept.add(key);
      const { boxPixels, z } = source;
      const statistics = { mean: 0, standardDeviation: 1, min: 0, max: 1, suggestedLevel: 1 };
      const mesh = { positions: new Float32Array(), normals: new Float32Array(), indices: new Uint32Array() };
      const counted = { ...statistics, histogram: new Uint32Array(256) };
      return Promise.resolve({
        map: { key, source, z, boxPixels, pixelSizeAngstrom: 4, statistics: counted },
        ...{ level: 1, mesh },
      });
    },
    releaseMaps: async (keys: string[]) => keys.forEach((key) => kept.delete(key)),
  },
};
vi.mock('../../workers/client.ts', async () => ({
  connectStudio: () => backend,
  latestWins: (await import('../../workers/latest-wins.ts')).latestWins,
}));
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
const { flipRun, suggestedRunName, takeRunEvent, useRuns } = await import('./runs.ts');
const { clearLive, useLive } = await import('./live-landscape.ts');

const report = (values: Partial<PoseReport>): PoseReport => ({
  ...{ stage: 'start', epoch: 0, fraction: 0, message: 'Step 1 of 9', directions: [], moving: null, movedDegrees: 10 },
  ...{ medianMoveDegrees: null, atBorder: 0, classes: [8], error: 1, notices: [], ...values },
});
const poses = (values: Partial<PoseReport>): RunEvent => ({ type: 'poses', runId: 'a', report: report(values) });
const standing = () => useRuns.getState().runs[0];
const live = () => useRuns.getState().live['a'];
const settled = () => new Promise((done) => setTimeout(done));

describe('a run that finds its poses', () => {
  beforeEach(() => {
    decoded.length = 0;
    clearLive();
    useRuns.setState({ runs: [run], currentId: 'a', live: {} });
  });

  it('keeps the latest report of each stage and every move that was heard', async () => {
    takeRunEvent({ type: 'preparing', runId: 'a', progress: { fraction: null, message: 'Reading' } });
    takeRunEvent(poses({ fraction: 0.5 }));
    expect(live().preparing).toBeNull();
    takeRunEvent(poses({ fraction: 1, moving: 0.5, medianMoveDegrees: 12 }));
    takeRunEvent(poses({ stage: 'refine', fraction: 1, moving: 0.2 }));
    takeRunEvent(poses({ stage: 'search', epoch: 5, fraction: 1, moving: 0.1 }));
    const kept = standing().poseReports?.map(({ stage, epoch, moving }) => [stage, epoch, moving]);
    expect(kept).toEqual([
      ['start', 0, 0.5],
      ['refine', 0, 0.2],
      ['search', 5, 0.1],
    ]);
    expect(live().moves.map(({ at, moving }) => [at, moving])).toEqual([
      [-1.5, null],
      [-1, 0.5],
      [0, 0.2],
      [5, 0.1],
    ]);
    await settled();
  });

  it('says how far kernels are chosen beside it, until they are, and that they could not be', () => {
    const progress = { done: 12, total: 74, secondsLeft: 9 };
    takeRunEvent({ type: 'choosing-kernels', runId: 'a', progress });
    const one = { epoch: 1, imagesDone: 8, imagesTotal: 16, imagesPerSecond: 4, secondsLeft: 9 };
    takeRunEvent({ type: 'progress', runId: 'a', ...one, reconstruction: null, kl: null });
    expect(live()).toMatchObject({ choosing: progress, imagesDone: 8 });
    takeRunEvent({ type: 'choosing-kernels', runId: 'a', progress: null });
    expect(live().choosing).toBeNull();
    takeRunEvent({ type: 'choosing-kernels', runId: 'a', progress });
    takeRunEvent({ type: 'status', runId: 'a', status: 'interrupted' });
    expect(live().choosing).toBeNull();
    const notice = { code: 'kernels-not-chosen', message: 'The default ones compute.' };
    takeRunEvent({ type: 'notice', runId: 'a', notice, params: { batchSize: 4, precision: 'float32' } });
    expect(standing().notices).toEqual([notice]);
    expect(standing().params).toMatchObject({ batchSize: 4, precision: 'float32' });
  });

  it('of a linear model brings a chain into the list, beside the run that it looks at', () => {
    const chain: RunSummary = { ...run, id: 'b', name: 'A, chain', kind: 'chain', job: 'chain', status: 'finished' };
    takeRunEvent({ type: 'chain', runId: 'a', chain });
    expect(useRuns.getState()).toMatchObject({ runs: [chain, run], currentId: 'a' });
  });

  it('forgets what a start that begins anew had come to', async () => {
    takeRunEvent(poses({ fraction: 0.5 }));
    takeRunEvent(poses({ stage: 'refine', fraction: 0.5 }));
    takeRunEvent(poses({ fraction: 0.1 }));
    expect(standing().poseReports?.map(({ fraction }) => fraction)).toEqual([0.1]);
    expect(live().moves.map(({ at }) => at)).toEqual([-1.9]);
    await settled();
  });

  it('shows the map of the start, then those of the epochs', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    // The faked clock begins at 0, the last picture was made at the process's age: an hour is past any rest.
    await vi.advanceTimersByTimeAsync(3_600_000);
    takeRunEvent(poses({ fraction: 0.5 }));
    await vi.advanceTimersByTimeAsync(0);
    expect(decoded).toMatchObject([{ runId: 'a', epoch: null, z: [] }]);
    expect(useLive.getState()).toMatchObject({ runId: 'a', epoch: 0, loading: false });
    takeRunEvent(poses({ fraction: 0.6 }));
    takeRunEvent(poses({ fraction: 0.7 }));
    await vi.advanceTimersByTimeAsync(1000);
    expect(decoded).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5000);
    expect(decoded).toHaveLength(2);
    const losses = { reconstruction: 1, kl: 0, total: 1, images: 8 };
    takeRunEvent({ type: 'epoch', runId: 'a', summary: { epoch: 1, seconds: 1, imagesPerSecond: 8, ...losses } });
    await vi.advanceTimersByTimeAsync(6000);
    expect(decoded.at(-1)).toMatchObject({ epoch: 1 });
    expect(useLive.getState().epoch).toBe(1);
    expect(kept.size).toBe(0);
    vi.useRealTimers();
  });

  it('flips the hand: the record and the map are those of the mirrored run', async () => {
    useRuns.setState({ runs: [{ ...run, status: 'finished', epochsDone: 3 }] });
    expect(await flipRun('a')).toBe(true);
    await settled();
    expect(standing().mirrored).toBe(true);
    expect(decoded).toHaveLength(1);
    expect(await flipRun('a')).toBe(true);
    await settled();
    expect(standing().mirrored).toBe(false);
    expect(decoded).toHaveLength(2);
    expect(useRuns.getState().pending).toBeNull();
  });
});

describe('the name suggested for a new run', () => {
  const named = (name: string, datasetId: string): RunSummary => ({ ...run, id: name, name, datasetId });

  it('counts the runs of its dataset, past names that any run has', () => {
    const dataset = { id: 'd', name: 'D' };
    expect(suggestedRunName({ runs: [] }, dataset)).toBe('D 1');
    expect(suggestedRunName({ runs: [named('mine', 'd')] }, dataset)).toBe('D 2');
    expect(suggestedRunName({ runs: [named('D 1', 'other'), named('D 2', 'd')] }, dataset)).toBe('D 3');
    expect(suggestedRunName({ runs: [named('D 1', 'other')] }, dataset)).toBe('D 2');
  });
});

describe('a linear model', () => {
  const fitted: RunSummary = {
    ...run,
    kind: 'linear',
    job: 'linear',
    latentDimension: 2,
    can: { ...run.can, components: true },
  };
  const iteration = (at: number, gain: number): RunEvent => ({
    ...{ type: 'linear', runId: 'a', percents: [80, 20], latents: Float32Array.of(at, 0, 1, 1), stride: 1 },
    progress: {
      iteration: at,
      iterations: 5,
      bandPixels: 7,
      evidenceGain: gain,
      scree: Float32Array.of(2, 1),
      seconds: at,
    },
  });

  beforeEach(() => {
    decoded.length = 0;
    clearLive();
    useRuns.setState({ runs: [fitted], currentId: 'a', live: {} });
  });

  it('is drawn as it stands after each iteration: its evidence, its latents and its mean map', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    await vi.advanceTimersByTimeAsync(3_600_000);
    takeRunEvent({ type: 'preparing', runId: 'a', progress: { fraction: null, message: 'Reading' } });
    takeRunEvent(iteration(1, 0.5));
    takeRunEvent(iteration(2, 0.75));
    expect(live()).toMatchObject({ preparing: null, epoch: 2, linear: { percents: [80, 20] } });
    expect(live().linear?.evidence).toEqual([
      { iteration: 1, gain: 0.5 },
      { iteration: 2, gain: 0.75 },
    ]);
    const { cloud, epoch } = useLive.getState();
    expect(epoch).toBe(2);
    expect(cloud).toMatchObject({ width: 2, stride: 1, titles: ['Component 1 (80 %)', 'Component 2 (20 %)'] });
    expect([...cloud!.values]).toEqual([2, 0, 1, 1]);
    await vi.advanceTimersByTimeAsync(1500);
    expect(decoded).toHaveLength(2);
    expect(decoded[1]).toMatchObject({ runId: 'a', epoch: null, z: [0, 0] });
    vi.useRealTimers();
  });

  it('shows what came out at the end', async () => {
    takeRunEvent(iteration(5, 2));
    expect(standing().epochsDone).toBe(0);
    takeRunEvent({ type: 'status', runId: 'a', status: 'finished', epochsDone: 5 });
    expect(standing()).toMatchObject({ status: 'finished', epochsDone: 5 });
    await vi.waitFor(() => expect(decoded.at(-1)).toMatchObject({ runId: 'a', epoch: 5, z: [3, 4] }));
    await vi.waitFor(() => expect(useLive.getState()).toMatchObject({ epoch: 5, row: 1, cloud: { width: 2 } }));
    expect(useLive.getState().cloud?.titles).toEqual(['Component 1 (70 %)', 'Component 2 (30 %)']);
  });

  it('that begins anew takes the place of its first beginning', async () => {
    takeRunEvent(iteration(1, 0.5));
    takeRunEvent(iteration(2, 0.75));
    takeRunEvent(iteration(1, 0.4));
    expect(live().linear?.evidence).toEqual([{ iteration: 1, gain: 0.4 }]);
    await settled();
  });
});
