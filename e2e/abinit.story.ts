// Particles without poses: both poses and structure are found, watched while they are, mirrored and handed on.
import { describe, expect, it } from 'vitest';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';
import { simulatedFiles, starRows, studioOfStory } from './story.ts';

const COUNT = 240;
const BOX = 24;
const EPOCHS = 3;

describe('Particles without poses, from a stack to poses for other programs', () => {
  const studio = studioOfStory();
  const byId = (testId: string) => studio.get().byId(testId);

  it('takes a stack with its CTF alone', async () => {
    await studio.get().drop(await simulatedFiles(COUNT, BOX, 1));
    const draft = await studio.get().ask(({ draft: current }) => current());
    expect(draft).toMatchObject({ particles: COUNT, hasPoses: false, hasCtf: true, questions: [], missing: [] });
    expect(await studio.get().accept()).toMatchObject({ particles: COUNT, hasPoses: false, hasCtf: true });
  });

  it('offers to find poses, and nothing else', async () => {
    await studio.get().go('learn');
    await byId('group-search').waitFor();
    expect(await byId('method-known-poses').isDisabled()).toBe(true);
    expect(await byId('method-text').innerText()).toContain('without poses');
    expect(await byId('structures-one').getAttribute('data-state')).toBe('on');
    expect(await byId('start').innerText()).toContain('Find poses and structure');
    expect(await byId('few-images-hint').count()).toBe(0);
    expect(await byId('no-ctf-hint').count()).toBe(0);
  });

  it('looks for them: directions and a map before the first epoch is done', async () => {
    await studio.get().chooseSmallRun(EPOCHS);
    await byId('all-settings').click();
    await byId('param-baseGridDegrees').click();
    await byId('param-baseGridDegrees-30').click();
    await studio.get().enter('param-searchEvery', 2);
    await studio.get().enter('param-searchLevels', 2);
    await studio.get().enter('param-shiftExtent', 2);
    await studio.get().enter('param-shiftGrid', 5);
    await byId('start').click();
    const directions = await studio
      .get()
      .until('a report of the start', ({ run }) => run()?.poseReports?.at(-1)?.directions, {
        seconds: 120,
        failOn: ({ errors }) => errors().join(', '),
      });
    expect(directions).toHaveLength(192);
    // Its first steps take some of the images at a time.
    expect(directions.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    await byId('direction-map').waitFor();
    const said = await byId('direction-map').locator('canvas').getAttribute('aria-label');
    expect(said).toMatch(/most seen of 192 directions holds [\d.]+ %/);
    await studio.get().until('a map', ({ live }) => live().hasMap, { seconds: 120 });
    expect(await byId('live-landscape').count()).toBe(0);
  });

  it('finishes with the poses of its start on record, which so short a training does not search anew', async () => {
    await studio.get().finished();
    const run = await studio.get().ask(({ run: current }) => current());
    expect(run?.params).toMatchObject({ method: 'ab-initio', zDim: 0 });
    expect(run?.history).toHaveLength(EPOCHS);
    const stages = run?.poseReports?.map(({ stage }) => stage) ?? [];
    expect(stages.at(-1)).toBe('refine');
    expect(run?.poseReports?.at(-1)?.classes.reduce((sum, count) => sum + count, 0)).toBe(COUNT);
    await byId('direction-map')
      .and(studio.get().page.locator(`[data-total="${COUNT}"]`))
      .waitFor();
    await byId('pose-moves').waitFor();
    await studio.get().until('the last map', ({ live }) => live().epoch === 3 && live().hasMap);
  });

  it('shows the one map, and where it was seen from, on Explore', async () => {
    await byId('go-explore').click();
    const map = await studio.get().until('the whole map', ({ explore }) => {
      const { a, decoding } = explore();
      return !decoding && a && !a.preview && a;
    });
    expect(map).toMatchObject({ boxPixels: BOX, z: [] });
    expect(map.triangles).toBeGreaterThan(50);
    await byId('explore-directions').waitFor();
  });

  it('writes the poses, mirrors them with the map, and back', async () => {
    const first = await rotations();
    expect(first).toHaveLength(9 * COUNT);
    await flip(true);
    await byId('mirrored').waitFor();
    expect(await rotations()).not.toEqual(first);
    await flip(false);
    await byId('mirrored').waitFor({ state: 'detached' });
    const back = await rotations();
    const difference = Math.max(...back.map((value, i) => Math.abs(value - first[i])));
    // Mirroring changes signs; what may differ is rounding where rotations are kept in another form.
    expect(difference).toBeLessThan(1e-5);
  });

  it('writes a STAR of all particles, and says why there is no .cs', async () => {
    await studio.get().go('export');
    const { name, bytes } = await studio.get().download('export-poses-star');
    expect(name).toMatch(/\.star$/);
    const text = bytes.toString('utf8');
    for (const column of ['_rlnAngleRot', '_rlnAngleTilt', '_rlnAnglePsi', '_rlnOriginXAngst'])
      expect(text).toContain(column);
    expect(starRows(text)).toHaveLength(COUNT);
    expect(await byId('export-poses-cs').isDisabled()).toBe(true);
    expect(await byId('export-poses').innerText()).toContain('without a .cs file');
  });

  it('did all this without an error', async () => {
    expect(studio.get().errors).toEqual([]);
    expect(studio.get().outsideRequests).toEqual([]);
    expect(await studio.get().ask(({ errors, explore }) => [...errors(), ...explore().errors])).toEqual([]);
  });

  /** Of the pose.pkl that Export writes. */
  async function rotations(): Promise<number[]> {
    await studio.get().go('export');
    const { name, bytes } = await studio.get().download('export-poses-pkl');
    const read = readCryodrgnPickle(new Uint8Array(bytes), name);
    if (read.kind !== 'poses') throw new Error(`${name} holds ${read.kind}`);
    expect(read.count).toBe(COUNT);
    return [...read.poses.rotations];
  }

  async function flip(mirrored: boolean): Promise<void> {
    await studio.get().go('learn');
    await byId('flip-hand').click();
    if (mirrored) await studio.get().until('the other hand', ({ run }) => run()?.mirrored);
    else await studio.get().until('the hand as it was', ({ run }) => run() && !run()?.mirrored);
  }
});
