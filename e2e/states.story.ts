// A mask drawn over the map, then a landscape of maps in it: its tree, a state as a selection, all particles in volume space, free energy
// and a path that is played.
import { describe, expect, it } from 'vitest';
import { movingSet, studioOfStory } from './story.ts';

const PARTICLES = 600;
const MAPS = 60;

describe('States of a first look, by its maps', () => {
  const studio = studioOfStory();
  const byId = (testId: string) => studio.get().byId(testId);
  const explore = () => studio.get().ask(({ explore: state }) => state());
  /** What is computed of the landscape has ended. */
  const settled = () =>
    studio.get().until('the landscape at rest', ({ explore: state }) => state().states.work === null, {
      seconds: 60,
      failOn: ({ explore: state }) => state().errors.join(', '),
    });

  it('draws a mask of shapes over the map and keeps it', async () => {
    await studio.get().drop(await movingSet(PARTICLES, 32));
    await studio.get().accept();
    await byId('first-look').click();
    await studio.get().finished();
    await byId('go-explore').click();
    await studio.get().until('the whole map', ({ explore: state }) => state().a?.preview === false);
    await byId('lower-mask').click();
    await byId('draw-sphere').click();
    const ball = await studio.get().until('a ball', ({ explore: state }) => state().drawnMask);
    await studio.get().enter('part-radius-0', 50);
    await expect.poll(async () => (await explore()).drawnMask?.reachAngstrom).toBeGreaterThan(ball.reachAngstrom);
    await byId('draw-region').click();
    const map = (await byId('map-a').boundingBox())!;
    await studio.get().page.mouse.click(map.x + map.width / 2, map.y + map.height / 2);
    await byId('part-1').waitFor();
    expect(await byId('map-a').getAttribute('data-shell')).toBe('true');
    await byId('drawing-keep').click();
    await expect.poll(() => byId('drawing-keep').textContent()).toBe('Kept for this run');
  });

  it('says what a landscape costs, and makes it in that mask', async () => {
    await byId('lower-states').click();
    await studio.get().until('a plan', ({ explore: state }) => state().states.planned, { seconds: 60 });
    await studio.get().enter('states-maps', MAPS);
    await byId('states-within').click();
    await byId('states-within-drawn').click();
    await studio.get().until('a plan of fewer maps', ({ explore: state }) => state().states.planned, { seconds: 60 });
    expect(await byId('states-plan').textContent()).toMatch(/about .+ kept, .+ of memory/);
    await byId('states-run').click();
    await studio.get().until('the landscape', ({ explore: state }) => state().states.maps, { seconds: 60 });
    await settled();
    const { states } = await explore();
    expect(states.maps).toBe(MAPS);
    expect(states.particles.reduce((sum, count) => sum + count, 0)).toBe(PARTICLES);
    expect(await byId('states-mask-in-use').textContent()).toMatch(/in the drawn mask \(a sphere and a region\)/);
    // As many ends as its width has room for; a cluster of several maps is one wedge.
    const ends = Number(await byId('dendrogram').getAttribute('data-ends'));
    expect(ends).toBeGreaterThanOrEqual(states.count);
    expect(ends).toBeLessThanOrEqual(MAPS);
  });

  it('cuts the tree by the keyboard and by hand, and selects a state', async () => {
    const { states: before } = await explore();
    await byId('dendrogram-cut').press('ArrowDown');
    await studio.get().until('a cut that was moved', ({ explore: state }) => state().states.moved);
    await studio.get().until('a cut that is kept', ({ explore: state }) => !state().states.moved, { seconds: 30 });
    expect((await explore()).states.count).toBe(before.count + 1);
    const tree = (await byId('dendrogram').boundingBox())!;
    const line = (await byId('dendrogram-cut').boundingBox())!;
    const { mouse } = studio.get().page;
    await mouse.move(line.x + line.width / 2, line.y + line.height / 2);
    await mouse.down();
    await mouse.move(line.x + line.width / 2, tree.y + 30, { steps: 5 });
    await mouse.up();
    await expect.poll(async () => (await explore()).states.count).toBeLessThan(3);
    await studio.get().enter('states-count', 3);
    await expect.poll(async () => (await explore()).states.count).toBe(3);
    await studio.get().until('the cut kept', ({ explore: state }) => !state().states.moved, { seconds: 30 });
    await settled();
    await byId('state-select-1').click();
    const { selected, states } = await explore();
    expect(selected).toBe(states.particles[1]);
    await byId('state-mean-1').click();
    await studio.get().until('the mean map', ({ explore: state }) => state().a?.label === 'State 2, mean');
    await byId('states-colour').click();
    expect((await explore()).landscape.color).toBe('state');
  });

  it('says whether the maps are enough without placing particles', async () => {
    await byId('states-view-sketch').click();
    await byId('homogeneity-measure').click();
    await byId('homogeneity-chart').waitFor();
    expect((await explore()).states.inVolumes).toBe(0);
  });

  it('places all particles in volume space, and walks a path of low free energy', async () => {
    await byId('states-particles').click();
    await studio.get().until('volume space', ({ explore: state }) => state().states.inVolumes, { seconds: 60 });
    await byId('axis-x').click();
    await byId('axis-x-vpc1').click();
    expect((await explore()).landscape.axes.x).toBe('vpc1');
    await byId('states-view-variance').click();
    await byId('variance-chart').waitFor();
    await byId('states-view-sketch').click();
    await byId('sketch-chart').waitFor();
    await byId('states-view-energy').click();
    await byId('energy-compute').click();
    await studio.get().until('free energy', ({ explore: state }) => state().states.energy, { seconds: 60 });
    expect(await byId('energy-caution').textContent()).not.toBe('');
    expect(await byId('energy-cells').textContent()).toMatch(/^\d+ × \d+ cells, .+ on average/);
    const picture = await studio.get().download('energy-save');
    expect(picture.name).toBe('free_energy.svg');
    expect(picture.bytes.toString()).toMatch(/^<svg[^]+PC1[^]+<\/svg>/);
    await studio.get().enter('path-frames', 4);
    await byId('path-find').click();
    await studio.get().until('a path', ({ explore: state }) => state().states.path, { seconds: 60 });
    await byId('path-play').click();
    await studio.get().until('its maps', ({ explore: state }) => state().trajectory.status === 'done', { seconds: 60 });
    expect((await explore()).trajectory.decoded).toBe(4);
    expect((await explore()).errors).toEqual([]);
    expect(studio.get().errors).toEqual([]);
    expect(studio.get().outsideRequests).toEqual([]);
  });
});
