// What Validate asks of the workers: checks of a run, and two maps compared.
import type { RunCheck, RunCheckName } from '../../src/jobs/run-checks/check.ts';
import type { FscMask } from '../../src/validation/masked-fsc.ts';
import type { ExportedBlob } from './datasets.ts';
import type { IsosurfaceMesh } from './maps.ts';

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

/** Resolution by direction, at 0.143. */
export interface ComparedDirections {
  /** V×3 unit vectors. */
  directions: Float64Array;
  /** V, Å. */
  resolutionAngstrom: Float64Array;
  bestAngstrom: number;
  worstAngstrom: number;
  /** 1: the same every way. */
  sphericity: number;
}

/** Resolution by place, at 0.5, Å, with the surface of the maps’ mean to see it on. */
export interface ComparedPlaces {
  /** Within the mask. */
  best: number;
  median: number;
  worst: number;
  /** D³ [z][y][x]. */
  values: Float32Array;
  /** Of the mean within the mask, filtered to the resolution at 0.143. */
  mesh: IsosurfaceMesh;
  /** Å: best and worst on that surface. */
  onSurface: { best: number; worst: number };
}

/** Two maps compared. */
export interface ComparedMaps {
  boxPixels: number;
  pixelSizeAngstrom: number;
  /** The last one counts. */
  curves: ComparedCurve[];
  guinier: { squaredFrequencies: Float64Array; logAmplitudes: Float64Array; bFactor: number; intercept: number } | null;
  anisotropy: ComparedDirections | null;
  /** Null where it was not asked. */
  local: ComparedPlaces | null;
}

/** What checks fit to halves: linear models, or networks as the run's. */
export type CheckMethod = 'linear' | 'network';

/** How maps are compared; a mask is made of them. */
export interface CompareRequest {
  mask: FscMask;
  randomise: boolean;
  local: boolean;
}

/** A state to deposit. */
export interface DepositRequest {
  /** Of its folder in the zip, and for people. */
  name: string;
  /** Its particles: rows of the dataset from 0, ascending. */
  rows: Uint32Array;
  /** For the contour; by the map's own statistics where null. */
  massKilodalton: number | null;
}

/** What EMDB asks of a state's entry, as one zip. */
export interface Deposition extends ExportedBlob {
  /** Recommended contour, map units. */
  contour: number;
  /** Å at which the FSC of the halves, corrected for the mask, falls below 0.143. */
  resolutionAngstrom: number;
}
