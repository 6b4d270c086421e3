// An ab initio training's own part of a run: its plan from the parameters, where its poses come from (the run's last epoch, the
// start that was already found, or a start now), and what is kept of them.
import { boxPixelsOf } from '../field/kinds.ts';
import { VitrineError } from '../base/errors.ts';
import type { Poses } from '../formats/particles.ts';
import { startPoses, trainAbInitio } from '../inference/ab-initio/ab-initio.ts';
import { aroundOf, type AbInitioPlan } from '../inference/ab-initio/plan.ts';
import type { StartBookmark } from '../inference/em-start/start-plan.ts';
import { tiltAboutX } from '../inference/pose-search/comparison.ts';
import type { PoseReport } from '../inference/pose-report.ts';
import { initialCheckpoint } from '../inference/start.ts';
import type { TrainingWork } from '../inference/train.ts';
import type { Checkpoint, TrainingData, TrainingEvent, TrainingPlan } from '../inference/training.ts';
import type { RunRecord } from '../library/run-record.ts';
import { mapPixelSize, type RunFolder } from '../library/runs.ts';
import { resolveAuto } from '../params/auto.ts';
import type { Params } from '../params/params.ts';

const REPORTS_KEPT = 100;
/** cryoDRGN-BNB (Zhong et al. 2020): 72 shifts. */
const BOUNDED_SHIFTS = [9, 8] as const;

/** Error 'value-out-of-range' where a band limit lies beyond the box. */
export function abInitioPlan(
  params: Params,
  training: TrainingPlan,
  { images, tilted }: { images: number; tilted: boolean } = { images: Infinity, tilted: false },
): AbInitioPlan {
  const boxPixels = boxPixelsOf(training.field);
  const half = boxPixels / 2;
  // The box that is trained at is settled by now.
  const context = { boxPixels, particles: images, tiltPairs: tilted };
  const { bandEnd, shiftExtent, classes, searchRange } = resolveAuto({ ...params, boxPixels }, context);
  if (bandEnd > half)
    throw new VitrineError('value-out-of-range', 'The band limit lies beyond the images.', {
      field: '--l-end',
      expected: `at most ${half} Fourier pixels, half the training box`,
      found: String(bandEnd),
    });
  const bounded = params.searchMethod === 'branch-and-bound';
  // Random poses have to be searched everywhere, whatever was asked for.
  const range = params.start === 'random' ? 'everywhere' : searchRange;
  return {
    training,
    search: {
      every: range === 'nowhere' ? Infinity : params.searchEvery,
      baseLevel: { '30': 1, '15': 2, '7.5': 3 }[params.baseGridDegrees],
      refinements: params.searchLevels,
      kept: params.keptPoses,
      bounded,
      shiftExtent,
      shiftGrid: bounded ? BOUNDED_SHIFTS : [params.shiftGrid, params.shiftGrid],
      bandStart: Math.min(params.bandStart, bandEnd),
      bandEnd,
      bandRampEpochs: params.bandRampEpochs,
      polish: params.polish,
      slices: params.slices,
      around: range === 'around' ? aroundOf(boxPixels) : null,
    },
    start: params.start,
    starts: params.starts,
    classes,
    patience: params.patience,
    resetEvery: params.resetEvery,
    tiltDegrees: params.tiltDegrees,
  };
}

/** Poses to be found: zeros that the start or a search fills. */
export function unknownPoses(count: number): Poses {
  return { rotations: new Float32Array(9 * count), translations: new Float32Array(2 * count) };
}

/**
 * Trains an ab initio run from `start` (a checkpoint, or epoch 0) to its end. What the start finds is kept in the run's folder as
 * epoch 0's poses, so that a run that was broken off after it does not look for them again; one broken off within a start of several
 * classes goes on from the last of its parts that was done. `beginAtPoses`: what a run that has learned nothing begins from, once its
 * poses are known.
 */
