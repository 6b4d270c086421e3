// Every way a file can be wrong, built from bytes here: what is thrown or asked names the file, the row and what to do.
import { describe, expect, it } from 'vitest';
import { understand } from '../assemble.ts';
import { detectKind } from '../detect.ts';
import { writeCtfPickle, writePosePickle, writeIndexPickle } from '../cryodrgn-pickles.ts';
import { VitrineError } from '../../base/errors.ts';
import { mrcStackHeader, writeMrcStack, writeMrcVolume } from '../mrc-write.ts';
import { openMrcStack } from '../mrc.ts';
import { readMrcVolume } from '../mrc-volume.ts';
import type { NamedBlob } from '../particles.ts';
import { readPickles } from '../pickle.ts';

const named = (path: string, ...parts: (Uint8Array | string)[]): NamedBlob => ({
  path,
  blob: new Blob(parts.map((part) => (typeof part === 'string' ? part : part.slice()))),
});
const ramp = (count: number, d: number) =>
  Float32Array.from({ length: count * d * d }, (_, i) => Math.sin(i) + (i % 7));
const stack = (count: number, d = 8, pixelSizeAngstrom = 2.5) =>
  writeMrcStack({ count, boxPixels: d, pixelSizeAngstrom }, ramp(count, d));
const poses = (count: number) => {
  const rotations = new Float32Array(9 * count);
  for (let i = 0; i < count; i++) [0, 4, 8].forEach((k) => (rotations[9 * i + k] = 1));
  return { rotations, translations: Float32Array.from({ length: 2 * count }, (_, i) => i / 1000) };
};
const ctfRows = (count: number, d = 8, size = 2.5) =>
  Float32Array.from({ length: 9 * count }, (_, i) => [d, size, 1e4 + i, 9e3, 30, 300, 2.7, 0.1, 0][i % 9]);
const failure = async (promise: Promise<unknown>): Promise<VitrineError> => {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VitrineError);
  return error as VitrineError;
};
const star = (rows: string[], columns = ['ImageName', 'AngleRot', 'AngleTilt', 'AnglePsi']) =>
  ['data_', '', 'loop_', ...columns.map((c, i) => `_rln${c} #${i + 1}`), ...rows, ''].join('\n');

