// Files of the reference set, which Python wrote: RELION, cryoSPARC, cryoDRGN and MRC all say the same particles.
import { beforeAll, describe, expect, it } from 'vitest';
import {
  SET,
  setArray,
  setBlob,
  setBytes,
  setCtf,
  setLatents,
  setModel,
  setPoses,
  setText,
} from '../../testing/reference-set/set.ts';
import { understand } from './assemble.ts';
import { parseCs } from './cs/cs.ts';
import { csCtf } from './cs/cs-ctf.ts';
import { csImages, joinPassthrough } from './cs/cs-particles.ts';
import { csPoses } from './cs/cs-poses.ts';
import { readCryodrgnPickle } from './cryodrgn-pickles.ts';
import { writeSelection } from './lists/selection-files.ts';
import { readSelection } from './lists/selection-read.ts';
import { openMrcStack } from './mrc.ts';
import { readMrcVolume } from './mrc-volume.ts';
import { writeMrcStack } from './mrc-write.ts';
import type { NamedBlob, ParticleSet } from './particles.ts';
import { starCtf } from './star/star-ctf.ts';
import { parseStarParticles } from './star/star-particles.ts';
import { starPoses } from './star/star-poses.ts';
import { TorchTensor, type CheckpointDict } from './torch-checkpoint.ts';

const scale = { boxPixels: SET.boxPixels, pixelSizeAngstrom: null };
const star = (name: string) => parseStarParticles(setBytes(name), name);
const cs = (name: string) => joinPassthrough(parseCs(setBytes(name), name), []);
const named = (path: string, bytes: Uint8Array): NamedBlob => ({ path, blob: new Blob([bytes.slice()]) });

/** The largest difference; of the first rows where `found` has fewer. */
function worst(found: ArrayLike<number> | null | undefined, expected: ArrayLike<number>): number {
  if (!found?.length) return Infinity;
  return Array.from(found).reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
}

async function understood(names: string[]): Promise<ParticleSet> {
  const { set, missing, questions } = await understand(names.map(setBlob));
  expect([missing, questions]).toEqual([[], []]);
  if (!set) throw new Error('no set');
  return set;
}

