// A first look: from a dropped stack with poses to a landscape, a map that follows a slider, and a list of particles. Prints the
// seconds to the landscape and the frames a second of the slider; neither is a condition.
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { describeWithReference, referencePath } from '../testing/reference.ts';
import type { VitrineTestApi } from '../src/app/test-api.ts';
import { movingSet, starRows, studioOfStory } from './story.ts';
import type { DroppedBytes, Studio } from './studio.ts';

const MOVING_MS = 3000;

/** Milliseconds from the click to the landscape as it stands at the end. */
async function takeFirstLook(studio: Studio): Promise<{ first: number; whole: number }> {
  const begin = performance.now();
  await studio.byId('first-look').click();
  await studio.until('a landscape while it is fitted', ({ live }) => live().hasLandscape, { seconds: 120 });
  const first = performance.now() - begin;
  const fitted = ({ live, run }: VitrineTestApi) => {
    const { epoch, hasLandscape, hasMap } = live();
    return hasLandscape && hasMap && epoch === run()?.epochsDone;
  };
  await studio.until('landscape and map', fitted, { seconds: 240 });
  const whole = performance.now() - begin;
  await studio.finished();
  return { first, whole };
}

/** Maps that were shown a second while the first component's slider moved to and fro. */
async function framesPerSecond(studio: Studio): Promise<{ maps: number; boxPixels: number }> {
  return studio.ask(async ({ explore, exploreVerbs }, duration) => {
    const others = Array.from({ length: explore().zDim - 1 }, () => 0);
    let shown: readonly number[] | undefined;
    let maps = 0;
    const begin = performance.now();
    while (performance.now() < begin + duration) {
      exploreVerbs.slide([3 * Math.sin((performance.now() - begin) / 250), ...others]);
      await new Promise((painted) => requestAnimationFrame(painted));
      const z = explore().a?.z;
      if (z !== shown) maps++;
      shown = z;
    }
    return { maps: maps / (duration / 1000), boxPixels: explore().a?.boxPixels ?? 0 };
  }, MOVING_MS);
}

const wholeMap = (studio: Studio) =>
  studio.until('the whole map', ({ explore }) => {
    const { decoding, a } = explore();
    return !decoding && a && !a.preview && a;
  });

/** Selects the half with the smaller values along the first axis and gives its rows. */
const lassoHalf = (studio: Studio) =>
  studio.ask(({ exploreVerbs, explore }) => {
    const xs = Array.from({ length: explore().particles }, (_, row) => exploreVerbs.placeOf(row)![0]);
    const middle = xs.slice().sort((a, b) => a - b)[xs.length / 2];
    const corners: [number, number][] = [
      [-99, -99],
      [middle, -99],
      [middle, 99],
      [-99, 99],
    ];
    exploreVerbs.lasso(corners, 'replace');
    return exploreVerbs.selectedRows();
  });

