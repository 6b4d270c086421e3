// What is written is read again, and lists that leave for other programs come back as the same particles.
import { countedInTable } from '../base/particle-identity.ts';
import { describe, expect, it } from 'vitest';
import { describeWithReference, referenceBlob, referenceBytes } from '../../testing/reference.ts';
import { readAtoms } from './atoms.ts';
import { understand } from './assemble.ts';
import { parseCs } from './cs/cs.ts';
import { joinPassthrough } from './cs/cs-particles.ts';
import { readCryodrgnPickle, writeCtfPickle, writeLatentsPickle, writePosePickle } from './cryodrgn-pickles.ts';
import { readCsv, writeCsv } from './csv.ts';
import { parseNumber } from './ascii-numbers.ts';
import { openMrcStack } from './mrc.ts';
import { MrcStackWriter } from './mrc-write.ts';
import { NumpyArray } from './numpy-arrays.ts';
import { npyHeaderBytes, readNpy, writeNpy } from './npy.ts';
import type { NamedBlob, ParticleSet } from './particles.ts';
import { readPickles } from './pickle.ts';
import { PYTHON_PICKLES } from './python-pickles.fixture.ts';
import { eulerFromMatrix, matrixFromEuler } from '../geometry/rotation.ts';
import { writeSelection } from './lists/selection-files.ts';
import { readSelection } from './lists/selection-read.ts';
import { parseStarParticles } from './star/star-particles.ts';
import { TorchTensor, readTorchCheckpoint, type CheckpointDict } from './torch-checkpoint.ts';
import { writeTorchCheckpoint } from './torch-checkpoint-write.ts';
import { readYamlConfig, writeYamlConfig } from './yaml-config.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (value: string) => new TextEncoder().encode(value);
const named = (path: string, bytes: Uint8Array | string): NamedBlob => ({
  path,
  blob: new Blob([typeof bytes === 'string' ? bytes : bytes.slice()]),
});

describe('pickles', () => {
  it.each(PYTHON_PICKLES)('of Python, protocol %s', (_, base64) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const [value] = readPickles(bytes, 'x.pkl');
    const [integers, fortran, dict, scalar] = value as [NumpyArray, NumpyArray, Map<string, unknown>, number];
    expect(Array.from(integers.toNumbers())).toEqual([-1, 0, 1]);
    expect([fortran.shape, Array.from(fortran.toNumbers())]).toEqual([
      [2, 3],
      [0, 1.5, 3, 4.5, 6, 7.5],
    ]);
    expect(dict.get('a')).toEqual([1, 2.5, null, true]);
    expect(scalar).toBe(0.5);
    expect(readPickles(Uint8Array.of(...bytes, ...bytes), 'x.pkl')).toHaveLength(2);
  });

  it('of ours', () => {
    const values = Float32Array.from({ length: 18 }, (_, i) => [32, 1.5, 1e4, 9e3, 30, 300, 2.7, 0.1, 0][i % 9]);
    expect(readCryodrgnPickle(writeCtfPickle(values), 'c')).toMatchObject({ kind: 'ctf', ctf: values });
    const rotations = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, -1, 0, 0, 0, 0, 1);
    expect(readCryodrgnPickle(writePosePickle({ rotations, translations: null }), 'p')).toMatchObject({
      kind: 'poses',
      count: 2,
      poses: { rotations, translations: null },
    });
    const z = readCryodrgnPickle(writeLatentsPickle(3, values, values), 'z');
    expect(z).toMatchObject({ kind: 'latents', count: 6, zDim: 3, mu: values, logVariance: values });
  });
});

