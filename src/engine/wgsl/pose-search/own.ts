// Each image against slices of its own: slices matched to their image are rows of a matrix, the waves of the offsets columns of another,
// the same for all, and their product says every error.
import type { OwnRequest, Scores } from '../../scoring/scorer.ts';
import { shaders } from '../generated/shaders.ts';
import { partOf, type BufferView } from '../gpu/arena.ts';
import { paddedRows } from '../gpu/kernels.ts';
import { shaderSource } from '../gpu/source.ts';
import { weightedOf } from './images.ts';
import { multiply } from './product.ts';
import { chunkBytesOf, rowsIn, shiftsOf, type Search } from './search.ts';
import { rangesOf, roundUp, type RowRange } from '../gpu/ranges.ts';
import { axesOf, emptyScores, readScores, TURNED } from './shared.ts';

/** Parts of a row's norm. */
const PARTS = 64;

/** Scores each image at slices of its own: the least error over the translations of each, and which has it. */
export async function scoreOwn(search: Search, request: OwnRequest): Promise<Scores> {
  const { dispatcher, work, images, positions } = search;
  const { perImage, offsets, points } = request;
  const all = offsets.length / 2;
  const total = images.count * perImage;
  const scores = emptyScores(total);
  if (total === 0 || all === 0) return scores;

  const room = chunkBytesOf(search);
  const paddedPoints = roundUp(16, points);
  const offsetShares = [...rangesOf(all, room.rows / (8 * paddedPoints), 16)];
  const stride = roundUp(16, offsetShares[0].count);
  const mostRows = Math.min(
    rowsIn(room.rows, 2 * paddedPoints),
    rowsIn(room.errors, Math.max(stride, PARTS)),
    // Images that are bound: one more where a chunk begins within one.
    perImage * Math.max(1, Math.floor(room.rows / (8 * images.stride)) - 1),
  );
  const chunks = [...rangesOf(total, mostRows)];
  const height = paddedRows(chunks[0].count);
  const matched = await work.take('rows', 8 * paddedPoints * height);
  const crosses = await work.take('errors', 4 * stride * height);
  const norms = await work.take('norms', 4 * PARTS * height);
  const waves = await work.take('slices', 8 * paddedPoints * stride);
  const shifts = await work.take('shifts', 8 * offsets.length);
  await dispatcher.write(shifts, shiftsOf(offsets, search.boxPixels));

  for (const group of rangesOf(total, Math.max(1, room.results / 4))) {
    const errors = await work.take('least errors', 4 * group.count);
    const which = await work.take('their translations', 4 * group.count);
    for (const share of offsetShares) {
      await dispatcher.each({
        label: 'waves of offsets',
        parts: [...TURNED, shaders['pose-search/waves']],
        count: paddedPoints * stride,
        parameters: [share.count, share.first, stride, points, paddedPoints],
        views: [positions, shifts, waves],
        bytes: 8 * paddedPoints * stride,
      });
      for (const within of rangesOf(group.count, chunks[0].count)) {
        const chunk = { first: group.first + within.first, count: within.count };
        await match(search, request, chunk, matched, norms);
        await multiply(search, {
          left: { view: matched, stride: 2 * paddedPoints },
          right: { view: waves, stride },
          out: { view: crosses, stride },
          rows: chunk.count,
          inputs: 2 * paddedPoints,
          outputs: stride,
        });
        await dispatcher.each({
          label: 'least of own offsets',
          parts: [shaders['pose-search/least-own']],
          count: chunk.count,
          parameters: [chunk.count, share.count, share.first, stride, within.first],
          views: [crosses, norms, errors, which],
          bytes: 4 * chunk.count * (stride + PARTS),
        });
      }
    }
    await readScores(search, { errors, which }, group, scores);
  }
  return scores;
}

/** Z and norms of the rows of a chunk. */
async function match(
  search: Search,
  request: OwnRequest,
  chunk: RowRange,
  matched: BufferView,
  norms: BufferView,
): Promise<void> {
  const { dispatcher, work, images, cubes, positions } = search;
  const { source, perImage, points } = request;
  const paddedPoints = roundUp(16, points);
  await dispatcher.send();
  const poses = await work.take('poses', 48 * chunk.count);
  await dispatcher.write(poses, posesOf(request, chunk, search.boxPixels));
  const firstImage = Math.floor(chunk.first / perImage);
  const bound = { first: firstImage, count: Math.ceil((chunk.first + chunk.count) / perImage) - firstImage };
  const powers = partOf(images.powers, bound.first * images.stride, bound.count * images.stride);

  const volumes: BufferView[] = [...cubes.cubes];
  let text: string[] = [shaders['pose-search/cube'], shaders['pose-search/own-volume']];
  if (source.slices) {
    const numbers = source.slices.subarray(2 * points * chunk.first, 2 * points * (chunk.first + chunk.count));
    const given = await work.take('given', numbers.byteLength);
    await dispatcher.write(given, numbers);
    volumes.splice(0, Infinity, given);
    text = [shaders['pose-search/own-given']];
  }
  for (const [volume, slices] of volumes.entries()) {
    const { side, reach, oversampling } = cubes;
    const counts = [chunk.count, chunk.first, perImage, bound.first, points, paddedPoints, images.stride];
    await dispatcher.add({
      label: source.slices ? 'own slices, given' : 'own slices of a volume',
      source: () => shaderSource({}, [...TURNED, ...text, shaders['pose-search/matched']]),
      views: [null, positions, weightedOf(images, bound), powers, poses, slices, matched, norms],
      parameters: [...counts, volume, side, { f32: reach }, { f32: oversampling }],
      parametersAt: 0,
      workgroups: chunk.count,
      bytes: (chunk.count * (64 * points + 8 * paddedPoints)) / volumes.length,
    });
  }
}

/** Three times four numbers a row of a chunk, as matched.wgsl reads them. */
function posesOf({ source, perImage, centres, volumes }: OwnRequest, { first, count }: RowRange, boxPixels: number) {
  const poses = new Float32Array(12 * count);
  const axes = source.rotations && axesOf(source.rotations.subarray(9 * first, 9 * (first + count)));
  const shifts = shiftsOf(centres.subarray(2 * first, 2 * (first + count)), boxPixels);
  for (let row = 0; row < count; row++) {
    if (axes) {
      poses.set(axes.subarray(8 * row, 8 * row + 8), 12 * row);
      poses[12 * row + 3] = volumes ? volumes[Math.floor((first + row) / perImage)] : 0;
    }
    poses.set(shifts.subarray(4 * row, 4 * row + 4), 12 * row + 8);
  }
  return poses;
}
