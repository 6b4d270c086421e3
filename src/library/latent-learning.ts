// What a run that learns a table of latents keeps beside z.N.pkl: the posteriors that it began from (latent_start.npy, 2N × zDim: all
// means, then all log variances), the contrasts estimated with them (latent_contrast.npy, N) and Adam's moments of an epoch (latent_moments.N.npy, 2N × zDim: all first, then all second ones).
import { VitrineError } from '../base/errors.ts';
import { readNpy, writeNpy } from '../formats/npy.ts';
import { NumpyArray } from '../formats/numpy-arrays.ts';
import type { LatentLearning } from '../inference/training.ts';
import type { Storage } from './storage.ts';

/** Name of the posteriors that a table began from. */
export const LATENT_START = 'latent_start.npy';

const CONTRAST = 'latent_contrast.npy';

/** Name of the moments of an epoch. */
export function momentsName(epoch: number): string {
  return `latent_moments.${epoch}.npy`;
}

/** A run's folder, as far as it is asked here. */
export interface LatentFolder {
  readonly storage: Storage;
  path(name: string): string;
}

/** Before the first epoch. Error: 'storage'. */
export async function saveLatentStart(
  folder: LatentFolder,
  { start, contrast }: LatentLearning,
  zDim: number,
): Promise<void> {
  if (contrast)
    await folder.storage.write(folder.path(CONTRAST), writeNpy(new NumpyArray([contrast.length], contrast)));
  await folder.storage.write(folder.path(LATENT_START), pairBytes(start.mu, start.logVariance, zDim));
}

/** After an epoch. Error: 'storage'. */
export async function saveLatentMoments(
  folder: LatentFolder,
  { first, second }: LatentLearning,
  { epoch, zDim }: { epoch: number; zDim: number },
): Promise<void> {
  await folder.storage.write(folder.path(momentsName(epoch)), pairBytes(first, second, zDim));
}

/** Null where the run learns no table, or not here. Errors: 'count-mismatch' where a file is of other particles, those of reading. */
export async function readLatentLearning(
  folder: LatentFolder,
  { epoch, values, count }: { epoch: number; values: number; count: number },
): Promise<LatentLearning | null> {
  const [start, moments] = [
    await readNumbers(folder, LATENT_START, 2 * values),
    await readNumbers(folder, momentsName(epoch), 2 * values),
  ];
  if (!start || !moments) return null;
  const contrast = await readNumbers(folder, CONTRAST, count);
  return {
    start: { mu: start.slice(0, values), logVariance: start.slice(values) },
    ...(contrast && { contrast }),
    first: moments.slice(0, values),
    second: moments.slice(values),
  };
}

/** Null where there is no such file. */
async function readNumbers(folder: LatentFolder, name: string, length: number): Promise<Float32Array | null> {
  const bytes = await folder.storage.read(folder.path(name));
  if (!bytes) return null;
  const data = readNpy(bytes, name).toFloat32();
  if (data.length === length) return data;
  throw new VitrineError('count-mismatch', 'What is kept of learning the latents is of other particles.', {
    file: name,
    expected: `${length} numbers`,
    found: String(data.length),
    advice: 'Copy the run’s folder again, or train anew.',
  });
}

function pairBytes(a: Float32Array, b: Float32Array, zDim: number): Uint8Array {
  const both = new Float32Array(2 * a.length);
  both.set(a);
  both.set(b, a.length);
  return writeNpy(new NumpyArray([(2 * a.length) / zDim, zDim], both));
}
