// vitrine train: a field from particles with known poses, into a run folder.
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { learnsTable } from '../src/params/latents.ts';
import { linearPlan } from '../src/jobs/linear-plan.ts';
import { newRunRecord } from '../src/jobs/new-run.ts';
import { imageOptionsOf } from '../src/jobs/prepare.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { fingerprintImages } from '../src/library/particle-cache.ts';
import type { RunFiles, RunRecord } from '../src/library/run-record.ts';
import { RunFolder } from '../src/library/runs.ts';
import type { Params } from '../src/params/params.ts';
import { act } from './command.ts';
import type { Console } from './console.ts';
import { openParticles, refuseRunFolder, type OpenedParticles } from './files.ts';
import { addParticleOptions, particleOptionsOf } from './particle-options.ts';
import { addParamOptions } from './param-options.ts';
import { addPresetOption, presetParamsFrom } from './preset-option.ts';
import { filesOf, keepRunSet, requirePixelSize } from './run-set.ts';
import { prepareForRun, requirePoses, trainAndTell, trainingResult } from './training.ts';

interface TrainOptions {
  out: string;
}

export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .description('Learns maps and latents from particles with known poses.')
    .argument('<particles>', 'stack (.mrcs), .star, .cs or .txt list of stacks')
    .requiredOption('-o, --out <folder>', 'run folder to write');
  addParticleOptions(command);
  addPresetOption(command);
  addParamOptions(command);
  act(command, async ([particles], raw, console) => {
    const { out } = raw as unknown as TrainOptions;
    const options = particleOptionsOf(raw);
    const asked = presetParamsFrom(raw);
    if (learnsTable(asked)) linearPlan(asked);
    const folder = resolve(out);
    refuseRunFolder(folder);
    const set = await openParticles(particles, options, console);
    const params = presetParamsFrom(raw, set.boxPixels);
    if (set.looksWhite === false && params.invertData)
      console.warn('warning: particles look dark on white; give --uninvert-data if they are.');
    requirePoses(set);
    const files = filesOf(particles, options, set.badRows);
    const record = await newRecord(set, params, folder, files, console);
    const run = new RunFolder(new DiskStorage(folder), '');
    await run.writeRecord(record);
    const prepared = await prepareForRun(folder, record, set, console);
    const ended = await trainAndTell(run, record, prepared, console);
    console.say(`${ended.epochsDone} epochs: ${folder}`);
    console.result(trainingResult(folder, ended));
  });
}

/** The record of a run that begins; its set is kept in `folder`. Error 'pixel-size-unknown'. */
export async function newRecord(
  set: OpenedParticles,
  params: Params,
  folder: string,
  files: RunFiles,
  console: Console,
): Promise<RunRecord> {
  // Refused before the set is kept.
  imageOptionsOf(params, set.boxPixels);
  const pixelSizeAngstrom = requirePixelSize(set);
  const fingerprint = await fingerprintImages(set.images, console.signal);
  const datasetId = await keepRunSet(folder, set, fingerprint);
  return newRunRecord({
    name: basename(folder),
    params,
    set: {
      ...{ datasetId, datasetName: set.name, files, particles: set.count },
      ...{ imagePixels: set.boxPixels, pixelSizeAngstrom, fingerprint },
    },
  });
}
