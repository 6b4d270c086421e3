// The main job on the demo set: data, learning, landscape, maps, lists out and back in; and nothing leaves the page.
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { starRows, studioOfStory } from './story.ts';

const EPOCHS = 3;
const PARTICLES = 2000;

describe('The demo set, from the first page to a particle list', () => {
  const studio = studioOfStory();

  it('opens on the welcome page, isolated and under its policy', async () => {
    const { page, byId } = bound();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    const policy = page.locator('meta[http-equiv="Content-Security-Policy"]');
    expect(await policy.getAttribute('content')).toContain("default-src 'self'");
    await byId('drop-zone').waitFor();
    expect(await studio.get().ask(({ datasets }) => datasets().length)).toBe(0);
  });

  it('shows the demo set on Data', async () => {
    const { page, byId } = bound();
    await studio.get().openDemo();
    const dataset = await studio.get().ask(({ dataset: current }) => current());
    expect(dataset).toMatchObject({
      particles: PARTICLES,
      boxPixels: 32,
      hasPoses: true,
      hasCtf: true,
      tableKind: 'star',
    });
    await byId('gallery-canvas').and(page.locator('[data-loaded="true"]')).waitFor();
    // More than one shade: pictures were drawn, not only the mat.
    const shades = await byId('gallery-canvas').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return new Set(data.filter((_, i) => i % 4 === 0)).size;
    });
    expect(shades).toBeGreaterThan(50);
    await byId('defocus-chart').locator('.bars path').first().waitFor();
    await byId('directions-chart').locator('.heatmaplayer image').first().waitFor();
  });

  it('estimates a quick look before it starts', async () => {
    await studio.get().go('learn');
    await studio.get().chooseSmallRun(EPOCHS);
    const estimate = await studio.get().until('an estimate', ({ estimate: made }) => made(), { seconds: 60 });
    expect(estimate.secondsTotal).toBeGreaterThan(0);
    expect(estimate.imagesPerSecond).toBeGreaterThan(0);
    expect(estimate.memoryBytes).toBeGreaterThan(1e6);
    await bound().byId('estimate-time').waitFor();
  });

  it('learns, pauses, goes on and finishes', async () => {
    const { byId } = bound();
    await byId('start').click();
    await studio.get().until('progress', ({ progress }) => (progress()?.imagesDone ?? 0) > 100, { seconds: 60 });
    await byId('pause').click();
    await studio.get().until('the pause', ({ status }) => status() === 'paused');
    const standing = () => studio.get().ask(({ progress }) => [progress()?.epoch, progress()?.imagesDone]);
    const before = await standing();
    await new Promise((done) => setTimeout(done, 1500));
    expect(await standing()).toEqual(before);
    await byId('continue').click();
    await studio.get().until('going on', ({ status }) => status() === 'running');
    await studio.get().finished();
    const run = await studio.get().ask(({ run: current }) => current());
    expect(run?.history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: EPOCHS }, (_, i) => i + 1));
    const losses = run?.history.map(({ reconstruction }) => reconstruction) ?? [];
    expect(losses.at(-1)).toBeLessThan(losses[0]);
    // An epoch's landscape may be shown while the last one's is on its way.
    const shown = await studio.get().until('landscape and map of the last epoch', ({ live, run: current }) => {
      const { epoch, hasLandscape, hasMap } = live();
      return epoch === current()?.epochsDone && hasLandscape && hasMap && epoch;
    });
    expect(shown).toBe(EPOCHS);
  });

  it('lassoes in the landscape, adds, takes away, undoes and keeps', async () => {
    const { page, byId } = bound();
    await byId('go-explore').click();
    await studio.get().until('the landscape', ({ explore }) => explore().pcaReady);
    expect(await explore()).toMatchObject({ phase: 'ready', particles: PARTICLES, zDim: 8, selected: 0 });

    const [left, right] = await studio.get().ask(({ exploreVerbs, explore: standing }) => {
      const xs = Array.from({ length: standing().particles }, (_, row) => exploreVerbs.placeOf(row)![0]);
      const middle = xs.slice().sort((a, b) => a - b)[xs.length / 2];
      exploreVerbs.lasso(
        [
          [-99, -99],
          [middle, -99],
          [middle, 99],
          [-99, 99],
        ],
        'replace',
      );
      return [xs.filter((x) => x < middle).length, xs.filter((x) => x >= middle).length];
    });
    expect((await explore()).selected).toBe(left);
    await byId('invert').click();
    expect((await explore()).selected).toBe(right);
    await byId('undo').click();
    expect((await explore()).selected).toBe(left);
    await byId('redo').click();
    expect((await explore()).selected).toBe(right);
    await byId('clear').click();

    // By hand: a loop around the middle, then a wider one with shift, then the first taken away with alt.
    const box = (await byId('landscape-plot').boundingBox())!;
    const loop = async (radius: number, key?: 'Shift' | 'Alt') => {
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const place = (i: number) =>
        [x + radius * box.width * Math.cos(i / 2), y + radius * box.height * Math.sin(i / 2)] as const;
      if (key) await page.keyboard.down(key);
      await page.mouse.move(...place(0));
      await page.mouse.down();
      for (let i = 1; i <= 12; i++) await page.mouse.move(...place(i));
      await page.mouse.up();
      if (key) await page.keyboard.up(key);
      return (await explore()).selected;
    };
    const inner = await loop(0.12);
    expect(inner).toBeGreaterThan(0);
    expect(inner).toBeLessThan(PARTICLES);
    const wider = await loop(0.3, 'Shift');
    expect(wider).toBeGreaterThan(inner);
    const ring = await loop(0.12, 'Alt');
    expect(ring).toBe(wider - inner);

    await byId('save-selection').click();
    await byId('named-0').waitFor();
    expect((await studio.get().ask(({ selection }) => selection().named)).map(({ count }) => count)).toEqual([ring]);
  });

  it('decodes the map under a click, small first, then whole', async () => {
    const { page, byId } = bound();
    const box = (await byId('landscape-plot').boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.45, box.y + box.height * 0.5);
    await mapSettled();
    const first = (await explore()).a;
    expect(first).toMatchObject({ boxPixels: 32, preview: false });
    expect(first?.triangles).toBeGreaterThan(50);
    await byId('pin-b').click();
    await page.mouse.click(box.x + box.width * 0.6, box.y + box.height * 0.4);
    await mapSettled();
    const { a, b } = await explore();
    expect(b?.label).toBe(first?.label);
    expect(a?.label).not.toBe(first?.label);
    expect(await byId('map-label-a').textContent()).toContain(a?.label);
    const fsc = await studio.get().until('the FSC of A and B', ({ explore: state }) => state().fsc);
    expect(fsc).toHaveLength(16);
    expect(fsc[0]).toBe(1);
    expect(Math.min(...fsc)).toBeLessThan(0.9999);
  });

  it('shows the maps of the clusters', async () => {
    await studio.get().until('the gallery', ({ explore: state }) => state().gallery.status === 'done', { seconds: 60 });
    const { clusters, gallery } = await explore();
    expect(clusters).toBeGreaterThan(1);
    expect(gallery.maps).toBe(clusters);
    await bound().byId('gallery-0').click();
    await mapSettled();
    expect((await explore()).a?.label).toContain('Cluster 1');
  });

  it('plays a trajectory', async () => {
    const { byId } = bound();
    await byId('lower-trajectory').click();
    await studio.get().enter('trajectory-frames', 4);
    await byId('decode-trajectory').click();
    await studio.get().until('four maps', ({ explore: state }) => state().trajectory.decoded === 4);
    await studio.get().until('the end of decoding', ({ explore: state }) => state().trajectory.status === 'done');
    await byId('play').click();
    const seen = new Set<number>();
    const end = Date.now() + 10_000;
    while (seen.size < 4 && Date.now() < end) seen.add((await explore()).trajectory.frame);
    expect([...seen].sort()).toEqual([0, 1, 2, 3]);
    await byId('play').click();
    expect((await explore()).trajectory.playing).toBe(false);
  });

  it('computes a UMAP', async () => {
    await bound().byId('axes-family-umap').click();
    await studio.get().until('the UMAP', ({ explore: state }) => state().umapReady, { seconds: 90 });
    const places = await studio.get().ask(({ exploreVerbs }) => [0, 1, 2].map((row) => exploreVerbs.placeOf(row)));
    expect(places.flat().every(Number.isFinite)).toBe(true);
    expect((await explore()).landscape.axes).toEqual({ x: 'umap1', y: 'umap2' });
  });

  it('exports lists that come back as the same selection', async () => {
    const { byId } = bound();
    const rows = await studio.get().ask(({ exploreVerbs }) => exploreVerbs.selectedRows());
    expect(rows.length).toBeGreaterThan(0);
    await studio.get().go('export');
    for (const format of ['star', 'ind.pkl', 'csv']) {
      const { name, bytes } = await studio.get().download(`export-${format}`);
      if (format === 'star') expect(starRows(bytes.toString())).toHaveLength(rows.length);
      if (format === 'csv') expect(bytes.toString().trim().split('\n')).toHaveLength(rows.length + 1);
      await studio.get().ask(({ exploreVerbs }) => exploreVerbs.selectRows([]));
      await byId('import-file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer: bytes });
      await studio.get().until(`${name} read`, ({ explore: state }) => state().selected > 0);
      expect(await studio.get().ask(({ exploreVerbs }) => exploreVerbs.selectedRows())).toEqual(rows);
    }
  });

  it('exports the run as a cryoDRGN work directory', async () => {
    const { bytes } = await studio.get().download('export-run-folder');
    const files = unzipSync(new Uint8Array(bytes));
    const names = Object.keys(files).map((path) => path.split('/').slice(1).join('/'));
    for (const wanted of ['config.yaml', `weights.${EPOCHS}.pkl`, `z.${EPOCHS}.pkl`, 'vitrine.json'])
      expect(names).toContain(wanted);
    const z = Object.entries(files).find(([path]) => path.endsWith(`/z.${EPOCHS}.pkl`))?.[1];
    expect(z?.length).toBeGreaterThan(2 * PARTICLES * 8 * 4);
  });

  it('did all this without an error and without a request to another place', async () => {
    expect(studio.get().errors).toEqual([]);
    expect(studio.get().outsideRequests).toEqual([]);
    expect((await explore()).errors).toEqual([]);
  });

  it('refuses requests to other places, in the page and in its workers', async () => {
    const { page } = bound();
    const attempt = () =>
      new Promise<string>((done) => {
        addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective), { once: true });
        fetch('https://example.com/').then(
          () => done('answered'),
          () => setTimeout(() => done('not refused by the policy'), 500),
        );
      });
    expect(await page.evaluate(attempt)).toBe('connect-src');
    const workers = page.workers();
    expect(workers.length).toBeGreaterThanOrEqual(3);
    for (const worker of workers) expect(await worker.evaluate(attempt), worker.url()).toBe('connect-src');
  });

  function bound() {
    const current = studio.get();
    return { page: current.page, byId: (testId: string) => current.byId(testId) };
  }
  function explore() {
    return studio.get().ask(({ explore: state }) => state());
  }
  async function mapSettled(): Promise<void> {
    await studio.get().until('the whole map', ({ explore: state }) => {
      const { decoding, a } = state();
      return !decoding && a && !a.preview;
    });
  }
});
