// Lists go out and come back: from each source of particles, each kind of list, read again in the page (as a selection, and
// dropped with the stack) and on the command line. In each cell: the same particles by image and rotation, the same text
// where rows are kept, or a refusal with a type.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { understand } from '../src/formats/assemble.ts';
import { writeIndexPickle } from '../src/formats/cryodrgn-pickles.ts';
import { VitrineError } from '../src/base/errors.ts';
import { openFileBlob } from '../src/formats/node/file-blob.ts';
import type { ParticleSet } from '../src/formats/particles.ts';
import type { SelectionFormat } from '../src/formats/lists/selection-files.ts';
import { exportSelection, importSelection } from '../src/jobs/export.ts';
import { openKeptSet } from '../src/jobs/kept-set.ts';
import { DatasetLibrary } from '../src/library/datasets.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import {
  BOX,
  csParticles,
  csPassthrough,
  ctfPickle,
  meanOfImage,
  posePickle,
  rotationOfRow,
  stackOf,
  starOf,
} from '../testing/particle-files.ts';
import type { Console } from './console.ts';
import { stackNamesFor } from './disk-paths.ts';
import { openParticles } from './files.ts';
import type { ParticleOptions } from './particle-options.ts';

const root = mkdtempSync(join(tmpdir(), 'vitrine-lists-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const quiet: Console = {
  signal: new AbortController().signal,
  ...{ progress: () => {}, say: () => {}, warn: () => {}, result: () => {} },
};

/** The image of each row of the original table or stack. */
const IMAGES = [4, 0, 7, 2, 5, 1, 6, 3];
const COPIES = [4, 0, 4, 2, 0, 4, 2, 1];

interface Source {
  name: string;
  table: 'star' | 'cs' | null;
  /** The file of particles and the options that go with it. */
  particles: string;
  options: ParticleOptions;
  /** Files that are dropped in the page, the options' among them. */
  dropped: string[];
  write(folder: string, images: number[], bad: number[]): void;
}

const identity = (count: number) => Array.from({ length: count }, (_, i) => i);
const put = (folder: string, name: string, content: Uint8Array | string) => writeFileSync(join(folder, name), content);

const stars = (['3.0', '3.1', '5'] as const).map((version): Source => ({
  ...{ name: `STAR ${version}`, table: 'star', particles: 'a.star', options: {} },
  dropped: ['a.star', 'stack.mrcs'],
  write(folder, images, bad) {
    put(folder, 'a.star', starOf(version, images));
    put(folder, 'stack.mrcs', stackOf(identity(8), bad));
  },
}));

const SOURCES: Source[] = [
  ...stars,
  {
    ...{ name: '.cs with passthrough', table: 'cs', particles: 'a.cs' },
    options: { passthrough: ['a_passthrough.cs'] },
    dropped: ['a.cs', 'a_passthrough.cs', 'stack.mrcs'],
    write(folder, images, bad) {
      put(folder, 'a.cs', csParticles(images));
      put(folder, 'a_passthrough.cs', csPassthrough(images.length));
      put(folder, 'stack.mrcs', stackOf(identity(8), bad));
    },
  },
  {
    ...{ name: 'stack with pickles', table: null, particles: 'stack.mrcs' },
    options: { poses: 'pose.pkl', ctf: 'ctf.pkl' },
    dropped: ['stack.mrcs', 'pose.pkl', 'ctf.pkl'],
    write(folder, images, bad) {
      put(folder, 'stack.mrcs', stackOf(images, bad));
      put(folder, 'pose.pkl', posePickle(images.length));
      put(folder, 'ctf.pkl', ctfPickle(images.length));
    },
  },
];

interface Variation {
  name: string;
  images: number[];
  /** Index list into the rows. */
  list: number[] | null;
  /** Places in the stack. */
  bad: number[];
}

const VARIATIONS: Variation[] = [
  { name: 'whole', images: IMAGES, list: null, bad: [] },
  { name: 'filtered once', images: IMAGES, list: [6, 1, 4, 3, 7], bad: [] },
  // Rows of a table, or images of a stack, that was cut before.
  { name: 'filtered twice', images: [6, 1, 4, 3, 7], list: [3, 0, 4], bad: [] },
  { name: 'with copies by symmetry', images: COPIES, list: null, bad: [] },
  { name: 'copies, filtered', images: COPIES, list: [5, 2, 4], bad: [] },
  { name: 'images left out', images: IMAGES, list: null, bad: [2, 5] },
  { name: 'filtered, images left out', images: IMAGES, list: [6, 3, 1, 7, 2], bad: [2, 5] },
];

const FORMATS: SelectionFormat[] = ['star', 'cs', 'ind.pkl', 'csv'];

interface Particle {
  mean: number;
  rotation: number[];
}

async function particlesOf(set: ParticleSet): Promise<Particle[]> {
  const pixels = await set.images.read(identity(set.count));
  return identity(set.count).map((i) => ({
    mean: pixels[i * BOX * BOX],
    rotation: Array.from(set.poses?.rotations.subarray(9 * i, 9 * i + 9) ?? []),
  }));
}

function expectParticles(found: Particle[], wanted: Particle[]): void {
  expect(found.map(({ mean }) => mean)).toEqual(wanted.map(({ mean }) => mean));
  found.forEach(({ rotation }, i) =>
    rotation.forEach((value, k) => expect(value).toBeCloseTo(wanted[i].rotation[k], 4)),
  );
  expect(found.every(({ rotation }) => rotation.length === 9)).toBe(true);
}

const blobs = (folder: string, names: string[]) =>
  names.map((path) => ({ path, blob: openFileBlob(join(folder, path)) }));

/** As dropped in the page; questions are not answered. Throws what a file is refused with. */
async function drop(folder: string, names: string[], leaveOutBadRows: boolean): Promise<ParticleSet> {
  const { set, files, questions } = await understand(blobs(folder, names), {
    answers: { ...(leaveOutBadRows && { leaveOutBadRows }) },
  });
  const failed = files.find(({ error }) => error)?.error;
  if (failed) throw VitrineError.fromData(failed);
  if (questions.length > 0 || !set) throw new VitrineError('ambiguous', questions.map(({ kind }) => kind).join());
  return set;
}

const whole = (folder: string, options: ParticleOptions): ParticleOptions => ({
  ...options,
  ...(options.poses && { poses: join(folder, options.poses) }),
  ...(options.ctf && { ctf: join(folder, options.ctf) }),
  ...(options.ind && { ind: join(folder, options.ind) }),
  ...(options.passthrough && { passthrough: options.passthrough.map((name) => join(folder, name)) }),
});

const typed = expect.objectContaining({ name: 'VitrineError', code: expect.any(String) as string }) as Error;

let sets = 0;

describe.each(SOURCES)('$name', (source) => {
  describe.each(VARIATIONS)('$name', (variation) => {
    const { images, list, bad } = variation;
    const folder = join(root, String(sets++), 'data');
    mkdirSync(folder, { recursive: true });
    source.write(folder, images, bad);
    if (list) put(folder, 'ind.pkl', writeIndexPickle(Uint32Array.from(list)));
    const leaveOutBad = bad.length > 0;
    const options: ParticleOptions = {
      ...source.options,
      ...(list && { ind: 'ind.pkl' }),
      ...(leaveOutBad && { leaveOutBad }),
    };
    const dropped = [...source.dropped, ...(list ? ['ind.pkl'] : [])];
    // Rows of the original that the set has; a place in the stack is what its image is worth, but where it came bare.
    const isBad = (row: number) => bad.includes(source.table === null ? row : images[row]);
    const rows = (list ?? identity(images.length)).filter((row) => !isBad(row));
    const wantedOf = (row: number): Particle => ({
      mean: meanOfImage(images[row]),
      rotation: Array.from(rotationOfRow(row)),
    });
    const picks = [rows.length - 1, 0, 1];
    const wanted = picks.map((pick) => wantedOf(rows[pick]));
    const inOrder = [...picks].sort((a, b) => a - b);

    const opened = {
      page: () => drop(folder, dropped, leaveOutBad),
      command: () => openParticles(join(folder, source.particles), whole(folder, options), quiet),
    };

    async function kept(set: ParticleSet): Promise<ParticleSet> {
      const library = new DatasetLibrary(new MemoryStorage());
      const extras = {
        pixelSizeAngstrom: set.pixelSizeAngstrom ?? NaN,
        isDemo: false,
        looksWhite: null,
        fingerprint: '',
      };
      const dataset = await library.load((await library.keep(set, extras)).id);
      if (!dataset) throw new Error('not kept');
      return openKeptSet(library, dataset);
    }

    test('the set is what its files say, in the page and on the command line', async () => {
      for (const open of Object.values(opened)) {
        const set = await open();
        expect(Array.from(set.originalIndex)).toEqual(rows);
        expectParticles(await particlesOf(set), rows.map(wantedOf));
      }
    });

    describe.each(FORMATS)('%s', (format) => {
      const cannot = format === 'cs' && source.table !== 'cs';
      test.each(['page', 'command'] as const)(
        `written by the %s, read as a selection, dropped and opened`,
        async (by) => {
          const set = await kept(await opened[by]());
          const out = join(folder, '..', by, `out-${format.replace('ind.', '')}.${format}`);
          mkdirSync(dirname(out), { recursive: true });
          const write = () => exportSelection(set, Uint32Array.from(picks), format, [], stackNamesFor(out));
          if (cannot) {
            expect(write).toThrowError(typed);
            return;
          }
          writeFileSync(out, write());
          const name = `../${by}/${out.split('/').at(-1)}`;

          const selected = await importSelection(set, blobs(folder, [name])[0]);
          expect([...selected.rows]).toEqual(inOrder);
          expect(selected.notices).toEqual([]);

          if (format === 'star' || format === 'cs') {
            if (source.table === format)
              expectText(
                readFileSync(join(folder, source.particles)),
                readFileSync(out),
                picks.map((pick) => rows[pick]),
              );
            const others = format === 'cs' ? ['a_passthrough.cs'] : [];
            expectParticles(
              await particlesOf(await drop(folder, [name, ...others, 'stack.mrcs'], leaveOutBad)),
              wanted,
            );
            const again = await openParticles(
              out,
              {
                datadir: folder,
                ...(leaveOutBad && { leaveOutBad }),
                ...(others.length > 0 && { passthrough: others.map((other) => join(folder, other)) }),
              },
              quiet,
            );
            expectParticles(await particlesOf(again), wanted);
          } else if (format === 'ind.pkl') {
            const others = source.dropped.concat(name);
            expectParticles(await particlesOf(await drop(folder, others, leaveOutBad)), wanted);
            const again = await openParticles(
              join(folder, source.particles),
              { ...whole(folder, { ...options, ind: undefined }), ind: out },
              quiet,
            );
            expect(Array.from(again.originalIndex)).toEqual(picks.map((pick) => rows[pick]));
            expectParticles(await particlesOf(again), wanted);
          } else {
            // A table of some particles is no list for training: refused, never taken for one.
            const open = openParticles(join(folder, source.particles), { ...whole(folder, options), ind: out }, quiet);
            await expect(open).rejects.toThrowError(typed);
          }
        },
      );
    });
  });
});

/** Every row kept is there as it was written. */
function expectText(source: Uint8Array, written: Uint8Array, rows: number[]): void {
  if (source[0] === 0x93) {
    const record = (source.length - headOf(source)) / rowsIn(source);
    const [from, to] = [headOf(source), headOf(written)];
    rows.forEach((row, i) =>
      expect(written.subarray(to + i * record, to + (i + 1) * record)).toEqual(
        source.subarray(from + row * record, from + (row + 1) * record),
      ),
    );
    return;
  }
  const lines = (bytes: Uint8Array) =>
    new TextDecoder()
      .decode(bytes)
      .split('\n')
      .filter((line) => line.includes('@'));
  const before = lines(source);
  expect(lines(written)).toEqual(rows.map((row) => before[row]));
}

const headOf = (bytes: Uint8Array) => 10 + bytes[8] + 256 * bytes[9];
const rowsIn = (bytes: Uint8Array) =>
  Number(/'shape': \((\d+),/.exec(new TextDecoder('latin1').decode(bytes.subarray(0, headOf(bytes))))?.[1]);
