// How well the run explains each image: power of what its state's map leaves of it over that of the noise, mean over rings (1: noise alone),
// as a column; and whether what is left depends on defocus, which a wrong CTF does.
import { throwIfCancelled } from '../../base/errors.ts';
import { measure } from '../../first-aid/finding.ts';
import { CTF_WIDTH } from '../../formats/particles.ts';
import { kMeansClusters } from '../../landscape/kmeans.ts';
import { FIT_QUALITY, writeFitQuality } from '../../library/fit-quality.ts';
import { percentile } from '../../validation/mask.ts';
import { decodeAt, latentRows, loadModel } from '../decode-job.ts';
import type { CheckCurve, RunCheck } from './check.ts';
import { latentsOfRun, withNoise, type CheckOptions, type CheckWork } from './check-work.ts';
import { Predictions } from './predictions.ts';

/** Maps that stand for all latents. */
const STATES = 20;
const DEFOCUS_GROUPS = 5;
/** Standard deviations (of the middle half) above the median that make an image a bad one. */
const FAR = 5;
/** Relative difference of a ring's power between defocus groups that is told. */
const LEFT_OVER = 0.1;

/** Errors: 'file-missing' for a run without latents, those of decoding, 'cancelled'. */
export async function checkImages(work: CheckWork, options: CheckOptions): Promise<RunCheck> {
  const { run, record } = work;
  const { signal, onProgress } = options;
  const particles = await withNoise(work);
  const { images, originalIndex } = particles;
  const { mu, zDim, count } = await latentsOfRun(run);
  const states = Math.min(STATES, count);
  const clusters = await kMeansClusters(mu, zDim, states, options.seed ?? 0, { ...(signal && { signal }) });
  const loaded = await loadModel(await work.openEngine(), run, null);
  const maps: Float32Array[] = [];
  try {
    for (const z of latentRows(mu, zDim, clusters.centreIndices)) {
      onProgress?.({ fraction: maps.length / states / 2, message: 'Decoding maps of states' });
      const { values } = await decodeAt(loaded, z, images.boxPixels, { signal });
      // Decoded maps are in the units of the original images.
      maps.push(values.map((value) => value / images.standardDeviation));
    }
  } finally {
    loaded.model.dispose();
  }
  const predictions = new Predictions(particles, record.imagePixels, maps);
  const noise = Float64Array.from(particles.noise?.whole ?? [], (power) => power / images.standardDeviation ** 2);
  const left = await residuals(work, predictions, { labels: clusters.labels, noise, options });
  await writeFitQuality(run, originalIndex, left.quality);
  const [low, middle, high] = [25, 50, 75].map((percent) => percentile(left.quality, percent));
  const limit = middle + FAR * ((high - low) / 1.349);
  const bad = left.quality.filter((value) => value > limit).length;
  const curves = defocusCurves(particles.ctf, left);
  const over = largestDifference(curves);
  const leftover = over > LEFT_OVER;
  const ctfWords =
    curves.length === 0 ? '' : ` What is left differs by ${(100 * over).toFixed(0)} % between defocus groups.`;
  return {
    ...{ version: 1, check: 'images', fromShell: null, table: null, curves },
    ...{ boxPixels: record.boxPixels, pixelSizeAngstrom: record.pixelSizeAngstrom },
    verdict: bad > 0.01 * count || leftover ? 'look' : 'good',
    sentence: `${bad.toLocaleString('en')} of ${count.toLocaleString('en')} images are explained far worse than the others.${ctfWords}`,
    advice: leftover
      ? 'Power that depends on defocus is CTF that was not taken out: look at defocus, Cs and amplitude contrast.'
      : bad > 0
        ? `Colour the landscape by ${FIT_QUALITY} and leave those images out.`
        : null,
    measures: [
      measure('fit quality, median (1: noise alone)', middle),
      measure('limit above which an image counts as bad', limit),
      measure('bad images', bad),
      measure('largest relative difference between defocus groups', curves.length > 0 ? over : null),
    ],
  };
}

