// The posterior of each image over all slices and translations, and its weighted sums. An image's errors are all there before
// it is weighed: chunks are of whole images. Errors become weights where they lie; numerators are the product of the
// transposed weights with the moved images, denominators that of their sums over translations with c², added up chunk by
// chunk on the device.
import type { Expectation, ExpectationRequest } from '../../scoring/scorer.ts';
import { shaders } from '../generated/shaders.ts';
import { partOf, type BufferView } from '../gpu/arena.ts';
import { paddedRows } from '../gpu/kernels.ts';
import { powersOf } from './images.ts';
import { multiply, type Matrix } from './product.ts';
import { chunkBytesOf, rowsIn, shiftsOf, type Search } from './search.ts';
import { rangesOf, roundUp, type RowRange } from '../gpu/ranges.ts';
import { compare, moveImages, SharedSlices, slicesOf } from './shared.ts';

/** struct Sums of sums.wgsl. */
const SUMS_WORDS = 6;
/** Sums of an image between all and one. */
const PARTLY = 64;

interface Chunk extends RowRange {
  translations: number;
  columns: number;
  inverseVariance: number;
  crosses: Matrix;
  norms: Matrix;
}

/** Posteriors of all poses of each image, and the weighted sums that a map is made of. */
export async function expect(search: Search, request: ExpectationRequest): Promise<Expectation> {
  const { gpu, dispatcher, work, images } = search;
  const { rotations, translations, points, variance } = request;
  const total = slicesOf(search, { rotations }, points);
  const all = translations.length / 2;
  const result = emptyExpectation(images.count, total, points);
  if (images.count === 0 || total === 0 || all === 0) return result;

  const room = chunkBytesOf(search);
  const slices = await SharedSlices.of(search, { rotations }, points, Infinity);
  const { paddedPoints } = slices;
  const stride = roundUp(16, total);
  const width = 2 * paddedPoints;
  const most = Math.min(
    rowsIn(room.rows, width) / all,
    rowsIn(room.errors, stride) / all,
    room.rows / (8 * images.stride),
    room.rows / (4 * SUMS_WORDS * total),
  );
  const chunks = [...rangesOf(images.count, Math.max(1, most))];
  const [{ count: largest }] = chunks;
  const height = paddedRows(largest * all);
  const rows = await work.take('rows', 4 * width * height);
  const crosses = { view: await work.take('errors', 4 * stride * height), stride };
  const norms = { view: await work.take('norms', 4 * stride * paddedRows(largest)), stride };
  const shares = { view: await work.take('shares', 4 * stride * roundUp(16, largest)), stride };
  const someSums = await work.take('sums by slice', 4 * SUMS_WORDS * largest * total);
  const partlySums = await work.take('sums in part', 4 * SUMS_WORDS * largest * PARTLY);
  const sums = await work.take('sums', 4 * SUMS_WORDS * images.count);
  const numerators = { view: await work.takeUnbound('numerators', 4 * width * paddedRows(total)), stride: width };
  const denominators = {
    view: await work.takeUnbound('denominators', 4 * paddedPoints * paddedRows(total)),
    stride: paddedPoints,
  };
  const shifts = await work.take('shifts', 8 * translations.length);
  await dispatcher.write(shifts, shiftsOf(translations, search.boxPixels));

  for (const images of chunks) {
    const moved = await moveImages(search, rows, {
      shifts,
      chunk: images,
      translations: { first: 0, count: all },
      points,
    });
    for (const part of slices.parts) {
      // Slices that are not all there at once are cut anew for each chunk.
      const again = images.first > 0 && slices.parts.length === 1;
      const made = again ? slices.made(part) : await slices.make(part);
      await compare(search, moved, made, {
        out: { crosses, norms, firstColumn: part.first },
        chunk: images,
        withNorms: true,
      });
    }
    const chunk = {
      ...images,
      translations: all,
      columns: total,
      inverseVariance: 1 / variance,
      crosses,
      norms,
    };
    await sumUp(search, chunk, { someSums, partlySums, sums });
    await weigh(search, chunk, sums, shares);
    const adding = images.first > 0;
    await multiply(search, {
      left: crosses,
      transposed: true,
      right: moved.rows,
      out: numerators,
      rows: total,
      inputs: roundUp(16, moved.count),
      outputs: width,
      adding,
    });
    await multiply(search, {
      left: shares,
      transposed: true,
      right: { view: powersOf(search.images, images), stride: search.images.stride },
      out: denominators,
      rows: total,
      inputs: roundUp(16, images.count),
      outputs: paddedPoints,
      adding,
    });
  }
  await dispatcher.send();
  readSums(new DataView(await gpu.read(partOf(sums, 0, SUMS_WORDS * images.count))), variance, result);
  await readRows(search, numerators, total, 2 * points, result.numerator);
  await readRows(search, denominators, total, points, result.denominator);
  return result;
}

