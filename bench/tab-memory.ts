// Does the page hold steady? What each of its threads holds, collected, while a tiny set is learned for many epochs, while maps are
// decoded, and while a long stack is prepared: after a tenth, a half and near the end of each. On the CPU's kernels or, with
// --device gpu, on WGSL in SwiftShader.
// Run: npx vite build; npx tsx bench/tab-memory.ts [--epochs 200] [--maps 1000] [--batches 5000] [--device cpu|gpu]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Studio } from '../e2e/studio.ts';
import { writeCtfPickle, writePosePickle } from '../src/formats/cryodrgn-pickles.ts';
import { writeMrcStack } from '../src/formats/mrc-write.ts';
import { BATCH_IMAGES } from '../src/imaging/preprocess.ts';
import { Blobs } from '../testing/blobs.ts';
import { figures, markdown } from './report.ts';
import { TabThreads, type Held } from './tab-threads.ts';

const { values: asked } = parseArgs({
  options: {
    epochs: { type: 'string', default: '200' },
    maps: { type: 'string', default: '0' },
    batches: { type: 'string', default: '0' },
    device: { type: 'string', default: 'cpu' },
  },
});
const COUNT = 32;
const BOX = 16;
const SHARES = [0.1, 0.5, 0.95];
const PATIENCE_SECONDS = 1800;

const wait = (milliseconds: number) => new Promise((next) => setTimeout(next, milliseconds));

/** Asks until the answer is enough. Error where it never is. */
async function reach(what: string, enough: number, standing: () => Promise<number>): Promise<number> {
  const end = Date.now() + 1000 * PATIENCE_SECONDS;
  for (;;) {
    const found = await standing();
    if (found >= enough) return found;
    if (Date.now() > end) throw new Error(`${what}: ${found} of ${enough} after ${PATIENCE_SECONDS} s`);
    await wait(100);
  }
}

interface Look {
  at: number;
  threads: Held[];
  /** Bytes of page and workers, wasm memories too; null where the browser did not say in a minute. */
  all: number | null;
}

async function look(studio: Studio, threads: TabThreads, at: number): Promise<Look> {
  const held = await threads.collected();
  const all = await studio.page.evaluate(() => {
    const measure = (performance as { measureUserAgentSpecificMemory?(): Promise<{ bytes: number }> })
      .measureUserAgentSpecificMemory;
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), 60_000));
    return Promise.race([measure?.call(performance).then(({ bytes }) => bytes) ?? null, late]);
  });
  return { at, threads: held, all };
}

function say(title: string, looks: readonly Look[], notes: string[]): void {
  const megabytes = (bytes: number | null | undefined) =>
    bytes === null || bytes === undefined ? '–' : figures(bytes / 1e6);
  const names = [...new Set(looks.flatMap(({ threads }) => threads.map(({ thread }) => thread)))];
  const over = (name: string, part: 'heap' | 'interfaces' | 'buffers') =>
    looks.map(({ threads }) => megabytes(threads.find(({ thread }) => thread === name)?.[part])).join(' → ');
  const text = markdown({
    title,
    notes: [
      `After ${looks.map(({ at }) => at).join(', ')}; collected in each thread.`,
      `Page and workers together, with wasm memories: ${looks.map(({ all }) => megabytes(all)).join(' → ')}.`,
      ...notes,
    ],
    header: ['thread', 'objects', 'interfaces', 'array buffers'],
    rows: names.map((name) => [name, over(name, 'heap'), over(name, 'interfaces'), over(name, 'buffers')]),
  });
  console.log(text);
}

/** Files of `count` noisy images of blobs in a folder, those of `different` ones over and over. */
async function filesIn(folder: string, count: number, different: number): Promise<string[]> {
  const { images, poses, ctf } = new Blobs(BOX).simulate({ count: different, snr: 1, shiftPixels: 1, seed: 1 });
  const pixels = await images.read(Array.from({ length: different }, (_, i) => i));
  const repeated = (values: Float32Array): Float32Array => {
    const all = new Float32Array((values.length / different) * count);
    for (let at = 0; at < all.length; at += values.length) all.set(values.subarray(0, all.length - at), at);
    return all;
  };
  const { rotations, translations } = poses;
  const files: [string, Uint8Array][] = [
    ['particles.mrcs', writeMrcStack({ count, boxPixels: BOX, pixelSizeAngstrom: 6 }, repeated(pixels))],
    [
      'poses.pkl',
      writePosePickle({ rotations: repeated(rotations), translations: translations && repeated(translations) }),
    ],
    ...(ctf ? [['ctf.pkl', writeCtfPickle(repeated(ctf))] satisfies [string, Uint8Array]] : []),
  ];
  return files.map(([name, bytes]) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  });
}

