// Ab initio: a field and its poses from images alone (cryoDRGN2; thesis, chapter 5). A start gives first poses
// (em-start), or random ones do; epochs learn with the poses of the last search, and every few of them search anew as they go:
// a portion of the images is searched against the field as it stands, then learned from.
import type { FieldModel } from '../../engine/engine.ts';
import { throwIfCancelled } from '../../base/errors.ts';
import { randomRotations } from '../../geometry/rotation.ts';
import { imagesOfView } from '../../imaging/paired-images.ts';
import { countClasses, type StartHooks, type StartPlan } from '../em-start/start-plan.ts';
import { findStart } from '../em-start/start.ts';
import { poseTiltPairs } from '../em-start/tilt-pairs.ts';
import { trainingBatch } from '../image-batches.ts';
import { startRandomPoses } from '../seeds.ts';
import type { DrawnImages } from '../shuffled-images.ts';
import { openTrainer, turnsOf, type Trainer, type TrainingWork } from '../train.ts';
import { tilted } from '../pose-search/comparison.ts';
import type { SearchData } from '../pose-search/search-images.ts';
import type { Checkpoint, EstimatedPoses, TrainingData, TrainingEvent } from '../training.ts';
import {
  LEARNED_IMAGES,
  localSearchIn,
  portionImages,
  resetsBefore,
  searchesIn,
  subdivisionIn,
  type AbInitioPlan,
} from './plan.ts';
import { PortionSearch } from './portion-search.ts';
import { borderShare, poseReport } from './report.ts';

/**
 * Trains from `start` to the plan's epochs; `fresh` draws a new model at an epoch. Poses live in `data.poses` (and
 * `data.tilt`), which the caller gives as they are to begin with: a start's or a checkpoint's. Errors: those of train().
 */
export async function trainAbInitio(
  work: TrainingWork<AbInitioPlan>,
  fresh: (epoch: number) => Checkpoint,
): Promise<Checkpoint> {
  const { plan, data, engine, control, onEvent } = work;
  const withPoses = (event: TrainingEvent): void => {
    if (event.type === 'epoch') Object.assign(event.checkpoint, copyOfPoses(data));
    onEvent(event);
  };
  const learning: TrainingWork = { ...work, plan: plan.training, onEvent: withPoses };
  const search = await PortionSearch.open(engine, plan, data);
  let trainer: Trainer | null = null;
  try {
    trainer = await openTrainer(learning);
    while (trainer.checkpoint.epoch < plan.training.epochs && !control.stopAfterEpoch) {
      const epoch = trainer.checkpoint.epoch + 1;
      if (resetsBefore(plan, epoch)) {
        const { epoch: done, history, latents } = trainer.checkpoint;
        trainer.dispose();
        trainer = null;
        const anew: Checkpoint = { ...fresh(epoch), epoch: done, history, latents };
        trainer = await openTrainer({ ...learning, start: anew });
      }
      if (searchesIn(plan, epoch, data.images.count)) await searchEpoch(work, trainer, search, epoch);
      else await trainer.epoch();
    }
    const { checkpoint } = trainer;
    onEvent({
      type: 'finished',
      reason: checkpoint.epoch < plan.training.epochs ? 'stopped early' : 'all epochs',
    });
    return checkpoint;
  } finally {
    trainer?.dispose();
    search.dispose();
  }
}

async function searchEpoch(
  { plan, data, control, onEvent }: TrainingWork<AbInitioPlan>,
  trainer: Trainer,
  search: PortionSearch,
  epoch: number,
): Promise<void> {
  const { signal } = control;
  const total = data.images.count;
  const before = data.poses.rotations.slice();
  const untouched = plan.start === 'random' && epoch === 1;
  search.tally = { images: 0, atBorder: 0, error: 0, gain: 0 };
  const report = (message: string) => {
    const { images, atBorder, error } = search.tally;
    return poseReport({
      stage: 'search',
      epoch,
      fraction: images / total,
      message,
      rotations: data.poses.rotations,
      before: untouched ? null : before,
      atBorder: images > 0 ? atBorder / images : 0,
      borderIfEven: borderShare(plan.search.shiftGrid),
      classCounts: null,
      error: images > 0 ? error / images : 0,
      evidence: search.evidence,
    });
  };
  let pretrained = !untouched;
  const band = Math.round(subdivisionIn(plan, epoch).bandEnd);
  await trainer.epoch({
    images: portionImages(plan, data.images.boxPixels),
    prepare: async (drawn, model) => {
      if (!pretrained) await pretrain(plan, data, drawn, model, signal);
      pretrained = true;
      await search.search(drawn, model, epoch, signal, localSearchIn(plan, epoch));
    },
  });
  const { images } = search.tally;
  onEvent({
    type: 'poses',
    maps: null,
    report: report(`${images.toLocaleString('en')} images searched in epoch ${epoch}, up to ${band} Fourier pixels`),
  });
}

/** A field that has seen nothing has nothing to be searched with: it first learns from images at random poses. */
async function pretrain(
  { training }: AbInitioPlan,
  data: TrainingData,
  { indices, values }: DrawnImages,
  model: FieldModel,
  signal?: AbortSignal,
): Promise<void> {
  const { points } = data.images;
  const { learningRate, weightDecay, batchSize } = training;
  for (let seen = 0; seen < LEARNED_IMAGES;)
    for (let from = 0; from < indices.length && seen < LEARNED_IMAGES; from += batchSize) {
      throwIfCancelled(signal);
      const to = Math.min(indices.length, from + batchSize);
      const drawn = { indices: indices.subarray(from, to), values: values.subarray(from * points, to * points) };
      const batch = trainingBatch(drawn, data, training, 0);
      await model.trainStep(batch, { learningRate, weightDecay, beta: training.beta });
      seen += to - from;
    }
  // The epoch's loss is that of its own steps.
  await model.takeLosses();
}

