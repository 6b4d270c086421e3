// Posterior over slices × translations of each image of a chunk, and its weighted sums (../../scoring/scorer.ts). Three
// passes with barriers between: logarithms of the weights with their peaks; weights and their sums; weighted sums of the
// moved images, by products while many poses share an image and row by row once few do.
import { PANELS_A_BLOCK, Scoring } from '../scoring-fields';
import { barrier, resetWork, takeWork } from './barrier';
import { sumOfLanes } from './lanes';
import { turnMoved } from './moving';
import { multiplyAdd, tile } from './product';
import { arenaOfThread, at, float, int } from './scoring-header';
import { prepareBlock, prepareChunk } from './scores';

/** Weights below this share of an image are nothing. */
const NOTHING: f32 = 1e-7;
/** Share of rows with weight above which a product beats single rows. */
const DENSE: f32 = 0.3;

/** eˣ of four, x ≤ 0: 2ⁿ times a polynomial (Cephes, error below 1e-7); zero below −80. */
@inline
function exponentials(x: v128): v128 {
  const low = f32x4.lt(x, f32x4.splat(-80));
  const held = f32x4.max(x, f32x4.splat(-80));
  const n = f32x4.nearest(f32x4.mul(held, f32x4.splat(1.44269504088896341)));
  let r = f32x4.sub(held, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let y = f32x4.splat(1.9875691500e-4);
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.3981999507e-3));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(8.3334519073e-3));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(4.1665795894e-2));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.6666665459e-1));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(5.0000001201e-1));
  y = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(y, r), r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(y, power), low);
}

