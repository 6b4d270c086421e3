// Seconds from opening Explore to its PCA, clusters and UMAP in the browser, on a first visit and after a reload, of a run that was
// really learnt: npx tsx bench/second-visit.ts [particles]. Needs a built studio (npm run build) and a simulated set on disk.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Studio } from '../e2e/studio.ts';

const count = Number(process.argv[2] ?? 100_000);
const zDim = 8;
const folder = mkdtempSync(join(tmpdir(), 'vitrine-visit-'));

/** Waits for all three and says when each was there, in seconds after the click. */
async function look(studio: Studio, name: string): Promise<void> {
  await studio.page.reload();
  await studio.until('the studio', ({ ready }) => ready(), { seconds: 120 });
  // As long as a person takes to see where to click; what is loaded ahead is loaded by then.
  await new Promise((done) => setTimeout(done, 3000));
  const started = performance.now();
  const since = () => (performance.now() - started) / 1000;
  await studio.byId('nav-explore').click();
  const seen: Record<string, number> = {};
  while (['pca', 'clusters', 'umap'].some((what) => !(what in seen))) {
    const { pcaReady, umapReady, clusters } = await studio.ask(({ explore }) => explore());
    if (pcaReady) seen['pca'] ??= since();
    if (clusters > 0) seen['clusters'] ??= since();
    if (umapReady) seen['umap'] ??= since();
    else if (pcaReady && clusters > 0 && name === 'first visit' && !('asked' in seen)) {
      seen['asked'] = since();
      await studio.byId('axes-family-umap').click();
    }
    if (since() > 900) throw new Error(`not seen within 15 minutes: ${JSON.stringify(seen)}`);
    await new Promise((done) => setTimeout(done, 20));
  }
  const words = Object.entries(seen).map(([what, seconds]) => `${what} ${seconds.toFixed(2)} s`);
  console.log(`${name}, ${count} × ${zDim}: ${words.join(', ')}`);
}

try {
  const simulate = ['simulate', '-o', folder, '-N', String(count), '-D', '16', '--apix', '6', '--states', '2'];
  const { status } = spawnSync(process.execPath, [resolve(import.meta.dirname, '../cli/vitrine.mjs'), ...simulate]);
  if (status !== 0) throw new Error(`simulate ended with ${status}`);
  const studio = await Studio.open();
  studio.page.setDefaultTimeout(300_000);
  await studio.drop(['particles.mrcs', 'particles.star'].map((file) => join(folder, file)));
  await studio.accept();
  await studio.go('learn');
  await studio.chooseSmallRun(1, 16);
  await studio.enter('param-zDim', zDim);
  await studio.enter('param-batchSize', 256);
  await studio.byId('start').click();
  await studio.finished(1800);
  await look(studio, 'first visit');
  await look(studio, 'second visit');
  await studio.close();
} finally {
  rmSync(folder, { recursive: true });
}
