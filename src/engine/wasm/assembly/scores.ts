// Least error over the translations (../../scoring/scorer.ts). A tile holds the products of four moved rows with eight
// slices; it is compared as it is made, so that only the best is kept.
import { OWN_PANEL_WORDS, PANELS_A_BLOCK, Scoring } from '../scoring-fields';
import { barrier, resetWork, takeWork } from './barrier';
import { centreImage, ctfOfFour, moveImage, phasesOfGroup } from './moving';
import { product, tile } from './product';
import { arenaOfThread, at, float, int, squaresIn } from './scoring-header';
import { clearLane, copyInto, sharedPanel, sliceInto, squarePanel } from './slicing';

/** Phases, moved rows and c² of a chunk's images. */
export function prepareChunk(thread: i32, threads: i32): void {
  const groups = int(Scoring.paddedTranslations) >> 2;
  for (let group = thread; group < groups; group += threads) phasesOfGroup(group);
  if (thread === 0) resetWork();
  barrier(threads);
  const count = int(Scoring.count);
  for (let image = thread; image < count; image += threads)
    moveImage(imageAt(image), at(Scoring.moved) + <usize>image * at(Scoring.movedBytes));
  const fours = (count + 3) >> 2;
  for (let four = thread; four < fours; four += threads) ctfOfFour(four);
  barrier(threads);
}

@inline
export function imageAt(image: i32): usize {
  return at(Scoring.images) + (<usize>(image * int(Scoring.allPoints)) << 3);
}

/** Slices of a block's panels and Σ c²|S|² by image: norms [⌈count/4⌉·4][8] a panel, in the arena behind the squares. */
export function prepareBlock(block: i32, panels: i32, arena: usize): usize {
  const stride = at(Scoring.sliceStride);
  const points = int(Scoring.points);
  const squares = squaresIn(arena);
  const norms = squares + ((<usize>points) << 5);
  const fours = (int(Scoring.count) + 3) >> 2;
  for (let i = 0; i < panels; i++) {
    const panel = arena + <usize>i * stride;
    sharedPanel(PANELS_A_BLOCK * block + i, panel);
    squarePanel(panel, squares);
    product(
      1, squares, 0, at(Scoring.ctfOfImages), points, 0, 4 * fours, 0, 0, 0, 0, 0,
      norms + (<usize>(i * fours) << 7), 0, false, 0,
    );
  }
  return norms;
}

/** Errors and translations of one image against one panel. */
@inline
function bestOf(panel: usize, moved: usize, norm: usize, scratch: usize, errors: usize, numbers: usize): void {
  const columns = 2 * int(Scoring.points);
  const groups = int(Scoring.paddedTranslations) >> 2;
  const step = (<usize>columns) << 4;
  let most0 = f32x4.splat(-Infinity);
  let most1 = most0;
  let where0 = i32x4.splat(0);
  let where1 = where0;
  for (let group = 0; group < groups; group++) {
    tile(panel, moved, columns, 0, 0, 0, scratch, false, f32x4.splat(0));
    for (let row = 0; row < 4; row++) {
      const cell = scratch + ((<usize>row) << 5);
      const number = i32x4.splat(4 * group + row);
      const value0 = v128.load(cell, 0);
      const value1 = v128.load(cell, 16);
      const more0 = f32x4.gt(value0, most0);
      const more1 = f32x4.gt(value1, most1);
      most0 = v128.bitselect(value0, most0, more0);
      most1 = v128.bitselect(value1, most1, more1);
      where0 = v128.bitselect(number, where0, more0);
      where1 = v128.bitselect(number, where1, more1);
    }
    moved += step;
  }
  const two = f32x4.splat(2);
  v128.store(errors, f32x4.sub(v128.load(norm, 0), f32x4.mul(two, most0)), 0);
  v128.store(errors, f32x4.sub(v128.load(norm, 16), f32x4.mul(two, most1)), 16);
  v128.store(numbers, where0, 0);
  v128.store(numbers, where1, 16);
}