describe('containers', () => {
  it('checkpoint', () => {
    const tensor = new TorchTensor([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
    const checkpoint: CheckpointDict = new Map<string | number, never>([
      ['epoch', 3 as never],
      ['model_state_dict', new Map([['a.weight', tensor]]) as never],
      ['optimizer_state_dict', new Map([['state', new Map([[0, new Map([['step', 7]])]])]]) as never],
      ['lr', [1e-4, null, true, 'x', -70000] as never],
    ]);
    expect(readTorchCheckpoint(writeTorchCheckpoint(checkpoint, 'w'), 'w')).toEqual(checkpoint);
  });

  it('npy in both orders', () => {
    const array = new NumpyArray([2, 3], Float64Array.of(1, 2, 3, 4, 5, 6));
    expect(readNpy(writeNpy(array), 'a')).toEqual(array);
    const fortran = bytesOf(text(npyHeaderBytes("'<f8'", [2, 3]).subarray(10)).replace('False', 'True '));
    const file = new Uint8Array([...npyHeaderBytes("'<f8'", [2, 3]).subarray(0, 10), ...fortran]);
    const columns = new Uint8Array(Float64Array.of(1, 4, 2, 5, 3, 6).buffer);
    expect(readNpy(new Uint8Array([...file, ...columns]), 'a')).toEqual(array);
  });

  it('a stack written by parts', async () => {
    const parts: Uint8Array[] = [];
    const writer = new MrcStackWriter({ count: 5, boxPixels: 4, pixelSizeAngstrom: 2 }, (bytes) => {
      parts.push(bytes.slice());
      return Promise.resolve();
    });
    const images = Float32Array.from({ length: 80 }, (_, i) => i);
    await writer.add(images.subarray(0, 32));
    await expect(writer.close()).rejects.toMatchObject({ code: 'count-mismatch' });
    await writer.add(images.subarray(32));
    await writer.close();
    const { reader } = await openMrcStack({ path: 'a.mrcs', blob: new Blob(parts.map((part) => part.slice())) });
    expect(await reader.read([0, 1, 2, 3, 4])).toEqual(images);
  });

  it('yaml, csv, decimal numbers', () => {
    const config = { model_args: { zdim: 8, pe_dim: null, domain: 'fourier' }, norm: [0, 31.5], on: true, s: '8' };
    expect(readYamlConfig(writeYamlConfig(config), 'c')).toEqual(config);
    const columns = [
      { name: 'index', values: [3, 1] },
      { name: 'a,b', values: [0.1, NaN] },
    ];
    const table = readCsv(writeCsv(columns), 'x.csv');
    expect(table.columns.map(({ name, values }) => ({ name, values: Array.from(values) }))).toEqual(columns);
    expect(() => readCsv(bytesOf('a,b\n1,2\n3\n'), 'x.csv')).toThrowError(
      expect.objectContaining({ code: 'csv-syntax', detail: expect.objectContaining({ row: 3 }) }) as Error,
    );
    for (const number of ['13108.082418', '-0.64686', '2.586789e+05', '1', '-.5', '12345678901234567890.1', '0.1'])
      expect(parseNumber(bytesOf(number), 0, number.length)).toBe(Number(number));
    expect(parseNumber(bytesOf('1x'), 0, 2)).toBeNaN();
  });

  it('Euler angles of any matrix, the poles included', () => {
    for (const [rot, tilt, psi] of [
      [10, 20, 30],
      [-170, 90, 175],
      [40, 0, 50],
      [40, 180, -50],
      [0, 179.99999, 3],
    ]) {
      const [matrix, again] = [new Float32Array(9), new Float32Array(9)];
      matrixFromEuler(rot, tilt, psi, matrix);
      const [a, b, c] = eulerFromMatrix(matrix);
      matrixFromEuler(a, b, c, again);
      matrix.forEach((value, i) => expect(again[i]).toBeCloseTo(value, 5));
    }
  });

  it('cryoSPARC passthrough files are joined by uid', () => {
    const record = (uids: bigint[], field: string, values: number[]) => {
      const head = npyHeaderBytes(`[('uid', '<u8'), ('${field}', '<f4')]`, [uids.length]);
      const body = new Uint8Array(12 * uids.length);
      const view = new DataView(body.buffer);
      uids.forEach((uid, i) => {
        view.setBigUint64(12 * i, uid, true);
        view.setFloat32(12 * i + 8, values[i], true);
      });
      return parseCs(new Uint8Array([...head, ...body]), `${field}.cs`);
    };
    const big = 2n ** 63n;
    const main = record([big + 1n, big + 2n, 5n], 'ctf/df1_A', [1, 2, 3]);
    const other = record([5n, big + 2n, big + 1n, 9n], 'ctf/cs_mm', [50, 20, 10, 90]);
    const joined = joinPassthrough(main, [other]);
    expect(Array.from(joined.numbers('ctf/cs_mm') ?? [])).toEqual([10, 20, 50]);
    expect(() => joinPassthrough(other, [main]).numbers('ctf/df1_A')).toThrowError(
      expect.objectContaining({ code: 'count-mismatch' }) as Error,
    );
  });
});

describe('STAR files', () => {
  const file = `# a comment\ndata_\n\nloop_ \n_rlnImageName #1 \n_rlnDefocusU #2\n_rlnNote #3\n  1@x.mrcs\t1.50e4  'two words'\n2@x.mrcs 007.0 b  \n\n3@x.mrcs -1 c\n\n`;
  it('rows keep their text, everything around them too', () => {
    const table = parseStarParticles(bytesOf(file), 'x.star');
    expect(Array.from(table.numericColumn('rlnDefocusU') ?? [])).toEqual([15000, 7, -1]);
    expect(table.numericColumn('rlnNote')).toBeNull();
    const head = file.slice(0, file.indexOf('  1@'));
    expect(text(table.writeRows(countedInTable([2, 0])))).toBe(
      `${head}3@x.mrcs -1 c\n  1@x.mrcs\t1.50e4  'two words'\n\n`,
    );
    const windows = parseStarParticles(bytesOf(file.replaceAll('\n', '\r\n')), 'x.star');
    expect(text(windows.writeRows(countedInTable([1])))).toBe(`${head}2@x.mrcs 007.0 b  \n\n`.replaceAll('\n', '\r\n'));
  });
});

describe('molecules', () => {
  it('mmCIF: first model, no alternate locations', async () => {
    const cif = `data_X\nloop_\n_atom_site.group_PDB\n_atom_site.type_symbol\n_atom_site.label_atom_id\n_atom_site.label_alt_id\n_atom_site.auth_comp_id\n_atom_site.auth_asym_id\n_atom_site.auth_seq_id\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n_atom_site.pdbx_PDB_model_num\nATOM C CA A ALA A 7 1.0 2 3 1\nATOM C CA B ALA A 7 9 9 9 1\nATOM O "O5'" . DA B 8 4 5 6 1\nATOM C CA . ALA A 7 0 0 0 2\n#\n`;
    const atoms = await readAtoms(named('x.cif', cif));
    expect([atoms.count, atoms.names, Array.from(atoms.positions)]).toEqual([2, ['CA', "O5'"], [1, 2, 3, 4, 5, 6]]);
  });
});

describeWithReference('reference data through the whole room', () => {
  const understood = async (paths: string[]): Promise<ParticleSet> => {
    const { set } = await understand(await Promise.all(paths.map((path) => referenceBlob(path))));
    if (!set) throw new Error('no set');
    return set;
  };

  it('hinge, the whole folder: poses and CTF of the pickles, table for exports', async () => {
    const files = ['particles.mrcs', 'particles.star', 'poses.pkl', 'ctf.pkl', 'labels.csv', 'simulate.json'];
    const more = ['truth/truth_000.mrc', 'cryodrgn/z.20.pkl', 'cryodrgn/weights.20.pkl', 'cryodrgn/config.yaml'];
    const blobs = await Promise.all([...files, ...more].map((path) => referenceBlob(`hinge/${path}`)));
    const result = await understand(blobs);
    expect(result.files.filter((file) => file.error)).toEqual([]);
    expect(result.files.map(({ role }) => role)).toEqual([
      'stack',
      'star',
      'poses',
      'ctf',
      'table',
      'unknown',
      'volume',
      'latents',
      'weights',
      'config',
    ]);
    expect([result.set?.count, result.set?.pixelSizeAngstrom, result.looksWhite]).toEqual([4000, 4, true]);
    expect([result.questions, result.missing, result.badRows]).toEqual([[], [], []]);
    expect(result.columns.map(({ name }) => name)).toEqual(['state', 'angle_rad']);
    expect(result.columns[0].values[1]).toBe(38);
  });

  it('hinge: every list comes back as the same particles', async () => {
    const set = await understood(['hinge/particles.star', 'hinge/particles.mrcs']);
    const rows = Uint32Array.of(3, 77, 78, 3999);
    for (const format of ['star', 'ind.pkl', 'csv'] as const) {
      const bytes = writeSelection(set, rows, format);
      expect((await readSelection(set, named(`list.${format}`, bytes))).rows).toEqual(rows);
    }
    const all = writeSelection(
      set,
      Uint32Array.from({ length: 4000 }, (_, i) => i),
      'star',
    );
    expect(text(all) === text(referenceBytes('hinge/particles.star'))).toBe(true);
    expect(() => writeSelection(set, rows, 'cs')).toThrowError(expect.objectContaining({ code: 'usage' }) as Error);
  });

  it('a set that came as pickles gets a STAR file that says the same', async () => {
    const set = await understood(['hinge/particles.mrcs', 'hinge/poses.pkl', 'hinge/ctf.pkl']);
    const rows = [9, 2000, 3];
    const star = writeSelection(set, rows, 'star');
    const { set: again } = await understand([named('n.star', star), await referenceBlob('hinge/particles.mrcs')]);
    expect(await again?.images.read([1])).toEqual(await set.images.read([2000]));
    rows.forEach((row, i) => {
      const near = (
        a: ArrayLike<number> | null | undefined,
        b: ArrayLike<number> | null | undefined,
        width: number,
      ) => {
        for (let k = 0; k < width; k++)
          expect(a?.[i * width + k]).toBeCloseTo(b?.[row * width + k] ?? NaN, 2 + (width < 9 ? 3 : 0));
      };
      near(again?.poses?.rotations, set.poses?.rotations, 9);
      near(again?.poses?.translations, set.poses?.translations, 2);
      near(again?.ctf, set.ctf, 9);
    });
  });

  it('cryoSPARC: images, CTF and a list by uid', async () => {
    const set = await understood(['files/empiar_10076_7.cs', 'files/empiar_10076_7.mrc']);
    expect([set.count, set.boxPixels, set.poses, set.ctf?.length]).toEqual([7, 320, null, 63]);
    const bytes = writeSelection(set, [6, 1], 'cs');
    expect(Array.from((await readSelection(set, named('s.cs', bytes))).rows)).toEqual([1, 6]);
    const whole = referenceBytes('files/empiar_10076_7.cs');
    expect(parseCs(bytes, 's').texts('blob/path')?.[0]).toBe('empiar_10076_7.mrc');
    expect(writeSelection(set, [0, 1, 2, 3, 4, 5, 6], 'cs').slice(-1000)).toEqual(whole.slice(-1000));
  });

  it('PDB files', async () => {
    const atoms = await readAtoms(await referenceBlob('pdb/1ake.pdb'));
    const lines = text(referenceBytes('pdb/1ake.pdb')).split('\n');
    const naive = lines.filter((line) => line.startsWith('ATOM  ') && ' A'.includes(line[16]));
    expect(atoms.count).toBe(naive.length);
    expect(new Set(atoms.chains)).toEqual(new Set(['A', 'B']));
    expect(atoms.positions[0]).toBeCloseTo(Number(naive[0].slice(30, 38)), 4);
    expect(new Set(atoms.elements)).toEqual(new Set(['C', 'N', 'O', 'S']));
  });
});

describe('numbers that are none', () => {
  const bad = (length: number, at: number) => Float32Array.from({ length }, (_, i) => (i === at ? NaN : 1));
  it.each<[string, number, () => unknown]>([
    ['rotations', 2, () => writePosePickle({ rotations: bad(18, 12), translations: null })],
    ['shifts', 1, () => writePosePickle({ rotations: bad(18, 99), translations: bad(4, 1) })],
    ['CTF rows', 2, () => writeCtfPickle(bad(18, 9))],
    ['latents', 3, () => writeLatentsPickle(2, bad(6, 5), null)],
    ['their spreads', 1, () => writeLatentsPickle(2, bad(6, 99), bad(6, 0))],
  ])('never leave as %s', (_, row, write) => {
    expect(write).toThrow(
      expect.objectContaining({ code: 'value-out-of-range', detail: expect.objectContaining({ row }) }),
    );
  });
});
