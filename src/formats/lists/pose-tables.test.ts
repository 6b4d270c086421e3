// Poses written into tables are read again; all else in the tables stays as it was.
import { describe, expect, it } from 'vitest';
import { parseCs } from '../cs/cs.ts';
import { csPoses } from '../cs/cs-poses.ts';
import { joinPassthrough } from '../cs/cs-particles.ts';
import { writeCsFields } from '../cs/cs-fields.ts';
import { npyHeaderBytes } from '../npy.ts';
import type { Poses } from '../particles.ts';
import { csWithPoses, rotationVectorFromMatrix, starWithPoses } from './pose-tables.ts';
import { Random } from '../../geometry/random.ts';
import { matrixFromEuler, matrixFromRotationVector, randomRotations } from '../../geometry/rotation.ts';
import { parseStarParticles } from '../star/star-particles.ts';
import { starPoses } from '../star/star-poses.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (value: string) => new TextEncoder().encode(value);
const scale = { boxPixels: 64, pixelSizeAngstrom: 2 };
const posesOf = (count: number): Poses => ({
  rotations: randomRotations(new Random(11), count),
  translations: Float32Array.from({ length: 2 * count }, (_, i) => (i - count) / 100),
});
function expectSame(found: Poses | null, expected: Poses) {
  expect(found?.rotations.length).toBe(expected.rotations.length);
  expected.rotations.forEach((value, i) => expect(Math.abs((found?.rotations[i] ?? NaN) - value)).toBeLessThan(1e-5));
  expected.translations?.forEach((value, i) =>
    expect(Math.abs((found?.translations?.[i] ?? NaN) - value)).toBeLessThan(1e-5),
  );
}

describe('rotation vectors', () => {
  it('are the inverse of the reading: at random, near no turn and at half turns', () => {
    const rotations = [...randomRotations(new Random(3), 200)];
    for (const angles of [
      [0, 0, 0],
      [1e-4, 0, 2e-4],
      [180, 0, 0],
      [0, 180, 0],
      [30, 180, 70],
      [0, 179.9999, 0],
      [90, 90, 90],
    ])
      rotations.push(...matrixFromEuler(angles[0], angles[1], angles[2]));
    const again = new Float32Array(9);
    for (let at = 0; at < rotations.length; at += 9) {
      const vector = rotationVectorFromMatrix(rotations, at);
      expect(Math.hypot(...vector)).toBeLessThanOrEqual(Math.PI + 1e-6);
      matrixFromRotationVector(...vector, again);
      // Random matrices and the ones read are float32.
      again.forEach((value, i) => expect(Math.abs(value - rotations[at + i])).toBeLessThan(1e-6));
    }
  });
});

