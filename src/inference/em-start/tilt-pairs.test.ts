// Tilt pairs against maps that are known, given as a start would give them: in the wrong hand, without shifts of the second views.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imagesInMemory } from '../../../testing/blobs.ts';
import { scaleAtPoses } from '../../../testing/scale-at-poses.ts';
import { cubeFromMap, cubeShape } from '../../backprojection/fourier-volume.ts';
import type { Engine } from '../../engine/engine.ts';
import { searchPoints } from '../../engine/scoring/points.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { rotationDistanceSquared } from '../../geometry/rotation.ts';
import { mirrorPoses, mirrorVolume } from '../../imaging/hand.ts';
import { simulate, type Simulation } from '../../imaging/simulate.ts';
import { tiltAboutX } from '../pose-search/comparison.ts';
import { SearchImageReader, type SearchData } from '../pose-search/search-images.ts';
import type { RefinedStart } from './refine-start.ts';
import type { StartPlan, StartProgress } from './start-plan.ts';
import { poseTiltPairs } from './tilt-pairs.ts';

const COUNT = 60;
const D = 24;
const TILT = 45;

describe('the second views of tilt pairs', () => {
  const plan: StartPlan = { seed: 0, starts: 1, classes: 1, baseLevel: 2, shiftExtent: 2 };
  let engine: Engine;
  let set: Simulation;
  let views: [SearchData, SearchData];
  let map: Float32Array;

  beforeAll(async () => {
    engine = await openWasmEngine({ ownThread: true });
    set = simulate({
      ...{ count: COUNT, boxPixels: D, pixelSizeAngstrom: 5, states: 1, snr: 2, shiftPixels: 1.5, tiltDegrees: TILT },
    });
    const { tilted } = set;
    if (!tilted) throw new Error('no pairs');
    const first = await imagesInMemory(set.images);
    const second = await imagesInMemory(tilted.images);
    views = [
      { images: first, ctf: set.ctf },
      { images: second, ctf: set.ctf },
    ];
    const points = searchPoints(D, 10);
    const images = await new SearchImageReader(views[0], points).read(Uint32Array.from({ length: COUNT }, (_, i) => i));
    const cube = cubeFromMap(set.truth(0), D, cubeShape(D, 2, D / 2));
    const { rotations, translations } = set.poses;
    const scale = scaleAtPoses(cube, points, images, { rotations, translations: translations! });
    map = set.truth(0).map((v) => v * scale);
  });
  afterAll(() => engine.dispose());

  /** A start that has found the truth in these hands, a map each, its images by turns. */
  function startIn(hands: readonly ('true' | 'other')[]): RefinedStart {
    const { rotations, translations } = set.poses;
    const mirrored = mirrorPoses(set.poses).rotations;
    const classes = Uint32Array.from({ length: COUNT }, (_, i) => i % hands.length);
    return {
      rotations: rotations.map((value, i) => (hands[classes[Math.floor(i / 9)]] === 'other' ? mirrored[i] : value)),
      shifts: translations!.map((t) => t * D),
      classes,
      maps: hands.map((hand) => (hand === 'other' ? mirrorVolume(map, D) : map)),
      ...{ mapPixels: D, atBorder: 0, evidence: 100, error: 1 },
    };
  }
  const pairs = () => ({ views, rotation: tiltAboutX(TILT) });

  it.each([
    { hands: ['true'], mirrored: [false] },
    { hands: ['other'], mirrored: [true] },
    { hands: ['other', 'true'], mirrored: [true, false] },
  ] as const)('tell the hand of each map and find their shifts: $hands', async ({ hands, mirrored }) => {
    const told: StartProgress[] = [];
    const found = await poseTiltPairs(engine, pairs(), plan, startIn(hands), { onProgress: (p) => told.push(p) });
    expect(found.isMirrored).toEqual(mirrored);
    for (const ours of found.maps) expect(ours).toEqual(map);
    const away = Array.from({ length: COUNT }, (_, i) =>
      rotationDistanceSquared(
        found.rotations.subarray(9 * i, 9 * i + 9),
        set.poses.rotations.subarray(9 * i, 9 * i + 9),
      ),
    );
    // Within the finest grid's spacing of the truth, in its own frame.
    expect(away.filter((d) => d < 0.02).length).toBeGreaterThan(0.9 * COUNT);
    const truth = set.tilted!.poses.translations!;
    const offBy = Array.from(found.secondShifts, (shift, i) => Math.abs(shift - truth[i] * D)).sort((a, b) => a - b);
    expect(offBy[COUNT]).toBeLessThan(0.25);
    expect(told.at(-1)).toMatchObject({ stage: 'refine', fraction: 1, classCounts: expect.any(Array) as number[] });
  });

  it('can be cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(poseTiltPairs(engine, pairs(), plan, startIn(['true']), { signal })).rejects.toThrow();
  });
});
