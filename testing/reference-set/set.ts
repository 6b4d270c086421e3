// The reference set kept in the repository: 400 simulated images of the two-domain molecule, whose arm swings about a hinge
// through known states, with the files that make/ wrote of them and the figures that an implementation in Python gave for
// them. README.md says what each file is. Tests that use it run in every clone.
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fieldFromConfig } from '../../src/field/config.ts';
import { readCheckpoint } from '../../src/field/network/checkpoint.ts';
import { readCryodrgnPickle } from '../../src/formats/cryodrgn-pickles.ts';
import { openMrcStack } from '../../src/formats/mrc.ts';
import { openFileBlob } from '../../src/formats/node/file-blob.ts';
import { readNpy } from '../../src/formats/npy.ts';
import type { NamedBlob, Poses } from '../../src/formats/particles.ts';
import { readTorchCheckpoint } from '../../src/formats/torch-checkpoint.ts';
import { readYamlConfig } from '../../src/formats/yaml-config.ts';
import type { HartleyImages } from '../../src/imaging/hartley-images.ts';
import { simulate, type Simulation } from '../../src/imaging/simulate.ts';
import { imagesInMemory } from '../blobs.ts';
import { networkOf } from '../network.ts';

/** How the set was simulated; `pixelSizeAngstrom` Å, shifts ±pixels, hinge from −span/2 to span/2 radians. */
export const SET = {
  count: 400,
  boxPixels: 32,
  pixelSizeAngstrom: 4,
  states: 10,
  spanRadians: 2,
  snr: 1,
  shiftPixels: 1,
  resolutionAngstrom: 10,
  seed: 13,
} as const;

/** The set made anew. `snr` 0: without noise. */
export const simulateSet = (snr: number = SET.snr): Simulation => simulate({ ...SET, snr });

const setPath = (name: string): string => resolve(import.meta.dirname, name);
export const setBytes = (name: string): Uint8Array => new Uint8Array(readFileSync(setPath(name)));
export const setText = (name: string): string => readFileSync(setPath(name), 'utf8');
export const setBlob = (name: string): NamedBlob => ({ path: basename(name), blob: openFileBlob(setPath(name)) });

/** An array that NumPy saved. */
export const setArray = (name: string): ArrayLike<number> => readNpy(setBytes(name), name).toNumbers();

/** Images as training reads them, in memory. */
export async function setImages(): Promise<HartleyImages> {
  const { reader } = await openMrcStack(setBlob('particles.mrcs'));
  return imagesInMemory(reader);
}

export function setPoses(): Poses & { translations: Float32Array } {
  const read = readCryodrgnPickle(setBytes('poses.pkl'), 'poses.pkl');
  if (read.kind !== 'poses' || !read.poses.translations) throw new Error(`poses.pkl holds ${read.kind}`);
  return { rotations: read.poses.rotations, translations: read.poses.translations };
}

/** N×9, CTF_COLUMNS. */
export function setCtf(): Float32Array {
  const read = readCryodrgnPickle(setBytes('ctf.pkl'), 'ctf.pkl');
  if (read.kind !== 'ctf') throw new Error(`ctf.pkl holds ${read.kind}`);
  return read.ctf;
}

/** State of each image, from 0, as labels.csv has it. */
export const setStates = (): number[] =>
  setText('labels.csv')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[0]));

export type SetModel = 'fourier' | 'hartley';

/** One of the two models that PyTorch trained: field, weights, and the latents of its last epoch where they are kept. */
export function setModel(model: SetModel) {
  const read = (name: string) => setBytes(`${model}/${name}`);
  const config = readYamlConfig(read('config.yaml'), 'config.yaml');
  const field = networkOf(fieldFromConfig(config));
  const dictionary = readTorchCheckpoint(read('weights.30.pkl'), 'weights.30.pkl');
  return { config, field, dictionary, checkpoint: readCheckpoint(dictionary, field) };
}

/** Latents of the `fourier` model, encoded in float64 and rounded. */
export function setLatents() {
  const latents = readCryodrgnPickle(setBytes('fourier/z.30.pkl'), 'z.30.pkl');
  if (latents.kind !== 'latents' || !latents.logVariance) throw new Error(`z.30.pkl holds ${latents.kind}`);
  return { ...latents, logVariance: latents.logVariance };
}