describe('A first look, from a dropped stack to a list of particles', () => {
  const PARTICLES = 1200;
  const studio = studioOfStory();
  let files: DroppedBytes[];

  it('is one click from an accepted set, and draws its landscape while it is fitted', async () => {
    files = await movingSet(PARTICLES, 32);
    await studio.get().drop(files);
    await studio.get().accept();
    const { first, whole } = await takeFirstLook(studio.get());
    console.log(`first look at ${PARTICLES} × 32²: landscape after ${seconds(first)}, whole after ${seconds(whole)}`);
    const run = await studio.get().ask(({ run: current }) => current());
    expect(run).toMatchObject({ job: 'linear', status: 'finished', can: { components: true, resume: false } });
    const words = await studio.get().byId('linear-words').textContent();
    expect(words).toMatch(/^[1-4] of 4 components reproduces? between halves of the images\.$/);
    expect(await studio.get().byId('leakage').textContent()).toContain('follow');
    expect(await studio.get().byId('estimate-words').textContent()).toContain('not measured');
    await studio.get().byId('scree-chart').waitFor();
    await studio.get().byId('evidence-chart').waitFor();
  });

  it('shows the map of a slider as it moves, then whole', async () => {
    await studio.get().byId('go-explore').click();
    await wholeMap(studio.get());
    const { landscape, components } = await explore();
    expect(landscape.axes).toEqual({ x: 'z1', y: 'z2' });
    expect(components?.percents).toHaveLength(4);
    const before = await explore();
    const thumb = studio.get().byId('component-1').getByRole('slider');
    for (let i = 0; i < 20; i++) await thumb.press('ArrowRight');
    const along = await studio.get().until('the slider', ({ explore: state }) => state().along);
    expect(along[0] - before.a!.z[0]).toBeCloseTo(1, 1);
    await studio.get().until('the map that follows', ({ explore: state }) => state().a?.label === 'Along components');
    const whole = await wholeMap(studio.get());
    expect(whole.z).toEqual((await explore()).along);
    const { maps, boxPixels } = await framesPerSecond(studio.get());
    console.log(`slider at ${boxPixels}³: ${maps.toFixed(0)} maps a second`);
    expect(maps).toBeGreaterThan(0);
    await wholeMap(studio.get());
    await studio.get().byId('components-reset').click();
    await studio.get().until('the mean map', ({ explore: state }) => state().a?.label === 'Mean map');
  });

  it('colours the map by how much it varies', async () => {
    await studio.get().byId('color-by-variance').click();
    await studio.get().byId('shade-key').waitFor();
    expect((await explore()).shaded).toBe(true);
    await studio.get().byId('color-by-variance').click();
    await studio.get().byId('shade-key').waitFor({ state: 'detached' });
  });

  it('shows its solvent mask over the map, and as another fit would have it', async () => {
    const { byId } = bound();
    await byId('lower-mask').click();
    const reach = async (before: string) => {
      await expect.poll(() => byId('mask-extent').textContent(), { timeout: 10_000 }).not.toBe(before);
      const text = (await byId('mask-extent').textContent()) ?? '';
      return { text, angstrom: Number(/Reaches (\d+) Å/.exec(text)?.[1]) };
    };
    await expect.poll(() => byId('mask-extent').textContent(), { timeout: 10_000 }).toMatch(/Reaches \d+ Å/);
    const own = await reach('');
    expect(await byId('map-a').getAttribute('data-shell')).toBe('true');
    expect(await byId('mask-fit').isDisabled()).toBe(true);
    await studio.get().enter('mask-wider-number', 10);
    const wider = await reach(own.text);
    expect(Math.abs(wider.angstrom - own.angstrom - 10)).toBeLessThanOrEqual(5);
    expect(await byId('mask-fit').isEnabled()).toBe(true);
    await byId('mask-shown').click();
    expect(await byId('map-a').getAttribute('data-shell')).toBe('false');
    await byId('lower-components').click();
  });

  it('draws how sure the place of a clicked particle is, on axes that are linear in z', async () => {
    await studio.get().ask(({ exploreVerbs }) => exploreVerbs.clickAt(0, 0));
    const { page, byId } = bound();
    await byId('confidence-2').waitFor({ state: 'attached' });
    expect(await page.locator('[data-testid^="confidence-"]').count()).toBe(2);
    expect((await explore()).along).toBeNull();
    const widthOf = async (name: string) => (await byId(name).boundingBox())!.width;
    expect((await widthOf('confidence-2')) / (await widthOf('confidence-1'))).toBeCloseTo(2, 0);
    await byId('axes-family-pca').click();
    await byId('confidence-2').waitFor({ state: 'attached' });
    await byId('axes-family-umap').click();
    await studio.get().until('the UMAP', ({ explore: state }) => state().umapReady, { seconds: 120 });
    await byId('confidence-2').waitFor({ state: 'detached' });
    await byId('axes-family-latent').click();
  });

  it('makes the map at a place from the images around it, and says from how many and how far halves agree', async () => {
    const { byId } = bound();
    const decoded = await wholeMap(studio.get());
    await byId('reconstruct-here').click();
    const isMade = ({ explore: state }: VitrineTestApi) => {
      const { a, decoding } = state();
      return !decoding && a?.label.endsWith('from images') && a;
    };
    const made = await studio.get().until('a map from images', isMade, { seconds: 120 });
    expect(made).toMatchObject({ z: decoded.z, label: `${decoded.label}, from images`, preview: false });
    expect(await byId('map-label-a').textContent()).toMatch(/[\d,]+ images/);
    expect(await byId('fsc-resolution').textContent()).toMatch(/0\.143/);
    expect(await byId('reconstruct-here').isDisabled()).toBe(true);
  });

  it('makes the map of a selection from its images alone, beside the model, and says how far they agree', async () => {
    const { byId } = bound();
    await lassoHalf(studio.get());
    await byId('reconstruct-selection').click();
    const isMade = ({ explore: state }: VitrineTestApi) => {
      const { a, b, decoding, fsc } = state();
      return !decoding && fsc && b && a?.label === 'Selection, images' && { a, b };
    };
    const { a, b } = await studio.get().until('the map of the selection', isMade, { seconds: 60 });
    expect(b).toMatchObject({ z: a.z, label: 'Selection, model' });
    expect(await byId('map-label-a').textContent()).toContain(`${(PARTICLES / 2).toLocaleString('en')} images`);
    expect(await byId('fsc-resolution').textContent()).toMatch(
      /^The model's map agrees with the data .*; halves of the data agree (to [\d.]+ Å|up to Nyquist)$/,
    );
    await byId('unpin-b').click();
  });

  it('deposits the selection as one zip, says what it holds, and what was found', async () => {
    const { byId, page } = bound();
    const rows = await lassoHalf(studio.get());
    await byId('deposit-selection').click();
    expect(await byId('deposit-words').textContent()).toContain('exactly these particles');
    expect(await byId('deposit-cost').textContent()).toMatch(/32³ voxels of 5\.00 Å: 528 KB/);
    await byId('deposit-name').fill('Open, 1');
    const { name, bytes } = await studio.get().download('deposit');
    expect(name).toBe('Open_1.zip');
    const zip = unzipSync(new Uint8Array(bytes));
    expect(Object.keys(zip)).toContain('Open_1/half2.mrc');
    const original = starRows(new TextDecoder().decode(files[1].bytes));
    const list = starRows(new TextDecoder().decode(zip['Open_1/particles.star']));
    expect(list).toEqual(rows.map((row) => original[row]));
    await byId('export-written').waitFor();
    expect(await byId('export-written').textContent()).toMatch(/Open_1\.zip.*Halves agree to [\d.]+ Å/);
    await byId('deposit-mass').fill('99999');
    await byId('deposit').click();
    await byId('deposit-error').waitFor();
    expect(await byId('deposit-error').getAttribute('data-code')).toBe('value-out-of-range');
    await page.keyboard.press('Escape');
    await byId('deposit-popover').waitFor({ state: 'detached' });
  });

  it('has the cluster maps, trajectories and comparisons of every run', async () => {
    const { byId } = bound();
    await byId('lower-gallery').click();
    await studio
      .get()
      .until('cluster maps', ({ explore: state }) => state().gallery.status === 'done', { seconds: 60 });
    await wholeMap(studio.get());
    await byId('pin-b').click();
    await studio.get().ask(({ exploreVerbs }) => exploreVerbs.clickAt(1.5, 0));
    await wholeMap(studio.get());
    await studio.get().until('a correlation', ({ explore: state }) => state().fsc);
    await byId('lower-trajectory').click();
    await studio.get().enter('trajectory-frames', 4);
    await byId('decode-trajectory').click();
    await studio.get().until('the walk', ({ explore: state }) => state().trajectory.status === 'done', { seconds: 60 });
    expect((await explore()).trajectory.decoded).toBe(4);
  });

  it('makes the walk of the images around each place, and says of each how far halves and the model agree', async () => {
    const { byId, page } = bound();
    await byId('unpin-b').click();
    await byId('trajectory-source-images').click();
    await studio.get().enter('trajectory-frames', 3);
    expect(await byId('window-images').inputValue()).toBe('800');
    await studio.get().enter('window-images', 400);
    expect(await byId('window-words').textContent()).toContain('400 particles');
    await byId('decode-trajectory').click();
    const isMade = ({ explore: state }: VitrineTestApi) => {
      const { status, images } = state().trajectory;
      return status === 'done' && images.length === 3 && images;
    };
    const images = await studio.get().until('the windows', isMade, { seconds: 60 });
    for (const count of images) expect(count).toBe(400);
    expect(await byId('window-agreement').count()).toBe(3);
    expect(await byId('window-agreement').first().textContent()).toMatch(/^halves (≤ )?[\d.]+ Åmodel (≤ )?[\d.]+ Å$/);
    await page.getByRole('button', { name: 'Frame 2' }).click();
    await studio.get().until('the second window', ({ explore: state }) => state().a?.label === 'Window 2 of 3');
    expect(await byId('map-label-a').textContent()).toContain('400 images');
    expect(await byId('fsc-resolution').textContent()).toMatch(
      /^The model's map agrees with the data .*; halves of the data agree/,
    );
    await byId('trajectory-source-model').click();
  });

  it('saves the lassoed half as rows of the STAR as they were', async () => {
    const rows = await lassoHalf(studio.get());
    expect(rows).toHaveLength(PARTICLES / 2);
    await studio.get().go('export');
    const star = await studio.get().download('export-star');
    const original = starRows(new TextDecoder().decode(files[1].bytes));
    expect(starRows(star.bytes.toString('utf8'))).toEqual(rows.map((row) => original[row]));
    expect(studio.get().errors).toEqual([]);
    expect(studio.get().outsideRequests).toEqual([]);
    expect((await explore()).errors).toEqual([]);
  });

  function bound() {
    const current = studio.get();
    return { page: current.page, byId: (testId: string) => current.byId(testId) };
  }
  function explore() {
    return studio.get().ask(({ explore: state }) => state());
  }
});

