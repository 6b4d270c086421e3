// Does the page hold steady? Its memory while a tiny set is learned for many epochs: after a tenth, after half, and near the end, on the CPU's
// kernels or, with --device gpu, on WGSL in SwiftShader. What the browser says of page and workers together
// (measureUserAgentSpecificMemory), and the page's own heap after a collection.
// Run: npx vite build; npx tsx bench/tab-memory.ts [--epochs 200] [--device cpu|gpu]
import { parseArgs } from 'node:util';
import { Studio } from '../e2e/studio.ts';
import { writeCtfPickle, writePosePickle } from '../src/formats/cryodrgn-pickles.ts';
import { writeMrcStack } from '../src/formats/mrc-write.ts';
import { Blobs } from '../testing/blobs.ts';
import { figures, markdown } from './report.ts';

const { values: asked } = parseArgs({
  options: { epochs: { type: 'string', default: '200' }, device: { type: 'string', default: 'cpu' } },
});
const EPOCHS = Number(asked.epochs);
const COUNT = 32;
const BOX = 16;
/** While it still learns. */
const LATE = Math.floor(0.95 * EPOCHS);
const PATIENCE_SECONDS = 900;

interface Memory {
  epoch: number;
  /** Bytes; null where the browser did not say in a minute. */
  all: number | null;
  page: number;
}

async function memoryOf(studio: Studio): Promise<Memory> {
  const session = await studio.context.newCDPSession(studio.page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  const all = await studio.page.evaluate(() => {
    const measure = (performance as { measureUserAgentSpecificMemory?(): Promise<{ bytes: number }> })
      .measureUserAgentSpecificMemory;
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), 60_000));
    return Promise.race([measure?.call(performance).then(({ bytes }) => bytes) ?? null, late]);
  });
  const page = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? NaN;
  return { epoch: await studio.ask(({ run }) => run()?.epochsDone ?? 0), all, page };
}

function files() {
  const { images, poses, ctf } = new Blobs(BOX).simulate({ count: COUNT, snr: 1, shiftPixels: 1, seed: 1 });
  return images
    .read(Array.from({ length: COUNT }, (_, i) => i))
    .then((pixels) => [
      { name: 'particles.mrcs', bytes: writeMrcStack({ count: COUNT, boxPixels: BOX, pixelSizeAngstrom: 6 }, pixels) },
      { name: 'poses.pkl', bytes: writePosePickle(poses) },
      ...(ctf ? [{ name: 'ctf.pkl', bytes: writeCtfPickle(ctf) }] : []),
    ]);
}

const studio = await Studio.open();
try {
  await studio.drop(await files());
  await studio.accept();
  await studio.go('learn');
  await studio.chooseSmallRun(EPOCHS, 16);
  await studio.byId('group-device').locator('summary').click();
  await studio.byId('param-device').click();
  await studio.byId(`param-device-${asked.device}`).click();
  await studio.byId('start').click();
  const looks: Memory[] = [];
  for (const epoch of [Math.ceil(EPOCHS / 10), Math.ceil(EPOCHS / 2), LATE]) {
    const end = Date.now() + 1000 * PATIENCE_SECONDS;
    while (Date.now() < end && (await studio.ask(({ run }) => run()?.epochsDone ?? 0)) < epoch)
      await new Promise((next) => setTimeout(next, 200));
    looks.push(await memoryOf(studio));
    console.error(looks.at(-1));
  }
  const device = await studio.ask(({ run }) => run()?.device?.description ?? '');
  const megabytes = (bytes: number | null) => (bytes === null ? '–' : figures(bytes / 1e6));
  console.log(
    markdown({
      title: 'Memory of the page while it learns, MB',
      notes: [`${COUNT} images of ${BOX}², ${device}.`],
      header: ['epochs done', 'page and workers', "the page's heap, collected"],
      rows: looks.map(({ epoch, all, page }) => [String(epoch), megabytes(all), megabytes(page)]),
    }),
  );
  if (studio.errors.length > 0) console.error(studio.errors);
} finally {
  await studio.close();
}
process.exit();
