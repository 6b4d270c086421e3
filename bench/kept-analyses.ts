// Seconds until PCA, UMAP and clusters of a run are there again, from what an earlier visit has kept on disk:
// npx tsx bench/kept-analyses.ts [particles] [zDim]. The UMAP kept is made up: reading it takes as long as reading a real one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLatentsPickle } from '../src/formats/cryodrgn-pickles.ts';
import { Random } from '../src/geometry/random.ts';
import { AnalysisLibrary, fingerprintLatents } from '../src/library/analyses/analyses.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { RunLibrary } from '../src/library/runs.ts';
import { Analysis } from '../workers/analysis.ts';
import { latentsOfLibrary } from '../workers/latents-registry.ts';

const [count = 100_000, zDim = 8] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-kept-'));
const storage = new DiskStorage(folder);
const runs = new RunLibrary(storage);
const handle = { runId: 'a', epoch: 20, zDim, count };
const visit = () =>
  new Analysis({
    readLatents: latentsOfLibrary(runs),
    decodeMap: () => Promise.reject(new Error('no maps here')),
    keptOf: (id) => new AnalysisLibrary(storage, runs.folder(id).folder),
  });

async function look(name: string): Promise<void> {
  const started = performance.now();
  const before = process.cpuUsage();
  const analysis = visit();
  await analysis.openLatents(handle);
  const call = { id: name };
  await Promise.all([analysis.pca(handle, call), analysis.kMeans(handle, 8, 0, call)]);
  const kept = await analysis.keptAnalyses(handle);
  if (kept.some(({ method }) => method === 'umap')) await analysis.umap(handle, 0, call);
  const { user, system } = process.cpuUsage(before);
  const seconds = ((performance.now() - started) / 1000).toFixed(3);
  console.log(`${name}, ${count} × ${zDim}: ${seconds} s, processor ${((user + system) / 1e6).toFixed(3)} s`);
}

try {
  const random = new Random(1);
  const mu = Float32Array.from({ length: count * zDim }, (_, i) => random.normal() + (((i / zDim) % 3) | 0));
  await storage.write('runs/a/z.20.pkl', writeLatentsPickle(zDim, mu, new Float32Array(mu.length)));
  await look('first visit, without UMAP');
  await new AnalysisLibrary(storage, 'runs/a').keep(
    {
      ...{ method: 'umap', parameters: { neighbours: 15, minimumDistance: 0.1 }, seed: 0, epoch: 20 },
      fingerprint: await fingerprintLatents(mu),
    },
    { umap: Float32Array.from({ length: count * 2 }, () => random.normal()) },
  );
  await look('second visit, with UMAP');
} finally {
  rmSync(folder, { recursive: true });
}
