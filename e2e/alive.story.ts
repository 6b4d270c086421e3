// The screen while a run computes on all cores of the processor: frames keep coming. The one story that asserts a time, since
// the time is what it is about: 95 of 100 frames within 50 ms on two cores with software graphics. Other programs at work on
// the same cores count against it; a busy machine gets three tries.
import { describe, expect, it } from 'vitest';
import { studioOfStory } from './story.ts';

const SECONDS = 10;

describe('The screen while a run computes', () => {
  const studio = studioOfStory();

  /** Milliseconds between frames, ascending. */
  const frameGaps = async (): Promise<number[]> => {
    const gaps = await studio.get().page.evaluate(
      (seconds) =>
        new Promise<number[]>((finish) => {
          const found: number[] = [];
          const start = performance.now();
          let last = start;
          const frame = () => {
            const now = performance.now();
            found.push(now - last);
            last = now;
            if (now - start < 1000 * seconds) requestAnimationFrame(frame);
            else finish(found);
          };
          requestAnimationFrame(frame);
        }),
      SECONDS,
    );
    return gaps.sort((a, b) => a - b);
  };

  it('learns', async () => {
    await studio.get().openDemo();
    await studio.get().go('learn');
    await studio.get().chooseSmallRun(50);
    await studio.get().byId('group-device').locator('summary').click();
    await studio.get().byId('param-device').click();
    await studio.get().byId('param-device-cpu').click();
    await studio.get().byId('start').click();
    await studio.get().until('steps', ({ progress }) => (progress()?.imagesDone ?? 0) > 100, { seconds: 60 });
    expect((await studio.get().ask(({ run }) => run()?.params))?.device).toBe('cpu');
  });

  it('draws frames without long gaps', { retry: 2 }, async () => {
    const done = () => studio.get().ask(({ progress }) => [progress()!.epoch, progress()!.imagesDone]);
    const from = await done();
    const gaps = await frameGaps();
    expect(await done()).not.toEqual(from);
    expect(await studio.get().ask(({ status }) => status())).toBe('running');
    const at = (share: number) => gaps[Math.min(gaps.length - 1, Math.floor(share * gaps.length))];
    const [median, most, longest] = [0.5, 0.95, 1].map((share) => at(share).toFixed(0));
    console.log(
      `${gaps.length} frames in ${SECONDS} s: median ${median} ms, 95 % under ${most} ms, longest ${longest} ms`,
    );
    expect(at(0.95)).toBeLessThan(50);
    expect(at(1)).toBeLessThan(1000);
  });

  it('answers to a hand meanwhile', async () => {
    await studio.get().go('data');
    await studio.get().go('learn');
    await studio.get().byId('stop').click();
    await studio.get().until('the stop', ({ status }) => status() === 'interrupted');
    expect(studio.get().errors).toEqual([]);
  });
});
