// Pose search at the thesis's sizes (table 5.5, "base"): images of 128², the 15° grid, 14×14 shifts, four refinements of the best
// eight, band limit 12 to 48; slices interpolated from the field's cube, and evaluated directly. Images and field are random: speed
// does not depend on what they show.
import { Random } from '../../src/geometry/random.ts';
import { searchPoints } from '../../src/engine/scoring/points.ts';
import { DirectComparison, InterpolatedComparison } from '../../src/inference/pose-search/comparison.ts';
import { searchBySubdivision, type SubdivisionPlan } from '../../src/inference/pose-search/subdivide.ts';
import { cubeFromField } from '../../src/field/fourier-cube.ts';
import type { SearchImages } from '../../src/engine/scoring/scorer.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createModel, type Size } from '../models.ts';
import { seconds, type Part } from '../report.ts';

export interface PoseSize extends Size {
  images: number;
  /** Directly evaluated slices take long: fewer images, scaled up. */
  directImages: number;
  search: SubdivisionPlan;
}

const THESIS_SEARCH: SubdivisionPlan = {
  ...{ baseLevel: 2, refinements: 4, kept: 8, bounded: false },
  ...{ shiftExtent: 10, shiftGrid: [14, 14], bandStart: 12, bandEnd: 48 },
};

export async function posesPart(engine: Engine, size: PoseSize): Promise<Part> {
  const { images, directImages, search } = size;
  const points = searchPoints(size.boxPixels, search.bandEnd);
  const random = new Random(1);
  const set = (count: number): SearchImages => ({
    count,
    values: random.fillNormal(new Float32Array(2 * count * points.count)),
    ctf: random.fillNormal(new Float32Array(count * points.count)),
  });
  const model = await createModel(engine, size, 0);
  const scorer = await engine.createScorer(points);
  const rows: string[][] = [];
  try {
    // Shaders are compiled and memory is taken before anything is timed.
    const warm = await cubeFromField(model, null, search.bandEnd, 2);
    await searchBySubdivision(
      await InterpolatedComparison.open(warm, [{ scorer, images: set(Math.min(8, images)), tilt: null }]),
      search,
    );
    let begin = performance.now();
    const cube = await cubeFromField(model, null, search.bandEnd, 2);
    const cubeSeconds = (performance.now() - begin) / 1000;
    begin = performance.now();
    const all = set(images);
    begin = performance.now();
    for (let first = 0; first < images; first += 250) {
      const count = Math.min(250, images - first);
      const n = points.count;
      const part: SearchImages = {
        count,
        values: all.values.subarray(2 * n * first, 2 * n * (first + count)),
        ctf: all.ctf && all.ctf.subarray(n * first, n * (first + count)),
      };
      const comparison = await InterpolatedComparison.open(cube, [{ scorer, images: part, tilt: null }]);
      await searchBySubdivision(comparison, search);
    }
    const took = (performance.now() - begin) / 1000;
    rows.push(['interpolated', String(images), seconds(took), seconds((took * 1000) / images), seconds(cubeSeconds)]);
    begin = performance.now();
    const direct = await DirectComparison.open(model, null, [{ scorer, images: set(directImages), tilt: null }]);
    await searchBySubdivision(direct, search);
    const directTook = (performance.now() - begin) / 1000;
    rows.push(['direct', String(directImages), seconds(directTook), seconds((directTook * 1000) / directImages), '–']);
  } finally {
    scorer.dispose();
    model.dispose();
  }
  return {
    title: 'Pose search',
    notes: [
      `D=${size.boxPixels}, ${size.width}×3, band limit ${search.bandStart} to ${search.bandEnd}, 15° grid, ${search.shiftGrid.join('×')} shifts.`,
    ],
    header: ['slices', 'images', 'time', 'by 1000 images', "the field's cube"],
    rows,
  };
}

/** Thesis defaults on a graphics processor; on the CPU the size of the reference set `rigid`, 7×7 shifts as cryoDRGN was run on it. */
export const THESIS_SIZE: PoseSize = {
  ...{ boxPixels: 128, width: 256, batch: 8, images: 1000, directImages: 50, search: THESIS_SEARCH },
};
export const SMALL_SIZE: PoseSize = {
  ...{ boxPixels: 32, width: 128, batch: 8, images: 1000, directImages: 20 },
  search: { ...THESIS_SEARCH, shiftExtent: 3, shiftGrid: [7, 7], bandEnd: 16 },
};