describe('tables and pickles of the reference set', () => {
  const poses = setPoses();
  const ctf = setCtf();

  // Six decimals of a degree, an Å or a pixel; float32 in a .cs.
  it.each([
    { name: 'particles.star', rows: SET.count, version: '3.1' },
    { name: 'relion30.star', rows: 10, version: '3.0' },
  ])('$name: poses and CTF of the pickles', ({ name, rows, version }) => {
    const table = star(name);
    expect([table.rows, table.version, table.pixelSizeAngstrom]).toEqual([rows, version, SET.pixelSizeAngstrom]);
    const found = starPoses(table, scale);
    expect(found?.rotations.length).toBe(9 * rows);
    expect(worst(found?.rotations, poses.rotations)).toBeLessThan(1e-6);
    expect(worst(found?.translations, poses.translations)).toBeLessThan(1e-6);
    const rowsOfCtf = starCtf(table, scale).ctf;
    expect(rowsOfCtf?.length).toBe(9 * rows);
    expect(worst(rowsOfCtf, ctf)).toBeLessThan(2e-3);
  });

  it('particles.cs: poses, CTF and images of the pickles', () => {
    const fields = cs('particles.cs');
    const found = csPoses(fields, scale);
    expect(worst(found?.rotations, poses.rotations)).toBeLessThan(1e-6);
    expect(worst(found?.translations, poses.translations)).toBeLessThan(1e-6);
    const rows = csCtf(fields, scale).ctf;
    expect(rows?.length).toBe(ctf.length);
    // An angle of 180° in float32 radians.
    expect(worst(rows, ctf)).toBeLessThan(2e-5);
    expect(Array.from(csImages(fields)?.indexIn ?? [])).toEqual(Array.from({ length: SET.count }, (_, i) => i));
  });

  it.each(['relion30-no-poses.star', 'no-poses.cs'])('%s: a set whose poses are to be found', async (name) => {
    const set = await understood(['particles.mrcs', name]);
    expect([set.count, set.poses]).toEqual([10, null]);
    expect(worst(set.ctf, ctf)).toBeLessThan(2e-3);
  });

  it('an index list of int64, and the latents as two pickles', () => {
    const indices = readCryodrgnPickle(setBytes('ind.pkl'), 'ind.pkl');
    const expected = Array.from({ length: 57 }, (_, i) => 3 + 7 * i);
    expect(indices.kind === 'index' && Array.from(indices.indices)).toEqual(expected);
    const { count, zDim, mu } = setLatents();
    expect([count, zDim]).toEqual([SET.count, 4]);
    // As NumPy sums them.
    const { latents } = JSON.parse(setText('expected.json')) as { latents: { sum: number } };
    expect(mu.reduce((sum, value) => sum + value, 0)).toBeCloseTo(latents.sum, 6);
  });

  it.each([
    { model: 'fourier', names: 17, firstKey: 0, shape: [32, 796] },
    { model: 'hartley', names: 13, firstKey: 7, shape: [8, 796] },
  ] as const)('$model/weights.30.pkl: what PyTorch saved', ({ model, names, firstKey, shape }) => {
    const { dictionary } = setModel(model);
    const weights = dictionary.get('model_state_dict') as CheckpointDict;
    expect([dictionary.get('epoch'), weights.size]).toEqual([30, names]);
    const first = weights.get('encoder.main.0.weight');
    expect(first instanceof TorchTensor && first.shape).toEqual(shape);
    const optimizer = dictionary.get('optimizer_state_dict') as CheckpointDict;
    const [[key, moments]] = optimizer.get('state') as CheckpointDict;
    // Frozen parameters have no moments.
    expect(key).toBe(firstKey);
    const steps = (moments as CheckpointDict).get('step') as TorchTensor;
    expect([steps.shape, steps.data[0]]).toEqual([[], (30 * SET.count) / (model === 'fourier' ? 8 : 16)]);
  });
});

describe('stacks and maps of the reference set', () => {
  it('every pixel is the float32 in the file, in any order', async () => {
    const bytes = setBytes('particles.mrcs');
    const whole = new Float32Array(bytes.slice(1024).buffer);
    const { reader } = await openMrcStack(setBlob('particles.mrcs'));
    expect([reader.count, reader.boxPixels, reader.pixelSizeAngstrom]).toEqual([SET.count, 32, SET.pixelSizeAngstrom]);
    const all = await reader.read(Array.from({ length: reader.count }, (_, i) => i));
    expect(Buffer.compare(Buffer.from(all.buffer, all.byteOffset, all.byteLength), bytes.subarray(1024))).toBe(0);
    const order = [399, 0, 0, 17, 18];
    const images = await reader.read(order);
    order.forEach((image, i) =>
      expect(images.slice(1024 * i, 1024 * (i + 1))).toEqual(whole.slice(1024 * image, 1024 * (image + 1))),
    );
  });

  it('half floats are those nearest the pixels', async () => {
    const { reader } = await openMrcStack(setBlob('half-floats.mrcs'));
    const half = await reader.read([0, 1, 2, 3]);
    const whole = await (await openMrcStack(setBlob('particles.mrcs'))).reader.read([0, 1, 2, 3]);
    // Eleven bits of a mantissa.
    half.forEach((value, i) =>
      expect(Math.abs(value - whole[i])).toBeLessThanOrEqual(Math.abs(whole[i]) / 2048 + 3e-8),
    );
  });

  it('a stack written here is the file that Python wrote', async () => {
    const { reader } = await openMrcStack(setBlob('particles.mrcs'));
    const pixels = await reader.read(Array.from({ length: SET.count }, (_, i) => i));
    const written = writeMrcStack(
      { count: SET.count, boxPixels: SET.boxPixels, pixelSizeAngstrom: SET.pixelSizeAngstrom },
      pixels,
    );
    const theirs = setBytes('particles.mrcs');
    expect(Buffer.compare(written.subarray(1024), theirs.subarray(1024))).toBe(0);
    const words = (bytes: Uint8Array) => Array.from(new Int32Array(bytes.slice(0, 40).buffer));
    expect(words(written)).toEqual(words(theirs));
  });

  it('a map is that of NumPy', async () => {
    const { values, boxPixels, pixelSizeAngstrom } = await readMrcVolume(setBlob('truth_000.mrc'));
    expect([boxPixels, pixelSizeAngstrom]).toEqual([32, SET.pixelSizeAngstrom]);
    expect(values).toEqual(new Float32Array(setBytes('truth_000.mrc').slice(1024).buffer));
  });
});