function copyOfPoses({ poses, tilt }: TrainingData): EstimatedPoses {
  const { rotations, translations } = poses;
  return {
    poses: { rotations: rotations.slice(), translations: translations?.slice() ?? null },
    ...(tilt && {
      tiltedPoses: {
        rotations: tilted(rotations, tilt.rotation),
        translations: tilt.translations.slice(),
      },
    }),
  };
}

/**
 * Puts first poses into the data: by expectation–maximisation, at random, or as they are. Tells 'poses' on the way and 'started'
 * at the end; `bookmarks` of a start of several classes. Errors: 'cancelled', those of the engine.
 */
export async function startPoses(
  { plan, data, engine, control, onEvent, hooks = {} }: Omit<TrainingWork<AbInitioPlan>, 'start'>,
  bookmarks: Pick<StartHooks, 'bookmark' | 'onBookmark'> = {},
): Promise<void> {
  const { count, boxPixels } = data.images;
  const { poses } = data;
  const turn = turnsOf(control, onEvent, hooks);
  poses.translations ??= new Float32Array(2 * count);
  if (plan.start === 'random') {
    poses.rotations.set(randomRotations(startRandomPoses(plan.training.seed), count));
    poses.translations.fill(0);
  }
  if (plan.start !== 'em') {
    onEvent({ type: 'started', poses: copyOfPoses(data), classes: null, maps: null });
    return;
  }
  const first: SearchData = { images: data.images, ctf: data.ctf, ...(data.optics && { optics: data.optics }) };
  if (data.tilt) first.images = imagesOfView(data.images, 0);
  const { seed } = plan.training;
  const { baseLevel, shiftExtent } = plan.search;
  const last = new LastPoses(count);
  const asked: StartPlan = {
    seed,
    starts: plan.starts,
    classes: plan.classes,
    patience: plan.patience,
    baseLevel,
    shiftExtent,
  };
  const startHooks: StartHooks = {
    ...(control.signal && { signal: control.signal }),
    ...bookmarks,
    onIdle: turn,
    onProgress: ({
      stage,
      fraction,
      message,
      images: numbers,
      rotations,
      classCounts,
      atBorder,
      error,
      maps,
      mapPixels,
    }) =>
      onEvent({
        type: 'poses',
        maps: maps.length > 0 ? { maps, mapPixels } : null,
        report: poseReport({
          ...{ stage, epoch: 0, fraction, message, rotations, atBorder, error },
          before: last.exchange(numbers, rotations),
          borderIfEven: null,
          classCounts: plan.classes > 1 ? classCounts : null,
          evidence: null,
        }),
      }),
  };
  let found = await findStart(engine, first, asked, startHooks);
  let message = 'The start has found poses';
  if (data.tilt) {
    const { rotation, ctf, optics, translations } = data.tilt;
    const second: SearchData = { images: imagesOfView(data.images, 1), ctf, ...(optics && { optics }) };
    const paired = await poseTiltPairs(engine, { views: [first, second], rotation }, asked, found, startHooks);
    translations.set(paired.secondShifts.map((pixels) => pixels / boxPixels));
    message = `The start has found poses of both views${handWords(paired.isMirrored)}`;
    found = paired;
  }
  poses.rotations.set(found.rotations);
  poses.translations.set(found.shifts.map((pixels) => pixels / boxPixels));
  const classes = plan.classes > 1 ? found.classes : null;
  const maps = { maps: found.maps, mapPixels: found.mapPixels };
  onEvent({
    type: 'poses',
    maps,
    report: poseReport({
      ...{ stage: 'refine', epoch: 0, fraction: 1, message, rotations: found.rotations },
      ...{
        before: null,
        atBorder: found.atBorder,
        borderIfEven: 0.5,
        classCounts: classes && countClasses(classes, plan.classes),
        error: found.error,
        evidence: found.evidence,
      },
    }),
  });
  onEvent({ type: 'started', poses: copyOfPoses(data), classes, maps });
}

/** What the second views said of the maps' hands. */
function handWords(isMirrored: readonly boolean[]): string {
  const mirrored = isMirrored.filter(Boolean).length;
  if (isMirrored.length === 1) return mirrored ? '; its map was the other hand' : '; its map has the right hand';
  return `; ${mirrored} of ${isMirrored.length} maps were the other hand`;
}

/** Poses as last told, image by image: small batches look at others each time. */
class LastPoses {
  private readonly rotations: Float32Array;
  private readonly known: Uint8Array;

  constructor(count: number) {
    this.rotations = new Float32Array(9 * count);
    this.known = new Uint8Array(count);
  }

  /** Rotations of these images before, where all were known; keeps the new ones. */
  exchange(numbers: Uint32Array, rotations: Float32Array): Float32Array | null {
    const before = new Float32Array(rotations.length);
    let all = true;
    numbers.forEach((number, i) => {
      before.set(this.rotations.subarray(9 * number, 9 * number + 9), 9 * i);
      all &&= this.known[number] === 1;
      this.known[number] = 1;
      this.rotations.set(rotations.subarray(9 * i, 9 * i + 9), 9 * number);
    });
    return all ? before : null;
  }
}
