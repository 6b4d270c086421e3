// vitrine fold: a coarse-grained atomic model learned from particles with known poses, one structure or many.
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { VitrineError } from '../src/base/errors.ts';
import { NARROWEST_PIXELS } from '../src/engine/atoms/projector.ts';
import type { AtomsField } from '../src/engine/engine.ts';
import { fieldOfModel, keepAtomicModel, readAtomicModel } from '../src/jobs/fold/atomic-model.ts';
import { FRAMES, placeModel, type ModelFrame } from '../src/jobs/fold/place-model.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { RunFolder } from '../src/library/runs.ts';
import { FOLD_DEFAULTS } from '../src/params/params.ts';
import { act, number } from './command.ts';
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
  frame: ModelFrame | 'auto';
  restraints: number;
  sigma: number;
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
    )
    .addOption(
      new Option(
        '--frame <name>',
        'where the model’s (0, 0, 0) lies: map (the first voxel, as viewers show maps), box (the middle of the box), atoms (their mean is moved to the middle), auto (what explains the images best)',
      )
        .choices(['auto', ...FRAMES])
        .default('auto'),
    )
    .option(
      '--restraints <number>',
      'strength of bonds and side-chain restraints, of their mean in Å²; 0 for none',
      number,
      0.1,
    )
    .option('--sigma <angstrom>', 'width of the Gaussians to begin at, Å (standard deviation)', number, 3.71);
  addParticleOptions(command);
  addParamOptions(
    command,
    [
      ...[
        'zDim',
        'epochs',
        'batchSize',
        'learningRate',
        'rateSchedule',
        'beta',
        'decoderLayers',
        'decoderDim',
        'noiseModel',
      ],
      ...['seed', 'invertData', 'window', 'windowRadius', 'boxPixels'],
    ],
    FOLD_DEFAULTS,
  );
  act(command, async ([particles], raw, console) => {
    const options = raw as unknown as FoldOptions;
    const { out, restraints, sigma, frame } = options;
    requireRange('--restraints', restraints, restraints >= 0, 'a number from 0');
    const params = paramsFrom(raw, FOLD_DEFAULTS);
    const folder = resolve(out);
    refuseRunFolder(folder);
    const model = await readAtomicModel(openFile(options.model), options.chains ?? null);
    for (const { message } of model.coarse.notices) console.warn(`note: ${message}`);
    const particleOptions = particleOptionsOf(raw);
    const set = await openParticles(particles, particleOptions, console);
    requirePoses(set);
    const record = await newRecord(set, params, folder, filesOf(particles, particleOptions, set.badRows), console);
    const field = fieldOfModel(model.coarse, {
      ...{ boxPixels: record.boxPixels, boxAngstrom: record.boxPixels * record.pixelSizeAngstrom, zDim: params.zDim },
      ...{ restraintStrength: restraints, layers: params.decoderLayers, width: params.decoderDim },
    });
    const narrowest = NARROWEST_PIXELS * record.pixelSizeAngstrom;
    requireRange('--sigma', sigma, sigma >= narrowest, `at least ${narrowest.toFixed(2)} Å, which the pixels hold`);
    requireRoom(model.coarse.positions, field);
    const prepared = await prepareForRun(folder, record, set, console);
    const placed = await placeModel(
      {
        ...{ record, field, model, particles: prepared, sigmaAngstrom: sigma },
        frame: frame === 'auto' ? null : frame,
      },
      console.signal,
    );
    const { residues, centres } = model.coarse;
    console.say(
      `${residues.length} residues, ${centres.length} Gaussians; frame ${placed.frame}, ` +
        `correlation ${placed.fit.correlation.toFixed(3)} with ${placed.fit.images} images`,
    );
    const run = new RunFolder(new DiskStorage(folder), '');
    const file = await keepAtomicModel(run, openFile(options.model));
    const atoms = { file, chains: options.chains ?? null, origin: placed.origin, sigmaAngstrom: sigma };
    const begun = { ...record, kind: 'atoms' as const, job: 'fold' as const, field, atoms };
    await run.writeRecord(begun);
    const ended = await trainAndTell(run, begun, prepared, console);
    console.say(`${ended.epochsDone} epochs: ${folder}`);
    console.result({
      ...trainingResult(folder, ended),
      ...{ residues: residues.length, gaussians: centres.length, frame: placed.frame },
      correlation: placed.fit.correlation,
    });
  });
}

function requireRange(field: string, value: number, holds: boolean, expected: string): void {
  if (!holds || !Number.isFinite(value))
    throw new VitrineError('value-out-of-range', `${field} is out of range.`, {
      field,
      expected,
      found: String(value),
    });
}

/** Error 'value-out-of-range' for a molecule larger than the box. */
function requireRoom(positions: Float32Array, { boxAngstrom }: AtomsField): void {
  const extent = [0, 1, 2].map((axis) => {
    const values = positions.filter((_, i) => i % 3 === axis);
    return (
      values.reduce((most, v) => Math.max(most, v), -Infinity) -
      values.reduce((least, v) => Math.min(least, v), Infinity)
    );
  });
  requireRange(
    '--model',
    Math.max(...extent),
    Math.max(...extent) < boxAngstrom,
    `a molecule smaller than the box, ${boxAngstrom.toFixed(1)} Å`,
  );
}
