// First aid as a job: of a set as it was opened, or of one that is kept and whose files are open; and of a linear model's run.
import type { ParticleSet } from '../formats/particles.ts';
import { pickedPlaces } from '../formats/lists/picked-places.ts';
import { checkComponents, checkLeakage, type FittedComponents, type Nuisances } from '../first-aid/components.ts';
import { firstAid } from '../first-aid/first-aid.ts';
import { CHECK_NAMES, type Finding } from '../first-aid/finding.ts';
import type { CheckedParticles } from '../first-aid/particles.ts';
import { readLinearReport } from '../library/linear-files.ts';
import type { FirstAidFound } from '../library/first-aid-record.ts';
import type { RunFolder } from '../library/runs.ts';
import type { JobOptions } from './progress.ts';

/** A finding with the name of its check for people. */
export type ToldFinding = Finding & { title: string };

/** Findings as they are told: with the names of their checks. */
export const told = (findings: readonly Finding[]): ToldFinding[] =>
  findings.map((finding) => ({ ...finding, title: CHECK_NAMES[finding.check] }));

/** Looks at a set whose images can be read. Errors: the reader's, 'cancelled'. */
export async function firstAidOf(set: ParticleSet, { signal, onProgress }: JobOptions = {}): Promise<FirstAidFound> {
  const { findings, scan } = await firstAid(checkedParticles(set), {
    ...(signal && { signal }),
    onProgress: (fraction, message) => onProgress?.({ fraction, message }),
  });
  const deviations = new Float32Array(set.count).fill(NaN);
  scan.rows.forEach((row, at) => (deviations[row] = scan.deviations[at]));
  return { findings, deviations };
}

function checkedParticles({
  images,
  pixelSizeAngstrom,
  poses,
  ctf,
  optics,
  table,
  tableRows,
}: ParticleSet): CheckedParticles {
  const picked = tableRows && pickedPlaces(table, tableRows, pixelSizeAngstrom ?? 1);
  return { images, pixelSizeAngstrom, poses, ctf, optics, picked };
}

/** What is to be said of a linear model's components; nothing of a run that has none (yet). */
export async function componentFindings(run: RunFolder, nuisances: Nuisances): Promise<Finding[]> {
  const report = await readLinearReport(run);
  const latents = report && (await run.latents(null));
  if (!report || !latents) return [];
  const { components, reproducible, correlations } = report;
  const fit: FittedComponents = { latents: latents.mu, components, reproducible, correlations };
  return [checkComponents(fit), checkLeakage(fit, nuisances)];
}

/** Signs of the verdicts on a terminal; words go with them, never colour alone. */
const SIGNS: Record<Finding['verdict'], string> = { good: '✓', look: '?', wrong: '!', 'cannot say': '–' };

/** A finding as lines of a terminal: the sentence with its sign and name, and beneath it what to do. */
export function findingLines({ check, verdict, sentence, advice }: Finding): string[] {
  const head = `${SIGNS[verdict]} ${CHECK_NAMES[check].padEnd(11)} ${verdict.padEnd(10)} ${sentence}`;
  return advice === null ? [head] : [head, `${' '.repeat(25)}→ ${advice}`];
}
