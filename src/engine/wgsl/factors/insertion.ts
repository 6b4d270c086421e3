// A part of a batch added to the sums of the grid: its images weighted, their planes marked on the tiles, and then gathered, a pass
// over the grid for as many planes of sums as fit. A grid point's sum hangs on no cut of the work.
import { triangle } from '../../factors/points.ts';
import { shaders } from '../generated/shaders.ts';
import type { BufferView } from '../gpu/arena.ts';
import { DISPATCH_BYTES, DISPATCH_FLOPS } from '../gpu/pace.ts';
import { rangesOf } from '../gpu/ranges.ts';
import { shaderSource } from '../gpu/source.ts';
import { gatherName, gatherSource } from './gather-source.ts';
import { PLANE_FLOATS } from './image-planes.ts';
import { banksOf, type InsertionPass } from './insertion-passes.ts';
import type { BatchPart, Summing } from './summing.ts';
import { cellsOf } from './tables.ts';

/** Operations at a grid point: whether a plane comes near; the point's place on it; each point of the window. */
const NEAR_FLOPS = 6;
const PLACE_FLOPS = 20;
const WINDOW_FLOPS = 22;
/** To each side of a plane in which grid points are met, and in which their tiles are; counted at random poses, D = 64 and 128. */
const MET_STEPS = 1.7;
const TILE_STEPS = 4.2;

/** What of a batch is added: `first` count × F, `second` count × F(F+1)/2, of this part's images. */
export interface Moments {
  first: Float32Array;
  second: Float32Array;
}

/** Planes of sums: F real parts, F imaginary parts, F(F+1)/2 entries. */
export function planesOf(factors: number): number {
  return 2 * factors + triangle(factors, 0);
}

/** `fresh`: what lies in the sums is nothing. Error 'out-of-memory'. */
export async function insertPart(summing: Summing, part: BatchPart, moments: Moments, fresh: boolean): Promise<void> {
  const { gpu, dispatcher, pool, tiles, passes } = summing;
  const { count } = part;
  const rows = momentRows(part, moments, summing.request.factors);
  const planes = await pool.take('planes', rows.byteLength);
  gpu.write(planes, rows);
  const stride = rows.length / count / 4;
  const weighted = await weigh(summing, part);
  const words = Math.ceil(count / 32);
  const marks = await pool.take('marks', 4 * tiles.count * (1 + words));
  await dispatcher.add({
    label: 'marks',
    source: () => shaderSource({}, [shaders['factors/marks']]),
    views: [null, summing.tables.origins, planes, marks],
    parameters: [tiles.count, count, words, stride, { f32: tiles.base }],
    parametersAt: 0,
    workgroups: Math.ceil((tiles.count * words) / 64),
    flops: 8 * tiles.count * count,
    bytes: 4 * tiles.count * words,
  });
  let firstBank = 0;
  for (const pass of passes) {
    const banks = summing.banks.slice(firstBank, firstBank + banksOf(pass).length);
    firstBank += banks.length;
    await gather(summing, part, pass, { marks, planes, weighted, banks, words, stride, fresh });
  }
  await dispatcher.send();
}

/** Rows of planes with the moments of each image behind: as many as there are planes of sums, and zeros up to a multiple of 4. */
function momentRows({ count, planes }: BatchPart, { first, second }: Moments, factors: number) {
  const entries = triangle(factors, 0);
  const width = PLANE_FLOATS + 4 * Math.ceil(planesOf(factors) / 4);
  const rows = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    const own = first.subarray(i * factors, (i + 1) * factors);
    const at = i * width + PLANE_FLOATS;
    rows.set(planes.rows.subarray(i * PLANE_FLOATS, (i + 1) * PLANE_FLOATS), i * width);
    rows.set(own, at);
    rows.set(own, at + factors);
    rows.set(second.subarray(i * entries, (i + 1) * entries), at + 2 * factors);
  }
  return rows;
}

async function weigh({ dispatcher, pool, points, tables, request, precision }: Summing, part: BatchPart) {
  const { bandPixels } = request.grid;
  const cells = cellsOf(bandPixels);
  const weighted = await pool.take('weighted', 16 * part.count * cells);
  for (const { first, count } of rangesOf(part.count, DISPATCH_BYTES / (32 * cells)))
    await dispatcher.add({
      label: 'weighted',
      source: () => shaderSource({}, [shaders['factors/weighted']]),
      views: [
        ...[null, tables.cells, tables.rings, part.values, part.transfers, precision, part.groups],
        ...[weighted],
      ],
      parameters: [count, first, points.count, bandPixels + 1, cells],
      parametersAt: 0,
      workgroups: Math.ceil((count * cells) / 64),
      bytes: 32 * count * cells,
    });
  return weighted;
}

interface Gathering {
  marks: BufferView;
  planes: BufferView;
  weighted: BufferView;
  banks: readonly BufferView[];
  words: number;
  stride: number;
  fresh: boolean;
}

async function gather(
  { dispatcher, tiles, request }: Summing,
  { count, planes: { window } }: BatchPart,
  pass: InsertionPass,
  { marks, planes, weighted, banks, words, stride, fresh }: Gathering,
): Promise<void> {
  const { grid, factors } = request;
  const kernel = { pass, factors, window };
  const met = (Math.PI / 2) * (grid.bandPixels * grid.oversampling) ** 2;
  const there = 2 * MET_STEPS * (PLACE_FLOPS + WINDOW_FLOPS * window ** 2 + 2 * pass.count);
  const flops = count * met * (2 * TILE_STEPS * NEAR_FLOPS + there);
  const bytes = (fresh ? 4 : 8) * tiles.places * pass.count + 16 * count * cellsOf(grid.bandPixels);
  const dispatches = Math.max(1, flops / DISPATCH_FLOPS, bytes / DISPATCH_BYTES);
  for (const { first, count: here } of rangesOf(tiles.count, Math.ceil(tiles.count / dispatches)))
    await dispatcher.add({
      label: gatherName(kernel),
      source: () => gatherSource(kernel),
      views: [null, marks, planes, weighted, ...banks],
      parameters: [
        ...[first, here, words, stride, (PLANE_FLOATS + pass.first) / 4],
        ...[grid.bandPixels, tiles.base, tiles.places, fresh ? 1 : 0],
      ],
      parametersAt: 0,
      workgroups: here,
      flops: (flops * here) / tiles.count,
      bytes: (bytes * here) / tiles.count,
    });
}
