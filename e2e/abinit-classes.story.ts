// Moving particles without poses: a start of several classes, and the landscape of a field learned from it.
import { describe, expect, it } from 'vitest';
import { simulatedFiles, studioOfStory } from './story.ts';

const COUNT = 200;
const BOX = 24;
const STATES = 10;
const CLASSES = 3;

describe('Moving particles without poses, from a stack to a landscape', () => {
  const studio = studioOfStory();
  const byId = (testId: string) => studio.get().byId(testId);

  it('asks for several structures, and a start of as many classes as are wanted', async () => {
    await studio.get().drop(await simulatedFiles(COUNT, BOX, STATES));
    await studio.get().accept();
    await studio.get().go('learn');
    await byId('structures-several').click();
    await studio.get().chooseSmallRun(2);
    await byId('all-settings').click();
    await byId('param-baseGridDegrees').click();
    await byId('param-baseGridDegrees-30').click();
    await studio.get().enter('param-shiftExtent', 2);
    await studio.get().enter('param-patience', 0.1);
    expect(await byId('param-searchRange').innerText()).toBe('auto');
    await byId('param-classes-auto').click();
    await studio.get().enter('param-classes', CLASSES);
    await byId('start').click();
  });

  it('tells how the classes share all images, also while some of them are set aside', async () => {
    const counts = await studio.get().until(
      'classes annealed among what the first leaves',
      ({ run }) => {
        const report = run()?.poseReports?.at(-1);
        return report?.message.startsWith('Other classes') && report.classes;
      },
      { seconds: 120, failOn: ({ errors }) => errors().join(', ') },
    );
    expect(counts[0]).toBeGreaterThan(COUNT / 10);
    // By shares of a batch, each rounded.
    expect(Math.abs(counts.reduce((a, b) => a + b, 0) - COUNT)).toBeLessThanOrEqual(counts.length);
  });

  it('learns a landscape from the poses that the classes found', async () => {
    await studio.get().finished();
    const run = await studio.get().ask(({ run: current }) => current());
    expect(run?.params).toMatchObject({ method: 'ab-initio', classes: CLASSES });
    expect(run?.params.zDim).toBeGreaterThan(0);
    expect(run?.poseReports?.at(-1)).toMatchObject({ stage: 'refine', fraction: 1 });
    const counts = run?.poseReports?.at(-1)?.classes ?? [];
    expect(counts).toHaveLength(CLASSES);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(COUNT);
    await byId('live-landscape').waitFor();
    expect(await byId('pose-classes').innerText()).toContain(`${CLASSES}: `);
  });

  it('did all this without an error', async () => {
    expect(studio.get().errors).toEqual([]);
    expect(await studio.get().ask(({ errors, explore }) => [...errors(), ...explore().errors])).toEqual([]);
  });
});
