// Checks of a run on small sets with known answers, and one that is broken off and goes on.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COUNT, fittedWork, unfittedWork } from '../../../testing/checked-run.ts';
import type { Engine } from '../../engine/engine.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { writeLatentsPickle } from '../../formats/cryodrgn-pickles.ts';
import { CTF_WIDTH } from '../../formats/particles.ts';
import { Random } from '../../geometry/random.ts';
import { readFitQuality } from '../../library/fit-quality.ts';
import { MemoryStorage } from '../../library/memory.ts';
import { RunFolder } from '../../library/runs.ts';
import { readRunChecks } from './check.ts';
import type { CheckWork } from './check-work.ts';
import { crossedEnds, differencesFinding } from './circular-check.ts';
import { checkRun } from './run-checks.ts';

let engine: Engine;
let work: CheckWork;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
  work = await fittedWork(engine);
}, 120_000);
afterAll(() => engine.dispose());

const quick = { epochs: 4 };

/** The run's particles with other latents, N×zDim. */
async function withLatents(mu: Float32Array, zDim: number): Promise<CheckWork> {
  const run = new RunFolder(new MemoryStorage(), '');
  await run.writeRecord({ ...work.record, epochsDone: 1 });
  // An epoch counts once its weights are there.
  await run.storage.write('weights.1.pkl', new Uint8Array(1));
  await run.storage.write('z.1.pkl', writeLatentsPickle(zDim, mu, null));
  return { ...work, run };
}

describe('leakage', () => {
  it('tells the latent that follows defocus, and not the one of chance', async () => {
    const random = new Random(7);
    const mu = new Float32Array(2 * COUNT);
    for (let row = 0; row < COUNT; row++) {
      const ctf = work.particles.ctf!;
      mu[2 * row] = ctf[CTF_WIDTH * row + 2] / 1e4 + 0.05 * random.normal();
      mu[2 * row + 1] = random.normal();
    }
    const [found] = await checkRun(await withLatents(mu, 2), ['leakage'], {});
    expect(found.verdict).toBe('look');
    expect(found.sentence).toMatch(/^Latent 1 follows the defocus \(R² 0\.9\d\)\.$/);
    expect(found.table?.rows.filter(([latent]) => latent === 2).every(([, , r2]) => Number(r2) < 0.1)).toBe(true);
    const chance = await checkRun(
      await withLatents(
        mu.map(() => random.normal()),
        2,
      ),
      ['leakage'],
      {},
    );
    expect(chance[0]).toMatchObject({ verdict: 'good', advice: null });
  });
});

describe('populations', () => {
  it('has the shares of groups that lie apart, with the errors of so many particles', async () => {
    // Six groups in turn: 1/12 in each of the first four, 1/3 in each of the last two.
    const groupOf = (turn: number) => [0, 1, 2, 3, 4, 4, 4, 4, 5, 5, 5, 5][turn % 12];
    const latents = (turnOf: (row: number) => number) =>
      withLatents(
        Float32Array.from({ length: COUNT }, (_, row) => 10 * groupOf(turnOf(row)) + 0.01 * (row % 7)),
        1,
      );
    const [found] = await checkRun(await latents((row) => row >> 1), ['populations'], {});
    expect(found.verdict).toBe('good');
    // By single rows each of the first four groups is in one half alone.
    const [apart] = await checkRun(await latents((row) => row), ['populations'], {});
    expect(apart.verdict).toBe('look');
    const rows = found.table!.rows.map(([, n, share, error]) => [Number(n), Number(share), Number(error)]);
    expect(rows.map(([n]) => n).sort((a, b) => a - b)).toEqual([20, 20, 20, 20, 80, 80]);
    for (const [n, share, error] of rows) {
      expect(share).toBeCloseTo(n / COUNT, 4);
      const expected = Math.sqrt((share * (1 - share)) / COUNT);
      expect(Math.abs(error / expected - 1)).toBeLessThan(0.25);
    }
  });
});

describe('images', () => {
  it('are told where they are explained far worse than the others, and kept as a column', async () => {
    const spoiled = [11, 80, 200];
    const { images } = work.particles;
    const readShard = async (shard: number) => {
      const read = await images.readShard(shard);
      const values = read.values.map((value, at) =>
        spoiled.includes(read.first + Math.floor(at / images.points)) ? 4 * value : value,
      );
      return { ...read, values };
    };
    const particles = { ...work.particles, images: { ...images, readShard } };
    const [found] = await checkRun({ ...work, particles }, ['images'], {});
    expect(found).toMatchObject({ verdict: 'look' });
    const quality = (await readFitQuality(work.run))!;
    expect(quality).toHaveLength(COUNT);
    const worst = Array.from(quality.keys()).sort((a, b) => quality[b] - quality[a]);
    expect(worst.slice(0, 3).sort((a, b) => a - b)).toEqual(spoiled);
    const [, limit, bad] = found.measures.map(({ value }) => Number(value));
    expect(bad).toBe(quality.filter((value) => value > limit).length);
    expect(bad).toBeGreaterThanOrEqual(3);
    expect(found.curves).toHaveLength(5);
  });
});