describe('stacks', () => {
  it('truncated: says how many whole images there are', async () => {
    const bytes = stack(5).subarray(0, 1024 + 3 * 256 + 100);
    const { code, detail } = await failure(openMrcStack(named('a.mrcs', bytes)));
    expect([code, detail.file, detail.row]).toEqual(['file-truncated', 'a.mrcs', 4]);
    expect((await failure(openMrcStack(named('b.mrcs', bytes.subarray(0, 500))))).code).toBe('file-truncated');
  });

  it('no MAP stamp: read, with a notice', async () => {
    const bytes = stack(3);
    bytes.fill(0, 208, 216);
    const { reader, notices } = await openMrcStack(named('a.mrcs', bytes));
    expect(notices.map(({ code }) => code)).toEqual(['mrc-no-map-stamp']);
    expect(await reader.read([1])).toEqual(ramp(3, 8).slice(64, 128));
  });

  it('byte-swapped: read the same', async () => {
    const bytes = stack(3);
    for (let at = 0; at < bytes.length; at += 4)
      if (at < 208 || at >= 1024 || at === 216) bytes.subarray(at, at + 4).reverse();
    bytes.set([0x11, 0x11, 0, 0], 212);
    const { reader, notices } = await openMrcStack(named('a.mrcs', bytes));
    expect(notices.map(({ code }) => code)).toEqual(['mrc-byte-swapped']);
    expect(reader.pixelSizeAngstrom).toBe(2.5);
    expect(await reader.read([2, 0])).toEqual(Float32Array.of(...ramp(3, 8).slice(128), ...ramp(3, 8).slice(0, 64)));
  });

  it.each([
    [0, 1, (v: DataView, at: number) => v.setInt8(at, -5)],
    [1, 2, (v: DataView, at: number) => v.setInt16(at, -5, true)],
    [6, 2, (v: DataView, at: number) => v.setUint16(at, 65531, true)],
    [12, 2, (v: DataView, at: number) => v.setUint16(at, 0xc500, true)],
  ])('mode %d with an extended header', async (mode, bytesPerPixel, put) => {
    const bytes = new Uint8Array(1024 + 100 + 2 * 16 * bytesPerPixel);
    bytes.set(mrcStackHeader({ count: 2, boxPixels: 4, pixelSizeAngstrom: 1.7 }));
    const view = new DataView(bytes.buffer);
    view.setInt32(12, mode, true);
    view.setInt32(92, 100, true);
    put(view, 1124 + 17 * bytesPerPixel);
    const { reader } = await openMrcStack(named('a.mrcs', bytes));
    expect((await reader.read([1]))[1]).toBe(mode === 6 ? 65531 : -5);
  });

  it('mode not supported, not square, nonsense', async () => {
    const broken = (at: number, value: number) => {
      const bytes = stack(2);
      new DataView(bytes.buffer).setInt32(at, value, true);
      return failure(openMrcStack(named('a.mrcs', bytes)));
    };
    expect((await broken(12, 4)).code).toBe('mrc-mode');
    expect((await broken(4, 6)).code).toBe('box-not-square');
    expect((await broken(0, -1)).code).toBe('mrc-header');
  });

  it('an index beyond the end', async () => {
    const { reader } = await openMrcStack(named('a.mrcs', stack(3)));
    expect((await failure(reader.read([2, 3]))).code).toBe('index-out-of-range');
  });

  it('a volume comes back', async () => {
    const values = ramp(8, 8);
    const bytes = writeMrcVolume({ boxPixels: 8, pixelSizeAngstrom: 3.25, values });
    const volume = await readMrcVolume(named('v.mrc', bytes));
    expect(volume.values).toEqual(values);
    expect(volume.pixelSizeAngstrom).toBe(3.25);
    expect(new DataView(bytes.buffer).getInt32(88, true)).toBe(1);
    expect((await understand([named('v.mrc', bytes)])).files[0].role).toBe('volume');
  });
});

