// Images as a search reads them: Fourier coefficients and CTF at the search's points (engine/scoring/scorer.ts), of chosen
// images of a set.
import { coefficientsAt, searchOrder } from '../../engine/scoring/points.ts';
import type { SearchImages, SearchPoints } from '../../engine/scoring/scorer.ts';
import { CTF_WIDTH, OPTICS_WIDTH } from '../../formats/particles.ts';
import { ctfFunction } from '../../imaging/ctf.ts';
import type { HartleyImages } from '../../imaging/hartley-images.ts';
import { rowsByWarp, type ImageOptics } from '../../imaging/image-optics.ts';
import { makeLattice } from '../../imaging/lattice.ts';
import { transferFunction } from '../../imaging/transfer.ts';
import { takeRows } from '../image-batches.ts';

/** Prepared images with the CTF that a search applies to slices. */
export interface SearchData {
  images: HartleyImages;
  /** N×9, box and pixel size those of the images' lattice; null for none. */
  ctf: Float32Array | null;
  optics?: ImageOptics | null;
}

/** Transfer of image `number` of a set at the points, to `out` from `at` on; `ctf` is N×9, a row an image. */
export function transferAtSearchPoints(
  points: SearchPoints,
  { ctf: table, optics }: { ctf: Float32Array; optics: ImageOptics | null | undefined },
  number: number,
  { out, at }: { out: Float32Array; at: number },
): void {
  const row = table.subarray(number * CTF_WIDTH, (number + 1) * CTF_WIDTH);
  const more = optics?.transfer?.subarray(number * OPTICS_WIDTH, (number + 1) * OPTICS_WIDTH);
  const ctf = more ? transferFunction(row, more) : ctfFunction(row);
  const { x, y, boxPixels, count } = points;
  for (let p = 0; p < count; p++) out[at + p] = ctf(x[p] / boxPixels, y[p] / boxPixels);
}

/** Reads images of a set as their Fourier coefficients and CTF at the search's points; keeps the last shard. */
export class SearchImageReader {
  private readonly order: Uint32Array;
  private shard: { number: number; values: Float32Array } | null = null;

  constructor(
    readonly data: SearchData,
    readonly points: SearchPoints,
  ) {
    this.order = searchOrder(makeLattice(data.images.boxPixels), points.radius.at(-1) ?? 0);
  }

  get count(): number {
    return this.data.images.count;
  }

  /** The images of these numbers, in this order; numbers of one shard are best kept together. */
  async read(numbers: ArrayLike<number>, signal?: AbortSignal): Promise<SearchImages> {
    const { images, ctf, optics } = this.data;
    const { count } = this.points;
    const result: SearchImages = {
      count: numbers.length,
      values: new Float32Array(2 * numbers.length * count),
      ctf: ctf && new Float32Array(numbers.length * count),
      ...(optics?.warps && { warps: takeRows(optics.warps, 4, numbers) }),
    };
    const places = Array.from(numbers, (_, i) => i).sort((a, b) => numbers[a] - numbers[b]);
    for (const i of places) {
      const number = Math.floor(numbers[i] / images.shardSize);
      if (this.shard?.number !== number) {
        const { values } = await images.readShard(number, signal);
        this.shard = { number, values };
      }
      const offset = (numbers[i] - number * images.shardSize) * images.points;
      coefficientsAt(
        this.order,
        { values: this.shard.values, offset, points: images.points },
        { out: result.values, outOffset: 2 * i * count },
      );
      if (ctf && result.ctf)
        transferAtSearchPoints(this.points, { ctf, optics }, numbers[i], { out: result.ctf, at: i * count });
    }
    return result;
  }
}

/** Rows of images that were read, in a new order. */
export function chosenImages(
  { values, ctf, warps }: SearchImages,
  points: number,
  rows: ArrayLike<number>,
): SearchImages {
  const chosen: SearchImages = {
    count: rows.length,
    values: new Float32Array(2 * rows.length * points),
    ctf: ctf && new Float32Array(rows.length * points),
    ...(warps && { warps: takeRows(warps, 4, rows) }),
  };
  for (let i = 0; i < rows.length; i++) {
    chosen.values.set(values.subarray(2 * rows[i] * points, 2 * (rows[i] + 1) * points), 2 * i * points);
    if (ctf) chosen.ctf?.set(ctf.subarray(rows[i] * points, (rows[i] + 1) * points), i * points);
  }
  return chosen;
}

/** Σ|y|² of each image over the first `count` points: what errors of the scorer leave out. */
export function imagePowers({ count, values }: SearchImages, points: number, within: number): Float64Array {
  return Float64Array.from({ length: count }, (_, b) => {
    let sum = 0;
    for (let i = 2 * b * points; i < 2 * (b * points + within); i++) sum += values[i] * values[i];
    return sum;
  });
}

/** Images that share their slices: rows of one warp each, all in one where there are none. */
export function alikeIn({ count, warps }: SearchImages): number[][] {
  return rowsByWarp(
    Array.from({ length: count }, (_, b) => b),
    [warps ?? null],
  );
}
