// What each field of a .cs table becomes; fields of types beyond the usual; a pose a class.
import { describe, expect, it } from 'vitest';
import { understand } from '../assemble.ts';
import { parseCs } from './cs.ts';
import { csCtf } from './cs-ctf.ts';
import { csOptics } from './cs-optics.ts';
import { joinPassthrough } from './cs-particles.ts';
import { csPoses } from './cs-poses.ts';
import { VitrineError } from '../../base/errors.ts';
import { float16Table } from '../../base/float16.ts';
import { writeMrcStack } from '../mrc-write.ts';
import { npyHeaderBytes } from '../npy.ts';
import { CTF_WIDTH, OPTICS_WIDTH } from '../particles.ts';
import { refusalOf } from '../drop/refusal.ts';
import { csValues } from '../drop/table-values.ts';
import type { Answers } from '../drop/understanding.ts';
import { refusal } from '../../../testing/refusal.ts';

interface Field {
  type: string;
  /** Values of both rows one after the other. */
  values: (number | bigint | string)[];
}
const ROWS = 2;
const halves = Array.from(float16Table());

function put(view: DataView, at: number, type: string, value: number | bigint | string): number {
  const little = !type.startsWith('>');
  const kind = type.slice(1);
  if (typeof value === 'string') {
    const letters = Array.from(value);
    const wide = kind.startsWith('U');
    letters.forEach((letter, i) => {
      if (wide) view.setUint32(at + 4 * i, letter.codePointAt(0) ?? 0, little);
      else view.setUint8(at + i, letter.charCodeAt(0));
    });
    return Number(kind.slice(1)) * (wide ? 4 : 1);
  }
  if (typeof value === 'bigint') view.setBigUint64(at, value, little);
  else if (kind === 'f2') view.setUint16(at, halves.indexOf(value), little);
  else if (kind === 'f4') view.setFloat32(at, value, little);
  else if (kind === 'f8' || kind === 'c8') view.setFloat64(at, value, little);
  else if (kind === 'u4') view.setUint32(at, value, little);
  else view.setInt32(at, value, little);
  return Number(/\d+/.exec(kind)?.[0]);
}

function cs(fields: Record<string, Field>): Uint8Array<ArrayBuffer> {
  const body = new DataView(new ArrayBuffer(1 << 14));
  let at = 0;
  for (let row = 0; row < ROWS; row++)
    for (const { type, values } of Object.values(fields)) {
      const width = values.length / ROWS;
      for (let i = 0; i < width; i++) at += put(body, at, type, values[row * width + i]);
    }
  const descr = Object.entries(fields).map(([name, { type, values }]) => {
    const width = values.length / ROWS;
    return `('${name}', '${type}'${width > 1 ? `, (${width},)` : ''})`;
  });
  const head = npyHeaderBytes(`[${descr.join(', ')}]`, [ROWS]);
  const bytes = new Uint8Array(head.length + at);
  bytes.set(head);
  bytes.set(new Uint8Array(body.buffer, 0, at), head.length);
  return bytes;
}

const f4 = (...values: number[]): Field => ({ type: '<f4', values });
const uid: Field = { type: '<u8', values: [7n, 2n ** 63n] };
const blob = {
  uid,
  'blob/path': { type: '|S8', values: ['s.mrcs', 's.mrcs'] },
  'blob/idx': { type: '<u4', values: [0, 1] },
  'blob/psize_A': f4(2, 2),
};
const ctfFields = {
  'ctf/df1_A': f4(1e4, 2e4),
  'ctf/df2_A': f4(9e3, 19e3),
  'ctf/df_angle_rad': f4(0, Math.PI / 4),
  'ctf/accel_kv': f4(300, 200),
  'ctf/cs_mm': f4(2.7, 2.7),
  'ctf/amp_contrast': f4(0.1, 0.1),
};
const scale = { boxPixels: 8, pixelSizeAngstrom: 2 };
const fieldsOf = (fields: Record<string, Field>) => joinPassthrough(parseCs(cs(fields), 'x.cs'), []);
const without = (fields: Record<string, Field>, name: string) =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
const look = (fields: Record<string, Field>, answers: Answers = {}) =>
  understand(
    [
      { path: 'x.cs', blob: new Blob([cs(fields)]) },
      {
        path: 's.mrcs',
        blob: new Blob([
          writeMrcStack(
            { count: 2, boxPixels: 8, pixelSizeAngstrom: 2 },
            Float32Array.from({ length: 128 }, (_, i) => i % 5),
          ).slice(),
        ]),
      },
    ],
    { answers },
  );

