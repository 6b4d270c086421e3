// Seconds of the landscape's and the isosurface's work on this machine: npx tsx bench/landscape.ts [part …]
// Sizes: 4000 is reference/hinge, 100,000 an ordinary data set, 1,000,000 the largest the studio is meant for.
import { Random } from '../src/geometry/random.ts';
import { mapStatistics } from '../src/isosurface/statistics.ts';
import { surfaceNets } from '../src/isosurface/surface-nets.ts';
import { kMeansClusters } from '../src/landscape/kmeans.ts';
import { principalComponents } from '../src/landscape/pca.ts';
import { umapOf } from '../src/landscape/umap.ts';
import { cloudOfColumns, rowsInPolygon } from '../src/selection/lasso.ts';

/** Latents as a β-VAE leaves them: a few blobs and a bent path in eight dimensions. */
function latents(count: number, zDim: number): Float32Array {
  const random = new Random(1);
  return Float32Array.from({ length: count * zDim }, (_, i) => {
    const row = Math.floor(i / zDim);
    const d = i % zDim;
    return random.normal() * 0.5 + (d === row % 5 ? 2 : 0) + Math.sin((row / count) * 3 + d);
  });
}
/** Blobs in a box of side d, contoured at 0.05: about 120,000 vertices at 128³, as a large complex shows. */
function blobs(d: number): Float32Array {
  return Float32Array.from({ length: d ** 3 }, (_, v) => {
    const [x, y, z] = [v % d, Math.floor(v / d) % d, Math.floor(v / (d * d))];
    const away = (x - d / 2) ** 2 + (y - d / 2) ** 2 + (z - d / 2) ** 2;
    return Math.sin(x / 5) * Math.sin(y / 5) * Math.sin(z / 5) * Math.exp(-away / (0.09 * d * d));
  });
}
const circle = Array.from({ length: 400 }, (_, i) => [Math.cos(i / 63.66), Math.sin(i / 63.66)]).flat();

const parts: Record<string, () => unknown> = {
  'lasso, 400 vertices, 1,000,000 points': () => rowsInPolygon(cloudOfColumns(millions, 8, 0, 1), circle),
  'PCA 1,000,000 × 8': () => principalComponents(millions, 8),
  'k-means 100,000 × 8, k = 20': () => kMeansClusters(latents(100_000, 8), 8, 20, 0),
  'isosurface 128³': () => surfaceNets(map, 128, 1, 0.05),
  'isosurface 128³, once warm': () => surfaceNets(map, 128, 1, 0.05),
  'statistics 128³': () => mapStatistics(map),
  'UMAP 4,000 × 8': () => umapOf(latents(4000, 8), 8, { seed: 0 }),
  'UMAP 100,000 × 8': () => umapOf(latents(100_000, 8), 8, { seed: 0 }),
};
const map = blobs(128);
const millions = latents(1_000_000, 8);
const asked = process.argv.slice(2);
for (const [name, part] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.some((word) => name.includes(word))) continue;
  const started = performance.now();
  const before = process.cpuUsage();
  await part();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  // On a busy machine the time on the clock says little; the processor's does.
  console.log(`${name}: ${seconds.toFixed(3)} s, processor ${((user + system) / 1e6).toFixed(3)} s`);
}