describe('null data', () => {
  it('has fewer components that reproduce, and weaker ones, than images of a moving molecule', async () => {
    const [found] = await checkRun(work, ['null'], quick);
    expect(found.verdict).toBe('good');
    const [images, none, share, empty, gain, emptyGain] = found.measures.map(({ value }) => Number(value));
    expect(images).toBeGreaterThan(none);
    expect(share).toBeGreaterThan(empty);
    expect(gain).toBeGreaterThan(emptyGain);
    expect(await readRunChecks(work.run)).toContainEqual(found);
  }, 120_000);
});

describe('circularity', () => {
  it('lets each half be chosen by the other’s model', () => {
    const a = Float64Array.from({ length: 40 }, (_, row) => row);
    const found = crossedEnds({ a, b: a.map((value) => -value) }, 1);
    const rows = found.map(({ images }) => Array.from(images.rows));
    expect(rows.slice(0, 4)).toEqual([
      [1, 3, 5, 7, 9],
      [31, 33, 35, 37, 39],
      [30, 32, 34, 36, 38],
      [0, 2, 4, 6, 8],
    ]);
    expect(rows.slice(4).map((some) => new Set(some.map((row) => row % 2)))).toEqual(
      [1, 1, 0, 0].map((odd) => new Set([odd])),
    );
  });

  it('is seen where halves differ each in its own way, or in contrast alone', () => {
    const box = 16;
    const place = { boxPixels: box, pixelSizeAngstrom: 8 };
    const blob = (x: number) =>
      Float32Array.from({ length: box ** 3 }, (_, i) =>
        Math.exp(
          -(((i % box) - x) ** 2 + ((Math.floor(i / box) % box) - 8) ** 2 + (Math.floor(i / box ** 2) - 8) ** 2) / 4,
        ),
      );
    const noisy = (map: Float32Array, seed: number) => {
      const noise = new Random(2, seed).fillNormal(new Float32Array(map.length));
      return map.map((value, i) => value + 0.02 * noise[i]);
    };
    const [low, high, middle] = [blob(6), blob(10), blob(8)];
    const chance = [5, 6, 7, 8].map((seed) => noisy(middle, seed));
    const moved = [low, high, low, high].map(noisy);
    expect(differencesFinding([...moved, ...chance], place)).toMatchObject({ verdict: 'good', advice: null });
    const still = [middle, middle, middle, middle].map(noisy);
    expect(differencesFinding([...still, ...chance], place).verdict).toBe('wrong');
    const fainter = middle.map((value) => 0.7 * value);
    const contrast = [fainter, middle, fainter, middle].map(noisy);
    expect(differencesFinding([...contrast, ...chance], place).verdict).toBe('wrong');
  });

  it('is not where a molecule moves', async () => {
    const [found] = await checkRun(work, ['circular'], quick);
    expect(found.verdict).toBe('good');
    expect(found.table?.rows.map(([, images]) => images)).toEqual(Array<number>(8).fill(COUNT / 8));
    expect(Number(found.measures[1].value)).toBeGreaterThan(0.3);
  }, 120_000);
});

describe('a check that is broken off', () => {
  it('keeps the model that it has fitted, and says the same in the end', async () => {
    const broken = await unfittedWork(engine);
    const stop = new AbortController();
    const options = { ...quick, signal: stop.signal };
    const onProgress = ({ message }: { message: string }) => {
      if (message.startsWith('Half B')) stop.abort();
    };
    await expect(checkRun(broken, ['halves'], { ...options, onProgress })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readRunChecks(broken.run)).toEqual([]);
    const folder = (half: string) => new RunFolder(broken.run.storage, `validate/linear-halves-${half}`);
    const first = await folder('a').record();
    expect([first?.status, await folder('b').record()]).toEqual(['finished', null]);
    const [resumed] = await checkRun(broken, ['halves'], quick);
    expect((await folder('a').record())?.created).toBe(first?.created);
    const [whole] = await checkRun(await unfittedWork(engine), ['halves'], quick);
    expect(resumed).toEqual(whole);
  }, 120_000);

  it('fits anew what was fitted with another seed, and nothing that was not', async () => {
    const own = await unfittedWork(engine);
    const options = { epochs: 2, seed: 1 };
    await checkRun(own, ['halves'], options);
    const record = () => new RunFolder(own.run.storage, 'validate/linear-halves-a').record();
    const first = await record();
    await checkRun(own, ['halves'], options);
    expect((await record())?.id).toBe(first?.id);
    await checkRun(own, ['halves'], { ...options, seed: 2 });
    const again = await record();
    expect(again?.id).not.toBe(first?.id);
    expect(again?.params.seed).toBe(2);
  }, 120_000);
});