describe('types of fields', () => {
  it('half floats, either byte order, wide letters', () => {
    const table = parseCs(
      cs({
        a: { type: '<f2', values: [0.5, -2, 65504, 2 ** -24] },
        b: { type: '>f2', values: [1.5, 3] },
        c: { type: '>U3', values: ['é1', '蛋白'] },
        d: { type: '>f8', values: [1e-9, 2] },
      }),
      'x.cs',
    );
    expect(Array.from(table.numbers('a') ?? [])).toEqual([0.5, -2, 65504, 2 ** -24]);
    expect(Array.from(table.numbers('b') ?? [])).toEqual([1.5, 3]);
    expect(table.texts('c')).toEqual(['é1', '蛋白']);
    expect(Array.from(table.numbers('d') ?? [])).toEqual([1e-9, 2]);
  });

  it('what is not read is kept, byte for byte, and refused where it is needed', () => {
    const bytes = cs({ 'odd/when': { type: '<c8', values: [1, 2] }, a: f4(3, 4) });
    const table = parseCs(bytes, 'x.cs');
    expect([table.numbers('odd/when'), Array.from(table.numbers('a') ?? [])]).toEqual([null, [3, 4]]);
    expect(table.writeRows([0, 1])).toEqual(bytes);
    const strange = { ...blob, ...ctfFields, 'ctf/cs_mm': { type: '<c8', values: [1, 2] } };
    const error = refusal(() => csCtf(fieldsOf(strange), scale));
    expect([error.code, error.detail.field]).toEqual(['cs-syntax', 'ctf/cs_mm']);
    expect(() => parseCs(cs({ a: { type: '|O', values: ['x', 'y'] } }), 'x.cs')).toThrow(VitrineError);
  });

  it.each([
    ['alignments3D/pose', [0, 0, 0, 1, NaN, 0]],
    ['alignments3D/shift', [0, 0, Infinity, 0]],
  ])('%s that is no number is refused with its row', (name, values) => {
    const fields = fieldsOf({ ...blob, 'alignments3D/pose': f4(0, 0, 0, 1, 1, 0), [name]: f4(...values) });
    const error = refusal(() => csPoses(fields, scale));
    expect([error.code, error.detail.row, error.detail.field]).toEqual(['value-out-of-range', 2, name]);
  });

  it('no particles are refused', () => {
    const empty = parseCs(cs(blob), 'x.cs').writeRows([]);
    expect(refusal(() => parseCs(empty, 'x.cs')).code).toBe('file-empty');
  });
});

describe('the CTF of a .cs table', () => {
  it.each(['ctf/df2_A', 'ctf/accel_kv', 'ctf/cs_mm'])('begun without %s is an error that names it', (name) => {
    const error = refusal(() => csCtf(fieldsOf(without({ ...blob, ...ctfFields }, name)), scale));
    expect([error.code, error.detail.field]).toEqual(['ctf-missing', name]);
  });

  it('without amplitude contrast is asked for', async () => {
    const fields = without({ ...blob, ...ctfFields }, 'ctf/amp_contrast');
    const open = await look(fields);
    expect(open.questions).toEqual([{ kind: 'amplitude-contrast', file: 'x.cs', field: 'ctf/amp_contrast' }]);
    const { set } = await look(fields, { amplitudeContrast: 0.25 });
    expect([set?.ctf?.[7], set?.ctf?.[CTF_WIDTH + 7]]).toEqual([0.25, 0.25]);
  });
});

describe('rows that are left out', () => {
  const bad = { ...blob, ...ctfFields, 'ctf/df1_A': f4(1e4, Infinity) };
  it('may hold anything; kept ones are refused by their place in the table', () => {
    const table = parseCs(cs(bad), 'x.cs');
    const first = csValues(table, [], Uint32Array.of(0), 8, {});
    expect(first.ctf(scale).ctf?.[2]).toBe(1e4);
    expect(first.notices[0].message).toContain('1 of the 1 rows');
    const { detail } = refusal(() => csValues(table, [], Uint32Array.of(1), 8, {}).ctf(scale));
    expect([detail.row, detail.field, detail.found]).toEqual([2, 'ctf/df1_A', 'Infinity']);
  });
});

