// Expectation–maximisation on a voxel grid, small and quick: 16² images of a heap of blobs (testing/blobs.ts), the 30° grid.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blobSet } from '../../../testing/blob-set.ts';
import { Blobs, imagesInMemory, relativeError } from '../../../testing/blobs.ts';
import type { Engine } from '../../engine/engine.ts';
import { searchPoints } from '../../engine/scoring/points.ts';
import type { PoseScorer, SearchImages } from '../../engine/scoring/scorer.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { Random } from '../../geometry/random.ts';
import { rotationDistanceSquared } from '../../geometry/rotation.ts';
import { gridRotations, gridSize } from '../../geometry/rotation-grid.ts';
import { SearchImageReader } from '../pose-search/search-images.ts';
import { confine, randomBlob, softSphere } from './initial-map.ts';
import { densitySign, withSign } from './polarity.ts';
import { startTranslations } from './start.ts';
import { VoxelEm } from './voxel-em.ts';

const D = 16;
const COUNT = 40;
const points = searchPoints(D, 6);
const blobs = new Blobs(D);
const rotations = gridRotations(1);
const translations = startTranslations(1, D);

let engine: Engine;
let scorer: PoseScorer;
let images: SearchImages;
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
  scorer = await engine.createScorer(points);
  ({ images } = await blobSet(D, COUNT, points));
});
afterAll(() => engine.dispose());

const all = (maps: readonly Float32Array[], test: (v: number) => boolean) => maps.every((map) => map.every(test));

describe('expectation–maximisation', () => {
  it('fits the images better step by step, with maps of density inside the sphere', async () => {
    const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    const first = em.maps[0].slice();
    const residuals: number[] = [];
    const evidence: number[] = [];
    for (let step = 0; step < 8; step++) {
      const result = await em.step(images, { band: 4, heat: 1, momentum: 0 });
      residuals.push(result.residual);
      evidence.push(result.logEvidence.reduce((a, b) => a + b, 0) / COUNT);
      expect(result.bestRotation.every((r) => r < gridSize(1))).toBe(true);
      expect(result.bestTranslation.every((t) => t < translations.length / 2)).toBe(true);
      // Posteriors sharpen no further than one pose.
      expect(result.effectivePoses.every((poses) => poses > 0.999)).toBe(true);
    }
    expect(residuals[7]).toBeLessThan(0.7 * residuals[0]);
    expect(evidence[7]).toBeGreaterThan(evidence[0]);
    expect(relativeError(em.maps[0], first)).toBeGreaterThan(0.5);
    const mask = softSphere(D);
    expect(all(em.maps, (v) => v >= 0 && Number.isFinite(v))).toBe(true);
    em.maps[0].forEach((v, i) => mask[i] === 0 && expect(v).toBe(0));
  });

  it('held hot fits no worse from step to step', async () => {
    const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    // Not each step has to: the variance changes with the residual and density below zero is cut off. A hundredth of slack.
    const residuals: number[] = [];
    for (let step = 0; step < 6; step++)
      residuals.push((await em.step(images, { band: 4, heat: 4, momentum: 0 })).residual);
    for (let step = 2; step < 6; step++) expect(residuals[step]).toBeLessThan(residuals[step - 1] * 1.01);
  });

  it('keeps of earlier batches what momentum says', async () => {
    const run = async (momentum: number) => {
      const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
      for (const heat of [4, 4]) await em.step(images, { band: 4, heat, momentum });
      return em.maps[0];
    };
    expect(await run(0.5)).toEqual(await run(0.5));
    expect(relativeError(await run(0.9), await run(0))).toBeGreaterThan(1e-3);
  });

  it('starts from a map as strong as a share of the images, whatever their scale', async () => {
    for (const scale of [1, 1000]) {
      const scaled = { ...images, values: images.values.map((v) => v * scale) };
      const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
      const { residual } = await em.step(scaled, { band: 4, heat: 1, momentum: 0 });
      const power = scaled.values.reduce((sum, v) => sum + v * v, 0);
      expect(residual).toBeGreaterThan(0);
      expect(residual).toBeLessThan(power);
    }
  });

  it('splits one map into classes that differ, real and without negative density', async () => {
    const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    for (let step = 0; step < 3; step++) await em.step(images, { band: 4, heat: 2, momentum: 0 });
    const [before] = em.maps;
    em.split(3, new Random(5));
    expect(em.maps.length).toBe(3);
    expect(all(em.maps, (v) => v >= 0 && Number.isFinite(v))).toBe(true);
    const apart = [relativeError(em.maps[1], em.maps[0]), relativeError(em.maps[2], em.maps[0])];
    const from = em.maps.map((map) => relativeError(map, before));
    for (const distance of apart) expect(distance).toBeGreaterThan(0.02);
    for (const distance of from) expect(distance).toBeLessThan(0.5);
    const result = await em.step(images, { band: 4, heat: 1, momentum: 0.5 });
    // Each image is in one of the classes.
    const counts = [0, 0, 0];
    for (const row of result.bestRotation) counts[Math.floor(row / gridSize(1))]++;
    expect(counts.reduce((a, b) => a + b, 0)).toBe(COUNT);
    expect(em.maps.length).toBe(3);
    expect(all(em.maps, (v) => v >= 0 && Number.isFinite(v))).toBe(true);
  });

  it('splits evenly: what the classes have in common is the map they come from', () => {
    const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    em.maps = [confine(blobs.map(), softSphere(D))];
    const [before] = em.maps;
    em.split(20, new Random(5));
    const mean = before.map((_, i) => em.maps.reduce((sum, map) => sum + map[i] / 20, 0));
    // Each differs by three hundredths; where there is none, noise below zero is cut off.
    expect(relativeError(mean, before)).toBeLessThan(0.03);
  });

  it('looks at images without changing its maps', async () => {
    const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    em.split(2, new Random(5));
    await em.step(images, { band: 4, heat: 1, momentum: 0 });
    const before = em.maps.map((map) => map.slice());
    const looks = [await em.look(images, { band: 4, heat: 1 }), await em.look(images, { band: 4, heat: 1 })];
    expect(em.maps).toEqual(before);
    expect(looks[1].logEvidence).toEqual(looks[0].logEvidence);
    // The step that follows begins with just what was seen.
    const { residual, bestRotation } = await em.step(images, { band: 4, heat: 1, momentum: 0 });
    expect(residual).toBe(looks[0].residual);
    expect(bestRotation).toEqual(looks[0].bestRotation);
  });

  it('turns its grid as a whole, each time otherwise, and poses turn with it', async () => {
    const em = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    const random = new Random(9);
    expect(em.rotations).toEqual(rotations);
    const [first, second] = [0, 1].map(() => {
      em.turn(random);
      return em.rotations;
    });
    expect(relativeError(first, rotations)).toBeGreaterThan(0.1);
    expect(relativeError(first, second)).toBeGreaterThan(0.1);
    // Distances within the grid stay: R_a·Q and R_b·Q are as far apart as R_a and R_b.
    for (const other of [9, 900, 4500])
      expect(rotationDistanceSquared(first, first, 0, other)).toBeCloseTo(
        rotationDistanceSquared(rotations, rotations, 0, other),
        4,
      );
    // A map fits its images whichever way the grid is turned, but for the grid's gaps.
    em.maps = [confine(blobs.map(), softSphere(D))];
    const options = { band: 4, heat: 1, momentum: 0 };
    const residuals: number[] = [];
    for (let i = 0; i < 3; i++) {
      const fresh = new VoxelEm(scorer, D, rotations, translations, new Random(1));
      for (let turns = 0; turns < i; turns++) fresh.turn(random);
      fresh.maps = em.maps;
      await fresh.step(images, options);
      residuals.push((await fresh.step(images, options)).residual);
    }
    expect(Math.max(...residuals)).toBeLessThan(1.2 * Math.min(...residuals));
  });

  it('shares images in halves between two equal classes, whose maps are that of one', async () => {
    const one = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    const two = new VoxelEm(scorer, D, rotations, translations, new Random(1));
    two.maps = [two.maps[0], two.maps[0].slice()];
    const options = { band: 4, heat: 1, momentum: 0 };
    await one.step(images, options);
    await two.step(images, options);
    expect(relativeError(two.maps[0], one.maps[0])).toBeLessThan(1e-3);
    expect(relativeError(two.maps[1], one.maps[0])).toBeLessThan(1e-3);
  });
});