describe('STAR', () => {
  const optics =
    'data_optics\n\nloop_\n_rlnOpticsGroup #1\n_rlnImagePixelSize #2\n_rlnImageSize #3\n1 2.0 64\n2 2.5 64\n\n';
  const after = '\n# the end\n';

  it('3.1: angles are written over, origins are added in Å of each group', () => {
    const head = `${optics}data_particles\n\nloop_ \n_rlnImageName #1 \n_rlnAngleTilt #2\n_rlnOpticsGroup #3\n_rlnAngleRot #4\n_rlnAnglePsi #5\n_rlnNote #6\n`;
    const rows = ["1@a.mrcs   10.000 1  20 30 'two words'", '2@a.mrcs\t10 2 20 30 µ  # said', '3@a.mrcs 1 1 2 3 c'];
    const poses = posesOf(3);
    const written = starWithPoses(bytesOf(`${head}${rows.join('\n')}\n${after}`), 'x.star', poses, scale);
    const table = parseStarParticles(written, 'x.star');
    expectSame(starPoses(table, scale), poses);
    expect(table.columnNames.slice(6)).toEqual(['_rlnOriginXAngst', '_rlnOriginYAngst']);
    const origin = table.numericColumn('rlnOriginXAngst');
    expect(origin?.[1]).toBeCloseTo((poses.translations?.[2] ?? NaN) * 64 * 2.5, 5);
    const lines = text(written).split('\n');
    expect(text(written).startsWith(head)).toBe(true);
    expect(text(written).endsWith(`\n${after}`)).toBe(true);
    expect(lines.find((line) => line.startsWith('1@'))).toMatch(/^1@a\.mrcs +\S+ 1 +\S+ +\S+ 'two words' +\S+ +\S+$/);
    expect(lines.find((line) => line.startsWith('2@'))).toMatch(/^2@a\.mrcs\t *\S+ 2 .* µ +\S+ +\S+ {2}# said$/);
    // Once more: nothing grows.
    expect(text(starWithPoses(written, 'x.star', poses, scale))).toBe(text(written));
  });

  it('3.0: everything is added, origins in pixels; line breaks of Windows stay', () => {
    const file = '\ndata_\n\nloop_\n_rlnImageName #1\n\n1@a.mrcs\n2@a.mrcs\n'.replaceAll('\n', '\r\n');
    const poses = posesOf(2);
    const written = starWithPoses(bytesOf(file), 'x.star', poses, scale);
    const table = parseStarParticles(written, 'x.star');
    expectSame(starPoses(table, scale), poses);
    expect(table.columnNames).toEqual(
      ['ImageName', 'AngleRot', 'AngleTilt', 'AnglePsi', 'OriginX', 'OriginY'].map((name) => `_rln${name}`),
    );
    expect(table.numericColumn('rlnOriginY')?.[1]).toBeCloseTo((poses.translations?.[3] ?? NaN) * 64, 5);
    expect(text(written).match(/[^\r]\n/)).toBeNull();
    expect(text(written)).toContain('_rlnImageName #1\r\n_rlnAngleRot #2 \r\n');
  });

  it('old origins in pixels do not outlive the new ones, and no translations are origins of zero', () => {
    const head = `${optics}data_particles\n\nloop_\n_rlnImageName\n_rlnOriginX\n_rlnOriginY\n_rlnOpticsGroup\n`;
    const { rotations } = posesOf(1);
    const written = starWithPoses(bytesOf(`${head}1@a.mrcs 3 4 1`), 'x.star', { rotations, translations: null }, scale);
    const table = parseStarParticles(written, 'x.star');
    for (const name of ['OriginX', 'OriginY', 'OriginXAngst', 'OriginYAngst'])
      expect(table.numericColumn(`rln${name}`)?.[0]).toBe(0);
  });

  it('without a pixel size shifts in Å cannot be written', () => {
    const file = 'data_optics\n\n_rlnOpticsGroup 1\n\ndata_particles\n\nloop_\n_rlnImageName\n1@a.mrcs\n';
    expect(() =>
      starWithPoses(bytesOf(file), 'x.star', posesOf(1), { boxPixels: 64, pixelSizeAngstrom: null }),
    ).toThrowError(expect.objectContaining({ code: 'pixel-size-unknown' }) as Error);
  });
});

describe('.cs', () => {
  /** uid, padding, the pixel size (of a box of 128 that the stack holds binned to 64) and, where asked for, a pose in doubles. */
  function table(uids: bigint[], withPose: boolean): Uint8Array {
    const pose = withPose ? ", ('alignments3D/pose', '>f8', (3,)), ('alignments3D/psize_A', '<f4')" : '';
    const stride = 8 + 3 + 8 + 4 + (withPose ? 28 : 0) + 5;
    const head = npyHeaderBytes(
      `[('uid', '<u8'), ('', '|V3'), ('blob/shape', '<u4', (2,)), ('blob/psize_A', '<f4')${pose}, ('ctf/type', '|S5')]`,
      [uids.length],
    );
    const body = new Uint8Array(uids.length * stride);
    const view = new DataView(body.buffer);
    uids.forEach((uid, i) => {
      view.setBigUint64(i * stride, uid, true);
      body.fill(7, i * stride + 8, i * stride + 11);
      [128, 128].forEach((n, axis) => view.setUint32(i * stride + 11 + 4 * axis, n, true));
      view.setFloat32(i * stride + 19, 1.5, true);
      body.set(bytesOf(`row${i}`), (i + 1) * stride - 5);
    });
    return new Uint8Array([...head, ...body]);
  }

  it.each([
    [false, ['alignments3D/shift', 'alignments3D/pose', 'alignments3D/psize_A']],
    [true, ['alignments3D/shift']],
  ])('poses are read again, other fields keep their bytes (pose there before: %s)', (withPose, added) => {
    const poses = posesOf(3);
    const before = parseCs(table([2n ** 63n + 1n, 5n, 9n], withPose), 'x.cs');
    const written = csWithPoses(table([2n ** 63n + 1n, 5n, 9n], withPose), 'x.cs', poses, scale);
    const after = parseCs(written, 'x.cs');
    expectSame(csPoses(joinPassthrough(after, []), scale), poses);
    expect(after.columnNames.filter((name) => !name.startsWith('padding'))).toEqual([
      ...before.columnNames.filter((name) => !name.startsWith('padding')),
      ...added,
    ]);
    expect(after.uids()).toEqual(before.uids());
    expect(after.texts('ctf/type')).toEqual(['row0', 'row1', 'row2']);
    expect(Array.from(after.numbers('alignments3D/psize_A') ?? [])).toEqual([3, 3, 3]);
    expect(after.numbers('alignments3D/shift')?.[2]).toBeCloseTo((poses.translations?.[2] ?? NaN) * 64, 5);
    expect([after.fields.get('alignments3D/pose')?.descr, after.fields.get('uid')?.descr]).toEqual([
      "('alignments3D/pose', '<f4', (3,))",
      "('uid', '<u8')",
    ]);
    expect(written.length % 64).toBe((3 * after.recordBytes) % 64);
  });

  it('no fields: the same bytes', () => {
    const bytes = table([1n, 2n], true);
    expect(writeCsFields(bytes, 'x.cs', [])).toEqual(bytes);
  });
});
