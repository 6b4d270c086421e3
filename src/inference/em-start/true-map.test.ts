// What the grid and the search make of images where the map is known: simulated ones of one state, SNR 0.5, with shifts and CTF.
// The start's own way there takes a minute (bench/start.ts); its end is these figures.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imagesInMemory } from '../../../testing/blobs.ts';
import { scaleAtPoses } from '../../../testing/scale-at-poses.ts';
import { cubeFromMap, cubeShape } from '../../backprojection/fourier-volume.ts';
import type { Engine } from '../../engine/engine.ts';
import { searchPoints, pointsWithin } from '../../engine/scoring/points.ts';
import type { FourierCube, PoseScorer, SearchImages } from '../../engine/scoring/scorer.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { gridRotations } from '../../geometry/rotation-grid.ts';
import { simulate } from '../../imaging/simulate.ts';
import { poseError, shiftError } from '../../validation/pose-error.ts';
import { InterpolatedComparison } from '../pose-search/comparison.ts';
import { imagePowers, SearchImageReader } from '../pose-search/search-images.ts';
import { searchBySubdivision } from '../pose-search/subdivide.ts';
import { densitySign } from './polarity.ts';
import { startTranslations } from './start.ts';

const COUNT = 200;
const D = 32;
const BAND = 11;

describe('at the true map', () => {
  const points = searchPoints(D, 14);
  const n = points.count;
  let engine: Engine;
  let scorer: PoseScorer;
  let images: SearchImages;
  let cube: FourierCube;
  let truth: { rotations: Float32Array; translations: Float32Array };

  beforeAll(async () => {
    engine = await openWasmEngine({ ownThread: true });
    scorer = await engine.createScorer(points);
    const set = simulate({ count: COUNT, boxPixels: D, pixelSizeAngstrom: 4, states: 1, snr: 0.5, shiftPixels: 2 });
    const { rotations, translations } = set.poses;
    if (!translations) throw new Error('no shifts');
    truth = { rotations, translations };
    const data = { images: await imagesInMemory(set.images), ctf: set.ctf };
    images = await new SearchImageReader(data, points).read(Uint32Array.from({ length: COUNT }, (_, i) => i));
    const values = set.truth(0);
    const map = cubeFromMap(values, D, cubeShape(D, 2, 14));
    const scale = scaleAtPoses(map, points, images, truth);
    cube = { ...map, values: map.values.map((v) => v * scale) };
  });
  afterAll(() => engine.dispose());

  it('density is positive as the images are prepared', () => {
    expect(densitySign(images, points)).toBe(1);
  });

  it('likelihood on the 15° grid is off by the grid alone', async () => {
    const within = pointsWithin(points, BAND);
    const translations = startTranslations(2, D);
    const rotations = gridRotations(2);
    await scorer.setVolumes([cube]);
    await scorer.setImages(images);
    const power = imagePowers(images, n, within).reduce((a, b) => a + b, 0);
    const found = await scorer.expect({
      rotations,
      translations,
      points: within,
      variance: (0.6 * power) / (COUNT * within),
    });
    const best = new Float32Array(9 * COUNT);
    const shifts = new Float32Array(2 * COUNT);
    for (let b = 0; b < COUNT; b++) {
      best.set(rotations.subarray(9 * found.bestRotation[b], 9 * found.bestRotation[b] + 9), 9 * b);
      for (let axis = 0; axis < 2; axis++) shifts[2 * b + axis] = translations[2 * found.bestTranslation[b] + axis] / D;
    }
    const error = poseError(best, truth.rotations);
    // Likelihood on this grid, written in NumPy, left 0.043 on other images of this kind.
    expect(error.medianSquaredError).toBeLessThan(0.06);
    expect(error.hand).toBe('same');
    const moved = shiftError(shifts, truth.translations, truth.rotations, error.errors, D);
    // Shifts a pixel apart.
    expect(moved.medianPixels).toBeLessThan(0.7);
  });

  it('the search by subdivision goes on to finer poses', async () => {
    const comparison = await InterpolatedComparison.open(cube, [{ scorer, images, tilt: null }]);
    const found = await searchBySubdivision(comparison, {
      ...{ baseLevel: 2, refinements: 3, kept: 8, bounded: false },
      ...{ shiftExtent: 2.5, shiftGrid: [5, 5], bandStart: 8, bandEnd: 14 },
    });
    const error = poseError(found.rotations, truth.rotations);
    const moved = shiftError(
      found.shifts[0].map((t) => t / D),
      truth.translations,
      truth.rotations,
      error.errors,
      D,
    );
    // Below 4°; found about half as far off.
    expect(error.medianSquaredError).toBeLessThan(0.01);
    expect(error.hand).toBe('same');
    expect(moved.medianPixels).toBeLessThan(0.3);
    // The map is the true one, so its origin is too.
    expect(Math.hypot(...moved.offsetPixels)).toBeLessThan(0.3);
  });
});
