// Every image against every slice: slices by columns of a matrix, moved images by rows of another, their product, and the
// least over the translations of what it says. The product's numbers go through memory, 8 bytes for 4·points operations;
// they are computed in chunks that caches hold, and with neighbours in memory being neighbouring slices the least is found without
// any invocation waiting for another.
import type { Scores, SharedRequest, SliceSource } from '../../scoring/scorer.ts';
import { shaders } from '../generated/shaders.ts';
import { partOf, type BufferView } from '../gpu/arena.ts';
import { paddedRows, ROWS_PAD } from '../gpu/kernels.ts';
import { powersOf, weightedOf } from './images.ts';
import { multiply, type Matrix } from './product.ts';
import { chunkBytesOf, rowsIn, shiftsOf, type Search } from './search.ts';
import { rangesOf, roundUp, type RowRange } from '../gpu/ranges.ts';

/** Waves of translations. */
export const TURNED = [shaders['trigonometry/trigonometry'], shaders['pose-search/turned']];

/** How many slices are asked for. */
export function slicesOf({ cubes }: Search, { rotations, slices }: SliceSource, points: number): number {
  return slices ? slices.length / (2 * points) : (cubes.cubes.length * rotations.length) / 9;
}

/** A part of the slices: S, 2·paddedPoints × columns, and |S|², paddedPoints × columns. */
export interface SliceMatrices {
  slices: Matrix;
  energies: Matrix;
}

/** Slices of a call, part by part: columns of the matrix are all rotations of the first volume, then of the next. */
export class SharedSlices {
  readonly points: number;
  /** Points up to a multiple of 16: half of the product's inputs. */
  readonly paddedPoints: number;
  readonly total: number;
  /** Most columns at a time, a multiple of 16. */
  readonly columns: number;

  private constructor(
    private readonly search: Search,
    private readonly source: SliceSource,
    { points, paddedPoints, total, columns }: Pick<SharedSlices, 'points' | 'paddedPoints' | 'total' | 'columns'>,
    private readonly rotations: BufferView | null,
    private readonly views: { slices: BufferView; energies: BufferView },
  ) {
    this.points = points;
    this.paddedPoints = paddedPoints;
    this.total = total;
    this.columns = columns;
  }

  /** `mostColumns`: what else limits a part. */
  static async of(search: Search, source: SliceSource, points: number, mostColumns: number): Promise<SharedSlices> {
    const { work, dispatcher } = search;
    const paddedPoints = roundUp(16, points);
    const total = slicesOf(search, source, points);
    // Two rows of floats a point, and one of its energy.
    const fitting = Math.min(chunkBytesOf(search).slices / (12 * paddedPoints), mostColumns);
    const columns = Math.max(...[...rangesOf(total, fitting, 16)].map(({ count }) => roundUp(16, count)));
    const slices = await work.take('slices', 8 * paddedPoints * columns);
    const energies = await work.take('energies', 4 * paddedPoints * columns);
    let rotations: BufferView | null = null;
    if (source.rotations) {
      const axes = axesOf(source.rotations);
      rotations = await work.take('rotations', axes.byteLength);
      await dispatcher.write(rotations, axes);
    }
    return new SharedSlices(search, source, { points, paddedPoints, total, columns }, rotations, { slices, energies });
  }

  /** Ranges of slices that are computed one after the other. */
  get parts(): RowRange[] {
    return [...rangesOf(this.total, this.columns, 16)];
  }

  /** Computes a part. */
  async make(part: RowRange): Promise<SliceMatrices> {
    const made = this.made(part);
    if (this.source.slices) await this.lay(this.source.slices, part, made.slices.stride);
    else await this.cut(part, made.slices.stride);
    return made;
  }

  /** A part that was the last one computed. */
  made({ count }: RowRange): SliceMatrices {
    const stride = roundUp(16, count);
    const { slices, energies } = this.views;
    return { slices: { view: slices, stride }, energies: { view: energies, stride } };
  }

