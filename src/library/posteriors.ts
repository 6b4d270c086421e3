// How sure a run is of its particles' latents: covariance.npy (linear-files.ts), whole or a row of it read without the others, or the
// variances that stand beside the means in z.N.pkl, as cryoDRGN's encoder gives them.
import { VitrineError } from '../base/errors.ts';
import { decodeElements, NumpyArray, parseElementType } from '../formats/numpy-arrays.ts';
import { parseNpyHeader, readNpy } from '../formats/npy.ts';
import type { RunFolder } from './runs.ts';

/** Folder in a run's of the linear model that its latents began from: a run of its own. */
export const LINEAR_FOLDER = 'linear';
const COVARIANCE = 'covariance.npy';
/** A network that begins at a linear model stays near that model's posteriors. */
const PLACES = [COVARIANCE, `${LINEAR_FOLDER}/${COVARIANCE}`];
/** Longer than the header of any table. */
const HEADER_BYTES = 4096;

/**
 * Lower triangle, row by row, of the posterior covariance of a particle by its row from 0; null where the run says nothing of it.
 * Errors: 'index-out-of-range', those of reading.
 */
export async function readPosterior(run: RunFolder, epoch: number, row: number): Promise<Float32Array | null> {
  const blob = await covarianceBlob(run);
  if (blob) return rowOf(blob, row);
  const latents = await run.latents(epoch);
  if (!latents?.logVariance) return null;
  const { zDim, count, logVariance } = latents;
  inRange(row, count);
  const triangle: number[] = [];
  for (let a = 0; a < zDim; a++)
    for (let b = 0; b <= a; b++) triangle.push(a === b ? Math.exp(logVariance[row * zDim + a]) : 0);
  return Float32Array.from(triangle);
}

/**
 * count × zDim(zDim+1)/2 lower triangles, row by row, under the prior N(0, I); null where the run keeps none of latents of this shape.
 * Errors: those of reading.
 */
export async function readCovariances(
  run: RunFolder,
  { zDim, count }: { zDim: number; count: number },
): Promise<Float32Array | null> {
  const blob = await covarianceBlob(run);
  if (!blob) return null;
  const table = readNpy(new Uint8Array(await blob.arrayBuffer()), COVARIANCE);
  const pairs = (zDim * (zDim + 1)) / 2;
  const [rows, width] = table.shape;
  return table.shape.length === 2 && rows === count && width === pairs ? table.toFloat32() : null;
}

async function covarianceBlob(run: RunFolder): Promise<Blob | null> {
  for (const place of PLACES) {
    const blob = await run.storage.openBlob(run.path(place));
    if (blob) return blob;
  }
  return null;
}

async function rowOf(blob: Blob, row: number): Promise<Float32Array> {
  const head = new Uint8Array(await blob.slice(0, HEADER_BYTES).arrayBuffer());
  const { descr, shape, dataStart } = parseNpyHeader(head, COVARIANCE);
  const type = typeof descr === 'string' ? parseElementType(descr) : null;
  if (!type || shape.length !== 2)
    throw new VitrineError('npy-syntax', 'The table of covariances cannot be read.', {
      file: COVARIANCE,
      expected: 'a row of numbers a particle',
      found: shape.join(' × '),
    });
  const [count, width] = shape;
  inRange(row, count);
  const start = dataStart + row * width * type.bytes;
  const bytes = new Uint8Array(await blob.slice(start, start + width * type.bytes).arrayBuffer());
  return new NumpyArray([width], decodeElements(bytes, type, width)).toFloat32();
}

function inRange(row: number, count: number): void {
  if (!Number.isInteger(row) || row < 0 || row >= count)
    throw new VitrineError('index-out-of-range', `The run has no particle ${row}.`, {
      expected: `0 to ${count - 1}`,
      found: String(row),
    });
}
