// optics.npy of a run's folder: what is known of its images' optics beyond the nine columns of ctf.pkl, N×10 float32 as
// OPTICS_COLUMNS; absent where every row is ordinary. cryoDRGN has no place for it.
import { VitrineError } from '../formats/errors.ts';
import { readNpy, writeNpy } from '../formats/npy.ts';
import { NumpyArray } from '../formats/numpy-arrays.ts';
import { OPTICS_WIDTH } from '../formats/particles.ts';
import type { RunFolder } from './runs.ts';

const FILE = 'optics.npy';

/** `optics`: N×10. */
export async function writeRunOptics(run: RunFolder, optics: Float32Array): Promise<void> {
  const array = new NumpyArray([optics.length / OPTICS_WIDTH, OPTICS_WIDTH], optics);
  await run.storage.write(run.path(FILE), writeNpy(array));
}

/** N×10, or null where the run's images are ordinary. Errors: 'npy-syntax', 'count-mismatch'. */
export async function readRunOptics(run: RunFolder): Promise<Float32Array | null> {
  const bytes = await run.storage.read(run.path(FILE));
  if (!bytes) return null;
  const { shape, data } = readNpy(bytes, FILE);
  if (shape.length === 2 && shape[1] === OPTICS_WIDTH && data instanceof Float32Array) return data.slice();
  throw new VitrineError('count-mismatch', 'The optics of the run are no table of ten columns.', {
    file: FILE,
    expected: `N×${OPTICS_WIDTH} float32`,
    found: shape.join('×'),
  });
}
