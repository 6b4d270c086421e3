// vitrine train: a field from particles with known poses, into a run folder.
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { VitrineError } from '../src/formats/errors.ts';
import type { ParticleSet } from '../src/formats/particles.ts';
import { imageOptionsOf } from '../src/jobs/prepare.ts';
import { newId } from '../src/library/arrays.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { fingerprintImages } from '../src/library/particle-cache.ts';
import type { RunFiles, RunRecord } from '../src/library/run-record.ts';
import { mapPixelSize, RunFolder } from '../src/library/runs.ts';
import type { Params } from '../src/params.ts';
import { act } from './command.ts';
import type { Console } from './console.ts';
import { addParticleOptions, openParticles, particleOptionsOf } from './files.ts';
import { addParamOptions, paramsFrom } from './param-options.ts';
import { filesOf, prepareForRun, requirePoses, trainAndTell, trainingResult } from './training.ts';

interface TrainOptions {
  out: string;
}

export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .description('Learns a field from particles with poses.')
    .argument('<particles>', 'stack (.mrcs), .star, .cs or .txt list of stacks')
    .requiredOption('-o, --out <folder>', 'run folder to write');
  addParticleOptions(command);
  addParamOptions(command);
  act(command, async ([particles], raw, console) => {
    const { out } = raw as unknown as TrainOptions;
    const options = particleOptionsOf(raw);
    const params = paramsFrom(raw);
    const folder = resolve(out);
    if (existsSync(join(folder, 'vitrine.json')) || existsSync(join(folder, 'config.yaml')))
      throw new VitrineError('usage', 'The folder already holds a run.', {
        file: out,
        advice: 'Choose another folder with -o, or go on with: vitrine resume.',
      });
    const set = await openParticles(particles, options, console);
    if (set.looksWhite === false && params.invertData)
      console.warn('warning: particles look dark on white; give --uninvert-data if they are.');
    requirePoses(set);
    const record = await newRecord(set, params, basename(folder), filesOf(particles, options), console);
    const run = new RunFolder(new DiskStorage(folder), '');
    await run.writeRecord(record);
    const prepared = await prepareForRun(folder, record, set, console);
    const ended = await trainAndTell(run, record, prepared, console);
    console.say(`${ended.epochsDone} epochs: ${folder}`);
    console.result(trainingResult(folder, ended));
  });
}

export async function newRecord(
  set: ParticleSet,
  params: Params,
  name: string,
  files: RunFiles | null,
  console: Console,
): Promise<RunRecord> {
  const { boxPixels } = imageOptionsOf(params, set.boxPixels);
  if (set.pixelSizeAngstrom === null)
    console.warn('warning: no file says the pixel size; 1 Å is taken. Give it with --apix.');
  return {
    version: 1,
    id: newId(),
    name,
    created: new Date().toISOString(),
    datasetId: '',
    datasetName: set.name,
    files,
    params,
    status: 'running',
    epochsDone: 0,
    history: [],
    device: null,
    particles: set.count,
    imagePixels: set.boxPixels,
    boxPixels,
    pixelSizeAngstrom: mapPixelSize(set.boxPixels, set.pixelSizeAngstrom ?? 1, boxPixels),
    standardDeviation: 0,
    fingerprint: await fingerprintImages(set.images, console.signal),
  };
}
