// optics.npy of a run's folder: what is known of its images' optics beyond the nine columns of ctf.pkl, N×10 float32 as
// OPTICS_COLUMNS; absent where every row is ordinary. cryoDRGN has no place for it; this program reads optics from the set that the run keeps.
import { writeNpy } from '../formats/npy.ts';
import { NumpyArray } from '../formats/numpy-arrays.ts';
import { OPTICS_WIDTH } from '../formats/particles.ts';
import type { RunFolder } from './runs.ts';

const FILE = 'optics.npy';

/** `optics`: N×10. */
export async function writeRunOptics(run: RunFolder, optics: Float32Array): Promise<void> {
  const array = new NumpyArray([optics.length / OPTICS_WIDTH, OPTICS_WIDTH], optics);
  await run.storage.write(run.path(FILE), writeNpy(array));
}