/** Every image of the chunk against every shared slice. */
export function scoreShared(thread: i32, threads: i32): void {
  prepareChunk(thread, threads);
  const arena = arenaOfThread(thread);
  const count = int(Scoring.count);
  const padded = <usize>int(Scoring.paddedSlices);
  const stride = at(Scoring.sliceStride);
  const blocks = int(Scoring.paddedSlices) / (8 * PANELS_A_BLOCK);
  const fours = (count + 3) >> 2;
  for (let block = takeWork(); block < blocks; block = takeWork()) {
    const norms = prepareBlock(block, PANELS_A_BLOCK, arena);
    const scratch = norms + (<usize>(PANELS_A_BLOCK * fours) << 7);
    for (let image = 0; image < count; image++) {
      const moved = at(Scoring.moved) + <usize>image * at(Scoring.movedBytes);
      for (let i = 0; i < PANELS_A_BLOCK; i++) {
        const place = ((<usize>image) * padded + <usize>(8 * (PANELS_A_BLOCK * block + i))) << 2;
        bestOf(
          arena + <usize>i * stride,
          moved,
          norms + (<usize>(i * fours) << 7) + ((<usize>image) << 5),
          scratch,
          at(Scoring.errors) + place,
          at(Scoring.bestTranslations) + place,
        );
      }
    }
  }
}

/** Σ c²|S|² of a panel for one image. */
function normOfPanel(squares: usize, squaredCtf: usize, out: usize): void {
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  for (let p = int(Scoring.points); p > 0; p--) {
    const c = v128.load_splat<f32>(squaredCtf);
    sum0 = f32x4.add(sum0, f32x4.mul(c, v128.load(squares, 0)));
    sum1 = f32x4.add(sum1, f32x4.mul(c, v128.load(squares, 16)));
    squares += 32;
    squaredCtf += 4;
  }
  v128.store(out, sum0, 0);
  v128.store(out, sum1, 16);
}

/** Panels of up to eight slices that belong to one image and share a centre; errors by panel [panelCount][8]. */
export function scoreOwn(thread: i32, threads: i32): void {
  const groups = int(Scoring.paddedTranslations) >> 2;
  for (let group = thread; group < groups; group += threads) phasesOfGroup(group);
  if (thread === 0) resetWork();
  barrier(threads);
  const panel = arenaOfThread(thread);
  const points = int(Scoring.points);
  const squares = squaresIn(panel);
  const norm = squares + ((<usize>points) << 5);
  const scratch = norm + 128;
  const centred = scratch + 128;
  const moved = centred + ((<usize>(points + 4)) << 3);
  const count = int(Scoring.panelCount);
  const given = at(Scoring.given);
  for (let number = takeWork(); number < count; number = takeWork()) {
    const rec = at(Scoring.panels) + (<usize>(number * OWN_PANEL_WORDS) << 2);
    const image = load<i32>(rec, 0);
    const first = load<i32>(rec, 4);
    const slices = load<i32>(rec, 8);
    const cube = at(Scoring.cubes) + <usize>load<i32>(rec, 20) * at(Scoring.cubeBytes);
    for (let lane = 0; lane < 8; lane++) {
      if (lane >= slices) clearLane(panel, lane);
      else if (given) copyInto(panel, lane, given + (<usize>(2 * (first + lane) * points) << 2));
      else sliceInto(panel, lane, cube, at(Scoring.rotations) + <usize>(36 * (first + lane)));
    }
    squarePanel(panel, squares);
    normOfPanel(squares, at(Scoring.squaredCtf) + (<usize>(image * int(Scoring.allPoints)) << 2), norm);
    centreImage(imageAt(image), load<f32>(rec, 12), load<f32>(rec, 16), centred, scratch);
    moveImage(centred, moved);
    const place = (<usize>number) << 5;
    bestOf(panel, moved, norm, scratch, at(Scoring.errors) + place, at(Scoring.bestTranslations) + place);
  }
}
