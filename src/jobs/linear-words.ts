// What a linear model says of the images, in words for people: the same on a terminal and on the screen.
import type { LinearReport } from '../library/linear-files.ts';

/** What the screen says of a fitted linear model. */
export interface ComponentsReport {
  /** Shares of the components in the variance that they explain together, percent, descending. */
  percents: number[];
  /** Components, from the first, that both halves of the images give. */
  reproducible: number;
  /** Canonical correlations between the halves' components, descending. */
  correlations: number[];
  /** Mean log evidence of an image that the model has not seen over one structure, and its standard error. */
  heldOutGain: number;
  heldOutError: number;
  /** Mean log evidence of an image over one structure, an iteration; empty where an older version kept none. */
  evidence: { iteration: number; gain: number }[];
  /** A sentence. */
  words: string;
}

/** What linear.json says, for the screen. */
export function componentsReport(report: LinearReport): ComponentsReport {
  const { scree, reproducible, correlations, heldOutGain, heldOutError, history = [] } = report;
  const words = `${reproducibleWords(report).replace(/\.$/, '')}.`;
  const evidence = history.map(({ iteration, evidenceGain }) => ({ iteration, gain: evidenceGain }));
  return { percents: screePercents(scree), reproducible, correlations, heldOutGain, heldOutError, evidence, words };
}

/** Shares of the components in the variance that they explain together, in percent, descending. */
export function screePercents(scree: ArrayLike<number>): number[] {
  const variances = Array.from(scree, (norm) => norm * norm);
  const sum = variances.reduce((total, variance) => total + variance, 0);
  return variances.map((variance) => (sum > 0 ? (100 * variance) / sum : 0));
}

/** "Variance along the components: 71 %, 17 %, 8 %, 4 %". */
export function screeWords(scree: ArrayLike<number>): string {
  const percents = screePercents(scree).map((percent) => `${percent.toFixed(percent < 9.95 ? 1 : 0)} %`);
  return `Variance along the components: ${percents.join(', ')}`;
}

/** "3 of 4 components reproduce between halves of the images". */
export function reproducibleWords({ reproducible, components }: LinearReport): string {
  const verb = reproducible === 1 ? 'reproduces' : 'reproduce';
  return reproducible === 0
    ? 'One structure explains these images.'
    : `${reproducible} of ${components} components ${verb} between halves of the images`;
}
