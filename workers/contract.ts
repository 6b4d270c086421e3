// The boundary between the screen and the science: one API per worker, plain data both ways, large arrays transferred.
// Nothing here runs. The screen imports these types and client.ts; the worker entries expose classes that satisfy them.
//
// Long calls take a `CallOptions` whose `id` can be cancelled with `cancel(id)`; the client makes both from an
// AbortSignal and a progress callback. A cancelled call rejects with VitrineError 'cancelled'. Errors cross as ErrorData.
import type { ErrorData, Notice } from '../src/base/errors.ts';
import type { ChoosingProgress, DeviceInfo } from '../src/engine/engine.ts';
import type { KeptTuning } from '../src/engine/wgsl/tuning/store.ts';
import type { Answers, FileRole, Question, UnderstoodFile } from '../src/formats/drop/understanding.ts';
import type { LinearProgress } from '../src/inference/linear/progress.ts';
import type { PoseReport } from '../src/inference/pose-report.ts';
import type { ToldFinding } from '../src/jobs/first-aid-job.ts';
import type { ImageFits } from '../src/library/linear-files.ts';
import type { ComponentsReport } from '../src/jobs/linear-words.ts';
import type { MaskChoice, MaskExtent } from '../src/jobs/solvent-mask.ts';
import type { MapStatistics } from '../src/isosurface/statistics.ts';
import type { Params } from '../src/params/params.ts';

export type {
  ChoosingProgress,
  ErrorData,
  Notice,
  DeviceInfo,
  KeptTuning as KeptKernels,
  Params,
  LinearProgress,
  ComponentsReport,
  ImageFits,
  MaskChoice,
  MaskExtent,
  ToldFinding,
  PoseReport,
  Answers as DraftAnswers,
  FileRole,
  Question,
  UnderstoodFile as FileReport,
  MapStatistics as VolumeStatistics,
};

export type * from './contract/analysis.ts';
export type * from './contract/atoms.ts';
export type * from './contract/calls.ts';
export type * from './contract/datasets.ts';
export type * from './contract/engine.ts';
export type * from './contract/io.ts';
export type * from './contract/landscape.ts';
export type * from './contract/maps.ts';
export type * from './contract/masks.ts';
export type * from './contract/runs.ts';
export type * from './contract/validate.ts';
