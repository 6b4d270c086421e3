// vitrine atoms RUN: structures of a run of an atomic model as PDB or mmCIF, one or a trajectory; how far they are from a model.
import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { backboneDeviation } from '../src/atoms/deviation.ts';
import { writeAtoms } from '../src/atoms/write.ts';
import { VitrineError } from '../src/base/errors.ts';
import { isHeterogeneous, latentDimension } from '../src/field/kinds.ts';
import { readAtoms } from '../src/formats/atoms.ts';
import { structuresAt } from '../src/jobs/fold/structures.ts';
import { addLatentOptions, chosenLatents, type LatentChoice } from './chosen-latents.ts';
import { act, wholeNumber } from './command.ts';
import { openFile } from './files.ts';
import { openRun } from './runs.ts';

interface AtomsOptions extends LatentChoice {
  out: string;
  truth?: string;
}

export function addAtoms(program: Command): void {
  const command = program
    .command('atoms')
    .description('Structures of a run of an atomic model, at chosen latents or particles: one file, a model each.')
    .argument('<run>', 'run folder of vitrine fold')
    .requiredOption('-o, --out <file>', 'file to write: .pdb or .cif');
  addLatentOptions(command);
  command
    .option('--epoch <number>', 'epoch of the weights (default: the last)', wholeNumber)
    .option('--truth <file>', 'a model in the same frame to measure the first structure’s Cα RMSD against');
  act(command, async ([path], raw, console) => {
    const options = raw as unknown as AtomsOptions;
    const format = /\.(cif|mmcif)$/i.test(options.out) ? 'cif' : /\.pdb$/i.test(options.out) ? 'pdb' : null;
    if (!format)
      throw new VitrineError('usage', 'Which format? The name ends in .pdb or .cif.', {
        field: '-o',
        found: options.out,
      });
    const opened = await openRun(path);
    const field = await opened.run.field();
    const zs = isHeterogeneous(field) ? await chosenLatents(opened, options, latentDimension(field)) : [];
    const { atoms, positions } = await structuresAt(opened.run, options.epoch ?? null, zs);
    const file = resolve(options.out);
    await writeFile(file, writeAtoms(atoms, positions, format, basename(path)));
    console.say(`${positions.length} structure${positions.length === 1 ? '' : 's'} of ${atoms.count} atoms: ${file}`);
    const truth = options.truth === undefined ? null : await readAtoms(openFile(options.truth), true);
    const deviations = truth && positions.map((at) => backboneDeviation({ ...atoms, positions: at }, truth));
    if (deviations)
      console.say(
        `Cα RMSD ${deviations.map(({ rmsdAngstrom }) => rmsdAngstrom.toFixed(2)).join(', ')} Å; within 3 Å ` +
          `${deviations.map(({ within3 }) => `${(100 * within3).toFixed(1)} %`).join(', ')}`,
      );
    console.result({ file, structures: positions.length, atoms: atoms.count, ...(deviations && { deviations }) });
  });
}
