// vitrine reconstruct RUN: maps at latents made from the run's images themselves, no field in between.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { VitrineError } from '../src/base/errors.ts';
import { latentDimension } from '../src/field/kinds.ts';
import { reconstructMaps, writeReconstructions } from '../src/jobs/reconstruct-job.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { addLatentOptions, chosenLatents, type LatentChoice } from './chosen-latents.ts';
import { act, wholeNumber } from './command.ts';
import { reopenRunSet, withoutFiles } from './run-set.ts';
import { openRun, withEngine } from './runs.ts';
import { prepareForRun } from './training.ts';

interface ReconstructOptions extends LatentChoice {
  out: string;
  images?: number;
  particles?: string;
}

export function addReconstruct(program: Command): void {
  const command = program
    .command('reconstruct')
    .description('Maps at chosen latents from the images themselves, with the maps of halves of them.')
    .argument('<run>', 'run folder of Vitrine')
    .requiredOption('-o, --out <folder>', 'folder for the maps');
  addLatentOptions(command);
  command
    .option('--images <number>', 'images to weight around each latent (default: chosen shell by shell)', wholeNumber)
    .option('--particles <file>', 'where the particles of the run are now, if they were moved')
    .option('--epoch <number>', 'epoch of the latents (default: the last)', wholeNumber);
  act(command, async ([path], raw, console) => {
    const options = raw as unknown as ReconstructOptions;
    const opened = await openRun(path);
    const { run, record } = opened;
    const zDim = latentDimension(await run.field());
    if (zDim === 0) throw new VitrineError('usage', 'The run has one structure and no latents.', { file: path });
    if (!record?.files) throw withoutFiles(path);
    const targets = await chosenLatents(opened, options, zDim);
    const moved = options.particles === undefined ? {} : { particles: options.particles };
    const set = await reopenRunSet(opened, moved, console);
    const particles = await prepareForRun(resolve(path), record, set, console);
    const folder = resolve(options.out);
    const { imagePixels, pixelSizeAngstrom } = record;
    const epoch = options.epoch ?? null;
    const found = await withEngine('cpu', (engine) =>
      reconstructMaps({ engine, run, particles, imagePixels, pixelSizeAngstrom, epoch }, targets, {
        images: options.images ?? null,
        signal: console.signal,
        onProgress: (progress) => console.progress(progress),
      }),
    );
    const place = { storage: new DiskStorage(folder), pixelSizeAngstrom };
    const maps = await writeReconstructions(found, targets, place);
    for (const { file, images, resolutionAngstrom } of maps)
      console.say(`${file}: ${images} images, halves agree to ${resolutionAngstrom.toFixed(1)} Å`);
    console.say(`${maps.length} maps with those of their halves: ${folder}`);
    console.result({ folder, maps });
  });
}
