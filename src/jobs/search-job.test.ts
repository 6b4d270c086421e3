// Particles aligned to a run's field and refined around their poses, by the jobs behind `search` and `refine-poses`. The field is
// one of a few epochs on simulated images, so the truth is known.
import { countedInOriginal, everyRow } from '../base/particle-identity.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { openWasmEngine } from '../engine/wasm/engine.ts';
import type { ParticleSet, Poses } from '../formats/particles.ts';
import { multiplyRotations, rotationFromVector } from '../geometry/local-rotations.ts';
import { Random } from '../geometry/random.ts';
import { rotationDistanceSquared } from '../geometry/rotation.ts';
import { simulate } from '../imaging/simulate.ts';
import { MemoryStorage } from '../library/memory.ts';
import { RunFolder } from '../library/runs.ts';
import { AB_INITIO_DEFAULTS, validateParams } from '../params/params.ts';
import { newRecord } from '../../testing/noise-run.ts';
import { loadModel, type LoadedRun } from './decode-job.ts';
import { prepareParticles } from './prepare.ts';
import { searchParticles } from './search-job.ts';
import { trainRun } from './train-job.ts';
import { writeRunFolder } from './run-particles.ts';

const COUNT = 120;
const BOX = 20;
let engine: Engine;
let loaded: LoadedRun;
let set: ParticleSet;

const params = validateParams({
  ...AB_INITIO_DEFAULTS,
  ...{ shiftExtent: 2, shiftGrid: 5, searchLevels: 3, bandStart: 6, bandEnd: 9 },
});

beforeAll(async () => {
  engine = await openWasmEngine({ threads: 2 });
  const frame = { count: COUNT, boxPixels: BOX, pixelSizeAngstrom: 6 };
  const { images, poses, ctf } = simulate({ ...frame, states: 1, snr: 2, shiftPixels: 1, resolutionAngstrom: 15 });
  set = {
    ...{ name: 'simulated', count: COUNT, boxPixels: BOX, pixelSizeAngstrom: 6, images, poses, ctf },
    originalIndex: countedInOriginal(everyRow(COUNT)),
    ...{
      opticsGroups: [],
      optics: null,
      originalCount: null,
      opticsGroupOf: null,
      table: null,
      tableRows: null,
      warnings: [],
    },
  };
  const storage = new MemoryStorage();
  const prepared = await prepareParticles(storage, images, 'simulated', {
    ...{ boxPixels: BOX, invert: true, window: true, windowRadius: 0.85 },
  });
  const run = new RunFolder(storage, 'run');
  const training = validateParams({ zDim: 0, decoderDim: 32, decoderLayers: 2, epochs: 30, learningRate: 2e-3 });
  const record = { ...newRecord(), params: training, imagePixels: BOX, boxPixels: BOX, particles: COUNT };
  await run.writeRecord(record);
  const particles = { images: prepared, poses, ctf, optics: null, originalIndex: set.originalIndex };
  await writeRunFolder(run, record, particles);
  await trainRun(run, () => Promise.resolve(engine), particles, {}, { onEvent: () => undefined });
  loaded = await loadModel(engine, run, null);
});
afterAll(() => engine.dispose());

function medianError(found: Poses): number {
  const errors = Array.from({ length: COUNT }, (_, i) =>
    rotationDistanceSquared(found.rotations, set.poses!.rotations, 9 * i, 9 * i),
  );
  return errors.sort((a, b) => a - b)[COUNT >> 1];
}
function medianShift(found: Poses): number {
  const distances = Array.from({ length: COUNT }, (_, i) =>
    Math.hypot(
      ...[0, 1].map((axis) => BOX * (found.translations![2 * i + axis] - set.poses!.translations![2 * i + axis])),
    ),
  );
  return distances.sort((a, b) => a - b)[COUNT >> 1];
}

describe('poses of particles against a field', () => {
  it('are found anywhere, without those the particles came with', async () => {
    const unposed = { ...set, poses: null };
    const { poses, tally, evidence } = await searchParticles(engine, loaded, unposed, params, { around: null });
    // 15° apart are 0.14; a field of 120 images at this box leaves a few degrees.
    expect(medianError(poses)).toBeLessThan(0.03);
    expect(medianShift(poses)).toBeLessThan(0.3);
    expect(tally.images).toBe(COUNT);
    expect(evidence).toBeGreaterThan(20);
  });

  it('are refined around those they have', async () => {
    const random = new Random(2);
    const turn = new Float32Array(9);
    const moved: Poses = {
      rotations: new Float32Array(9 * COUNT),
      translations: set.poses!.translations!.map((t) => t + (0.6 * (random.uniform() - 0.5)) / BOX),
    };
    for (let i = 0; i < COUNT; i++) {
      rotationFromVector(0.08 * random.normal(), 0.08 * random.normal(), 0.08 * random.normal(), turn);
      multiplyRotations(
        { a: turn, aAt: 0 },
        { b: set.poses!.rotations, bAt: 9 * i },
        { out: moved.rotations, outAt: 9 * i },
      );
    }
    const around = { coneDegrees: 12, shiftExtent: 1, halvings: 3 };
    const { poses } = await searchParticles(engine, loaded, { ...set, poses: moved }, params, { around });
    expect(medianError(poses)).toBeLessThan(0.4 * medianError(moved));
    expect(medianShift(poses)).toBeLessThan(0.3);
  });

  it('asks for poses to refine, and for the CTF that the field was trained with', async () => {
    const around = { coneDegrees: 5, shiftExtent: 1, halvings: 1 };
    await expect(searchParticles(engine, loaded, { ...set, poses: null }, params, { around })).rejects.toMatchObject({
      code: 'poses-missing',
    });
    await expect(
      searchParticles(engine, loaded, { ...set, ctf: null }, params, { around: null }),
    ).rejects.toMatchObject({
      code: 'ctf-missing',
    });
  });
});