export async function trainAbInitioRun(
  run: RunFolder,
  record: RunRecord,
  work: TrainingWork,
  beginAtPoses?: (start: Checkpoint, poses: Poses) => Promise<Checkpoint>,
): Promise<Checkpoint> {
  const { plan: training, data, onEvent, hooks = {} } = work;
  let { start } = work;
  const { params } = record;
  const given = data.poses;
  const plan = abInitioPlan(params, training, { images: data.images.count, tilted: data.tilt !== undefined });
  // A run's poses change as it goes; those of the dataset stay as they are.
  const poses: Poses = { rotations: given.rotations.slice(), translations: given.translations?.slice() ?? null };
  const searched: TrainingData = { ...data, poses };
  if (data.tilt)
    searched.tilt = {
      ...data.tilt,
      rotation: tiltAboutX(params.tiltDegrees),
      translations: data.tilt.translations.slice(),
    };
  const keep = new PoseKeeper(run, record, onEvent);
  const known = record.started ? await run.poses(start.epoch) : null;
  if (known) {
    poses.rotations.set(known.rotations);
    poses.translations = known.translations ?? new Float32Array(2 * data.images.count);
    const second = searched.tilt && (await run.poses(start.epoch, 'pose_tilted'));
    if (second?.translations) searched.tilt?.translations.set(second.translations);
  } else {
    const bookmarks = { bookmark: await run.startBookmark(), onBookmark: keep.bookmark };
    try {
      await startPoses({ ...work, plan, data: searched, onEvent: keep.hear }, bookmarks);
    } finally {
      await keep.settled();
    }
  }
  if (beginAtPoses && start.epoch === 0) {
    await keep.settled();
    start = await beginAtPoses(start, poses);
    const contrasts = start.latentLearning?.contrast;
    if (contrasts) searched.contrasts = contrasts;
  }
  const fresh = (epoch: number) => initialCheckpoint(training.field, params.seed + epoch);
  const onIdle = async (): Promise<void> => {
    await keep.settled();
    await hooks.onIdle?.();
  };
  const last = await trainAbInitio(
    { ...work, plan, data: searched, start, onEvent: keep.hear, hooks: { ...hooks, onIdle } },
    fresh,
  );
  await keep.settled();
  return last;
}

/** Writes what is told of poses into the run before it is told on. */
class PoseKeeper {
  private saving: Promise<unknown> = Promise.resolve();
  private reports: PoseReport[];

  constructor(
    private readonly run: RunFolder,
    private readonly record: RunRecord,
    private readonly onEvent: (event: TrainingEvent) => void,
  ) {
    this.reports = record.poseReports ?? [];
  }

  readonly hear = (event: TrainingEvent): void => {
    if (event.type === 'poses' && (event.report.stage === 'search' || event.report.fraction === 1)) {
      this.reports = [...this.reports.slice(1 - REPORTS_KEPT), event.report];
      const poseReports = this.reports;
      this.after(() => this.run.update({ poseReports }));
    }
    if (event.type === 'started') this.after(() => this.saveStart(event));
    this.onEvent(event);
  };

  readonly bookmark = (bookmark: StartBookmark): void => this.after(() => this.run.saveStartBookmark(bookmark));

  private async saveStart(event: Extract<TrainingEvent, { type: 'started' }>): Promise<void> {
    const { run, record } = this;
    await run.savePoses(0, event.poses.poses, event.poses.tiltedPoses);
    if (event.maps) {
      const { maps, mapPixels } = event.maps;
      // The maps' grey values are those of the field's maps: times the images' deviation, per voxel of the training box.
      const scale = ((await run.record())?.standardDeviation ?? 1) * (mapPixels / record.boxPixels) ** 3;
      const scaled = maps.map((map) => map.map((v) => v * scale));
      const pixelSize = mapPixelSize(record.boxPixels, record.pixelSizeAngstrom, mapPixels);
      await run.saveStart(scaled, mapPixels, pixelSize, event.classes);
    }
    await run.update({ started: true });
    await run.removeStartBookmark();
  }

  private after(work: () => Promise<unknown>): void {
    this.saving = this.saving.then(work);
    // Thrown where it is awaited.
    this.saving.catch(() => undefined);
  }

  /** Error 'storage' where something could not be written. */
  async settled(): Promise<void> {
    await this.saving;
  }
}
