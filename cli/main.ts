// The command `vitrine`: the studio's jobs on files. One file a command.
import { Command, CommanderError } from 'commander';
import { addAbInitio } from './abinit.ts';
import { addAnalyze } from './analyze.ts';
import { outcome } from './command.ts';
import { addCheck } from './check.ts';
import { addConvert } from './convert.ts';
import { addDecode } from './decode.ts';
import { addDemo } from './demo.ts';
import { addEncode } from './encode.ts';
import { addInfo } from './info.ts';
import { addKernels } from './kernels.ts';
import { addLinear } from './linear.ts';
import { addReconstruct } from './reconstruct.ts';
import { addResume } from './resume.ts';
import { addRefinePoses, addSearch } from './search.ts';
import { addSelect } from './select.ts';
import { addSimulate } from './simulate.ts';
import { version } from '../src/version.ts';
import { addTrain } from './train.ts';

/** All commands with their options. */
export function vitrineProgram(): Command {
  const program = new Command('vitrine')
    .description('Cryo-EM heterogeneity: neural fields of particle images, on files.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(run with --help for the options)');
  for (const add of [
    addInfo,
    addCheck,
    addSimulate,
    addLinear,
    addTrain,
    addAbInitio,
    addResume,
    addSearch,
    addRefinePoses,
    addEncode,
    addDecode,
    addReconstruct,
    addAnalyze,
    addSelect,
    addConvert,
    addDemo,
    addKernels,
  ])
    add(program);
  for (const command of program.commands)
    command.exitOverride().showHelpAfterError('(run with --help for the options)');
  return program;
}

/** Resolves to the exit code: 0, 1 for bad input, 2 for bad usage, 130 for cancelled. */
export async function main(argv: string[]): Promise<number> {
  try {
    await vitrineProgram().parseAsync(argv);
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}