describe('what forms an image beyond the CTF', () => {
  const optics = (fields: Record<string, Field>) => {
    const made = csOptics(fieldsOf({ ...blob, ...ctfFields, ...fields }), scale);
    const row = (at: number) =>
      made.optics && Array.from(made.optics.subarray(at * OPTICS_WIDTH, (at + 1) * OPTICS_WIDTH));
    return { rows: made.optics && [row(0), row(1)], codes: made.notices.map(({ code }) => code) };
  };

  it('zeros and ones are ordinary', () => {
    expect(
      optics({
        'blob/sign': f4(1, 1),
        'ctf/scale': f4(1, 1),
        'ctf/bfactor': f4(0, 0),
        'ctf/tilt_A': f4(0, 0, 0, 0),
        'ctf/trefoil_A': f4(0, 0, 0, 0),
        'ctf/anisomag': f4(0, 0, 0, 0, 1, 0, 0, 1),
      }),
    ).toEqual({ rows: null, codes: [] });
  });

  it('scale, B factor, magnification as matrix or as difference, beam tilt, and what is not applied', () => {
    // A tilt of 1 mrad at Cs 2.7 mm moves the image by 2.7e7 Å · sin(0.001).
    const tilt = 2.7e7 * Math.sin(1e-3);
    const { rows, codes } = optics({
      'ctf/scale': f4(0.5, 1),
      'ctf/bfactor': f4(0, 25),
      'ctf/anisomag': f4(1.25, 0.125, 0.0625, 0.75, 0.25, 0.125, 0.0625, -0.25),
      'ctf/tilt_A': f4(tilt, 0, 0, -tilt),
      'ctf/tetra_A': f4(0, 0, 0, 1, 0, 0, 0, 0),
    });
    const near = (row: number[] | null | undefined) => row?.map((value) => Math.round(value * 1e5) / 1e5);
    expect(near(rows?.[0])).toEqual([0.5, 0, 0, 1.25, 0.125, 0.0625, 0.75, 1, 1, 0]);
    expect(near(rows?.[1])).toEqual([1, 25, 0, 1.25, 0.125, 0.0625, 0.75, 1, 0, -1]);
    expect(codes).toEqual([
      'ctf-scale',
      'ctf-b-factor',
      'anisotropic-magnification',
      'beam-tilt',
      'aberrations-not-applied',
    ]);
  });

  it('signs that differ turn the fewer over, one sign for all is only said', () => {
    expect(optics({ 'blob/sign': f4(-1, -1) })).toEqual({ rows: null, codes: ['image-signs'] });
    const { rows, codes } = optics({ 'blob/sign': f4(1, -1), 'ctf/scale': f4(0.5, 0.25) });
    expect([rows?.[0]?.[0], rows?.[1]?.[0], codes[0]]).toEqual([0.5, -0.25, 'image-signs']);
    expect(refusal(() => optics({ 'blob/sign': f4(1, 3) })).detail).toMatchObject({ row: 2, found: '3' });
  });

  it('a pixel size of its own', () => {
    expect(optics({ 'blob/psize_A': f4(2, 2.5) }).rows?.[1]?.[7]).toBe(Math.fround(0.8));
  });
});

it('copies by symmetry are said to be particles of their own', async () => {
  const copies = { ...blob, uid: { type: '<u8', values: [7n, 8n] }, 'sym_expand/idx': { type: '<u4', values: [0, 1] } };
  const { set, warnings } = await look(copies);
  expect([set?.count, warnings.map(({ code }) => code)]).toEqual([2, ['symmetry-expanded', 'ctf-missing']]);
  expect((await look(blob)).warnings.map(({ code }) => code)).not.toContain('symmetry-expanded');
});

