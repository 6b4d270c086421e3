// Checks that need no model: what latents follow that they should know nothing of, and how sure the shares of states are.
import { measure } from '../../first-aid/finding.ts';
import { CTF_WIDTH } from '../../formats/particles.ts';
import { kMeansClusters } from '../../landscape/kmeans.ts';
import { directionHarmonics, leakage, LEAK_R2, type NuisanceColumns } from '../../validation/leakage.ts';
import { populations } from '../../validation/population-error.ts';
import { micrographsOf } from '../micrographs.ts';
import type { RunCheck } from './check.ts';
import { latentsOfRun, type CheckOptions, type CheckWork } from './check-work.ts';

const STATES = 6;

/** R² of each latent on pose, defocus, shift and optics group. Error 'file-missing'. */
export async function checkLeaks({ run, record, particles, set }: CheckWork): Promise<RunCheck> {
  const { mu, zDim } = await latentsOfRun(run);
  const rows = leakage(mu, zDim, nuisancesOf({ particles, set }));
  const leaks = rows.filter(({ r2 }) => r2 > LEAK_R2).sort((a, b) => b.r2 - a.r2);
  const words = leaks.map(({ latent, nuisance, r2 }) => `latent ${latent} follows ${nuisance} (R² ${r2.toFixed(2)})`);
  return {
    ...base(record, 'leakage'),
    verdict: leaks.length > 0 ? 'look' : 'good',
    sentence:
      leaks.length > 0
        ? `${words[0][0].toUpperCase()}${words.join(', ').slice(1)}.`
        : 'No latent follows pose, defocus, shift or optics group of the images (R² at most 0.1, of images held out).',
    advice: leaks.length > 0 ? 'Colour the landscape by it before you believe that direction.' : null,
    measures: rows.map(({ latent, nuisance, r2 }) => measure(`R² of latent ${latent} on ${nuisance}`, r2)),
    table: {
      columns: ['latent', 'nuisance', 'r2'],
      rows: rows.map(({ latent, nuisance, r2 }) => [latent, nuisance, Number(r2.toFixed(4))]),
    },
  };
}

function nuisancesOf({ particles, set }: Pick<CheckWork, 'particles' | 'set'>): NuisanceColumns {
  const { poses, ctf, images } = particles;
  const { count } = images;
  const column = (of: (row: number) => number) => Float64Array.from({ length: count }, (_, row) => of(row));
  const { rotations, translations } = poses;
  const directions = Float64Array.from({ length: 3 * count }, (_, i) => rotations[9 * Math.floor(i / 3) + 6 + (i % 3)]);
  const found: NuisanceColumns = { 'the viewing direction': directionHarmonics(directions) };
  if (translations) {
    const length = column((row) => Math.hypot(translations[2 * row], translations[2 * row + 1]));
    found['the shift'] = [length, length.map((value) => value * value)];
  }
  if (ctf) {
    const defocus = column((row) => (ctf[CTF_WIDTH * row + 2] + ctf[CTF_WIDTH * row + 3]) / 2e4);
    found['the defocus'] = [defocus, defocus.map((value) => value * value)];
  }
  const groups = set?.opticsGroupOf;
  if (groups) {
    const several = [...new Set(groups)].slice(1);
    if (several.length > 0)
      found['the optics group'] = several.map((group) => column((row) => (groups[row] === group ? 1 : 0)));
  }
  return found;
}

/** Shares of six states by k-means of the latents, with bootstrap by micrograph and both halves. Error 'file-missing'. */
export async function checkPopulations(
  { run, record, set }: CheckWork,
  { seed = 0, signal }: CheckOptions,
): Promise<RunCheck> {
  const { mu, zDim, count } = await latentsOfRun(run);
  const { labels } = await kMeansClusters(mu, zDim, Math.min(STATES, count), seed, { ...(signal && { signal }) });
  const groups = micrographsOf(set, count);
  const found = populations(labels, { groups, seed });
  const worst = found.reduce((most, each) => {
    const [a, b] = each.halves;
    const sure = Math.max(each.standardError, 1e-9);
    return Math.max(most, Math.abs(a - b) / (2 * sure));
  }, 0);
  const percent = (value: number) => (100 * value).toFixed(1);
  const unit = groups ? 'micrographs' : 'particles';
  const words = found.map(({ share, standardError }) => `${percent(share)} ± ${percent(standardError)} %`).join(', ');
  const apart = worst > 4;
  return {
    ...base(record, 'populations'),
    verdict: apart ? 'look' : 'good',
    sentence: `States by k-means: ${words} (bootstrap by ${unit})${apart ? '; halves of the images differ by more than that' : ''}.`,
    advice: apart ? 'Something differs along the set: look at the order of its particles.' : null,
    measures: found.flatMap(({ share, standardError }, i) => [
      measure(`share of state ${i + 1}`, 100 * share, '%'),
      measure(`its standard error`, 100 * standardError, '%'),
    ]),
    table: {
      columns: ['state', 'particles', 'share', 'standard_error', 'low_2.5', 'high_97.5', 'half_a', 'half_b'],
      rows: found.map(({ count: n, share, standardError, interval, halves }, i) => [
        i + 1,
        n,
        ...[share, standardError, ...interval, ...halves].map((value) => Number(value.toFixed(5))),
      ]),
    },
  };
}

const base = (
  { boxPixels, pixelSizeAngstrom }: CheckWork['record'],
  check: RunCheck['check'],
): Pick<RunCheck, 'version' | 'check' | 'boxPixels' | 'pixelSizeAngstrom' | 'curves' | 'fromShell'> => ({
  ...{ version: 1, check, boxPixels, pixelSizeAngstrom, curves: [], fromShell: null },
});
