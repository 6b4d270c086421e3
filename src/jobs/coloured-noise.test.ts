// Runs whose loss weighs rings by their noise: the maps that they learn where it is coloured and where it is white, what they keep, and
// that they resume bit for bit without the images' files.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Blobs, imagesInMemory } from '../../testing/blobs.ts';
import { countedInOriginal, everyRow } from '../base/particle-identity.ts';
import type { Engine } from '../engine/engine.ts';
import { openWasmEngine } from '../engine/wasm/engine.ts';
import { measureNoiseByGroup } from '../imaging/noise-spectrum.ts';
import type { ImageReader } from '../formats/particles.ts';
import type { TrainingControl } from '../inference/training.ts';
import { MemoryStorage } from '../library/memory.ts';
import type { RunRecord } from '../library/run-record.ts';
import { RunFolder } from '../library/runs.ts';
import { validateParams, type Params } from '../params/params.ts';
import { fsc, fscArea } from '../validation/fsc.ts';
import { decodeAt, loadModel } from './decode-job.ts';
import { newRunRecord } from './new-run.ts';
import { needsNoise, writeRunFolder, type RunParticles } from './run-particles.ts';
import { trainRun } from './train-job.ts';

const BOX = 16;
const COUNT = 300;
const blobs = new Blobs(BOX);

/** Of two optics groups in turn; the second's noise has `noisier` times the power of the first's. */
async function blobParticles({ noiseSlope, noisier }: { noiseSlope: number; noisier: number }): Promise<RunParticles> {
  const made = [1, noisier].map((times) => {
    const snr = 0.1 / times;
    const simulation = blobs.simulate({ count: COUNT, snr, noiseSlope, shiftPixels: 1, seed: 3 });
    // Simulated images have a standard deviation of 1: the signal is made alike.
    return { ...simulation, scale: Math.sqrt(1 + 1 / snr) };
  });
  const reader: ImageReader = {
    ...made[0].images,
    async read(indices) {
      const out = new Float32Array(indices.length * BOX ** 2);
      for (let at = 0; at < indices.length; at++) {
        const { images, scale } = made[indices[at] % 2];
        const image = await images.read([indices[at]]);
        out.set(
          image.map((value) => scale * value),
          at * BOX ** 2,
        );
      }
      return out;
    },
  };
  const { poses, ctf } = made[0];
  const images = await imagesInMemory(reader);
  const groupOf = Int32Array.from({ length: COUNT }, (_, i) => i % 2);
  const noise = await measureNoiseByGroup(reader, groupOf, { boxPixels: BOX, window: true, windowRadius: 0.85 });
  return { images, poses, ctf, optics: null, originalIndex: countedInOriginal(everyRow(COUNT)), noise };
}

function paramsOf(changed: Partial<Params>): Params {
  return validateParams({
    ...{
      zDim: 0,
      epochs: 20,
      boxPixels: BOX,
      decoderDim: 32,
      decoderLayers: 2,
      learningRate: 2e-3,
    },
    ...{ rateSchedule: 'cosine', ...changed },
  });
}

async function newRun(particles: RunParticles, params: Params): Promise<RunFolder> {
  const run = new RunFolder(new MemoryStorage(), 'runs/one');
  const record = newRunRecord({
    ...{ name: 'blobs', params },
    set: {
      ...{ datasetId: 'kept', datasetName: 'blobs', files: null, particles: COUNT },
      ...{ imagePixels: BOX, pixelSizeAngstrom: 6, fingerprint: 'f' },
    },
  });
  await run.writeRecord(record);
  await writeRunFolder(run, record, particles);
  return run;
}

let engine: Engine;
let coloured: RunParticles;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
  coloured = await blobParticles({ noiseSlope: 1, noisier: 20 });
});
afterAll(() => engine.dispose());

const trained = (run: RunFolder, particles: RunParticles, stopAfter = Infinity): Promise<RunRecord> => {
  const control: TrainingControl = {};
  return trainRun(run, () => Promise.resolve(engine), particles, control, {
    onEvent(event) {
      if (event.type === 'progress' && event.epoch === stopAfter) control.stopAfterEpoch = true;
    },
  });
};

/** Area under the FSC of the map that a run learns and the true one. */
async function areaOf(particles: RunParticles, noiseModel: Params['noiseModel'], seed = 0): Promise<number> {
  const run = await newRun(particles, paramsOf({ noiseModel, seed }));
  await trained(run, particles);
  const loaded = await loadModel(engine, run, null);
  const { values } = await decodeAt(loaded, [], BOX);
  loaded.model.dispose();
  return fscArea(fsc(values, blobs.map(), BOX));
}

describe('a loss that weighs rings by their noise', () => {
  it('learns better maps where the noise is coloured, and more in some images than in others', async () => {
    // 0.26 without, 0.34 with them.
    const [without, weighed] = [await areaOf(coloured, 'white', 1), await areaOf(coloured, 'rings', 1)];
    expect(weighed).toBeGreaterThan(without + 0.03);
  });

  it('learns as good ones where it is white', async () => {
    const white = await blobParticles({ noiseSlope: 0, noisier: 1 });
    // 0.378 and 0.377.
    const difference = (await areaOf(white, 'rings')) - (await areaOf(white, 'white'));
    expect(Math.abs(difference)).toBeLessThan(0.01);
  });

  it('goes on from an epoch bit for bit, by what the run keeps of the noise', async () => {
    const params = paramsOf({ noiseModel: 'rings', zDim: 1, encoderDim: 16, encoderLayers: 1, epochs: 2 });
    expect(needsNoise(params)).toBe(true);
    const [whole, parts] = [await newRun(coloured, params), await newRun(coloured, params)];
    await trained(whole, coloured);
    // As where the images' files are gone and only prepared images are kept.
    const { noise: _noise, ...withoutNoise } = coloured;
    expect(await trained(parts, withoutNoise, 1)).toMatchObject({ status: 'interrupted', epochsDone: 1 });
    await trained(parts, withoutNoise);
    const stateOf = async (run: RunFolder) => {
      const { checkpoint } = await run.loadCheckpoint(null);
      return [checkpoint.epoch, checkpoint.weights, checkpoint.optimizer, checkpoint.latents];
    };
    expect(await stateOf(parts)).toEqual(await stateOf(whole));
    await parts.storage.remove(parts.path('noise_by_ring.npy'));
    await parts.update({ params: { ...params, epochs: 3 } });
    await expect(trained(parts, withoutNoise)).rejects.toMatchObject({ code: 'file-missing' });
  });

  it('needs the noise of a run that begins, and keeps none of a run that does not weigh', async () => {
    const { noise: _noise, ...withoutNoise } = coloured;
    await expect(newRun(withoutNoise, paramsOf({ noiseModel: 'rings' }))).rejects.toMatchObject({ code: 'usage' });
    const params = paramsOf({ noiseModel: 'white' });
    expect(needsNoise(params)).toBe(false);
    const run = await newRun(withoutNoise, params);
    expect(await run.storage.read(run.path('noise_by_ring.npy'))).toBeNull();
  });
});
