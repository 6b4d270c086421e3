// Slices of all maps at the points of some images at a time, and what is made of them: products, residuals. Sums are taken in a fixed
// order: by invocation and then over invocations.
import { triangle } from '../../factors/points.ts';
import { shaders } from '../generated/shaders.ts';
import type { BufferView } from '../gpu/arena.ts';
import { DISPATCH_BYTES } from '../gpu/pace.ts';
import { rangesOf, type RowRange } from '../gpu/ranges.ts';
import { shaderSource } from '../gpu/source.ts';
import { bytesAtOnce, type BatchPart, type Summing } from './summing.ts';

/** Cubes that a kernel reads at once: five of eight storage buffers are others. */
const MOST_CUBES = 3;
/** Invocations that share an image's points. */
const LANES = 64;
/** Sums that an invocation keeps. */
const MOST_SUMS = 48;
/** Of reading one map at a point, and of where the point lies. */
const READING_FLOPS = 32;
const PLACE_FLOPS = 30;

/** Adds what makes the slices of a range of a part's images, range × F × n. */
async function slice(summing: Summing, part: BatchPart, { first, count }: RowRange): Promise<BufferView> {
  const { dispatcher, pool, points, tables, request, cubes } = summing;
  const { grid, factors } = request;
  const out = await pool.take('slices', 8 * count * factors * points.count);
  const pixels = count * points.count;
  const bytesOf = Math.min(cubes[0].size, 64 * pixels) + 8 * pixels;
  const atOnce = Math.max(1, Math.min(MOST_CUBES, Math.floor(DISPATCH_BYTES / bytesOf)));
  for (const { first: firstFactor, count: here } of rangesOf(factors, atOnce)) {
    await dispatcher.add({
      label: `slices of ${here}`,
      source: () => shaderSource({ CUBES: here }, [shaders['factors/slices']]),
      views: [
        ...[null, tables.points, part.axes, tables.rowStarts, part.transfers, out],
        ...cubes.slice(firstFactor, firstFactor + here),
      ],
      parameters: [count, first, points.count, factors, firstFactor, grid.side, grid.reach],
      parametersAt: 0,
      workgroups: Math.ceil(pixels / 64),
      flops: pixels * (PLACE_FLOPS + READING_FLOPS * here),
      bytes: here * bytesOf,
    });
  }
  return out;
}

/** Ranges of a part's images whose slices and sums of invocations lie in memory at once. */
function slicedRanges({ gpu, points, request }: Summing, { count }: BatchPart): Generator<RowRange> {
  const largest = Math.max(8 * request.factors * points.count, 4 * LANES * MOST_SUMS);
  return rangesOf(count, bytesAtOnce(gpu) / largest);
}

/** Rows a of the lower triangle whose sums an invocation keeps at once. */
function* triangleRows(rows: number): Generator<{ first: number; end: number }> {
  for (let first = 0; first < rows;) {
    let end = first + 1;
    while (end < rows && triangle(end + 1, 0) - triangle(first, 0) <= MOST_SUMS) end++;
    yield { first, end };
    first = end;
  }
}

/** count × (F+1)(F+2)/2 of a part's images. */
export async function productsOf(summing: Summing, part: BatchPart): Promise<Float32Array> {
  const { gpu, dispatcher, pool, points, tables, request, precision } = summing;
  const { factors, grid } = request;
  const width = triangle(factors + 1, 0);
  const out = await pool.take('products', 4 * part.count * width);
  for (const range of slicedRanges(summing, part)) {
    const slices = await slice(summing, part, range);
    for (const { first, end } of triangleRows(factors + 1)) {
      const sums = triangle(end, 0) - triangle(first, 0);
      const partials = await pool.take('partial sums', 4 * range.count * LANES * MOST_SUMS);
      const constants = { FACTORS: factors, LANES, FIRST_ROW: first, END_ROW: end, SUMS: sums };
      await dispatcher.add({
        label: `products ${first} to ${end}`,
        source: () => shaderSource(constants, [shaders['factors/products']]),
        views: [null, slices, part.values, tables.rings, precision, part.groups, partials],
        parameters: [range.count, range.first, points.count, grid.bandPixels + 1],
        parametersAt: 0,
        workgroups: Math.ceil((range.count * LANES) / 64),
        flops: range.count * points.count * (4 * sums + 2 * (end - first)),
        bytes: range.count * points.count * 8 * (end + 1),
      });
      await dispatcher.add({
        label: 'joined',
        source: () => shaderSource({}, [shaders['factors/joined']]),
        views: [null, partials, out],
        parameters: [range.count, range.first, LANES, sums, width, triangle(first, 0)],
        parametersAt: 0,
        workgroups: Math.ceil((range.count * sums) / 64),
        bytes: 4 * range.count * sums * LANES,
      });
    }
  }
  await dispatcher.send();
  return (await gpu.readFloats(out)).subarray(0, part.count * width);
}

/** count × rings of a part's images, `coefficients` count × F. */
export async function residualsOf(
  summing: Summing,
  part: BatchPart,
  coefficients: Float32Array,
): Promise<Float32Array> {
  const { gpu, dispatcher, pool, points, tables, request } = summing;
  const { factors, grid } = request;
  const rings = grid.bandPixels + 1;
  const out = await pool.take('residuals', 4 * part.count * rings);
  const given = await pool.take('coefficients', coefficients.byteLength);
  gpu.write(given, coefficients);
  for (const range of slicedRanges(summing, part)) {
    const slices = await slice(summing, part, range);
    await dispatcher.add({
      label: 'residuals',
      source: () => shaderSource({}, [shaders['factors/residuals']]),
      views: [null, slices, part.values, given, tables.ringPoints, tables.ringStarts, out],
      parameters: [range.count, range.first, points.count, rings, factors],
      parametersAt: 0,
      workgroups: Math.ceil((range.count * rings) / 64),
      flops: range.count * points.count * (4 * factors + 4),
      bytes: range.count * points.count * 8 * (factors + 1),
    });
  }
  await dispatcher.send();
  return (await gpu.readFloats(out)).subarray(0, part.count * rings);
}