@inline
function largestLane(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

@inline
function panelWeights(panel: i32): usize {
  return at(Scoring.weights) + <usize>panel * at(Scoring.weightStride);
}
@inline
function statistic(field: Scoring, panel: i32, image: i32): usize {
  return at(field) + (<usize>(panel * int(Scoring.count) + image) << 2);
}

/** Logarithms (2·cross − norm) / variance of one image and panel; their peak. Padding gets −∞. */
function logarithms(panel: usize, moved: usize, norm: usize, number: i32, image: i32): void {
  const columns = 2 * int(Scoring.points);
  const translations = int(Scoring.translations);
  const padded = int(Scoring.paddedTranslations);
  const step = (<usize>columns) << 4;
  const scale = f32x4.splat(float(Scoring.inverseVariance));
  const n0 = v128.load(norm, 0);
  const n1 = v128.load(norm, 16);
  const left = int(Scoring.slices) - 8 * number;
  let out = panelWeights(number) + (<usize>(image * padded) << 5);
  const begin = out;
  const nothing = f32x4.splat(-Infinity);
  let peak = nothing;
  for (let group = 0; group < padded >> 2; group++) {
    tile(panel, moved, columns, 0, 0, 0, out, false, f32x4.splat(0));
    for (let row = 0; row < 4; row++) {
      const cell = out + ((<usize>row) << 5);
      if (4 * group + row >= translations || left <= 0) {
        v128.store(cell, nothing, 0);
        v128.store(cell, nothing, 16);
        continue;
      }
      const two = f32x4.splat(2);
      v128.store(cell, f32x4.mul(f32x4.sub(f32x4.mul(two, v128.load(cell, 0)), n0), scale), 0);
      v128.store(cell, f32x4.mul(f32x4.sub(f32x4.mul(two, v128.load(cell, 16)), n1), scale), 16);
      if (left < 8) for (let lane = left; lane < 8; lane++) store<f32>(cell + ((<usize>lane) << 2), -Infinity);
      peak = f32x4.max(peak, f32x4.max(v128.load(cell, 0), v128.load(cell, 16)));
    }
    moved += step;
    out += 128;
  }
  const most = largestLane(peak);
  store<f32>(statistic(Scoring.peaks, number, image), most);
  let place = 0;
  if (most > -Infinity) {
    let cell = begin;
    while (load<f32>(cell) !== most) {
      cell += 4;
      place++;
    }
  }
  store<i32>(statistic(Scoring.peakPlaces, number, image), place);
}

/** Weights of one image and panel from its logarithms, not yet normalised; Σw, Σw², Σw·log. */
function weigh(number: i32, image: i32): void {
  const rows = int(Scoring.paddedTranslations);
  const peak = load<f32>(at(Scoring.imagePeak) + ((<usize>image) << 2));
  let cell = panelWeights(number) + (<usize>(image * rows) << 5);
  let sum = f32x4.splat(0);
  let squares = sum;
  let logs = sum;
  // Most panels hold nothing of an image once the noise is low.
  if (load<f32>(statistic(Scoring.peaks, number, image)) - peak < -20) {
    memory.fill(cell, 0, (<usize>rows) << 5);
  } else {
    const shift = f32x4.splat(peak);
    const least = f32x4.splat(-1e30);
    for (let i = 2 * rows; i > 0; i--) {
      const log = v128.load(cell);
      const w = exponentials(f32x4.sub(log, shift));
      v128.store(cell, w);
      sum = f32x4.add(sum, w);
      squares = f32x4.add(squares, f32x4.mul(w, w));
      logs = f32x4.add(logs, f32x4.mul(w, f32x4.max(log, least)));
      cell += 16;
    }
  }
  store<f32>(statistic(Scoring.sums, number, image), sumOfLanes(sum));
  store<f32>(statistic(Scoring.squareSums, number, image), sumOfLanes(squares));
  store<f32>(statistic(Scoring.logSums, number, image), sumOfLanes(logs));
}

/** Normalises a panel's weights; sums of each image over translations into `totals` [count][8]; rows with weight. */
function normalise(number: i32, totals: usize): i32 {
  const count = int(Scoring.count);
  const rows = int(Scoring.paddedTranslations);
  let cell = panelWeights(number);
  let kept = 0;
  for (let image = 0; image < count; image++) {
    const scale = f32x4.splat(load<f32>(at(Scoring.imageScale) + ((<usize>image) << 2)));
    let sum0 = f32x4.splat(0);
    let sum1 = sum0;
    if (load<f32>(statistic(Scoring.sums, number, image)) > 0)
      for (let row = 0; row < rows; row++) {
        const at0 = cell + ((<usize>row) << 5);
        const w0 = f32x4.mul(v128.load(at0, 0), scale);
        const w1 = f32x4.mul(v128.load(at0, 16), scale);
        v128.store(at0, w0, 0);
        v128.store(at0, w1, 16);
        sum0 = f32x4.add(sum0, w0);
        sum1 = f32x4.add(sum1, w1);
        if (largestLane(f32x4.max(w0, w1)) > NOTHING) kept++;
      }
    v128.store(totals, sum0, 0);
    v128.store(totals, sum1, 16);
    totals += 32;
    cell += (<usize>rows) << 5;
  }
  return kept;
}

/** Adds w × (moved row) of one row to the eight slices of a panel. */
function addRow(weights: usize, row: usize, numerator: usize): void {
  const w0 = v128.load(weights, 0);
  const w1 = v128.load(weights, 16);
  for (let i = 2 * int(Scoring.points); i > 0; i--) {
    const y = v128.load_splat<f32>(row);
    v128.store(numerator, multiplyAdd(y, w0, v128.load(numerator, 0)), 0);
    v128.store(numerator, multiplyAdd(y, w1, v128.load(numerator, 16)), 16);
    row += 16;
    numerator += 32;
  }
}

/** Σ weight·c·y_t and Σ weight·c² of one panel, added to those of earlier chunks. */
function maximise(number: i32, totals: usize): void {
  const count = int(Scoring.count);
  const padded = int(Scoring.paddedTranslations);
  const points = int(Scoring.points);
  const columns = 2 * points;
  const rows = count * padded;
  const kept = normalise(number, totals);
  if (kept === 0) return;
  const weights = panelWeights(number);
  const numerator = at(Scoring.numerator) + <usize>number * at(Scoring.numeratorStride);
  if (<f32>kept > DENSE * <f32>rows) {
    const blocks = (columns + 3) >> 2;
    for (let block = 0; block < blocks; block++) {
      const out = numerator + ((<usize>block) << 7);
      tile(weights, at(Scoring.turned) + ((<usize>(block * rows)) << 4), rows, 0, out, 0, out, false, f32x4.splat(0));
    }
  } else {
    for (let image = 0; image < count; image++) {
      if (!(load<f32>(statistic(Scoring.sums, number, image)) > 0)) continue;
      const moved = at(Scoring.moved) + <usize>image * at(Scoring.movedBytes);
      for (let row = 0; row < padded; row++) {
        const w = weights + ((<usize>(image * padded + row)) << 5);
        if (largestLane(f32x4.max(v128.load(w, 0), v128.load(w, 16))) <= NOTHING) continue;
        addRow(w, moved + (<usize>((row >> 2) * columns) << 4) + ((<usize>(row & 3)) << 2), numerator);
      }
    }
  }
  let denominator = at(Scoring.denominator) + <usize>number * at(Scoring.denominatorStride);
  for (let image = 0; image < count; image++) {
    const w0 = v128.load(totals, 0);
    const w1 = v128.load(totals, 16);
    totals += 32;
    if (largestLane(f32x4.max(w0, w1)) <= NOTHING) continue;
    let c = at(Scoring.squaredCtf) + (<usize>(image * int(Scoring.allPoints)) << 2);
    let out = denominator;
    for (let p = 0; p < points; p++) {
      const squared = v128.load_splat<f32>(c);
      v128.store(out, multiplyAdd(squared, w0, v128.load(out, 0)), 0);
      v128.store(out, multiplyAdd(squared, w1, v128.load(out, 16)), 16);
      c += 4;
      out += 32;
    }
  }
}

export function expectChunk(thread: i32, threads: i32): void {
  prepareChunk(thread, threads);
  const arena = arenaOfThread(thread);
  const count = int(Scoring.count);
  const panels = (int(Scoring.slices) + 7) >> 3;
  const stride = at(Scoring.sliceStride);
  const fours = (count + 3) >> 2;
  for (let image = thread; image < count; image += threads)
    turnMoved(image, at(Scoring.moved) + <usize>image * at(Scoring.movedBytes));
  const blocks = int(Scoring.paddedSlices) / (8 * PANELS_A_BLOCK);
  for (let block = takeWork(); block < blocks; block = takeWork()) {
    const here = min(PANELS_A_BLOCK, panels - PANELS_A_BLOCK * block);
    const norms = prepareBlock(block, here, arena);
    for (let image = 0; image < count; image++) {
      const moved = at(Scoring.moved) + <usize>image * at(Scoring.movedBytes);
      for (let i = 0; i < here; i++) {
        const norm = norms + (<usize>(i * fours) << 7) + ((<usize>image) << 5);
        logarithms(arena + <usize>i * stride, moved, norm, PANELS_A_BLOCK * block + i, image);
      }
    }
  }
  barrier(threads);
  for (let image = thread; image < count; image += threads) {
    let peak: f32 = -Infinity;
    for (let panel = 0; panel < panels; panel++) peak = max(peak, load<f32>(statistic(Scoring.peaks, panel, image)));
    store<f32>(at(Scoring.imagePeak) + ((<usize>image) << 2), peak);
  }
  barrier(threads);
  for (let panel = thread; panel < panels; panel += threads)
    for (let image = 0; image < count; image++) weigh(panel, image);
  barrier(threads);
  for (let image = thread; image < count; image += threads) {
    let sum: f64 = 0;
    for (let panel = 0; panel < panels; panel++) sum += <f64>load<f32>(statistic(Scoring.sums, panel, image));
    store<f32>(at(Scoring.imageScale) + ((<usize>image) << 2), <f32>(1 / sum));
  }
  if (thread === 0) resetWork();
  barrier(threads);
  for (let panel = takeWork(); panel < panels; panel = takeWork()) maximise(panel, arena);
}
