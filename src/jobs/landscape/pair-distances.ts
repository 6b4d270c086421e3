// Distances between the maps of particles in a landscape's mask where particles have no volume components: exact where the run's maps are sums of a
// few, else between maps that are decoded for it. A few hundred are, and none is kept.
import { throwIfCancelled } from '../../base/errors.ts';
import type { JobOptions } from '../progress.ts';
import { byComponents, homogeneityOf, type PairDistances } from './homogeneity.ts';
import { basesOf, distanceLatents, requireLandscape, saved, workOf, type LandscapeRun } from './landscape-job.ts';
import { LandscapeFolder } from './landscape-folder.ts';
import type { Landscape } from './landscape.ts';
import { landscapeFiles, readLandscapeMap } from './state-maps.ts';
import { mapCoordinates, type BaseMaps } from './summed-maps.ts';

/** Of decoded maps: particles whose maps are held, and pairs for each number of clusters. */
const POOL = 60;
const DECODED_PAIRS = 40;
const SUMMED_PAIRS = 2000;

/** The landscape with the homogeneity of its sketch. Errors: 'file-missing' without a landscape, those of decoding, 'cancelled'. */
export async function withHomogeneity(of: LandscapeRun, job: JobOptions): Promise<Landscape> {
  const landscape = await requireLandscape(of);
  const { sketch, states, settings, particles } = landscape;
  const base = await basesOf(of, sketch.boxPixels);
  const distances = particles ? byComponents(particles) : await betweenMaps(of, sketch.boxPixels, base, job);
  const by = await distanceLatents(of, base);
  const rows = rowsTaken(states);
  const sketched = { z: by.z, dimensions: by.zDim, rows, most: sketch.rows.length };
  const work = { seed: settings.sketch.seed, ...workOf(job) };
  return saved(of, { ...landscape, homogeneity: await homogeneityOf(sketched, distances, work) });
}

/** Particles whose map was not left out. */
export function rowsTaken({ ofParticle }: Landscape['states']): Uint32Array {
  return Uint32Array.from(Array.from(ofParticle.keys()).filter((row) => ofParticle[row] >= 0));
}

async function betweenMaps(
  of: LandscapeRun,
  boxPixels: number,
  base: BaseMaps | null,
  { signal }: JobOptions,
): Promise<PairDistances> {
  const folder = new LandscapeFolder(of.run, of.latents.epoch);
  const { values: mask } = await readLandscapeMap(folder, landscapeFiles.mask);
  return base ? betweenSums(of, base, mask) : betweenDecoded(of, boxPixels, mask, signal ? { signal } : {});
}

function betweenSums({ latents }: LandscapeRun, base: BaseMaps, mask: Float32Array): PairDistances {
  const masked = { ...base, maps: base.maps.map((map) => map.map((value, v) => value * mask[v])) };
  const width = base.maps.length;
  const table = mapCoordinates(masked, latents.mu);
  return {
    ...{ by: 'maps', pairs: SUMMED_PAIRS, pool: Infinity },
    between: (a, b) => {
      let squared = 0;
      for (let k = 0; k < width; k++) squared += (table[a * width + k] - table[b * width + k]) ** 2;
      return Math.sqrt(squared);
    },
  };
}

/** Of decoded maps as the tree compares them: density below 0 counts as 0, times the mask. The first of the pool are held. */
function betweenDecoded(of: LandscapeRun, boxPixels: number, mask: Float32Array, silent: JobOptions): PairDistances {
  const { mu, zDim } = of.latents;
  const voxels = Uint32Array.from(Array.from(mask.keys()).filter((v) => mask[v] > 0));
  const held = new Map<number, Float32Array>();
  const mapOf = async (row: number): Promise<Float32Array> => {
    const known = held.get(row);
    if (known) return known;
    throwIfCancelled(silent.signal);
    const map = await of.decode(mu.slice(row * zDim, (row + 1) * zDim), boxPixels, silent);
    const masked = Float32Array.from(voxels, (v) => Math.max(0, map[v]) * mask[v]);
    if (held.size < POOL) held.set(row, masked);
    return masked;
  };
  return {
    ...{ by: 'maps', pairs: DECODED_PAIRS, pool: POOL },
    between: async (a, b) => {
      const [first, second] = [await mapOf(a), await mapOf(b)];
      return Math.sqrt(first.reduce((sum, value, i) => sum + (value - second[i]) ** 2, 0));
    },
  };
}
