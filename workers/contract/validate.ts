// What Validate asks of the workers: checks of a run, and two maps compared.
import type { RunCheck, RunCheckName } from '../../src/jobs/run-checks/check.ts';
import type { FscMask } from '../../src/validation/masked-fsc.ts';

export type { RunCheckName, FscMask };

/** A check as it is told: with its name and what it asks. */
export type ToldCheck = RunCheck & { title: string; question: string };

/** A curve with its first crossings, Å. */
export interface ComparedCurve {
  name: string;
  values: Float64Array;
  resolution05: number;
  resolution0143: number;
}

/** Two maps compared. */
export interface ComparedMaps {
  boxPixels: number;
  pixelSizeAngstrom: number;
  /** The last one counts. */
  curves: ComparedCurve[];
  guinier: { squaredFrequencies: Float64Array; logAmplitudes: Float64Array; bFactor: number; intercept: number } | null;
  anisotropy: { bestAngstrom: number; worstAngstrom: number; sphericity: number } | null;
  local: { best: number; median: number; worst: number } | null;
}

/** How maps are compared; a mask is made of them. */
export interface CompareRequest {
  mask: FscMask;
  randomise: boolean;
  local: boolean;
}