interface Left {
  /** N. */
  quality: Float32Array;
  /** N×(D/2 + 1): residual power of each ring over the noise's. */
  byRing: Float32Array;
  rings: number;
}

async function residuals(
  { particles: { images } }: CheckWork,
  predictions: Predictions,
  { labels, noise, options }: { labels: Int32Array; noise: Float64Array; options: CheckOptions },
): Promise<Left> {
  const { count, points, shardSize } = images;
  const rings = images.boxPixels / 2 + 1;
  const left: Left = { quality: new Float32Array(count), byRing: new Float32Array(count * rings), rings };
  const pointsOf = new Float64Array(rings);
  predictions.rings.forEach((ring) => pointsOf[ring]++);
  const predicted = new Float32Array(points);
  for (let shard = 0; shard * shardSize < count; shard++) {
    const { first, count: here, values } = await images.readShard(shard, options.signal);
    for (let i = 0; i < here; i++) {
      if (i % 256 === 0) {
        options.onProgress?.({ fraction: 0.5 + (first + i) / count / 2, message: 'Looking at each image' });
        await new Promise((resolve) => setTimeout(resolve, 0));
        throwIfCancelled(options.signal);
      }
      const row = first + i;
      predictions.predict(row, labels[row], predicted);
      const own = values.subarray(i * points, (i + 1) * points);
      // The image's contrast, by least squares.
      let [cross, square] = [0, 0];
      for (let p = 0; p < points; p++) {
        cross += (own[p] * predicted[p]) / noise[predictions.rings[p]];
        square += predicted[p] ** 2 / noise[predictions.rings[p]];
      }
      const contrast = square > 0 ? Math.max(0, cross / square) : 0;
      const powers = left.byRing.subarray(row * rings, (row + 1) * rings);
      for (let p = 0; p < points; p++)
        powers[predictions.rings[p]] += (own[p] - contrast * predicted[p]) ** 2 / noise[predictions.rings[p]];
      let sum = 0;
      powers.forEach((power, ring) => {
        sum += power;
        powers[ring] = pointsOf[ring] > 0 ? power / pointsOf[ring] : 0;
      });
      left.quality[row] = sum / points;
    }
  }
  return left;
}

/** Mean power by ring of groups of images with the least to the most defocus; none without a CTF. */
function defocusCurves(ctf: Float32Array | null, { byRing, rings, quality }: Left): CheckCurve[] {
  if (!ctf) return [];
  const defocus = Float32Array.from(quality, (_, row) => (ctf[CTF_WIDTH * row + 2] + ctf[CTF_WIDTH * row + 3]) / 2);
  const order = Uint32Array.from(defocus.keys()).sort((a, b) => defocus[a] - defocus[b]);
  const size = Math.floor(order.length / DEFOCUS_GROUPS);
  if (size === 0) return [];
  return Array.from({ length: DEFOCUS_GROUPS }, (_, group) => {
    const rows = order.subarray(group * size, (group + 1) * size);
    const values = new Float64Array(rings - 1);
    for (const row of rows)
      for (let ring = 1; ring < rings - 1; ring++) values[ring] += byRing[row * rings + ring] / size;
    // Images have a mean of 0: the curve begins where the next ring is.
    values[0] = values[1];
    const middle = defocus[rows[Math.floor(size / 2)]] / 1e4;
    return { name: `defocus ${middle.toFixed(2)} µm`, values: [...values] };
  });
}

/** Of any ring beyond the first three, over the groups' mean there. */
function largestDifference(curves: readonly CheckCurve[]): number {
  if (curves.length === 0) return 0;
  let most = 0;
  for (let ring = 3; ring < curves[0].values.length; ring++) {
    const values = curves.map((curve) => curve.values[ring]);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    if (mean > 0) most = Math.max(most, (Math.max(...values) - Math.min(...values)) / mean);
  }
  return most;
}
