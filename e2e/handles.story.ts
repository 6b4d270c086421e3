// Maps by handle: what the page copies to its workers while the level of a 128³ map moves and a walk of ten maps plays, and
// what the analysis worker keeps. A small network on few particles: the story is about what is sent, not about what is learnt.
import { describe, expect, it } from 'vitest';
import { simulate } from '../src/imaging/simulate.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { studioOfStory } from './story.ts';

const BOX = 128;
const MOVES = 20;
const FRAMES = 10;
const MOST_BYTES = 1e6;

describe('Maps by handle', () => {
  const studio = studioOfStory();
  const kept = () => studio.get().ask(({ mapsKept }) => mapsKept());

  it(`learns a little at ${BOX}³`, async () => {
    const files = new MemoryStorage();
    await writeSimulation(simulate({ count: 48, boxPixels: BOX, pixelSizeAngstrom: 3, states: 2 }), files, '', {});
    const named = async (name: string) => ({ name, bytes: (await files.read(name))! });
    await studio.get().drop([await named('particles.mrcs'), await named('particles.star')]);
    await studio.get().accept();
    await studio.get().go('learn');
    await studio.get().chooseSmallRun(1, 16);
    await studio.get().enter('param-decoderLayers', 1);
    await studio.get().enter('param-boxPixels', BOX);
    await studio.get().byId('start').click();
    await studio.get().finished(60);
    expect((await studio.get().ask(({ run }) => run()))?.boxPixels).toBe(BOX);
  });

  it('copies less than a megabyte while the level moves and a walk plays', async () => {
    await studio.get().byId('go-explore').click();
    await studio.get().until('the whole map', ({ explore }) => {
      const { decoding, a } = explore();
      return !decoding && a && !a.preview && a.boxPixels === 128;
    });
    await studio.get().byId('lower-trajectory').click();
    await studio.get().ask(({ messages }) => void messages());
    await studio.get().byId('decode-trajectory').click();
    await studio.get().until('ten maps', ({ explore }) => explore().trajectory.status === 'done', { seconds: 60 });
    const before = (await studio.get().ask(({ explore }) => explore()))!.a!;
    const slider = studio.get().byId('level-slider');
    const step = Number(await slider.getAttribute('step'));
    for (let move = 1; move <= MOVES; move++) await slider.fill(String(before.level + 2 * move * step));
    const moved = before.level + 2 * MOVES * step;
    await studio.get().byId('play').click();
    const seen = new Set<number>();
    await expect
      .poll(
        async () => {
          seen.add((await studio.get().ask(({ explore }) => explore())).trajectory.frame);
          return seen.size;
        },
        { timeout: 20_000, interval: 50 },
      )
      .toBe(FRAMES);
    await studio.get().byId('play').click();
    const { a } = await studio.get().ask(({ explore }) => explore());
    // The slider stands on whole steps.
    expect(Math.abs(a!.level - moved)).toBeLessThan(step);
    expect(a?.boxPixels).toBe(BOX);
    const { messages, clonedBytes, transferredBytes } = await studio.get().ask(({ messages: sent }) => sent());
    console.log(
      `${MOVES} moves of the level and ${FRAMES} maps at ${BOX}³: ${messages} messages, ` +
        `${clonedBytes.toLocaleString('en')} bytes copied to workers, ${transferredBytes.toLocaleString('en')} moved`,
    );
    expect(messages).toBeGreaterThan(FRAMES);
    expect(clonedBytes).toBeLessThan(MOST_BYTES);
    expect(transferredBytes).toBeLessThan(MOST_BYTES);
  });

  it('shows planes, compares and saves by handle', async () => {
    await studio.get().byId('scrubber').fill('0');
    await studio.get().byId('pin-b').click();
    await studio
      .get()
      .byId('scrubber')
      .fill(String(FRAMES - 1));
    await studio.get().until('an FSC', ({ explore }) => explore().fsc);
    await studio.get().byId('open-look').click();
    await studio.get().byId('slice-z').click();
    await studio.get().page.keyboard.press('Escape');
    const { name, bytes } = await studio.get().download('save-mrc');
    expect(name).toBe('map.mrc');
    expect(bytes.length).toBe(1024 + 4 * BOX ** 3);
    await studio.get().screenshot('handles dark');
    await studio.get().page.emulateMedia({ colorScheme: 'light' });
    await studio.get().screenshot('handles light');
  });

  it('keeps the maps that the screen holds, and no others', async () => {
    const { gallery } = await studio.get().ask(({ explore }) => explore());
    const held = FRAMES + gallery.maps;
    await expect.poll(async () => (await kept()).count).toBe(held);
    expect(await kept()).toMatchObject({ held, bytes: 4 * (FRAMES * BOX ** 3 + gallery.maps * 48 ** 3) });
    expect(studio.get().errors).toEqual([]);
  });
});