describe('A first look at a box of 64', () => {
  const studio = studioOfStory();

  it('moves along its components', async () => {
    await studio.get().drop(await movingSet(400, 64));
    await studio.get().accept();
    await takeFirstLook(studio.get());
    await studio.get().byId('go-explore').click();
    await wholeMap(studio.get());
    await framesPerSecond(studio.get());
    const { maps, boxPixels } = await framesPerSecond(studio.get());
    console.log(`slider at ${boxPixels}³: ${maps.toFixed(0)} maps a second`);
    expect(boxPixels).toBe(64);
    expect(maps).toBeGreaterThan(0);
  });
});

describeWithReference('A first look at the hinge set', () => {
  const studio = studioOfStory();

  it('goes from the drop to a landscape', async () => {
    const begin = performance.now();
    await studio.get().drag([referencePath('hinge/particles.mrcs'), referencePath('hinge/particles.star')]);
    await studio.get().accept();
    const accepted = performance.now() - begin;
    const { first, whole } = await takeFirstLook(studio.get());
    const [early, last] = [first + accepted, whole + accepted].map(seconds);
    console.log(`hinge, 4,000 × 32²: from the drop to a landscape ${early}, to the whole of it ${last}`);
    expect(await studio.get().byId('linear-words').textContent()).toContain('between halves of the images.');
  });
});

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