async function begin(studio: Studio, files: string[], epochs: number): Promise<void> {
  await studio.go('data');
  await studio.drop(files);
  await studio.accept();
  await studio.go('learn');
  await studio.chooseSmallRun(epochs, 16);
  await studio.byId('group-device').locator('summary').click();
  await studio.byId('param-device').click();
  await studio.byId(`param-device-${asked.device}`).click();
  await studio.byId('start').click();
}

async function epochs(studio: Studio, threads: TabThreads, count: number): Promise<void> {
  const looks: Look[] = [];
  const done = () => studio.ask(({ run }) => run()?.epochsDone ?? 0);
  for (const share of SHARES) {
    await reach('epochs', Math.ceil(share * count), done);
    // Nothing is under way while it is looked at.
    await studio.byId('pause').click();
    await studio.until('the pause', ({ status }) => status() === 'paused', { seconds: 60 });
    await wait(1000);
    looks.push(await look(studio, threads, await done()));
    await studio.byId('continue').click();
  }
  const device = await studio.ask(({ run }) => run()?.device?.description ?? '');
  say(`${count} epochs of ${COUNT} images of ${BOX}² in the page, MB`, looks, [device]);
}

/** Maps at the particles, one after the other, as by clicks on the landscape. */
async function maps(studio: Studio, threads: TabThreads, count: number): Promise<void> {
  await studio.byId('go-explore').click();
  await studio.until('the landscape', ({ explore }) => explore().pcaReady, { seconds: 60 });
  const looks: Look[] = [];
  const marks = SHARES.map((share) => Math.ceil(share * count));
  for (let done = 1; done <= marks[marks.length - 1]; done++) {
    const row = done % COUNT;
    await studio.page.evaluate((row) => {
      const { placeOf, clickAt } = window.__vitrine!.exploreVerbs;
      const place = placeOf(row);
      if (place) clickAt(...place);
    }, row);
    await studio.until('the map', ({ explore }) => {
      const { a, decoding } = explore();
      return a && !a.preview && !decoding;
    });
    if (marks.includes(done)) looks.push(await look(studio, threads, done));
  }
  say(`${count} maps of ${BOX}³ in the page, MB`, looks, []);
}

async function batches(studio: Studio, threads: TabThreads, folder: string, count: number): Promise<void> {
  const images = count * BATCH_IMAGES;
  await begin(studio, await filesIn(folder, images, 4096), 1);
  const looks: Look[] = [];
  const prepared = async (): Promise<number> => {
    const text = await studio.page.evaluate(() => document.body.innerText);
    // The first images are learned from once all are prepared.
    if (await studio.ask(({ progress }) => (progress()?.imagesDone ?? 0) > 0)) return images;
    const said = /Preparing images: ([\d,]+) of/.exec(text);
    return said ? Number(said[1].replaceAll(',', '')) : 0;
  };
  for (const share of SHARES) {
    const at = await reach('images', share * images, prepared);
    // Without the browser's own sum: it comes after half a minute, when all may be prepared.
    looks.push({ at: at / BATCH_IMAGES, threads: await threads.collected(), all: null });
  }
  say(`${count} batches of ${BATCH_IMAGES} images of ${BOX}² in the page, MB`, looks, []);
  await studio.byId('stop').click();
}

const folder = mkdtempSync(join(tmpdir(), 'vitrine-memory-'));
const studio = await Studio.open();
try {
  const threads = await TabThreads.open(studio.page);
  const count = Number(asked.epochs);
  if (count > 0) {
    await begin(studio, await filesIn(folder, COUNT, COUNT), count);
    await epochs(studio, threads, count);
  }
  if (count > 0 && Number(asked.maps) > 0) {
    await studio.finished(PATIENCE_SECONDS);
    await maps(studio, threads, Number(asked.maps));
  }
  if (Number(asked.batches) > 0) await batches(studio, threads, folder, Number(asked.batches));
  if (studio.errors.length > 0) console.error(studio.errors);
} finally {
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
