// What `vitrine landscape` says: what it will cost, and what came of it.
import type { Landscape, LandscapePlan } from '../src/jobs/landscape/landscape.ts';
import { maskWords } from '../src/params/mask-words.ts';
import type { Console } from './console.ts';

/** What a landscape will cost. */
export function planWords(plan: LandscapePlan): string {
  const { sketchMaps, trainMaps, secondsPerMap, seconds, storageBytes, memoryBytes, boxPixels } = plan;
  const decoded =
    plan.maps === 'components'
      ? 'maps are sums of the run’s components: none is decoded'
      : `${sketchMaps.toLocaleString('en')} maps and ${trainMaps.toLocaleString('en')} to learn from, ${secondsPerMap.toPrecision(2)} s each`;
  const size = `${Math.ceil(storageBytes / 2 ** 20)} MiB on disk, ${Math.ceil(memoryBytes / 2 ** 20)} MiB of memory`;
  return `at ${boxPixels}³: ${decoded}; about ${durationWords(seconds)}, ${size}`;
}

function durationWords(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** What came of it. */
export function tellLandscape(
  { settings, states, pca, particles, mask, freeEnergy, homogeneity }: Landscape,
  folder: string,
  console: Console,
): void {
  console.say(
    `mask, ${maskWords(settings.mask, mask.within)}: ${mask.voxels.toLocaleString('en')} voxels, ${(100 * mask.share).toFixed(1)} % of the box`,
  );
  const percent = Array.from(pca.explainedVariance.subarray(0, 5), (share) => `${(100 * share).toFixed(1)} %`);
  console.say(`variance along volume components: ${percent.join(', ')}`);
  for (let state = 0; state < states.count; state++)
    console.say(
      `state ${state}: ${states.particles[state].toLocaleString('en')} particles, ${states.maps[state]} maps` +
        (Number.isNaN(states.silhouette[state]) ? '' : `, silhouette ${states.silhouette[state].toFixed(2)}`) +
        (states.fewAndFar[state] ? `; few and far: junk, or a rare state. --exclude ${state} leaves it out` : ''),
    );
  if (particles?.how === 'learned') {
    const told = Array.from(particles.heldOutR2, (share) => share.toFixed(3));
    console.say(`volume components of all particles, held-out R²: ${told.join(', ')}`);
  }
  if (homogeneity) {
    const { clusters, meanDistance, overall } = homogeneity;
    const told = Array.from(clusters, (k, i) => `${k}: ${meanDistance[i].toPrecision(3)}`).join(', ');
    console.say(`mean distance of two maps of one cluster, by clusters: ${told}; of any two ${overall.toPrecision(3)}`);
  }
  if (freeEnergy) {
    if (freeEnergy.noiseShare !== null)
      console.say(
        `${(100 * freeEnergy.noiseShare).toFixed(0)} % of the variance on these axes is noise of the latents`,
      );
    if (freeEnergy.cells) console.say(`free energy on ${freeEnergy.cells}`);
    console.say(freeEnergy.caution);
  }
  console.say(`tables, maps and plots: ${folder}`);
}
