// The chain after a linear model: a run of its own beside it, or none, and what the linear model's run says then.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { movedPixels, movingBlobs } from '../../testing/moving-blobs.ts';
import { VitrineError } from '../base/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { CHAIN_SHAPES, type ChainShape } from '../engine/factors/chain-basis.ts';
import { openWasmEngine } from '../engine/wasm/engine.ts';
import { readCryodrgnPickle } from '../formats/cryodrgn-pickles.ts';
import { readChainReport, type ChainReport } from '../library/chain-files.ts';
import { MemoryStorage } from '../library/memory.ts';
import type { RunRecord } from '../library/run-record.ts';
import { RunFolder } from '../library/runs.ts';
import { LINEAR_DEFAULTS, validateParams, type Params } from '../params/params.ts';
import { spearman } from '../validation/rank-correlation.ts';
import { chainWords } from './chain-words.ts';
import { decodeAt, loadModel } from './decode-job.ts';
import { linearRun, type LinearWork } from './linear-job.ts';
import { newRunRecord } from './new-run.ts';
import { writeRunFolder } from './run-particles.ts';

const BOX = 16;
const COUNT = 240;
let engine: Engine;
let work: Pick<LinearWork, 'openEngine' | 'particles'>;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
  const { particles } = await movingBlobs({ boxPixels: BOX, count: COUNT });
  work = { openEngine: () => Promise.resolve(engine), particles };
});
afterAll(() => engine.dispose());

interface Ended {
  run: RunFolder;
  ended: RunRecord;
  chains: RunRecord[];
  tried: ChainShape[];
}

async function fitted(
  chain: Params['chain'],
  { signal, onShape }: { signal?: AbortSignal; onShape?: () => void } = {},
): Promise<Ended> {
  const run = new RunFolder(new MemoryStorage(), '');
  const params = validateParams({ ...LINEAR_DEFAULTS, zDim: 2, epochs: 6, boxPixels: BOX, contrast: false, chain });
  const record = newRunRecord({
    name: 'look',
    params,
    set: {
      ...{ datasetId: 'kept', datasetName: 'blobs', files: null, particles: COUNT },
      ...{ imagePixels: BOX, pixelSizeAngstrom: 6, fingerprint: 'f' },
    },
  });
  await run.writeRecord(record);
  await writeRunFolder(run, record, work.particles);
  const chains: RunRecord[] = [];
  const tried: ChainShape[] = [];
  const ended = await linearRun(
    run,
    { ...work, chainFolder: (id) => new RunFolder(run.storage, `runs/${id}`) },
    { ...(signal && { signal }) },
    {
      onEvent: () => undefined,
      onChain: (one) => chains.push(one),
      onChainShape(shape) {
        tried.push(shape);
        onShape?.();
      },
    },
  );
  return { run, ended, chains, tried };
}