describe('lists of the reference set go out and come back', () => {
  let fromStar: ParticleSet;
  let fromCs: ParticleSet;
  beforeAll(async () => {
    fromStar = await understood(['particles.star', 'particles.mrcs']);
    fromCs = await understood(['particles.cs', 'particles.mrcs']);
  });
  const rows = Uint32Array.of(3, 77, 78, 399);

  it.each(['star', 'ind.pkl', 'csv'] as const)('as %s', async (format) => {
    const bytes = writeSelection(fromStar, rows, format);
    expect((await readSelection(fromStar, named(`list.${format}`, bytes))).rows).toEqual(rows);
  });

  it('by uid, as cryoSPARC reads them', async () => {
    const bytes = writeSelection(fromCs, rows, 'cs');
    expect((await readSelection(fromCs, named('list.cs', bytes))).rows).toEqual(rows);
  });

  it('all rows give the table, byte for byte', () => {
    const all = Uint32Array.from({ length: SET.count }, (_, i) => i);
    expect(new TextDecoder().decode(writeSelection(fromStar, all, 'star'))).toBe(setText('particles.star'));
    const written = writeSelection(fromCs, all, 'cs');
    const theirs = setBytes('particles.cs');
    // Bytes of a row, as make/writers.py has its fields.
    const size = 129;
    const records = (bytes: Uint8Array) => bytes.subarray(bytes.length - size * SET.count);
    expect(Buffer.compare(records(written), records(theirs))).toBe(0);
  });

  it('a set of pickles gets a STAR file that says the same', async () => {
    const set = await understood(['particles.mrcs', 'poses.pkl', 'ctf.pkl']);
    const made = named('new.star', writeSelection(set, [9, 200, 3], 'star'));
    const { set: again } = await understand([made, setBlob('particles.mrcs')]);
    expect(await again?.images.read([1])).toEqual(await set.images.read([200]));
    for (const [i, row] of [9, 200, 3].entries()) {
      const part = (values: ArrayLike<number> | null | undefined, at: number, width: number) =>
        Array.from(values ?? []).slice(at * width, (at + 1) * width);
      expect(worst(part(again?.poses?.rotations, i, 9), part(set.poses?.rotations, row, 9))).toBeLessThan(1e-5);
      expect(worst(part(again?.poses?.translations, i, 2), part(set.poses?.translations, row, 2))).toBeLessThan(1e-5);
      // Defoci have two decimals there.
      expect(worst(part(again?.ctf, i, 9), part(set.ctf, row, 9))).toBeLessThan(6e-3);
    }
  });

  it('the whole folder is understood, file by file', async () => {
    const names = ['particles.mrcs', 'particles.star', 'poses.pkl', 'ctf.pkl', 'labels.csv', 'truth_000.mrc'];
    const run = ['fourier/z.30.pkl', 'fourier/weights.30.pkl', 'fourier/config.yaml'];
    const result = await understand([...names, ...run].map(setBlob));
    expect(result.files.map(({ role, error }) => [role, error])).toEqual(
      ['stack', 'star', 'poses', 'ctf', 'table', 'volume', 'latents', 'weights', 'config'].map((role) => [
        role,
        undefined,
      ]),
    );
    expect([result.set?.count, result.looksWhite, result.questions, result.missing]).toEqual([SET.count, true, [], []]);
    expect(result.columns.map(({ name }) => name)).toEqual(['state', 'angle_rad']);
  });
});

it('arrays of NumPy', () => {
  expect(setArray('preprocessed.npy').length).toBe(3 * 33 * 33);
});
