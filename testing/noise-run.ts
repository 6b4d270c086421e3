// A small run on images of noise around a pattern: its particles, parameters and record, for proofs of what a training does
// when something fails.
import { countedInOriginal, everyRow } from '../src/base/particle-identity.ts';
import { Random } from '../src/geometry/random.ts';
import { makeLattice } from '../src/imaging/lattice.ts';
import { newRunRecord } from '../src/jobs/new-run.ts';
import type { RunParticles } from '../src/jobs/run-particles.ts';
import type { RunRecord } from '../src/library/run-record.ts';
import { validateParams } from '../src/params/params.ts';

export const COUNT = 22;
export const BATCH = 8;
export const EPOCHS = 3;
const boxPixels = 16;
export const params = validateParams({
  ...{ zDim: 2, decoderDim: 8, decoderLayers: 1, encoderDim: 8, encoderLayers: 1, learningRate: 1e-3 },
  ...{ batchSize: BATCH, epochs: EPOCHS, boxPixels },
});

export function noiseParticles(): RunParticles {
  const { points } = makeLattice(boxPixels);
  const random = new Random(3);
  const values = Float32Array.from({ length: COUNT * points }, (_, i) => Math.sin(i % points) + random.normal());
  const rotations = Float32Array.from({ length: 9 * COUNT }, (_, i) => ((i % 9) % 4 === 0 ? 1 : 0));
  return {
    images: {
      ...{ count: COUNT, boxPixels, points, shardSize: COUNT, standardDeviation: 1 },
      readShard: () => Promise.resolve({ first: 0, count: COUNT, values }),
    },
    poses: { rotations, translations: null },
    ctf: null,
    optics: null,
    originalIndex: countedInOriginal(everyRow(COUNT)),
  };
}

export const newRecord = (): RunRecord =>
  newRunRecord({
    name: 'run',
    params,
    set: {
      ...{ datasetId: '', datasetName: 'noise', files: null, particles: COUNT },
      ...{ imagePixels: boxPixels, pixelSizeAngstrom: 1, fingerprint: '' },
    },
  });