describe('the sign of density', () => {
  const numbers = Uint32Array.from({ length: COUNT }, (_, i) => i);
  it.each([true, false])('is found in images with a CTF, prepared with sign flip: %s', async (invert) => {
    const simulation = blobs.simulate({ count: COUNT, snr: 0.1, shiftPixels: 1 });
    const prepared = await imagesInMemory(simulation.images, 1024, { invert });
    const read = await new SearchImageReader({ images: prepared, ctf: simulation.ctf }, points).read(numbers);
    // The simulator's particles are white, the CTF negative near the origin.
    expect(densitySign(read, points)).toBe(invert ? 1 : -1);
    const before = read.values.slice();
    withSign(read, densitySign(read, points));
    expect(densitySign(read, points)).toBe(1);
    expect(relativeError(read.values, before)).toBe(invert ? 0 : 2);
  });

  it('is found without a CTF', async () => {
    const simulation = blobs.simulate({ count: COUNT, snr: 0.1, shiftPixels: 1, ctf: 'none' });
    for (const invert of [true, false]) {
      const prepared = await imagesInMemory(simulation.images, 1024, { invert });
      const read = await new SearchImageReader({ images: prepared, ctf: null }, points).read(numbers);
      expect(densitySign(read, points)).toBe(invert ? -1 : 1);
    }
  });
});

describe('the first map', () => {
  it('is a round blob that chance makes lopsided, confined to the sphere', () => {
    const mask = softSphere(D);
    expect(Math.max(...mask)).toBe(1);
    expect(mask[0]).toBe(0);
    expect(mask[(D / 2) * (D * D + D + 1)]).toBe(1);
    const [a, b] = [1, 2].map((seed) => confine(randomBlob(D, new Random(seed)), mask));
    expect(all([a, b], (v) => v >= 0)).toBe(true);
    expect(relativeError(a, b)).toBeGreaterThan(0.1);
    expect(confine(randomBlob(D, new Random(1)), mask)).toEqual(a);
  });
});
