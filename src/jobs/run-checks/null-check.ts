// Null data in one click: the consensus map seen at the measured poses through the measured CTF, with the measured noise and nothing that
// varies. What components a linear model finds there come from nothing, and say how far the run's own can be believed.
import { measure } from '../../first-aid/finding.ts';
import { Random } from '../../geometry/random.ts';
import type { HartleyImages } from '../../imaging/hartley-images.ts';
import { readLinearReport, type LinearReport } from '../../library/linear-files.ts';
import { RunFolder } from '../../library/runs.ts';
import type { RunParticles } from '../run-particles.ts';
import { VALIDATE_FOLDER, type RunCheck } from './check.ts';
import { withNoise, type CheckOptions, type CheckWork } from './check-work.ts';
import { fitModel } from './half-models.ts';
import { Predictions } from './predictions.ts';

/** Both sets are fitted alike, whatever the run is. Errors: those of fitting, 'cancelled'. */
export async function checkNull(work: CheckWork, options: CheckOptions): Promise<RunCheck> {
  const particles = await withNoise(work);
  const { run, record } = work;
  const fit = async (name: string, of: RunParticles): Promise<{ folder: RunFolder; report: LinearReport }> => {
    const folder = new RunFolder(run.storage, run.path(`${VALIDATE_FOLDER}/${name}`));
    await fitModel(work, folder, of, { ...options, method: 'linear' });
    const report = await readLinearReport(folder);
    if (!report) throw new RangeError('A model was fitted, and its report is not there.');
    return { folder, report };
  };
  const own = await fit('linear-whole', particles);
  const mean = (await own.folder.loadCheckpoint(null)).checkpoint.weights.get('mean');
  if (!mean) throw new RangeError('A linear model was fitted, and it has no mean map.');
  const images = nullImages(particles, record.imagePixels, mean.data, options.seed ?? 0);
  const { report: empty } = await fit('linear-null', { ...particles, images });
  const { report } = own;
  const believed = report.reproducible > empty.reproducible;
  const share = (of: LinearReport) => 100 * (of.scree[0] ?? 0);
  return {
    ...{ version: 1, check: 'null', curves: [], fromShell: null },
    ...{ boxPixels: record.boxPixels, pixelSizeAngstrom: record.pixelSizeAngstrom },
    verdict: believed ? 'good' : 'wrong',
    sentence: believed
      ? `Of the images ${report.reproducible === 1 ? '1 component reproduces' : `${report.reproducible} components reproduce`}; of the same poses, CTF and noise with one structure ${empty.reproducible || 'none'}.`
      : `Of one structure seen at the same poses as many components reproduce (${empty.reproducible}) as of the images (${report.reproducible}): the spread can come from nothing.`,
    advice: believed ? null : 'Do not read the landscape: what it shows appears without any motion too.',
    measures: [
      measure('components that reproduce, images', report.reproducible),
      measure('components that reproduce, null data', empty.reproducible),
      measure('first component over the mean, images', share(report), '%'),
      measure('first component over the mean, null data', share(empty), '%'),
      measure('held-out evidence an image, images', report.heldOutGain),
      measure('held-out evidence an image, null data', empty.heldOutGain),
    ],
    table: {
      columns: ['component', 'norm_images', 'norm_null', 'correlation_images', 'correlation_null'],
      rows: report.scree.map((value, i) => [
        i + 1,
        ...[value, empty.scree[i], report.correlations[i], empty.correlations[i]].map((v) => Number(v.toPrecision(4))),
      ]),
    },
  };
}

/** Images of one map with noise by ring, each from the seed and its number alone. */
function nullImages(particles: RunParticles, imagePixels: number, map: Float32Array, seed: number): HartleyImages {
  const { images, noise } = particles;
  const predictions = new Predictions(particles, imagePixels, [map]);
  const deviation = Float32Array.from(noise?.whole ?? [], (power) => Math.sqrt(power) / images.standardDeviation);
  return {
    ...images,
    readShard(number, signal) {
      signal?.throwIfAborted();
      const first = number * images.shardSize;
      const count = Math.min(images.shardSize, images.count - first);
      const values = new Float32Array(count * images.points);
      for (let i = 0; i < count; i++) {
        const own = values.subarray(i * images.points, (i + 1) * images.points);
        predictions.predict(first + i, 0, own);
        const random = new Random(seed, first + i + 1);
        // |noise|² is of a coefficient: of a Hartley value the variance is the same.
        for (let p = 0; p < own.length; p++) own[p] += random.normal() * deviation[predictions.rings[p]];
      }
      return Promise.resolve({ first, count, values });
    },
  };
}