describe('strangers', () => {
  it('an empty file, a PNG, something unknown', async () => {
    expect((await failure(detectKind(named('a.mrcs')))).code).toBe('file-empty');
    const png = await failure(detectKind(named('a.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3))));
    expect([png.code, png.message]).toEqual(['file-kind-unknown', 'This is a PNG picture.']);
    expect((await failure(detectKind(named('a.bin', Uint8Array.of(1, 2, 3, 0, 255))))).code).toBe('file-kind-unknown');
    const { files, set, missing } = await understand([named('x.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47))]);
    expect([files[0].error?.code, set, missing.length]).toEqual(['file-kind-unknown', null, 1]);
  });

  it('a pickle with a forbidden global is refused by name', () => {
    for (const text of ["cos\nsystem\n(S'true'\ntR.", 'c__builtin__\neval\n(tR.', 'cbuiltins\ngetattr\n.'])
      expect(() => readPickles(new TextEncoder().encode(text), 'evil.pkl')).toThrowError(
        expect.objectContaining({
          code: 'pickle-forbidden',
          detail: expect.objectContaining({ file: 'evil.pkl' }),
        }) as Error,
      );
    try {
      readPickles(new TextEncoder().encode("cos\nsystem\n(S'true'\ntR."), 'evil.pkl');
    } catch (error) {
      expect((error as VitrineError).detail.field).toBe('os.system');
    }
  });

  it('a pickle that is cut off or nonsense', () => {
    const whole = writePosePickle(poses(4));
    expect(() => readPickles(whole.subarray(0, whole.length - 9), 'p.pkl')).toThrowError(
      expect.objectContaining({ code: 'file-truncated' }) as Error,
    );
    expect(() => readPickles(Uint8Array.of(0x80, 4, 0xff, 0xff), 'p.pkl')).toThrowError(
      expect.objectContaining({ code: 'pickle-syntax' }) as Error,
    );
  });
});

describe('drops that do not fit together', () => {
  it('STAR naming images that are not there', async () => {
    const table = named('job/run_data.star', star(['1@a/x.mrcs 0 0 0', '1@b/y.mrcs 0 0 0']));
    const { files, set, questions } = await understand([table, named('job/a/x.mrcs', stack(1))]);
    expect(set).toBeNull();
    expect(files[0].error).toMatchObject({ code: 'star-image-missing', row: 2, expected: 'b/y.mrcs' });
    expect(questions).toEqual([]);
  });

  it('STAR with a row too short', async () => {
    const { files } = await understand([named('a.star', star(['1@x.mrcs 0 0 0', '2@x.mrcs 0 0']))]);
    expect(files[0].error).toMatchObject({ code: 'star-syntax', row: 9 });
  });

  it('images of many stacks in a dropped folder', async () => {
    const rows = ['2@Extract/b.mrcs 10 20 30', '1@Extract/a.mrcs 0 0 0', '3@Extract/b.mrcs 0 0 0'];
    const files = [named('d/x.star', star(rows)), named('d/e/a.mrcs', stack(2)), named('d/e/b.mrcs', stack(3))];
    const { set, warnings } = await understand(files);
    expect([set?.count, set?.pixelSizeAngstrom]).toEqual([3, 2.5]);
    const one = ramp(3, 8);
    expect(await set?.images.read([0, 2])).toEqual(one.slice(64));
    expect(await set?.images.read([1])).toEqual(ramp(2, 8).slice(0, 64));
    expect(warnings.map(({ code }) => code)).toContain('ctf-missing');
  });

  it('fewer poses than images', async () => {
    const { files, set, missing } = await understand([
      named('p.mrcs', stack(5)),
      named('poses.pkl', writePosePickle(poses(4))),
      named('c.pkl', writeCtfPickle(ctfRows(5))),
    ]);
    expect(files[1].error).toMatchObject({ code: 'count-mismatch', file: 'poses.pkl', row: 5, found: '4' });
    expect([set?.poses, set?.ctf?.length, missing.length]).toEqual([null, 45, 1]);
  });

  it('pixel size 1.0 is asked for, and the answer is used', async () => {
    const files = [named('p.mrcs', stack(3, 8, 1)), named('poses.pkl', writePosePickle(poses(3)))];
    const asked = await understand(files);
    expect(asked.questions).toMatchObject([{ kind: 'pixel-size', found: 1 }]);
    expect(asked.missing).toEqual(['the pixel size']);
    const answered = await understand(files, { answers: { pixelSizeAngstrom: 1 } });
    expect([answered.set?.pixelSizeAngstrom, answered.questions, answered.missing]).toEqual([1, [], []]);
  });

  it('NaN and infinite pixels are counted, asked about and left out', async () => {
    const images = ramp(6, 8);
    images[64 * 2 + 5] = NaN;
    images[64 * 4] = Infinity;
    const bytes = writeMrcStack({ count: 6, boxPixels: 8, pixelSizeAngstrom: 2 }, images);
    const files = [named('p.mrcs', bytes), named('poses.pkl', writePosePickle(poses(6)))];
    expect((await understand(files)).questions).toEqual([{ kind: 'bad-pixels', rows: [2, 4], count: 2 }]);
    const { set } = await understand(files, { answers: { leaveOutBadRows: true } });
    expect(Array.from(set?.originalIndex ?? [])).toEqual([0, 1, 3, 5]);
    expect(set?.poses?.translations?.[4]).toBeCloseTo(0.006, 6);
  });

  it('an index list selects from the original stack', async () => {
    const files = [
      named('p.mrcs', stack(6)),
      named('poses.pkl', writePosePickle(poses(6))),
      named('c.pkl', writeCtfPickle(ctfRows(3))),
      named('ind.pkl', writeIndexPickle([5, 1, 2])),
    ];
    const { set, selectedOf, warnings } = await understand(files);
    expect([set?.count, selectedOf]).toEqual([3, 6]);
    expect(await set?.images.read([0])).toEqual(ramp(6, 8).slice(320));
    expect(set?.poses?.translations?.[0]).toBeCloseTo(0.01, 6);
    expect(warnings.map(({ code }) => code)).toContain('list-filtered');
  });

  it('a stack filtered before keeps the numbers of the unfiltered one', async () => {
    const files = [
      named('p.mrcs', stack(3)),
      named('poses.pkl', writePosePickle(poses(10))),
      named('ind.pkl', writeIndexPickle([9, 4, 7])),
    ];
    const { set, warnings } = await understand(files);
    expect(Array.from(set?.originalIndex ?? [])).toEqual([9, 4, 7]);
    expect(set?.poses?.translations?.[0]).toBeCloseTo(0.018, 6);
    expect(warnings.map(({ code }) => code)).toContain('stack-filtered');
    const beyond = await understand([named('p.mrcs', stack(4)), files[2]]);
    expect(beyond.files[1].error).toMatchObject({ code: 'index-out-of-range', row: 1, found: '9' });
    const table = named('f.star', star(['9@p.mrcs 0 0 0', '4@p.mrcs 0 0 0', '7@p.mrcs 0 0 0']));
    const filtered = await understand([table, named('p.mrcs', stack(3))]);
    expect(filtered.questions).toMatchObject([{ kind: 'reading', about: 'order-of-images', file: 'f.star' }]);
    const short = await understand([table, named('p.mrcs', stack(4))]);
    expect(short.files[0].error).toMatchObject({ code: 'index-out-of-range', row: 1, found: '9' });
  });

  it('translations of ab initio in pixels, CTF of another box', async () => {
    const inPixels = poses(4);
    inPixels.translations.set([2, -1.5]);
    const { set, warnings } = await understand([
      named('p.mrcs', stack(4)),
      named('pose.pkl', writePosePickle(inPixels)),
      named('ctf.pkl', writeCtfPickle(ctfRows(4, 16, 1.25))),
    ]);
    expect(set?.poses?.translations?.slice(0, 2)).toEqual(Float32Array.of(2 / 8, -1.5 / 8));
    expect([set?.ctf?.[0], set?.ctf?.[1]]).toEqual([8, 2.5]);
    expect(warnings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['translations-in-pixels', 'ctf-rescaled']),
    );
  });

  it('several stacks without a table: asked which', async () => {
    const files = [named('a.mrcs', stack(3)), named('b.mrcs', stack(3))];
    expect(await understand(files)).toMatchObject({
      questions: [{ kind: 'which-stack', candidates: ['a.mrcs', 'b.mrcs'] }],
      missing: [],
    });
    expect((await understand(files, { answers: { stackPath: 'b.mrcs' } })).set?.name).toBe('b');
    const list = await understand([...files, named('l.txt', 'b.mrcs\na.mrcs\n')]);
    expect(list.set?.count).toBe(6);
  });

  it('optics groups that differ in pixel size, and cancelling', async () => {
    const text = [
      'data_particles\nloop_\n_rlnImageName\n_rlnOpticsGroup\n1@p.mrcs 7\n2@p.mrcs 9\n',
      'data_optics\nloop_\n_rlnOpticsGroup\n_rlnImagePixelSize\n9 1.5\n7 1.2\n',
    ].join('\n');
    const files = [named('x.star', text), named('p.mrcs', stack(2, 8, 1.2))];
    const { set, warnings } = await understand(files);
    expect(set?.pixelSizeAngstrom).toBe(1.2);
    expect(Array.from(set?.opticsGroupOf ?? [])).toEqual([1, 0]);
    expect(warnings.map(({ code }) => code)).toContain('pixel-sizes-differ');
    const aborted = AbortSignal.abort();
    expect((await failure(understand(files, { signal: aborted }))).code).toBe('cancelled');
  });
});