interface SumsBuffers {
  someSums: BufferView;
  partlySums: BufferView;
  sums: BufferView;
}

/** What the posterior of each image of a chunk needs, at its number in `sums`. */
async function sumUp({ dispatcher }: Search, chunk: Chunk, { someSums, partlySums, sums }: SumsBuffers): Promise<void> {
  const { first, count, translations, columns, crosses, norms } = chunk;
  const inverseVariance = { f32: chunk.inverseVariance };
  const struct = shaders['pose-search/sums'];
  await dispatcher.each({
    label: 'sums by slice',
    parts: [struct, shaders['pose-search/column-sums']],
    count: count * columns,
    parameters: [count, translations, columns, crosses.stride, inverseVariance],
    views: [crosses.view, norms.view, someSums],
    bytes: 4 * count * translations * columns,
  });
  const join = (from: BufferView, items: number, into: number, to: BufferView, image: number) =>
    dispatcher.each({
      label: 'joined sums',
      parts: [struct, shaders['pose-search/joined-sums']],
      count: count * into,
      parameters: [count, items, into, image, inverseVariance],
      views: [from, to],
      bytes: 4 * SUMS_WORDS * count * (items + into),
    });
  await join(someSums, columns, PARTLY, partlySums, 0);
  await join(partlySums, PARTLY, 1, sums, first);
}

async function weigh({ dispatcher }: Search, chunk: Chunk, sums: BufferView, shares: Matrix): Promise<void> {
  const { first, count, translations, columns, crosses, norms, inverseVariance } = chunk;
  const { stride } = crosses;
  const padded = roundUp(16, count);
  await dispatcher.each({
    label: 'weights',
    parts: [shaders['pose-search/sums'], shaders['pose-search/weights']],
    count: padded * stride,
    parameters: [count, padded, translations, columns, stride, first, { f32: inverseVariance }],
    views: [crosses.view, norms.view, sums, shares.view],
    bytes: 8 * count * translations * columns,
  });
}

function emptyExpectation(images: number, total: number, points: number): Expectation {
  return {
    numerator: new Float32Array(2 * total * points),
    denominator: new Float32Array(total * points),
    bestRotation: new Uint32Array(images),
    bestTranslation: new Uint16Array(images),
    logEvidence: new Float32Array(images),
    effectivePoses: new Float32Array(images),
    expectedError: new Float32Array(images),
  };
}

function readSums(sums: DataView, variance: number, result: Expectation): void {
  for (let image = 0; image < result.bestRotation.length; image++) {
    const float = (word: number): number => sums.getFloat32(4 * (SUMS_WORDS * image + word), true);
    const whole = (word: number): number => sums.getUint32(4 * (SUMS_WORDS * image + word), true);
    const [least, total, squares, excess] = [0, 1, 2, 3].map(float);
    result.bestRotation[image] = whole(4);
    result.bestTranslation[image] = whole(5);
    result.logEvidence[image] = Math.log(total) - least / variance;
    result.effectivePoses[image] = (total * total) / squares;
    result.expectedError[image] = least + excess / total;
  }
}

/** The first `width` numbers of each row, one row after the other. */
async function readRows(search: Search, { view, stride }: Matrix, rows: number, width: number, into: Float32Array) {
  for (const { first, count } of rangesOf(rows, chunkBytesOf(search).results / (4 * stride))) {
    const part = await search.gpu.readFloats(partOf(view, first * stride, count * stride));
    for (let row = 0; row < count; row++)
      into.set(part.subarray(row * stride, row * stride + width), (first + row) * width);
  }
}
