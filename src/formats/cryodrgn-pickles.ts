// cryoDRGN's pickles: pose.pkl (rotations N×3×3, translations N×2 as fraction of the box), ctf.pkl (N×9), ind.pkl
// (integers into the original stack), z.N.pkl (μ then log σ², two pickles; ab initio: one). Told apart by content.
import { VitrineError } from '../base/errors.ts';
import { countedInOriginal, type OriginalIndices } from '../base/particle-identity.ts';
import { requireFinite } from '../base/finite.ts';
import { NumpyArray } from './numpy-arrays.ts';
import { CTF_WIDTH, type Poses } from './particles.ts';
import { readPickles, type PickleValue } from './pickle.ts';
import { picklesOfArray, picklesOfTuple } from './pickle-write.ts';

export type CryodrgnPickle =
  | { kind: 'poses'; count: number; poses: Poses }
  | { kind: 'ctf'; count: number; ctf: Float32Array }
  | { kind: 'index'; count: number; indices: OriginalIndices }
  | { kind: 'latents'; count: number; zDim: number; mu: Float32Array; logVariance: Float32Array | null }
  | { kind: 'other'; says: string };

/**
 * Reads a pickle and says what it holds. Translations are kept as they are written: whether they are pixels (ab initio
 * runs) or fractions of the box is for shift-unit.ts to weigh.
 * Errors: those of readPickles, 'value-out-of-range'.
 */
export function readCryodrgnPickle(bytes: Uint8Array, file: string): CryodrgnPickle {
  const values = readPickles(bytes, file);
  const value = values[0];
  if (values.length === 2 && isMatrix(values[0]) && isMatrix(values[1])) return latents(values[0], values[1], file);
  const parts = Array.isArray(value) ? value : [value];
  const first = parts[0];
  if (first instanceof NumpyArray && isRotations(first) && parts.length <= 2)
    return poses(first, parts[1] ?? null, file);
  if (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => typeof item === 'number' && Number.isInteger(item))
  )
    return index(new NumpyArray([value.length], Float64Array.from(value as number[])), file);
  if (!(value instanceof NumpyArray)) return { kind: 'other', says: describeValue(value) };
  if (value.shape.length === 1 && value.isInteger) return index(value, file);
  if (isCtf(value)) return { kind: 'ctf', count: value.shape[0], ctf: checked(value, file, 'CTF') };
  if (isMatrix(value) && !value.isInteger) return latents(value, null, file);
  return { kind: 'other', says: describeValue(value) };
}

const isMatrix = (value: PickleValue | undefined): value is NumpyArray =>
  value instanceof NumpyArray && value.shape.length === 2;

function isRotations(array: NumpyArray): boolean {
  const [, rows, columns] = array.shape;
  return array.shape.length === 3 && rows === 3 && columns === 3;
}

/** Nine columns that begin with a box and a pixel size and hold a plausible voltage: latents of nine dimensions do not. */
function isCtf(array: NumpyArray): boolean {
  if (array.shape.length !== 2 || array.shape[1] !== CTF_WIDTH || array.shape[0] === 0) return false;
  const [box, size, , , , voltage, , contrast] = Array.from(array.data.slice(0, CTF_WIDTH), Number);
  return Number.isInteger(box) && box > 1 && size > 0 && voltage >= 20 && voltage <= 3000 && Math.abs(contrast) <= 1;
}

function checked(array: NumpyArray, file: string, what: string): Float32Array {
  const values = array.toFloat32();
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new VitrineError('value-out-of-range', `The ${what} of a particle is not a number.`, {
      file,
      row: Math.floor(bad / (values.length / array.shape[0])) + 1,
      expected: 'finite numbers',
      advice: 'Make the file again with cryodrgn parse_pose_star, parse_ctf_star or the .cs ones.',
    });
  return values;
}

function poses(rotations: NumpyArray, second: PickleValue, file: string): CryodrgnPickle {
  const count = rotations.shape[0];
  let translations: Float32Array | null = null;
  if (second instanceof NumpyArray) {
    if (second.shape.length !== 2 || second.shape[0] !== count || second.shape[1] !== 2)
      throw new VitrineError('count-mismatch', 'Rotations and translations do not belong together.', {
        file,
        expected: `${count}×2 translations`,
        found: second.shape.join('×'),
      });
    translations = checked(second, file, 'translation');
  }
  const matrices = checked(rotations, file, 'rotation');
  checkRotations(matrices, file);
  return { kind: 'poses', count, poses: { rotations: matrices, translations } };
}

/** How far rows of a rotation matrix may be from orthonormal: files keep at least float16's digits. */
const ORTHONORMAL = 0.02;

