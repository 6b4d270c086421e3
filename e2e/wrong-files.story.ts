// Files that are wrong, each made from bytes here: what the screen says of them, and that the page goes on.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeCtfPickle, writePosePickle } from '../src/formats/cryodrgn-pickles.ts';
import { writeMrcStack } from '../src/formats/mrc-write.ts';
import { studioOfStory } from './story.ts';
import type { DroppedBytes } from './studio.ts';

const COUNT = 24;
const BOX = 16;

const pixels = (count: number, box: number) =>
  Float32Array.from({ length: count * box * box }, (_, i) => Math.sin(i) + (i % 7));
const stack = ({ count = COUNT, box = BOX, pixelSizeAngstrom = 2.5, values = pixels(count, box) } = {}) =>
  writeMrcStack({ count, boxPixels: box, pixelSizeAngstrom }, values);
function poses(count = COUNT): Uint8Array {
  const rotations = Float32Array.from({ length: 9 * count }, (_, i) =>
    i % 9 === 0 || i % 9 === 4 || i % 9 === 8 ? 1 : 0,
  );
  return writePosePickle({ rotations, translations: new Float32Array(2 * count) });
}
const ctf = (pixelSizeAngstrom = 2.5) =>
  writeCtfPickle(
    Float32Array.from(
      { length: 9 * COUNT },
      (_, i) => [BOX, pixelSizeAngstrom, 1e4 + i, 9e3, 30, 300, 2.7, 0.1, 0][i % 9],
    ),
  );
function changed(bytes: Uint8Array, change: (view: DataView, bytes: Uint8Array) => void): Uint8Array {
  change(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes);
  return bytes;
}
const text = (value: string) => new TextEncoder().encode(value);
const star = (names: string[]) =>
  text(
    ['data_', '', 'loop_', '_rlnImageName #1', '_rlnAngleRot #2', '_rlnAngleTilt #3', '_rlnAnglePsi #4']
      .concat(names.map((name) => `${name} 10 20 30`))
      .join('\n') + '\n',
  );

interface Wrong {
  what: string;
  files: DroppedBytes[];
  code: string;
  /** What the card must name: the file, and row, field or number where there is one. */
  names: (string | RegExp)[];
}

const REFUSED: Wrong[] = [
  {
    what: 'a truncated stack',
    files: [{ name: 'cut.mrcs', bytes: stack().subarray(0, 1024 + 5.5 * 4 * BOX * BOX) }],
    code: 'file-truncated',
    names: ['cut.mrcs', /Row\s*6/],
  },
  {
    what: 'a PNG',
    files: [{ name: 'photo.png', bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0) }],
    code: 'file-kind-unknown',
    names: ['photo.png', 'PNG'],
  },
  {
    what: 'an empty file',
    files: [{ name: 'nothing.mrcs', bytes: new Uint8Array(0) }],
    code: 'file-empty',
    names: ['nothing.mrcs'],
  },
  {
    what: 'a mode that is not supported',
    files: [{ name: 'complex.mrcs', bytes: changed(stack(), (view) => view.setInt32(12, 4, true)) }],
    code: 'mrc-mode',
    names: ['complex.mrcs', /Field\s*mode/, /Found\s*4/],
  },
  {
    what: 'images that are not square',
    files: [{ name: 'oblong.mrcs', bytes: changed(stack(), (view) => view.setInt32(4, 8, true)) }],
    code: 'box-not-square',
    names: ['oblong.mrcs', '8'],
  },
  {
    what: 'a STAR naming images that are not there',
    files: [
      { name: 'here.mrcs', bytes: stack() },
      { name: 'refined.star', bytes: star(['1@here.mrcs', '2@here.mrcs', '1@elsewhere.mrcs']) },
    ],
    code: 'star-image-missing',
    names: ['refined.star', /Row\s*3/, 'elsewhere.mrcs'],
  },
  {
    what: 'a pickle that would run a program',
    files: [
      { name: 'particles.mrcs', bytes: stack() },
      { name: 'pose.pkl', bytes: text("cos\nsystem\n(S'true'\ntR.") },
    ],
    code: 'pickle-forbidden',
    names: ['pose.pkl', /Field\s*os\.system/],
  },
];

