// Batches for the engine: the poses, CTF and noise that go with drawn images. Of particles seen twice (a tilted stack) the two
// views follow each other.
import type { EncodedBatch, ImageBatch, ResidualWeights } from '../engine/engine.ts';
import { latentDimension } from '../field/kinds.ts';
import { CTF_WIDTH, OPTICS_WIDTH } from '../formats/particles.ts';
import { multiplyRotations } from '../geometry/local-rotations.ts';
import { ordinaryRows, warpedRotations, type ImageOptics } from '../imaging/image-optics.ts';
import { fillNoise } from './seeds.ts';
import type { DrawnImages } from './shuffled-images.ts';
import type { TiltedView, TrainingData, TrainingPlan } from './training.ts';

/** Rows `indices` of a table of `width` columns. */
export function takeRows(table: Float32Array, width: number, indices: ArrayLike<number>): Float32Array {
  const rows = new Float32Array(indices.length * width);
  for (let i = 0; i < indices.length; i++)
    rows.set(table.subarray(indices[i] * width, (indices[i] + 1) * width), i * width);
  return rows;
}

/** Rows of two tables in turn; where one is absent its rows are zero. */
function interleaved(
  first: Float32Array | null,
  second: Float32Array | null,
  width: number,
  rows: number,
): Float32Array {
  const out = new Float32Array(2 * rows * width);
  for (let i = 0; i < rows; i++) {
    if (first) out.set(first.subarray(i * width, (i + 1) * width), 2 * i * width);
    if (second) out.set(second.subarray(i * width, (i + 1) * width), (2 * i + 1) * width);
  }
  return out;
}

/** What the encoder needs of N images beside their values. */
export interface EncodedData {
  /** N×9, of fields that look at the poses of the images that they encode; absent for others. */
  rotations?: Float32Array;
  /** N×2, fraction of the box; null for none. */
  translations: Float32Array | null;
  /** N×9; null for none. */
  ctf: Float32Array | null;
  optics?: ImageOptics | null;
  /** Second views, where images hold two views a particle. */
  tilt?: TiltedView;
}

/** Rows of OPTICS_COLUMNS for the transfers; null where they are the CTF's. */
function transferRows(optics: ImageOptics | null | undefined, indices: Uint32Array): Float32Array | null {
  return optics?.transfer ? takeRows(optics.transfer, OPTICS_WIDTH, indices) : null;
}

/** Rotations (a row an index) with the warps of their images in them. */
function warpedRows(
  rotations: Float32Array,
  optics: ImageOptics | null | undefined,
  indices: Uint32Array,
): Float32Array {
  return optics?.warps ? warpedRotations(rotations, optics.warps, (row) => indices[row]) : rotations;
}

/** Rotations of drawn images, the magnification multiplied in; of pairs those of both images, one after the other. */
function rotationsOf(
  indices: Uint32Array,
  rotations: Float32Array,
  { optics, tilt }: Pick<EncodedData, 'optics' | 'tilt'>,
): Float32Array {
  const own = takeRows(rotations, 9, indices);
  const first = warpedRows(own, optics, indices);
  if (!tilt) return first;
  const turned = new Float32Array(own.length);
  for (let at = 0; at < own.length; at += 9)
    multiplyRotations({ a: tilt.rotation, aAt: 0 }, { b: own, bAt: at }, { out: turned, outAt: at });
  return interleaved(first, warpedRows(turned, tilt.optics, indices), 9, indices.length);
}

/** What the encoder needs of drawn images. */
export function encoderBatch({ indices, values }: DrawnImages, data: EncodedData): EncodedBatch {
  const rotations = data.rotations && rotationsOf(indices, data.rotations, data);
  const shifts = data.translations && takeRows(data.translations, 2, indices);
  const ctf = data.ctf && takeRows(data.ctf, CTF_WIDTH, indices);
  const { tilt } = data;
  const optics = transferRows(data.optics, indices);
  const posed = rotations ? { rotations } : {};
  if (!tilt)
    return { ...posed, count: indices.length, images: values, translations: shifts, ctf, ...(optics && { optics }) };
  const secondCtf = tilt.ctf && takeRows(tilt.ctf, CTF_WIDTH, indices);
  const secondOptics = transferRows(tilt.optics, indices);
  const orOrdinary = (rows: Float32Array | null) => rows ?? ordinaryRows(indices.length);
  return {
    ...posed,
    count: 2 * indices.length,
    images: values,
    translations: interleaved(shifts, takeRows(tilt.translations, 2, indices), 2, indices.length),
    ctf: ctf && secondCtf && interleaved(ctf, secondCtf, CTF_WIDTH, indices.length),
    ...((optics ?? secondOptics) && {
      optics: interleaved(orOrdinary(optics), orOrdinary(secondOptics), OPTICS_WIDTH, indices.length),
    }),
  };
}

/** The part of a training's data that the encoder looks at. */
export function encodedData({ poses, ctf, optics, tilt }: TrainingData): EncodedData {
  return { translations: poses.translations, ctf, ...(optics && { optics }), ...(tilt && { tilt }) };
}

/** How residuals of drawn images count, of both views of a pair alike; null where all do. */
function residualsOf(indices: Uint32Array, { weights, contrasts, images, tilt }: TrainingData): ResidualWeights | null {
  if (!weights && !contrasts) return null;
  const rings = images.boxPixels / 2 + 1;
  const views = tilt ? 2 : 1;
  const residuals = {
    amplitudes: new Float32Array(views * indices.length * rings).fill(1),
    contrast: new Float32Array(views * indices.length).fill(1),
  };
  for (let row = 0; row < views * indices.length; row++) {
    const particle = indices[Math.floor(row / views)];
    if (contrasts) residuals.contrast[row] = contrasts[particle];
    if (!weights) continue;
    const group = weights.groupOf?.[particle] ?? 0;
    residuals.amplitudes.set(weights.amplitudes.subarray(group * rings, (group + 1) * rings), row * rings);
  }
  return residuals;
}

/**
 * The batch of drawn images: rotations with the magnification multiplied in, the two images of a pair one after the other, and
 * noise that depends on seed, epoch and image only, so that a resumed run draws the same.
 */
export function trainingBatch(
  drawn: DrawnImages,
  data: TrainingData,
  plan: Pick<TrainingPlan, 'field' | 'seed'>,
  epoch: number,
): ImageBatch {
  const { indices } = drawn;
  const zDim = latentDimension(plan.field);
  const rotations = rotationsOf(indices, data.poses.rotations, data);
  let noise: Float32Array | null = null;
  if (zDim > 0) {
    noise = new Float32Array(indices.length * zDim);
    const imageCount = data.images.count;
    for (let i = 0; i < indices.length; i++)
      fillNoise({ out: noise, at: i * zDim, zDim }, { seed: plan.seed, epoch, image: indices[i], imageCount });
  }
  const residuals = residualsOf(indices, data);
  return { ...encoderBatch(drawn, encodedData(data)), rotations, noise, ...(residuals && { residuals }) };
}
