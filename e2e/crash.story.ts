// A browser that dies while a run goes on: opened again, the run is offered, goes on from its last epoch, and ends.
import { describe, expect, it } from 'vitest';
import { Studio } from './studio.ts';
import { studioOfStory } from './story.ts';

const EPOCHS = 4;

describe('Crash and resume', () => {
  const studio = studioOfStory();
  let before: { epoch: number; reconstruction: number }[] = [];

  it('dies in the middle of an epoch', async () => {
    await studio.get().openDemo();
    await studio.get().go('learn');
    await studio.get().chooseSmallRun(EPOCHS, 48);
    await studio.get().byId('start').click();
    await studio
      .get()
      .until(
        'a whole epoch and some',
        ({ run, progress }) => (run()?.epochsDone ?? 0) > 0 && (progress()?.imagesDone ?? 0) > 300,
        {
          seconds: 120,
        },
      );
    before = await studio.get().ask(({ run }) => run()?.history ?? []);
    expect(await studio.get().ask(({ status }) => status())).toBe('running');
    await studio.get().crash();
  });

  it('offers the run when it is opened again', async () => {
    const { profile, url } = studio.get();
    studio.set(await Studio.open({ profile, port: Number(new URL(url).port) }));
    expect(studio.get().url).toBe(url);
    await studio.get().byId('interrupted-run').waitFor();
    const run = await studio.get().ask(({ run: current }) => current());
    expect(run?.status).toBe('interrupted');
    expect(run?.epochsDone).toBeGreaterThanOrEqual(before.length);
    expect(run?.epochsDone).toBeLessThan(EPOCHS);
  });

  it('goes on to the end, with the epochs before the crash', async () => {
    await studio.get().byId('resume-interrupted').click();
    await studio.get().until('the run going on', ({ status }) => status() === 'running' || status() === 'finished');
    await studio.get().finished();
    const run = await studio.get().ask(({ run: current }) => current());
    expect(run?.history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: EPOCHS }, (_, i) => i + 1));
    expect(run?.history.slice(0, before.length)).toEqual(before);
    // What was learnt before is not learnt again: the loss goes on falling from where it stood.
    expect(run?.history[before.length].reconstruction).toBeLessThan(before[before.length - 1].reconstruction);
    await studio.get().byId('interrupted-run').waitFor({ state: 'detached' });
    // An epoch's landscape may be shown while the last one's is on its way.
    const shown = await studio.get().until('landscape and map of the last epoch', ({ live, run }) => {
      const { epoch, hasLandscape, hasMap } = live();
      return epoch === run()?.epochsDone && hasLandscape && hasMap && epoch;
    });
    expect(shown).toBe(EPOCHS);
  });

  it('shows landscape and map, and keeps named selections over a reload', async () => {
    await studio.get().byId('go-explore').click();
    await studio.get().until('the landscape', ({ explore }) => explore().pcaReady);
    await studio.get().ask(({ exploreVerbs }) => exploreVerbs.selectRows([3, 5, 8, 13, 1999]));
    await studio.get().byId('save-selection').click();
    await studio.get().byId('named-0').waitFor();
    const named = await studio.get().ask(({ selection }) => selection().named);
    expect(named).toMatchObject([{ count: 5 }]);
    // The name is on the screen before it is on the disk.
    await new Promise((done) => setTimeout(done, 500));
    await studio.get().page.reload();
    await studio.get().byId('select-named-0').click();
    expect(await studio.get().ask(({ selection }) => selection().named)).toEqual(named);
    expect(await studio.get().ask(({ exploreVerbs }) => exploreVerbs.selectedRows())).toEqual([3, 5, 8, 13, 1999]);
    await studio.get().until('the landscape again', ({ explore }) => explore().pcaReady);
    await studio.get().ask(({ exploreVerbs }) => exploreVerbs.clickAt(0, 0));
    await studio.get().until('a whole map', ({ explore }) => explore().a?.preview === false);
    expect((await studio.get().ask(({ explore }) => explore().a))?.triangles).toBeGreaterThan(50);
  });

  it('did all this without an error', () => {
    expect(studio.get().errors).toEqual([]);
  });
});