describe('Wrong files', () => {
  const studio = studioOfStory();
  const draft = () => studio.get().ask(({ draft: current }) => current());
  const byId = (testId: string) => studio.get().byId(testId);
  const discard = async () => {
    await byId('discard-draft').click();
    await byId('draft').waitFor({ state: 'detached' });
  };
  const card = (testId: string, code: string) =>
    studio.get().page.locator(`[data-testid="${testId}"][data-code="${code}"]`);
  const good = { poses: { name: 'pose.pkl', bytes: poses() }, ctf: { name: 'ctf.pkl', bytes: ctf() } };

  // What a failed step left standing is not the next one's.
  beforeEach(async () => {
    if (await draft()) await discard();
  });

  it.each(REFUSED)('$what: refused by name', async ({ files, code, names }) => {
    await studio.get().drop(files);
    await card('file-error', code).waitFor();
    const shown = await card('file-error', code).innerText();
    for (const name of names) expect(shown).toMatch(name);
    expect(await studio.get().ask(({ errors }) => errors())).toContain(code);
    expect(await byId('accept').isDisabled()).toBe(true);
    await discard();
  });

  it('fewer poses than images: refused, and the right ones join the same drop', async () => {
    await studio
      .get()
      .drop([{ name: 'particles.mrcs', bytes: stack() }, { name: 'pose.pkl', bytes: poses(COUNT - 3) }, good.ctf]);
    const shown = await card('file-error', 'count-mismatch').innerText();
    for (const part of ['pose.pkl', /Row\s*22/, '24', /Found\s*21/]) expect(shown).toMatch(part);
    expect(await byId('draft-missing').innerText()).toContain('poses');
    expect(await byId('drop-zone').innerText()).toContain('Drop what is missing');
    expect(await byId('accept').isDisabled()).toBe(true);
    await studio.get().drop([good.poses]);
    await studio.get().until('the drop complete', ({ draft: current }) => current()?.hasPoses);
    expect(await draft()).toMatchObject({ missing: [], questions: [], particles: COUNT });
    expect(await byId('drop-zone').innerText()).toContain('Drop more files of this set');
    expect((await studio.get().accept()).particles).toBe(COUNT);
  });

  it('no MAP stamp: taken, with a warning', async () => {
    const old = changed(stack({ values: pixels(COUNT, BOX).map((v) => v * 2) }), (_, bytes) => bytes.fill(0, 208, 216));
    await studio.get().drop([{ name: 'old.mrcs', bytes: old }, good.poses, good.ctf]);
    expect(await card('draft-warning', 'mrc-no-map-stamp').innerText()).toContain('old.mrcs');
    const dataset = await studio.get().accept();
    expect(dataset.warnings.map(({ code }) => code)).toContain('mrc-no-map-stamp');
    await card('dataset-warning', 'mrc-no-map-stamp').waitFor();
  });

  it('no CTF: taken, with a warning', async () => {
    await studio.get().drop([{ name: 'bare.mrcs', bytes: stack() }, good.poses]);
    await card('draft-warning', 'ctf-missing').waitFor();
    expect(await studio.get().accept()).toMatchObject({ name: 'bare', hasCtf: false });
  });

  it('a pixel size of 1.0: asked, then taken', async () => {
    await studio.get().drop([{ name: 'unset.mrcs', bytes: stack({ pixelSizeAngstrom: 1 }) }, good.poses]);
    await byId('question-pixel-size').waitFor();
    expect(await byId('accept').isDisabled()).toBe(true);
    await byId('pixel-size').fill('1.37');
    await byId('pixel-size').press('Enter');
    await byId('pixel-size-answer').click();
    await byId('question-pixel-size').waitFor({ state: 'detached' });
    expect((await studio.get().accept()).pixelSizeAngstrom).toBeCloseTo(1.37, 6);
  });

  it('pixels that are not numbers: counted, named, left out', async () => {
    const values = pixels(COUNT, BOX);
    values[3 * BOX * BOX + 5] = NaN;
    values[17 * BOX * BOX] = Infinity;
    await studio.get().drop([{ name: 'broken.mrcs', bytes: stack({ values }) }, good.poses, good.ctf]);
    const asked = await byId('question-bad-pixels').innerText();
    for (const part of [/2 images/, /\b4, 18\b/]) expect(asked).toMatch(part);
    expect(await byId('accept').isDisabled()).toBe(true);
    await byId('leave-out-bad-rows').click();
    await byId('question-bad-pixels').waitFor({ state: 'detached' });
    expect((await draft())?.particles).toBe(COUNT - 2);
    expect(await card('draft-warning', 'bad-pixels-left-out').innerText()).toMatch(/4, 18/);
    expect(await studio.get().accept()).toMatchObject({ particles: COUNT - 2 });
    await studio.get().page.locator('[data-testid="gallery-canvas"][data-loaded="true"]').waitFor();
  });

  it('after all that a folder is taken: a STAR naming several stacks in it; and nothing broke on the page', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vitrine-job-'));
    mkdirSync(join(folder, 'Extract'));
    for (const name of ['a', 'b']) writeFileSync(join(folder, `Extract/${name}.mrcs`), stack({ count: 3 }));
    const names = ['3@Extract/b.mrcs', '1@Extract/a.mrcs', '2@Extract/a.mrcs', '1@Extract/b.mrcs'];
    writeFileSync(join(folder, 'run_data.star'), star(names));
    await studio.get().drag([folder]);
    rmSync(folder, { recursive: true });
    expect(await draft()).toMatchObject({ particles: 4, hasPoses: true, pixelSizeAngstrom: 2.5, missing: [] });
    expect((await draft())?.files.map(({ role, used }) => [role, used]).sort()).toEqual([
      ['stack', true],
      ['stack', true],
      ['star', true],
    ]);
    await discard();
    await studio.get().drop([{ name: 'good.mrcs', bytes: stack({ pixelSizeAngstrom: 3 }) }, good.poses]);
    expect(await studio.get().accept()).toMatchObject({ name: 'good', particles: COUNT, pixelSizeAngstrom: 3 });
    expect(studio.get().errors).toEqual([]);
    expect(await studio.get().ask(({ errors }) => errors())).toEqual([]);
  });
});
