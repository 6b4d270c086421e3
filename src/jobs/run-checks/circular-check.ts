// Is what the latents show in the images, or in how they were chosen? Latents follow noise of the images that they were fitted to, and maps
// of images chosen by them show that noise again. So each of two models, fitted to half of the images, chooses among those of the other
// half: both ends of the first direction that they have in common. Maps of the chosen by backprojection: what differs between the ends must
// be the same in both halves, which share neither images nor model.
import { measure } from '../../first-aid/finding.ts';
import { Random } from '../../geometry/random.ts';
import { firstCanonicalVariates } from '../../validation/canonical-correlations.ts';
import { fsc, resolutionPixels } from '../../validation/fsc.ts';
import { applyMask, softMask } from '../../validation/mask.ts';
import { backprojectMaps, type BackprojectedMap, type NamedSelection } from '../backproject-job.ts';
import { trainingData } from '../run-particles.ts';
import type { RunCheck } from './check.ts';
import { withNoise, type CheckOptions, type CheckWork } from './check-work.ts';
import { halfModels, halfRows } from './half-models.ts';
import { readLatents, type ReadLatents } from './matched-maps.ts';

/** Of the images of a half, the share at either end. */
const END_SHARE = 0.25;
/** Correlation of the differences that counts as the same, and how often that of ends drawn by chance it has to be. */
const AGREES = 0.2;
const OVER_CHANCE = 3;

/** Errors: those of fitting and of backprojectMaps, 'cancelled'. */
export async function checkCircular(work: CheckWork, options: CheckOptions): Promise<RunCheck> {
  const { record } = work;
  const { imagePixels, boxPixels, pixelSizeAngstrom } = record;
  const { signal, seed = 0 } = options;
  const particles = await withNoise(work);
  const folders = await halfModels(work, particles, 'halves', options);
  const engine = await work.openEngine();
  const read: ReadLatents[] = [];
  for (const folder of folders) read.push(await readLatents(engine, folder, particles, imagePixels, { signal }));
  const common = firstCanonicalVariates(read[0].mu, read[0].zDim, read[1].mu, read[1].zDim);
  const selections = crossedEnds(common, seed);
  const maps: BackprojectedMap[] = [];
  const data = { ...trainingData(particles, imagePixels), groupOf: work.set?.opticsGroupOf ?? null };
  await backprojectMaps(
    {
      ...{ engine, data, pixelSizeAngstrom },
      // Halves of each of the halves, which are themselves every second image.
      split: { by: 'even-odd', halfOf: Uint8Array.from({ length: particles.images.count }, (_, i) => (i >> 1) % 2) },
      window: { isOn: record.params.window, radius: record.params.windowRadius },
    },
    selections,
    { ...options, onMap: (map) => void maps.push(map) },
  );
  const filtered = maps.map((map) => map.filtered);
  const told = differencesFinding(filtered, { boxPixels, pixelSizeAngstrom });
  return {
    ...told,
    measures: [measure('correlation of both models along the direction', common.correlation), ...told.measures],
    table: {
      columns: ['selection', 'images', 'resolution_angstrom'],
      rows: maps.map(({ name, images, resolutionMasked }) => [
        name,
        images,
        Number(resolutionMasked.at0143.toFixed(2)),
      ]),
    },
  };
}

/**
 * Low and high end of half B by model A, the same of half A by model B, and as many by chance. `a`, `b`: of all images as model A and B
 * read them.
 */
export function crossedEnds({ a, b }: { a: Float64Array; b: Float64Array }, seed: number): NamedSelection[] {
  const [rowsA, rowsB] = halfRows(a.length);
  const random = new Random(seed);
  const chance = Float64Array.from(a, () => random.uniform());
  return [
    ...ends('half B by model A', rowsB, a),
    ...ends('half A by model B', rowsA, b),
    ...ends('half B by chance', rowsB, chance),
    ...ends('half A by chance', rowsA, chance),
  ];
}

function ends(name: string, rows: Uint32Array, along: Float64Array): NamedSelection[] {
  const order = rows.slice().sort((i, j) => along[i] - along[j]);
  const size = Math.max(1, Math.round(END_SHARE * rows.length));
  const images = (some: Uint32Array) => ({ rows: some.slice().sort(), weights: null });
  return [
    { name: `${name}, low`, images: images(order.subarray(0, size)) },
    { name: `${name}, high`, images: images(order.subarray(order.length - size)) },
  ];
}

/** What the maps of `crossedEnds` say, D³ each, in their order. */
export function differencesFinding(
  maps: readonly Float32Array[],
  { boxPixels, pixelSizeAngstrom }: { boxPixels: number; pixelSizeAngstrom: number },
): RunCheck {
  const mean = maps[0].map((_, i) => maps.reduce((sum, map) => sum + map[i], 0) / maps.length);
  const mask = softMask(mean, boxPixels, { pixelSizeAngstrom });
  const masked = applyMask(mean, mask);
  const difference = (pair: number) => {
    const [low, high] = [maps[2 * pair], maps[2 * pair + 1]];
    return withoutContrast(
      applyMask(
        high.map((value, i) => value - low[i]),
        mask,
      ),
      masked,
    );
  };
  const [byA, byB, chanceB, chanceA] = [0, 1, 2, 3].map(difference);
  const correlation = cosine(byA, byB);
  const chance = cosine(chanceB, chanceA);
  const agrees = correlation >= AGREES && correlation >= OVER_CHANCE * Math.abs(chance);
  const curve = fsc(byA, byB, boxPixels);
  const angstrom = pixelSizeAngstrom * resolutionPixels(curve, 0.143);
  const figures = `correlation ${correlation.toFixed(2)}, of ends by chance ${chance.toFixed(2)}`;
  return {
    ...{ version: 1, check: 'circular', boxPixels, pixelSizeAngstrom, fromShell: null, table: null },
    verdict: agrees ? 'good' : 'wrong',
    sentence: agrees
      ? `Images that a model has not seen show the states in which it puts them: maps of either half of the images, chosen by the model of the other, differ alike (${figures}; to ${angstrom.toFixed(1)} Å).`
      : `Images that a model has not seen do not show the states in which it puts them: maps of either half of the images, chosen by the model of the other, differ each in its own way (${figures}).`,
    advice: agrees
      ? null
      : 'Maps of images chosen by these latents show the noise by which they were chosen: do not read them.',
    measures: [
      measure('correlation of the differences, each half chosen by the other’s model', correlation),
      measure('the same of ends drawn by chance', chance),
      measure('resolution of the differences at 0.143, first crossing', angstrom, 'Å'),
    ],
    curves: [
      { name: 'differences, each chosen by the other half', values: [...curve.values] },
      { name: 'by chance', values: [...fsc(chanceB, chanceA, boxPixels).values] },
    ],
  };
}

/** What is left once as much of the mean as lies in it is taken off: images of another contrast are no other state. */
function withoutContrast(map: Float32Array, mean: Float32Array): Float32Array {
  const share = dot(map, mean) / Math.max(dot(mean, mean), Number.MIN_VALUE);
  return map.map((value, i) => value - share * mean[i]);
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

function cosine(a: Float32Array, b: Float32Array): number {
  const size = Math.sqrt(dot(a, a) * dot(b, b));
  return size > 0 ? dot(a, b) / size : 0;
}