describe('a pose a class', () => {
  const separate = {
    ...blob,
    'alignments_class_0/pose': f4(0.1, 0, 0, 0.2, 0, 0),
    'alignments_class_0/class_posterior': f4(0.9, 0.2),
    'alignments_class_3/pose': f4(0, 0.3, 0, 0, 0.4, 0),
    'alignments_class_3/shift': f4(4, 0, 0, 2),
    'alignments_class_0/shift': f4(1, 1, 1, 1),
    'alignments_class_3/class_posterior': f4(0.1, 0.8),
  };
  const multi = {
    ...blob,
    'alignments3D_multi/pose': f4(0.1, 0, 0, 0, 0.3, 0, 0.2, 0, 0, 0, 0.4, 0),
    'alignments3D_multi/shift': f4(1, 1, 4, 0, 1, 1, 0, 2),
    'alignments3D_multi/class': { type: '<u4', values: [0, 3, 0, 3] },
    'alignments3D_multi/class_posterior': f4(0.9, 0.1, 0.2, 0.8),
  };
  const single = (pose: number[], shift: number[]) =>
    csPoses(fieldsOf({ ...blob, 'alignments3D/pose': f4(...pose), 'alignments3D/shift': f4(...shift) }), scale);

  it.each([
    ['alignments_class_N', separate],
    ['alignments3D_multi', multi],
  ])('of %s: one class, or the most probable', (_, fields) => {
    const taken = fieldsOf(fields);
    expect(csPoses(taken, scale)).toBeNull();
    expect(csPoses(taken, scale, 0)).toEqual(single([0.1, 0, 0, 0.2, 0, 0], [1, 1, 1, 1]));
    expect(csPoses(taken, scale, 3)).toEqual(single([0, 0.3, 0, 0, 0.4, 0], [4, 0, 0, 2]));
    expect(csPoses(taken, scale, 'best')).toEqual(single([0.1, 0, 0, 0, 0.4, 0], [1, 1, 0, 2]));
    expect(refusal(() => csPoses(taken, scale, 1)).detail.expected).toContain('0, 3');
  });

  it.each([
    ['alignments_class_N', { ...separate, 'alignments_class_0/pose': f4(0.1, NaN, 0, 0.2, 0, 0) }],
    ['alignments3D_multi', { ...multi, 'alignments3D_multi/pose': f4(0.1, NaN, 0, 0, 0.3, 0, 0.2, 0, 0, 0, 0.4, 0) }],
  ])('of %s: a class that is not taken may hold anything', (_, fields) => {
    expect(csPoses(fieldsOf(fields), scale, 3)?.rotations.every(Number.isFinite)).toBe(true);
    expect(refusal(() => csPoses(fieldsOf(fields), scale, 0)).detail.row).toBe(1);
    expect(refusal(() => csPoses(fieldsOf(fields), scale, 'best')).detail.row).toBe(1);
  });

  it('is asked on the screen and refused with the option on a command line', async () => {
    const open = await look(separate);
    const [question] = open.questions;
    expect(question).toMatchObject({ kind: 'reading', about: 'which-class' });
    expect(open.warnings.map(({ code }) => code)).toContain('alignments-of-classes');
    expect(refusalOf(open.questions)?.detail.advice).toContain('--class best');
    const answers = question.kind === 'reading' ? question.readings.map(({ answer }) => answer.poseClass) : [];
    expect(answers).toEqual(['best', 0, 3]);
    const { set, questions } = await look(separate, { poseClass: 'best' });
    expect([questions, set?.poses?.rotations.length]).toEqual([[], 18]);
  });

  it('without posterior offers no most probable one', async () => {
    const plain = without(
      without(separate, 'alignments_class_0/class_posterior'),
      'alignments_class_3/class_posterior',
    );
    const [question] = (await look(plain)).questions;
    expect(question.kind === 'reading' && question.readings.map(({ option }) => option)).toEqual([
      '--class 0',
      '--class 3',
    ]);
    expect(refusal(() => csPoses(fieldsOf(plain), scale, 'best')).detail.found).toBe('best');
  });

  it('a single pose goes before, and no class can be said', () => {
    const both = { ...separate, 'alignments3D/pose': f4(0, 0, 0, 0, 0, 0) };
    expect(csPoses(fieldsOf(both), scale)?.rotations[0]).toBe(1);
    expect(refusal(() => csPoses(fieldsOf(both), scale, 0)).code).toBe('usage');
    expect(csPoses(fieldsOf({ ...blob, 'alignments2D/pose': f4(1, 2) }), scale)).toBeNull();
  });
});
