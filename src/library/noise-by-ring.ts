// What a run whose loss weighs rings keeps of its images' noise, so that it resumes alike without the images' files: noise_by_ring.npy
// (G × (D/2 + 1): mean |noise|² of a prepared image's Fourier coefficient by optics group and ring) and, where there are several groups,
// noise_group_of.npy (N: the group of each particle).
import { VitrineError } from '../base/errors.ts';
import { readNpy, writeNpy } from '../formats/npy.ts';
import { NumpyArray } from '../formats/numpy-arrays.ts';
import type { RunFolder } from './runs.ts';

const SPECTRA = 'noise_by_ring.npy';
const GROUPS = 'noise_group_of.npy';

/** Noise of a run's prepared images. */
export interface NoiseByRing {
  /** G×(D/2 + 1). */
  power: Float32Array;
  /** N; null where there is one group. */
  groupOf: Int32Array | null;
}

/** Error: 'storage'. */
export async function saveNoiseByRing(
  run: RunFolder,
  { power, groupOf }: NoiseByRing,
  boxPixels: number,
): Promise<void> {
  const rings = boxPixels / 2 + 1;
  const spectra = new NumpyArray([power.length / rings, rings], power);
  await run.storage.write(run.path(SPECTRA), writeNpy(spectra));
  if (groupOf) await run.storage.write(run.path(GROUPS), writeNpy(new NumpyArray([groupOf.length], groupOf)));
}

/** Errors: 'file-missing' where the run keeps none, 'count-mismatch' for another box or group numbers that no row has, those of reading. */
export async function readNoiseByRing(run: RunFolder, boxPixels: number): Promise<NoiseByRing> {
  const advice = 'Copy the run’s folder again, or train anew.';
  const bytes = await run.storage.read(run.path(SPECTRA));
  if (!bytes)
    throw new VitrineError('file-missing', 'The run’s folder no longer has the noise that its loss is weighted by.', {
      file: SPECTRA,
      advice,
    });
  const spectra = readNpy(bytes, SPECTRA);
  const power = spectra.toFloat32();
  const rings = boxPixels / 2 + 1;
  if (spectra.shape.length !== 2 || spectra.shape[1] !== rings)
    throw new VitrineError('count-mismatch', 'The noise that is kept with the run is of images of another box.', {
      file: SPECTRA,
      expected: `${rings} rings`,
      found: spectra.shape.join(' × '),
      advice,
    });
  const groups = await run.storage.read(run.path(GROUPS));
  const groupOf = groups && Int32Array.from(readNpy(groups, GROUPS).toNumbers());
  const missing = groupOf?.find((group) => !(group >= 0 && group < spectra.shape[0]));
  if (missing !== undefined)
    throw new VitrineError('count-mismatch', 'An optics group of the run has no noise of its own.', {
      file: GROUPS,
      expected: `0 to ${spectra.shape[0] - 1}`,
      found: String(missing),
      advice,
    });
  return { power, groupOf };
}
