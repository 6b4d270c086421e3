// How a simulated molecule moves and where it dwells: the sets that programs for heterogeneity are tried on (Zhong's thesis,
// sections 3.4 and 4.3; Zhong et al. 2020, ICLR; 2021, Nat. Methods 18), as angles of the molecule's hinges.
import { VitrineError } from '../base/errors.ts';
import type { Molecule } from './molecule.ts';

/**
 * uniform: along the first hinge, every state as often. cooperative: the same states, mostly those near either end.
 * noncontiguous: none of the middle third. circular: the whole way round the first hinge. two-hinges: a square of states, two
 * hinges on their own. discrete: states apart from each other in all hinges.
 */
export const MOTIONS = ['uniform', 'cooperative', 'noncontiguous', 'circular', 'two-hinges', 'discrete'] as const;
export type Motion = (typeof MOTIONS)[number];

/** Angles of the hinges that move, and how often they are met. */
export interface Conformation {
  anglesRadians: number[];
  /** Relative number of particles. */
  share: number;
}

/** What is asked of a motion. */
export interface MotionPlan {
  motion: Motion;
  states: number;
  spanRadians: number;
}

/** Cooperative states lie around these parts of the way, with this deviation; a part of the particles lies anywhere. */
const ENDS = [0.15, 0.85];
const END_DEVIATION = 0.08;
const BETWEEN_ENDS = 0.05;
/** Steps of the sequence that fills a plane most evenly (Roberts' R2), 1/g and 1/g² of its root of x³ = x + 1. */
const EVEN_STEPS = [0.7548776662466927, 0.5698402909980532];

/** `states` conformations. Error: 'value-out-of-range' where their number, or the molecule's hinges, do not allow the motion. */
export function anglesOf({ motion, states, spanRadians }: MotionPlan, molecule: Molecule): Conformation[] {
  const angleAt = (part: number) => spanRadians * (part - 0.5);
  const partOf = (state: number) => (states === 1 ? 0.5 : state / (states - 1));
  const along = (share: (part: number) => number): Conformation[] =>
    Array.from({ length: states }, (_, state) => ({
      anglesRadians: [angleAt(partOf(state))],
      share: share(partOf(state)),
    }));
  switch (motion) {
    case 'uniform':
      return along(() => 1);
    case 'cooperative':
      return along((part) =>
        ENDS.reduce((sum, end) => sum + Math.exp(-0.5 * ((part - end) / END_DEVIATION) ** 2), BETWEEN_ENDS),
      );
    case 'noncontiguous':
      refuse(states < 3, '--states', '3 states or more', states);
      return along((part) => (part > 1 / 3 && part < 2 / 3 ? 0 : 1));
    case 'circular':
      return Array.from({ length: states }, (_, state) => ({
        anglesRadians: [2 * Math.PI * (state / states - 0.5)],
        share: 1,
      }));
    case 'two-hinges':
      return overSquare(states, molecule).map((parts) => ({ anglesRadians: parts.map(angleAt), share: 1 }));
    case 'discrete':
      return Array.from({ length: states }, (_, state) => ({
        anglesRadians: molecule.hinges.slice(0, 2).map((_, hinge) => angleAt((0.5 + state * EVEN_STEPS[hinge]) % 1)),
        share: 1,
      }));
  }
}

/** Parts of the way of both hinges, the second's changing fastest. */
function overSquare(states: number, molecule: Molecule): number[][] {
  const side = Math.round(Math.sqrt(states));
  refuse(side < 2 || side * side !== states, '--states', 'the square of a whole number above 1', states);
  refuse(molecule.hinges.length < 2, '--motion', 'a molecule with two hinges', molecule.name);
  return Array.from({ length: states }, (_, state) => [
    Math.floor(state / side) / (side - 1),
    (state % side) / (side - 1),
  ]);
}

function refuse(isBad: boolean, field: string, expected: string, found: number | string): void {
  if (isBad)
    throw new VitrineError('value-out-of-range', 'The molecule cannot move like this.', {
      field,
      expected,
      found: String(found),
    });
}
