// vitrine demo: the main job on the built-in simulated set, from images to lists, with figures against the truth.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { decodeVolume } from '../src/field/volume.ts';
import { VitrineError } from '../src/base/errors.ts';
import { writeSelection } from '../src/formats/lists/selection-files.ts';
import { DEMO, demoSet, demoSimulation } from '../src/jobs/demo.ts';
import { latentRows, loadModel } from '../src/jobs/decode-job.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { rowsOfLabels } from '../src/landscape/selection.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { RunFolder } from '../src/library/runs.ts';
import { validateParams } from '../src/params/params.ts';
import { fscFigure } from '../src/plots/curves.ts';
import { scoreLatents } from '../src/validation/latent-score.ts';
import { scoreMaps } from '../src/validation/map-score.ts';
import { analyzeRun } from './analyze.ts';
import { act, wholeNumber } from './command.ts';
import { openParticles } from './files.ts';
import { addParamOptions } from './param-options.ts';
import { filesOf } from './run-set.ts';
import { withEngine } from './runs.ts';
import { newRecord } from './train.ts';
import { duration, prepareForRun, trainAndTell } from './training.ts';

const MAPS_SCORED = 20;

export function addDemo(program: Command): void {
  const command = program
    .command('demo')
    .description('Everything on simulated particles of a two-domain molecule, scored against the truth.')
    .option('-o, --out <folder>', 'folder to write', 'vitrine-demo')
    .option('-n, --num-epochs <number>', 'epochs', wholeNumber, 10);
  addParamOptions(command, ['device', 'seed']);
  act(command, async (_args, raw, console) => {
    const options = raw as { out: string; numEpochs: number; device?: 'auto' | 'gpu' | 'cpu'; seed?: number };
    const started = performance.now();
    const folder = resolve(options.out);
    const simulation = demoSimulation();
    const set = demoSet(simulation);
    const disk = new DiskStorage(folder);
    const runPath = join(folder, 'run');
    if (await disk.read('run/vitrine.json')) await disk.remove('run');
    mkdirSync(runPath, { recursive: true });
    const job = { signal: console.signal, onProgress: console.progress.bind(console) };
    await writeSimulation(simulation, disk, 'data', { ...DEMO }, job);

    const params = validateParams({
      zDim: 8,
      epochs: options.numEpochs,
      batchSize: 16,
      learningRate: 5e-4,
      encoderDim: 128,
      decoderDim: 128,
      checkpointEvery: options.numEpochs,
      ...(options.device && { device: options.device }),
      ...(options.seed !== undefined && { seed: options.seed }),
    });
    // As a person would: from the files.
    const particles = join(folder, 'data/particles.star');
    const opened = await openParticles(particles, {}, console);
    const files = filesOf(particles, {}, opened.badRows);
    const record = { ...(await newRecord(opened, params, runPath, files, console)), name: 'demo' };
    const run = new RunFolder(new DiskStorage(runPath), '');
    await run.writeRecord(record);
    const trained = await trainAndTell(run, record, await prepareForRun(runPath, record, opened, console), console);

    const { folder: analysis, landscape } = await analyzeRun(
      runPath,
      { ksample: 8, pc: 2, umap: true, vol: true, seed: 0, ...(options.device && { device: options.device }) },
      console,
    );
    const latents = await run.latents(null);
    if (!latents) throw new VitrineError('file-missing', 'The demo has no latents.');
    const latentScore = await scoreLatents(latents.mu, latents.zDim, simulation.state, { signal: console.signal });
    const picks = Array.from({ length: MAPS_SCORED }, (_, i) => Math.floor(((i + 0.5) * set.count) / MAPS_SCORED));
    const pairs: [Float32Array, Float32Array][] = await withEngine(params.device, async (engine) => {
      const { model, field } = await loadModel(engine, run, null);
      const decoded: [Float32Array, Float32Array][] = [];
      for (const [i, z] of latentRows(latents.mu, latents.zDim, picks).entries()) {
        const { signal } = console;
        const map = await decodeVolume(model, z, DEMO.boxPixels, field.dataset.standardDeviation, { signal });
        decoded.push([map, simulation.truth(simulation.state[picks[i]])]);
      }
      return decoded;
    });
    const mapScore = scoreMaps(pairs, DEMO.boxPixels);
    const curves = mapScore.curves.map(({ values }, i) => ({ name: `image ${picks[i]}`, values }));
    writeFileSync(
      join(analysis, 'per_image_fsc.svg'),
      fscFigure(
        'Maps at images’ latents against the truth',
        curves.slice(0, 8),
        DEMO.boxPixels,
        DEMO.pixelSizeAngstrom,
      ),
    );
    const largest = landscape.clusters.counts.indexOf(landscape.clusters.counts.reduce((a, b) => Math.max(a, b)));
    const rows = rowsOfLabels(landscape.clusters.labels, [largest]);
    const lists = (['star', 'ind.pkl', 'csv'] as const).map((format) => {
      const path = join(folder, format === 'ind.pkl' ? 'cluster_ind.pkl' : `cluster.${format}`);
      writeFileSync(path, writeSelection(set, rows, format));
      return path;
    });

    const seconds = (performance.now() - started) / 1000;
    const last = trained.history.at(-1);
    const figures = {
      particles: set.count,
      epochs: trained.epochsDone,
      imagesPerSecond: last?.imagesPerSecond ?? 0,
      reconstruction: last?.reconstruction ?? NaN,
      kl: last?.kl ?? NaN,
      spearmanPc1: latentScore.spearmanPc1,
      spearmanNeighbours: latentScore.spearmanNeighbours,
      fscArea: mapScore.fscArea,
      fscAreaLargest: mapScore.fscAreaLargest,
      resolutionPixels: mapScore.resolutionPixels,
      seconds,
    };
    const row = (name: string, value: string): void => console.say(`  ${name.padEnd(48)} ${value}`);
    console.say('');
    console.say(`Demo: ${set.count} images of ${DEMO.boxPixels}², ${DEMO.states} states, SNR ${DEMO.snr}`);
    row('device', trained.device?.description ?? '');
    row('time in all', duration(seconds));
    row('training, images/s', figures.imagesPerSecond.toFixed(0));
    row(`loss, KL after ${figures.epochs} epochs`, `${figures.reconstruction.toFixed(4)}, ${figures.kl.toFixed(2)}`);
    row('|Spearman| of PC1 with the true state', figures.spearmanPc1.toFixed(3));
    row('Spearman of 10 nearest neighbours', figures.spearmanNeighbours.toFixed(3));
    row(
      'per-image FSC area (largest possible)',
      `${figures.fscArea.toFixed(3)} (${figures.fscAreaLargest.toFixed(3)})`,
    );
    row('resolution at FSC 0.5, pixels (2 is the best)', figures.resolutionPixels.toFixed(2));
    console.say('');
    row('images, poses, CTF, truth', join(folder, 'data'));
    row('run (a cryoDRGN work directory)', runPath);
    row('plots, tables', analysis);
    row('maps', `${join(analysis, 'kmeans8')}, pc1, pc2`);
    row(`lists of cluster ${largest} (${rows.length} particles)`, lists.join(', '));
    console.result({ ...figures, folder, run: runPath, analysis, lists });
  });
}
