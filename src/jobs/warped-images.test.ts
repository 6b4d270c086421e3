// Searches of images of two groups that differ in pixel size and magnification, against a heap of blobs whose transform is known
// (testing/blobs.ts): told of the groups they find the poses, told of nothing they find them less well.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Blobs } from '../../testing/blobs.ts';
import type { Engine } from '../engine/engine.ts';
import { openWasmEngine } from '../engine/wasm/engine.ts';
import { ORDINARY_OPTICS } from '../formats/particles.ts';
import { Random } from '../geometry/random.ts';
import { randomRotations, rotationAngle } from '../geometry/rotation.ts';
import type { HartleyImages } from '../imaging/hartley-images.ts';
import { imageOptics, warpedRotations } from '../imaging/image-optics.ts';
import { makeLattice } from '../imaging/lattice.ts';
import { PortionSearch } from '../inference/ab-initio/portion-search.ts';
import { findStart } from '../inference/em-start/start.ts';
import type { TrainingData } from '../inference/training.ts';
import { AB_INITIO_DEFAULTS, validateParams } from '../params/params.ts';
import { percentile } from '../validation/mask.ts';
import { abInitioPlan, unknownPoses } from './abinit-job.ts';
import { planFrom } from './run-particles.ts';
import { fieldFromParams } from '../field/kinds.ts';

const D = 20;
const COUNT = 32;
const blobs = new Blobs(D);
const lattice = makeLattice(D);
const rotations = randomRotations(new Random(8), COUNT);
/** Magnification and pixel-size ratio of the two groups in turn. */
const GROUPS = [
  [1.1, 0.03, -0.02, 1.05, 1],
  [0.98, 0, 0.02, 1, 0.88],
] as const;
const table = Float32Array.from(
  Array.from({ length: COUNT }, (_, i) => [...ORDINARY_OPTICS.slice(0, 3), ...GROUPS[i % 2], 0, 0]).flat(),
);
const optics = imageOptics(table)!;

/** The blobs' Hartley values at every image's own places, with no noise. */
function imagesOf(): HartleyImages {
  const { points, x, y } = lattice;
  const values = new Float32Array(COUNT * points);
  for (let i = 0; i < COUNT; i++) {
    const [xx, xy, yx, yy, ratio] = GROUPS[i % 2];
    for (let p = 0; p < points; p++) {
      const [u, v] = [ratio * (xx * x[p] + xy * y[p]), ratio * (yx * x[p] + yy * y[p])];
      const [a, b, c] = [0, 1, 2].map((axis) => D * (u * rotations[9 * i + axis] + v * rotations[9 * i + 3 + axis]));
      const [re, im] = blobs.transform(a, b, c);
      values[i * points + p] = re - im;
    }
  }
  const all = { first: 0, count: COUNT, values };
  return {
    ...{ count: COUNT, boxPixels: D, points, shardSize: COUNT, standardDeviation: 1 },
    readShard: () => Promise.resolve(all),
  };
}

let engine: Engine;
const images = imagesOf();
beforeAll(async () => {
  engine = await openWasmEngine({ ownThread: true });
});
afterAll(() => engine.dispose());

const angles = (found: Float32Array) =>
  Float32Array.from({ length: COUNT }, (_, i) => (180 / Math.PI) * rotationAngle(found, rotations, 9 * i, 9 * i));

describe('images of two magnifications', () => {
  const params = validateParams({ ...AB_INITIO_DEFAULTS, zDim: 0, boxPixels: D, bandEnd: 9, bandStart: 5 });

  it.each(['interpolated', 'direct'] as const)('are searched with slices of their own, %s', async (slices) => {
    const search = async (known: typeof optics | null) => {
      const asked = { ...params, slices };
      const plan = abInitioPlan(asked, planFrom(asked, fieldFromParams(asked, D)));
      Object.assign(plan.search, { bandRampEpochs: 0 });
      const data: TrainingData = { images, poses: unknownPoses(COUNT), ctf: null, optics: known };
      const portion = await PortionSearch.open(engine, plan, data);
      const { values } = await images.readShard(0);
      const indices = Uint32Array.from({ length: COUNT }, (_, i) => i);
      await portion.search({ indices, values }, blobs.field('fourier'), 1);
      portion.dispose();
      return { error: portion.tally.error / COUNT, angle: percentile(angles(data.poses.rotations), 0.5) };
    };
    const told = await search(optics);
    const untold = await search(null);
    expect(told.angle).toBeLessThan(1);
    // Interpolation in the cube leaves some of it.
    expect(told.error).toBeLessThan((slices === 'direct' ? 0.05 : 0.1) * untold.error);
  });

  it('make a start whose maps fit them', async () => {
    const start = async (known: typeof optics | null) => {
      const plan = { seed: 1, starts: 1, classes: 1, baseLevel: 1, shiftExtent: 1 };
      const found = await findStart(engine, { images, ctf: null, optics: known }, plan);
      return found.error;
    };
    expect(await start(optics)).toBeLessThan(0.6 * (await start(null)));
  });

  it('have their warps in the first two rows of what their slices are asked with', () => {
    const warped = warpedRotations(rotations, optics.warps!);
    for (let i = 0; i < COUNT; i++) {
      const [xx, xy, yx, yy, ratio] = GROUPS[i % 2];
      const [x, y] = [0.3, -0.2];
      for (let axis = 0; axis < 3; axis++) {
        const at = 9 * i + axis;
        const naive = ratio * ((xx * x + xy * y) * rotations[at] + (yx * x + yy * y) * rotations[at + 3]);
        expect(x * warped[at] + y * warped[at + 3]).toBeCloseTo(naive, 6);
        expect(warped[at + 6]).toBe(rotations[at + 6]);
      }
    }
  });
});
