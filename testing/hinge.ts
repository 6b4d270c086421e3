// The hinge set of the reference data and cryoDRGN's model of it, for tests: images as training reads them, in memory.
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';
import { openMrcStack } from '../src/formats/mrc.ts';
import type { Poses } from '../src/formats/particles.ts';
import { readTorchCheckpoint } from '../src/formats/torch-checkpoint.ts';
import { readYamlConfig } from '../src/formats/yaml-config.ts';
import { fieldFromConfig } from '../src/field/config.ts';
import { readCheckpoint } from '../src/field/network/checkpoint.ts';
import type { HartleyImages } from '../src/imaging/hartley-images.ts';
import { prepareImages } from '../src/imaging/preprocess.ts';
import { networkOf } from './network.ts';
import { referenceBlob, referenceBytes } from './reference.ts';

/** The first `count` images; the standard deviation is that of all. */
export async function hingeImages(count?: number): Promise<HartleyImages> {
  const { reader } = await openMrcStack(await referenceBlob('hinge/particles.mrcs'));
  const prepared = await prepareImages(reader);
  const { points, shardSize } = prepared;
  const shards: Float32Array[] = [];
  for await (const shard of prepared.shards()) shards.push(shard.values.slice());
  const kept = Math.min(count ?? prepared.count, prepared.count);
  return {
    count: kept,
    boxPixels: prepared.boxPixels,
    points,
    shardSize,
    standardDeviation: prepared.standardDeviation,
    readShard: (shard) => {
      const first = shard * shardSize;
      const size = Math.min(shardSize, kept - first);
      return Promise.resolve({ first, count: size, values: shards[shard].subarray(0, size * points) });
    },
  };
}

export function hingePoses(): Poses {
  const read = readCryodrgnPickle(referenceBytes('hinge/poses.pkl'), 'poses.pkl');
  if (read.kind !== 'poses') throw new Error(`poses.pkl holds ${read.kind}`);
  return read.poses;
}

export function hingeCtf(): Float32Array {
  const read = readCryodrgnPickle(referenceBytes('hinge/ctf.pkl'), 'ctf.pkl');
  if (read.kind !== 'ctf') throw new Error(`ctf.pkl holds ${read.kind}`);
  return read.ctf;
}

/** Latents, field and weights of cryoDRGN's 20th epoch. */
export function hingeModel() {
  const folder = 'hinge/cryodrgn';
  const field = networkOf(fieldFromConfig(readYamlConfig(referenceBytes(`${folder}/config.yaml`), 'config.yaml')));
  const dictionary = readTorchCheckpoint(referenceBytes(`${folder}/weights.20.pkl`), 'weights.20.pkl');
  const latents = readCryodrgnPickle(referenceBytes(`${folder}/z.20.pkl`), 'z.20.pkl');
  if (latents.kind !== 'latents') throw new Error(`z.20.pkl holds ${latents.kind}`);
  const picks = new TextDecoder()
    .decode(referenceBytes(`${folder}/picks.txt`))
    .trim()
    .split(',')
    .map(Number);
  return { field, dictionary, checkpoint: readCheckpoint(dictionary, field), latents, picks };
}
