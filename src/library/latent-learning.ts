// What a run that learns a table of latents keeps beside z.N.pkl: the posteriors that it began from (latent_start.npy, 2N × zDim: all
// means, then all log variances) and Adam's moments of an epoch (latent_moments.N.npy, 2N × zDim: all first, then all second ones).
import { VitrineError } from '../base/errors.ts';
import { readNpy, writeNpy } from '../formats/npy.ts';
import { NumpyArray } from '../formats/numpy-arrays.ts';
import type { LatentLearning } from '../inference/training.ts';
import type { Storage } from './storage.ts';

/** Name of the posteriors that a table began from. */
export const LATENT_START = 'latent_start.npy';

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
export async function saveLatentStart(folder: LatentFolder, { start }: LatentLearning, zDim: number): Promise<void> {
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
  { epoch, values }: { epoch: number; values: number },
): Promise<LatentLearning | null> {
  const read = async (name: string): Promise<[Float32Array, Float32Array] | null> => {
    const bytes = await folder.storage.read(folder.path(name));
    if (!bytes) return null;
    const data = readNpy(bytes, name).toFloat32();
    if (data.length !== 2 * values)
      throw new VitrineError('count-mismatch', 'What is kept of learning the latents is of other particles.', {
        file: name,
        expected: `${2 * values} numbers`,
        found: String(data.length),
        advice: 'Copy the run’s folder again, or train anew.',
      });
    return [data.slice(0, values), data.slice(values)];
  };
  const [start, moments] = [await read(LATENT_START), await read(momentsName(epoch))];
  if (!start || !moments) return null;
  return { start: { mu: start[0], logVariance: start[1] }, first: moments[0], second: moments[1] };
}

function pairBytes(a: Float32Array, b: Float32Array, zDim: number): Uint8Array {
  const both = new Float32Array(2 * a.length);
  both.set(a);
  both.set(b, a.length);
  return writeNpy(new NumpyArray([(2 * a.length) / zDim, zDim], both));
}