  private async lay(given: Float32Array, { first, count }: RowRange, stride: number): Promise<void> {
    const { search, points, paddedPoints } = this;
    const { dispatcher, work } = search;
    const numbers = given.subarray(2 * points * first, 2 * points * (first + count));
    await dispatcher.send();
    const view = await work.take('given', numbers.byteLength);
    await dispatcher.write(view, numbers);
    const { slices, energies } = this.views;
    const parameters = [count, stride, points, paddedPoints];
    const bytes = count * (8 * points + 12 * paddedPoints);
    const text = [shaders['pose-search/given-slices']];
    await dispatcher.each({
      label: 'given slices',
      parts: text,
      count: paddedPoints * count,
      parameters,
      views: [view, null, slices, energies],
      bytes,
    });
  }

  private async cut({ first, count }: RowRange, stride: number): Promise<void> {
    const { search, points, paddedPoints, rotations, total } = this;
    const { dispatcher, cubes, positions } = search;
    const { oversampling, reach, side } = cubes;
    const { slices, energies } = this.views;
    if (!rotations) throw new RangeError('slices without rotations');
    const each = total / cubes.cubes.length;
    for (const [v, cube] of cubes.cubes.entries()) {
      const from = Math.max(first, v * each);
      const here = Math.min(first + count, (v + 1) * each) - from;
      if (here <= 0) continue;
      const parameters = [here, from - first, from - v * each, stride, points, paddedPoints, side];
      await dispatcher.each({
        label: 'slices of a volume',
        parts: [shaders['pose-search/cube'], shaders['pose-search/slices']],
        count: paddedPoints * here,
        parameters: [...parameters, { f32: reach }, { f32: oversampling }],
        views: [positions, rotations, slices, energies, cube],
        bytes: here * (64 * points + 12 * paddedPoints),
      });
    }
  }
}

/** The images of (1, 0) and (0, 1) under each rotation, x, y, z and 0. */
export function axesOf(rotations: Float32Array): Float32Array<ArrayBuffer> {
  const count = rotations.length / 9;
  const axes = new Float32Array(8 * count);
  for (let r = 0; r < count; r++) {
    axes.set(rotations.subarray(9 * r, 9 * r + 3), 8 * r);
    axes.set(rotations.subarray(9 * r + 3, 9 * r + 6), 8 * r + 4);
  }
  return axes;
}

/** Images × translations of a chunk: a row for each, images outermost. */
export interface MovedImages {
  rows: Matrix;
  count: number;
}

/** Images `chunk` at `translations` shifts (turned.wgsl's words), up to the first `points` of the search. */
interface Movement {
  shifts: BufferView;
  chunk: RowRange;
  translations: RowRange;
  points: number;
}

/** Rows c·y_t of some images and translations. */
export async function moveImages(
  { dispatcher, images, positions }: Search,
  rows: BufferView,
  { shifts, chunk, translations, points }: Movement,
): Promise<MovedImages> {
  const paddedPoints = roundUp(16, points);
  const count = chunk.count * translations.count;
  const padded = roundUp(16, count);
  const parameters = [chunk.count, translations.count, translations.first, padded, points, paddedPoints, images.stride];
  await dispatcher.each({
    label: 'moved images',
    parts: [...TURNED, shaders['pose-search/translated']],
    count: padded * paddedPoints,
    parameters,
    views: [positions, weightedOf(images, chunk), shifts, rows],
    bytes: 8 * padded * paddedPoints,
  });
  return { rows: { view: rows, stride: 2 * paddedPoints }, count };
}

/** Where cross terms and norms go, and of which images; `withNorms`: unless they are there already. */
interface ComparisonTarget {
  out: { crosses: Matrix; norms: Matrix; firstColumn: number };
  chunk: RowRange;
  withNorms: boolean;
}