/** Error 'value-out-of-range' naming the row of a matrix that turns nothing: scaled, singular or a reflection. */
function checkRotations(matrices: Float32Array, file: string): void {
  for (let at = 0; at < matrices.length; at += 9) {
    const m = matrices.subarray(at, at + 9);
    const dot = (i: number, j: number) =>
      m[3 * i] * m[3 * j] + m[3 * i + 1] * m[3 * j + 1] + m[3 * i + 2] * m[3 * j + 2];
    const determinant =
      m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);
    const lengths = [dot(0, 0), dot(1, 1), dot(2, 2)];
    const isRotation =
      determinant > 0 &&
      lengths.every((square) => Math.abs(square - 1) < ORTHONORMAL) &&
      [dot(0, 1), dot(0, 2), dot(1, 2)].every((angle) => Math.abs(angle) < ORTHONORMAL);
    if (!isRotation)
      throw new VitrineError('value-out-of-range', 'The rotation of a particle is no rotation matrix.', {
        file,
        row: at / 9 + 1,
        expected: 'rows of length 1 at right angles, determinant 1',
        found:
          determinant < 0 ? 'a reflection (determinant below 0)' : `determinant ${Number(determinant.toPrecision(3))}`,
        advice: 'Make the file again with cryodrgn parse_pose_star or parse_pose_csparc.',
      });
  }
}

/** An index list names every particle once; whole numbers that repeat are labels, of clusters for example. */
function index(array: NumpyArray, file: string): CryodrgnPickle {
  const values = array.toNumbers();
  if (new Set(values).size < values.length) return { kind: 'other', says: `labels of ${values.length} particles` };
  const bad = values.findIndex((value) => value < 0 || value > 0xffffffff);
  if (bad >= 0)
    throw new VitrineError('index-out-of-range', 'An index is negative or too large.', {
      file,
      row: bad + 1,
      found: String(values[bad]),
      expected: 'indices from 0',
    });
  return { kind: 'index', count: values.length, indices: countedInOriginal(Uint32Array.from(values)) };
}

function latents(mu: NumpyArray, logVariance: NumpyArray | null, file: string): CryodrgnPickle {
  if (logVariance && logVariance.shape.join() !== mu.shape.join())
    throw new VitrineError('count-mismatch', 'μ and log σ² differ in shape.', {
      file,
      expected: mu.shape.join('×'),
      found: logVariance.shape.join('×'),
    });
  return {
    kind: 'latents',
    count: mu.shape[0],
    zDim: mu.shape[1],
    mu: mu.toFloat32(),
    logVariance: logVariance?.toFloat32() ?? null,
  };
}

function describeValue(value: PickleValue | undefined): string {
  if (value instanceof NumpyArray) return `an array of ${value.shape.join('×')}`;
  if (Array.isArray(value)) return `${value.length} values`;
  if (value instanceof Map) return `a dictionary of ${value.size}`;
  return typeof value;
}

/** pose.pkl: a tuple of rotations and translations (float32), or of rotations alone. Error: that of requireFinite. */
export function writePosePickle(poses: Poses): Uint8Array {
  requireFinite('rotation', poses.rotations, 9);
  requireFinite('shift', poses.translations, 2);
  const count = poses.rotations.length / 9;
  const rotations = new NumpyArray([count, 3, 3], poses.rotations);
  return picklesOfTuple(poses.translations ? [rotations, new NumpyArray([count, 2], poses.translations)] : [rotations]);
}

/** ctf.pkl: N×9 float32. Error: that of requireFinite. */
export function writeCtfPickle(ctf: Float32Array): Uint8Array {
  requireFinite('CTF', ctf, CTF_WIDTH);
  return picklesOfArray(new NumpyArray([ctf.length / CTF_WIDTH, CTF_WIDTH], ctf));
}

/** ind.pkl: int64. */
export function writeIndexPickle(indices: ArrayLike<number>): Uint8Array {
  return picklesOfArray(
    new NumpyArray(
      [indices.length],
      BigInt64Array.from({ length: indices.length }, (_, i) => BigInt(indices[i])),
    ),
  );
}

/** z.N.pkl: μ, then log σ² where there is one. Error: that of requireFinite. */
export function writeLatentsPickle(zDim: number, mu: Float32Array, logVariance: Float32Array | null): Uint8Array {
  requireFinite('latent', mu, zDim);
  requireFinite('spread of the latent', logVariance, zDim);
  const one = (values: Float32Array) => picklesOfArray(new NumpyArray([values.length / zDim, zDim], values));
  const first = one(mu);
  if (!logVariance) return first;
  const second = one(logVariance);
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