describe('a chain', () => {
  it('is a run of its own of the same particles, and its positions lie beside the linear latents', async () => {
    const { run, ended, chains, tried } = await fitted('auto');
    expect(ended).toMatchObject({ status: 'finished', job: 'linear' });
    expect(ended.notices).toBeUndefined();
    expect(tried.slice(0, 3)).toEqual(CHAIN_SHAPES);
    const [record] = chains;
    expect([chains.length, record.id === ended.id]).toEqual([1, false]);
    expect(record).toMatchObject({
      ...{ kind: 'chain', job: 'chain', name: 'look, chain', status: 'finished', datasetId: 'kept', epochsDone: 1 },
      ...{ particles: COUNT, boxPixels: BOX, fingerprint: 'f', params: { chain: 'line', method: 'linear' } },
    });
    const own = new RunFolder(run.storage, `runs/${record.id}`);
    expect(await own.record()).toEqual(record);
    const latents = (await own.latents(null))!;
    expect(latents).toMatchObject({ epoch: 1, zDim: 1, count: COUNT });
    const truth = Float32Array.from({ length: COUNT }, (_, i) => movedPixels(i));
    expect(Math.abs(spearman(latents.mu, truth))).toBeGreaterThan(0.95);
    const state = readCryodrgnPickle((await run.storage.read('state.pkl'))!, 'state.pkl');
    expect(state).toEqual({ kind: 'latents', count: COUNT, zDim: 1, mu: latents.mu, logVariance: null });
    const files = (await run.storage.list(`runs/${record.id}`)).map(({ name }) => name);
    expect(files).toEqual(
      expect.arrayContaining(['chain.json', 'config.yaml', 'ctf.pkl', 'pose.pkl', 'weights.1.pkl']),
    );
    expect(await readChainReport(own)).toMatchObject({
      shape: 'line',
      terms: 5,
      evidence: CHAIN_SHAPES.map((shape) => ({ shape })),
    });
    const loaded = await loadModel(engine, own, null);
    const [low, high] = await Promise.all([-0.9, 0.9].map((s) => decodeAt(loaded, [s], BOX)));
    expect(low.values).not.toEqual(high.values);
    loaded.model.dispose();
  });

  it('of a shape that was asked for tries no other', async () => {
    const { run, chains, tried } = await fitted('circle');
    expect(tried).toEqual(['circle']);
    const report = await readChainReport(new RunFolder(run.storage, `runs/${chains[0].id}`));
    expect(report).toEqual({ version: 1, shape: 'circle', terms: 7, evidence: [] });
    expect(chains[0].params.chain).toBe('circle');
  });

  it('that is not asked for is not fitted', async () => {
    const { run, ended, chains, tried } = await fitted('none');
    expect([ended.status, chains, tried, await run.storage.read('state.pkl')]).toEqual(['finished', [], [], null]);
  });

  it('that is stopped leaves the linear model whole, and nothing of itself', async () => {
    const stop = new AbortController();
    const { run, ended, chains } = await fitted('auto', { signal: stop.signal, onShape: () => stop.abort() });
    expect([ended.status, ended.notices, chains]).toEqual(['finished', undefined, []]);
    expect([await run.storage.list('runs'), await run.storage.read('state.pkl')]).toEqual([[], null]);
    expect(await run.latents(null)).toMatchObject({ zDim: 2 });
  });

  it('that cannot be fitted is a notice of the linear model', async () => {
    const full = new VitrineError('out-of-memory', 'There was not enough memory.');
    const onShape = () => {
      throw full;
    };
    const { run, ended, chains } = await fitted('line', { onShape });
    expect(ended.notices).toMatchObject([
      { code: 'out-of-memory', message: expect.stringMatching(/^No chain/) as string },
    ]);
    expect([await run.record(), chains]).toEqual([ended, []]);
    expect(ended.status).toBe('finished');
  });
});

describe('words', () => {
  const report: ChainReport = {
    ...{ version: 1, shape: 'line', terms: 5 },
    evidence: [
      { shape: 'line', gain: 0, error: 0 },
      { shape: 'circle', gain: -0.31, error: 0.1 },
      { shape: 'sheet', gain: 0.052, error: 0.1 },
    ],
  };

  it('say where the particles lie, and by how much the other shapes explain less', () => {
    expect(chainWords(report)).toBe(
      'The particles lie along a line (held-out evidence an image: circle 0.31 less, sheet 0.052 more).',
    );
    const sheet: ChainReport = {
      ...report,
      shape: 'sheet',
      evidence: [report.evidence[0], { shape: 'sheet', gain: 2, error: 0.1 }],
    };
    expect(chainWords(sheet)).toBe('The particles lie on a sheet (held-out evidence an image: line 2.0 less).');
  });

  it('say that a shape was asked for', () => {
    expect(chainWords({ ...report, shape: 'circle', evidence: [] })).toBe(
      'The particles were placed along a circle, as was asked for.',
    );
  });
});
