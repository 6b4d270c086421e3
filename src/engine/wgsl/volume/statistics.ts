// Mean, deviation, extremes and histogram of a map that stays on the device. Sums of float32 are made pairwise in one order;
// partial sums are added in float64 here.
import type { VolumeStatistics } from '../../engine.ts';
import { shaders } from '../generated/shaders.ts';
import { partOf, type BufferView } from '../gpu/arena.ts';
import type { Command, KernelContext } from '../gpu/gpu.ts';
import { shaderSource } from '../gpu/source.ts';

const MOST_GROUPS = 256;
const BINS = 256;
/** Bytes of a dispatch at most: a weak device reads them in a page's frame. */
const MOST_BYTES = 2 ** 26;
/** Voxels a workgroup should have at least. */
const WORTH_A_GROUP = 4096;

/** Commands that measure a map, and the buffer that `statisticsOf` reads. */
export interface StatisticsProgram {
  commands: Command[];
  /** What the commands leave: 4 floats of the range, 256 counts, then pairs of partial sums. */
  result: BufferView;
}

/** `count` voxels at the front of `values`. */
export async function makeStatistics(
  { gpu, arena }: KernelContext,
  values: BufferView,
  count: number,
): Promise<StatisticsProgram> {
  const most = Math.floor(Math.min(MOST_BYTES, gpu.bindingBytes) / 256) * 64;
  const parts: { first: number; size: number; groups: number; uniform: BufferView }[] = [];
  let partials = 0;
  for (let first = 0; first < count; first += most) {
    const size = Math.min(most, count - first);
    const groups = Math.max(1, Math.min(MOST_GROUPS, Math.ceil(size / WORTH_A_GROUP)));
    parts.push({ first, size, groups, uniform: arena.uniform('part', [size, groups, partials, 0]) });
    partials += groups;
  }
  const found = arena.floats('extremes', 4 * partials);
  const range = arena.floats('range', 4);
  const histogram = arena.buffer('histogram', 4 * BINS);
  const sums = arena.floats('sums', 2 * partials);
  const result = arena.floats('statistics', 4 + BINS + 2 * partials);
  const joined = shaders['volume/joined-extremes'];

  // Sizes are uniforms, so that maps of all boxes share three pipelines.
  const pass = async (
    label: string,
    text: readonly string[],
    viewsOf: (voxels: BufferView, part: BufferView) => BufferView[],
  ) => {
    const pipeline = await gpu.pipeline(label, shaderSource({}, text));
    return parts.map(({ first, size, groups, uniform }) =>
      gpu.dispatch(label, pipeline, viewsOf(partOf(values, first, size), uniform), [groups, 1, 1], { bytes: 4 * size }),
    );
  };
  const extremes = await pass('extremes', [joined, shaders['volume/extremes']], (voxels, part) => [
    voxels,
    found,
    part,
  ]);
  const settle = await gpu.pipeline('settle extremes', shaderSource({}, [joined, shaders['volume/settle']]));
  const spread = await pass('spread', [shaders['volume/spread']], (voxels, part) => [
    voxels,
    range,
    sums,
    histogram,
    part,
  ]);
  const commands: Command[] = [
    ...extremes,
    gpu.dispatch('settle extremes', settle, [found, range, histogram, arena.uniform('parts', [partials])], [1, 1, 1]),
    ...spread,
    { from: range, to: { ...result, size: 16 } },
    { from: histogram, to: { ...result, offset: 16, size: 4 * BINS } },
    { from: { ...sums, size: 8 * partials }, to: { ...result, offset: 16 + 4 * BINS, size: 8 * partials } },
  ];
  return { commands, result: { ...result, size: 16 + 4 * BINS + 8 * partials } };
}

/** What `result` says. Maps without finite voxels are all zero. */
export function statisticsOf(result: ArrayBuffer): VolumeStatistics {
  const [minimum, maximum, near] = new Float32Array(result, 0, 3);
  const histogram = new Uint32Array(result, 16, BINS).slice();
  const count = histogram.reduce((sum, n) => sum + n, 0);
  if (count === 0) return { mean: 0, standardDeviation: 0, minimum: 0, maximum: 0, histogram };
  const partials = new Float32Array(result, 16 + 4 * BINS);
  let [differences, squares] = [0, 0];
  for (let i = 0; i < partials.length; i += 2) {
    differences += partials[i];
    squares += partials[i + 1];
  }
  const away = differences / count;
  const standardDeviation = Math.sqrt(Math.max(0, squares / count - away * away));
  return { mean: near + away, standardDeviation, minimum, maximum, histogram };
}
