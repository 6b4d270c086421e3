// Remakes the pictures of docs/MANUAL.md and README in docs/pictures, from the built studio and two simulated sets: the
// manual's practice set, and the same molecule standing still. `npm run manual`; ten to twenty minutes on two cores.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Locator } from 'playwright-core';
import { Studio, type StudioOptions } from '../e2e/studio.ts';
import type { VitrineTestApi } from '../src/app/test-api.ts';
import { simulate } from '../src/imaging/simulate.ts';
import { writeMrcStack } from '../src/formats/mrc-write.ts';

const root = resolve(import.meta.dirname, '..');
const sets = join(root, 'out/manual');
const pictures = join(root, 'docs/pictures');
/** Of a picture, bytes: small enough for a repository and for the page's offline cache. */
const MOST_BYTES = 150_000;

/** Slow machines draw no worse pictures. */
async function open(options: StudioOptions = {}): Promise<Studio> {
  const studio = await Studio.open(options);
  studio.page.setDefaultTimeout(120_000);
  return studio;
}

const PRACTICE = '-N 3000 -D 48 --apix 3.5 --res 8 --snr 0.2';
/** The molecule of the practice set in one state. */
const STILL = '-N 2000 -D 32 --apix 5 --res 10 --snr 0.2 --states 1';

/** As the manual's own command makes it. */
function simulateSet(name: string, options: string): string[] {
  const folder = join(sets, name);
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'cli/vitrine.mjs'), 'simulate', '-o', folder, ...options.split(' ')],
    {
      stdio: 'inherit',
    },
  );
  if (status !== 0) throw new Error(`simulate ended with ${status}`);
  return ['particles.mrcs', 'particles.star'].map((file) => join(folder, file));
}

/** A picture of the page or of a part of it, as WebP by the browser's own encoder. */
async function picture(studio: Studio, name: string, part?: Locator): Promise<void> {
  await studio.page.mouse.move(0, 0);
  for (const toast of await studio.page.getByRole('button', { name: 'Dismiss' }).all()) await toast.click();
  await studio.page.evaluate(() => {
    for (const element of document.querySelectorAll('*')) element.scrollTop = 0;
  });
  // Charts and tooltips come to rest.
  await studio.page.waitForTimeout(1500);
  const png = await (part ?? studio.page).screenshot({ animations: 'disabled' });
  for (const folder of [pictures, sets]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(sets, `${name}.png`), png);
  for (const quality of [0.9, 0.8, 0.7, 0.6, 0.5]) {
    const address = await studio.page.evaluate(encodeWebp, { png: png.toString('base64'), quality });
    const bytes = Buffer.from(address.slice(address.indexOf(',') + 1), 'base64');
    if (bytes.length > MOST_BYTES) continue;
    writeFileSync(join(pictures, `${name}.webp`), bytes);
    console.log(`${name}.webp  ${Math.round(bytes.length / 1000)} kB at quality ${quality}`);
    return;
  }
  throw new Error(`${name} is larger than ${MOST_BYTES} bytes at any quality.`);
}

/** Runs in the page. */
async function encodeWebp({ png, quality }: { png: string; quality: number }): Promise<string> {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d')!.drawImage(image, 0, 0);
  return canvas.toDataURL('image/webp', quality);
}

async function learn(studio: Studio, epochs: number): Promise<void> {
  await studio.go('learn');
  await studio.byId('preset-quick').click();
  await studio.enter('param-epochs', epochs);
  await studio.byId('start').click();
  await studio.finished(3600);
  const shownWhole = ({ live, run }: VitrineTestApi) => {
    const shown = live();
    return shown.epoch === run()?.epochsDone && shown.hasMap && (run()?.params.zDim === 0 || shown.hasLandscape);
  };
  await studio.until('landscape and map', shownWhole, { seconds: 300 });
  // The form measures what a next run would take.
  await studio.page.locator('[data-testid="estimate"][data-fresh="true"]').waitFor();
}

async function mapSettled(studio: Studio): Promise<void> {
  await studio.until(
    'a whole map',
    ({ explore }) => {
      const { decoding, a } = explore();
      return !decoding && a && !a.preview;
    },
    { seconds: 300 },
  );
}

/** Row of the particle at a share of the order along the first axis shown. */
function clickAlongAxis(studio: Studio, share: number) {
  return studio.ask(({ explore, exploreVerbs }, part) => {
    const places = Array.from({ length: explore().particles }, (_, row) => exploreVerbs.placeOf(row)!);
    const [x, y] = places.sort((a, b) => a[0] - b[0])[Math.round(part * (places.length - 1))];
    exploreVerbs.clickAt(x, y);
  }, share);
}