/** Cross terms of moved images and a part of the slices, and norms of images and that part, at its columns. */
export async function compare(
  search: Search,
  { rows, count }: MovedImages,
  { slices, energies }: SliceMatrices,
  { out, chunk, withNorms }: ComparisonTarget,
): Promise<void> {
  const { images } = search;
  const { crosses, norms, firstColumn } = out;
  const outputs = slices.stride;
  await multiply(search, {
    left: rows,
    right: slices,
    out: crosses,
    firstColumn,
    rows: count,
    inputs: rows.stride,
    outputs,
  });
  if (!withNorms) return;
  const powers: Matrix = { view: powersOf(images, chunk), stride: images.stride };
  const inputs = rows.stride / 2;
  await multiply(search, {
    left: powers,
    right: energies,
    out: norms,
    firstColumn,
    rows: chunk.count,
    inputs,
    outputs,
  });
}

/** Scores every image at every slice: its least error over the translations, and which has it. */
export async function scoreShared(search: Search, { source, translations, points }: SharedRequest): Promise<Scores> {
  const { dispatcher, work, images } = search;
  const room = chunkBytesOf(search);
  const all = translations.length / 2;
  const wanted = images.count * slicesOf(search, source, points);
  const scores = emptyScores(wanted);
  if (wanted === 0 || all === 0) return scores;
  // As many columns as leave room for the rows of a tile.
  const slices = await SharedSlices.of(search, source, points, room.errors / (4 * ROWS_PAD));
  const { total, columns, paddedPoints } = slices;
  const mostRows = Math.min(rowsIn(room.rows, 2 * paddedPoints), rowsIn(room.errors, columns));
  const imagesAtOnce = Math.max(1, Math.floor(Math.min(mostRows / all, room.rows / (8 * images.stride))));
  const shiftShares = [...rangesOf(all, mostRows)];
  const height = paddedRows(Math.min(images.count, imagesAtOnce) * Math.min(all, shiftShares[0].count));
  const rows = await work.take('rows', 8 * paddedPoints * height);
  const crosses = await work.take('errors', 4 * columns * height);
  const norms = await work.take('norms', 4 * columns * paddedRows(imagesAtOnce));
  const shifts = await work.take('shifts', 8 * translations.length);
  await dispatcher.write(shifts, shiftsOf(translations, search.boxPixels));

  for (const group of rangesOf(images.count, Math.max(1, room.results / (4 * total)))) {
    const errors = await work.take('least errors', 4 * group.count * total);
    const which = await work.take('their translations', 4 * group.count * total);
    for (const part of slices.parts) {
      const matrices = await slices.make(part);
      const { stride } = matrices.slices;
      for (const within of rangesOf(group.count, imagesAtOnce)) {
        const chunk = { first: group.first + within.first, count: within.count };
        for (const shift of shiftShares) {
          const moved = await moveImages(search, rows, { shifts, chunk, translations: shift, points });
          const out = { crosses: { view: crosses, stride }, norms: { view: norms, stride }, firstColumn: 0 };
          await compare(search, moved, matrices, { out, chunk, withNorms: shift.first === 0 });
          const places = [within.first, part.first, total];
          await dispatcher.each({
            label: 'least of all translations',
            parts: [shaders['pose-search/least-shared']],
            count: chunk.count * part.count,
            parameters: [chunk.count, shift.count, shift.first, part.count, stride, ...places],
            views: [crosses, norms, errors, which],
            bytes: 4 * part.count * (moved.count + chunk.count),
          });
        }
      }
    }
    await readScores(search, { errors, which }, { first: group.first * total, count: group.count * total }, scores);
  }
  return scores;
}

/** Takes the results of a share of all scores. */
export async function readScores(
  { gpu, dispatcher }: Search,
  { errors, which }: { errors: BufferView; which: BufferView },
  { first, count }: RowRange,
  scores: Scores,
): Promise<void> {
  await dispatcher.send();
  scores.errors.set(await gpu.readFloats(partOf(errors, 0, count)), first);
  scores.translations.set(new Uint32Array(await gpu.read(partOf(which, 0, count))), first);
}

/** Scores to be filled, of so many images. */
export function emptyScores(count: number): Scores {
  return { errors: new Float32Array(count).fill(Infinity), translations: new Uint16Array(count) };
}
