// The contract as the screen sees it: a trailing CallOptions becomes an optional { signal, onProgress }, `cancel` is gone.
// The tables below say at which position a method takes its CallOptions; the types keep them complete.
import type { AnalysisApi, CallOptions, EngineApi, IoApi, Progress } from './contract.ts';

export interface CallControl {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

type FacadeArguments<A extends unknown[]> = A extends [...infer Head, CallOptions]
  ? [...head: Head, control?: CallControl]
  : A;
export type Facade<Api> = {
  [K in Exclude<keyof Api, 'cancel'>]: Api[K] extends (...args: infer A) => infer R
    ? (...args: FacadeArguments<A>) => Promise<Awaited<R>>
    : never;
};
export type IoFacade = Facade<IoApi>;
export type EngineFacade = Facade<EngineApi>;
export type AnalysisFacade = Facade<AnalysisApi>;

type TakesCall<F> = F extends (...args: infer A) => unknown
  ? A extends [...unknown[], CallOptions]
    ? true
    : false
  : false;
/** Position of the CallOptions among the arguments, for every method that takes one. */
export type CallPositions<Api> = {
  readonly [K in keyof Api as TakesCall<Api[K]> extends true ? K : never]: number;
};

export const IO_CALLS: CallPositions<IoApi> = {
  openFiles: 2,
  answer: 2,
  openDemo: 0,
  firstAid: 1,
  exportRun: 1,
  compareMaps: 3,
};
export const ENGINE_CALLS: CallPositions<EngineApi> = { estimate: 2, checkRun: 3, deposit: 2 };
export const ANALYSIS_CALLS: CallPositions<AnalysisApi> = {
  ...{ pca: 1, umap: 2, kMeans: 3 },
  ...{ decode: 1, decodeSeries: 2, exportMaps: 2 },
  ...{ landscapePlan: 2, runLandscape: 2, remaskLandscape: 2, reclusterLandscape: 2, landscapeParticles: 2 },
  ...{ landscapeHomogeneity: 1, landscapeFreeEnergy: 2, landscapePath: 2, exportLandscape: 2 },
};
