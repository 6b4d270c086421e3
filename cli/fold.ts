// vitrine fold: a coarse-grained atomic model learned from particles with known poses, one structure or many.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { atomicModelName, keepAtomicModel, readAtomicModel } from '../src/jobs/fold/atomic-model.ts';
import { foldRecord } from '../src/jobs/fold/new-fold.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { RunFolder } from '../src/library/runs.ts';
import { ATOMS_PARAMS, ATOMS_SHARED_KEYS } from '../src/params/atoms-params.ts';
import { FOLD_DEFAULTS } from '../src/params/params.ts';
import { act } from './command.ts';
import { openFile, openParticles, refuseRunFolder } from './files.ts';
import { addParamOptions, paramsFrom } from './param-options.ts';
import { addParticleOptions, particleOptionsOf } from './particle-options.ts';
import { filesOf } from './run-set.ts';
import { newRecord } from './train.ts';
import { prepareForRun, requirePoses, trainAndTell, trainingResult } from './training.ts';

interface FoldOptions {
  model: string;
  out: string;
  chains?: string[];
}

export function addFold(program: Command): void {
  const command = program
    .command('fold')
    .description(
      'Atoms as the field (Cryofold): a coarse-grained atomic model moved to fit particles with known poses.',
    )
    .argument('<particles>', 'stack (.mrcs), .star, .cs or .txt list of stacks')
    .requiredOption('--model <file>', 'atomic model to begin at: .pdb or .cif')
    .requiredOption('-o, --out <folder>', 'run folder to write')
    .option('--chains <names>', 'chains of the model, with commas between them (default: all)', (text) =>
      text.split(','),
    );
  addParticleOptions(command);
  addParamOptions(command, [...ATOMS_PARAMS.map(({ key }) => key), ...ATOMS_SHARED_KEYS], FOLD_DEFAULTS);
  act(command, async ([particles], raw, console) => {
    const options = raw as unknown as FoldOptions;
    const chains = options.chains ?? null;
    const params = paramsFrom(raw, FOLD_DEFAULTS);
    const folder = resolve(options.out);
    refuseRunFolder(folder);
    const file = openFile(options.model);
    const model = await readAtomicModel(file, chains);
    for (const { message } of model.coarse.notices) console.warn(`note: ${message}`);
    const particleOptions = particleOptionsOf(raw);
    const set = await openParticles(particles, particleOptions, console);
    requirePoses(set);
    const begun = await newRecord(set, params, folder, filesOf(particles, particleOptions, set.badRows), console);
    const record = foldRecord(begun, model, { file: atomicModelName(file), chains });
    const run = new RunFolder(new DiskStorage(folder), '');
    await keepAtomicModel(run, file);
    await run.writeRecord(record);
    const { residues, centres } = model.coarse;
    console.say(`${residues.length} residues, ${centres.length} Gaussians`);
    const prepared = await prepareForRun(folder, record, set, console);
    const ended = await trainAndTell(run, record, prepared, console);
    const { placement } = ended.atoms ?? {};
    if (placement)
      console.say(
        `frame ${placement.frame}, correlation ${placement.correlation.toFixed(3)} with ${placement.images} images`,
      );
    console.say(`${ended.epochsDone} epochs: ${folder}`);
    console.result({
      ...trainingResult(folder, ended),
      ...{ residues: residues.length, gaussians: centres.length },
      ...{ frame: placement?.frame ?? null, correlation: placement?.correlation ?? null },
    });
  });
}