/** Explore with eight clusters in their colours, and maps of both ends of PC1. */
async function exploreBothEnds(studio: Studio): Promise<void> {
  await studio.byId('go-explore').click();
  await studio.until('cluster maps', ({ explore }) => explore().gallery.status === 'done', { seconds: 300 });
  await studio.enter('cluster-count', 8);
  const eight = ({ explore }: VitrineTestApi) => explore().gallery.status === 'done' && explore().clusters === 8;
  await studio.until('eight cluster maps', eight, { seconds: 300 });
  await studio.byId('color-by').click();
  await studio.page.getByRole('option', { name: 'k-means cluster' }).click();
  await clickAlongAxis(studio, 0.05);
  await mapSettled(studio);
  await studio.byId('pin-b').click();
  await clickAlongAxis(studio, 0.95);
  await mapSettled(studio);
  await studio.byId('arrangement-side').click();
}

async function movingSet(): Promise<void> {
  const studio = await open();
  await studio.drop(simulateSet('practice', PRACTICE));
  await studio.accept();
  await studio.page.locator('[data-testid="gallery-canvas"][data-loaded="true"]').waitFor();
  await studio.byId('directions-chart').locator('.heatmaplayer image').first().waitFor();
  await picture(studio, 'data');

  await learn(studio, 10);
  await picture(studio, 'learn');

  await exploreBothEnds(studio);
  await picture(studio, 'explore');

  await studio.byId('lower-trajectory').click();
  await studio.enter('trajectory-frames', 10);
  await studio.byId('decode-trajectory').click();
  await studio.until('the trajectory', ({ explore }) => explore().trajectory.status === 'done', { seconds: 300 });
  await studio.byId('scrubber').press('End');
  await picture(studio, 'trajectory');

  await studio.byId('color-by').click();
  await studio.page.getByRole('option', { name: /Defocus/ }).click();
  await picture(studio, 'defocus', studio.byId('landscape'));

  await studio.byId('lower-gallery').click();
  await studio.byId('select-cluster-0').click();
  await studio.byId('save-selection').click();
  await studio.byId('named-0').waitFor();
  await studio.go('export');
  await studio.page.locator('[data-testid="export"][data-ready="true"]').waitFor();
  await picture(studio, 'export');
  await studio.close();
}

async function stillSet(): Promise<void> {
  const studio = await open();
  await studio.drop(simulateSet('still', STILL));
  await studio.accept();
  await learn(studio, 10);
  await exploreBothEnds(studio);
  await picture(studio, 'still', studio.byId('explore'));
  await studio.close();
}

/** A stack whose header says 1 Å, as many do that were never set, without poses and CTF. */
async function question(): Promise<void> {
  const studio = await open({ height: 740 });
  const frame = { count: 200, boxPixels: 48, pixelSizeAngstrom: 3.5 };
  const { images } = simulate({ ...frame, states: 1, snr: 0.2, shiftPixels: 2, resolutionAngstrom: 8 });
  const values = await images.read(Array.from({ length: frame.count }, (_, i) => i));
  await studio.drop([{ name: 'particles.mrcs', bytes: writeMrcStack({ ...frame, pixelSizeAngstrom: 1 }, values) }]);
  await picture(studio, 'question');
  await studio.close();
}

async function withoutPoses(): Promise<void> {
  const studio = await open();
  simulateSet('unposed', STILL.replace('2000', '600'));
  await studio.drop(['particles.mrcs', 'ctf.pkl'].map((file) => join(sets, 'unposed', file)));
  await studio.accept();
  await learn(studio, 3);
  await picture(studio, 'abinit');
  await studio.close();
}

/** Explore after a first look, a component moved, the map coloured by how much it varies. */
async function firstLook(): Promise<void> {
  const studio = await open();
  await studio.drop(simulateSet('practice', PRACTICE));
  await studio.accept();
  await studio.byId('first-look').click();
  await studio.finished(600);
  await studio.byId('go-explore').click();
  await mapSettled(studio);
  await studio.byId('color-by').click();
  await studio.page.getByRole('option', { name: 'One colour' }).click();
  await studio.byId('color-by-variance').click();
  await studio.byId('shade-key').waitFor();
  await clickAlongAxis(studio, 0.9);
  await mapSettled(studio);
  await studio.byId('confidence-2').waitFor({ state: 'attached' });
  await picture(studio, 'first-look');
  await studio.close();
}

const ALL = { movingSet, firstLook, stillSet, question, withoutPoses };
const asked = process.argv.slice(2);
for (const [name, make] of Object.entries(ALL)) if (asked.length === 0 || asked.includes(name)) await make();
