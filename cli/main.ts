// The command `vitrine`: the studio's jobs on files. One file a command.
import { Command, CommanderError } from 'commander';
import { version } from '../src/version.ts';
import { outcome } from './command.ts';

type Add = (program: Command) => void;

/** Modules of the commands by name. What one command needs is loaded in half the time that all of them take. */
const commands: Record<string, () => Promise<Add>> = {
  info: async () => (await import('./info.ts')).addInfo,
  check: async () => (await import('./check.ts')).addCheck,
  simulate: async () => (await import('./simulate.ts')).addSimulate,
  linear: async () => (await import('./linear.ts')).addLinear,
  train: async () => (await import('./train.ts')).addTrain,
  abinit: async () => (await import('./abinit.ts')).addAbInitio,
  fold: async () => (await import('./fold.ts')).addFold,
  atoms: async () => (await import('./atoms.ts')).addAtoms,
  resume: async () => (await import('./resume.ts')).addResume,
  search: async () => (await import('./search.ts')).addSearch,
  'refine-poses': async () => (await import('./search.ts')).addRefinePoses,
  encode: async () => (await import('./encode.ts')).addEncode,
  decode: async () => (await import('./decode.ts')).addDecode,
  reconstruct: async () => (await import('./reconstruct.ts')).addReconstruct,
  backproject: async () => (await import('./backproject.ts')).addBackproject,
  analyze: async () => (await import('./analyze.ts')).addAnalyze,
  landscape: async () => (await import('./landscape.ts')).addLandscape,
  select: async () => (await import('./select.ts')).addSelect,
  fsc: async () => (await import('./fsc.ts')).addFsc,
  mask: async () => (await import('./mask.ts')).addMask,
  align: async () => (await import('./align.ts')).addAlign,
  validate: async () => (await import('./validate.ts')).addValidate,
  score: async () => (await import('./score.ts')).addScore,
  convert: async () => (await import('./convert.ts')).addConvert,
  demo: async () => (await import('./demo.ts')).addDemo,
  kernels: async () => (await import('./kernels.ts')).addKernels,
};

/** Commands with their options: all of them, or the one of that name where there is one. */
export async function vitrineProgram(name = ''): Promise<Command> {
  const program = new Command('vitrine')
    .description('Cryo-EM heterogeneity: neural fields of particle images, on files.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(run with --help for the options)');
  const asked = Object.hasOwn(commands, name) ? [commands[name]] : Object.values(commands);
  for (const add of await Promise.all(asked.map((load) => load()))) add(program);
  for (const command of program.commands)
    command.exitOverride().showHelpAfterError('(run with --help for the options)');
  return program;
}

/** Resolves to the exit code: 0, 1 for bad input, 2 for bad usage, 130 for cancelled. */
export async function main(argv: string[]): Promise<number> {
  try {
    const program = await vitrineProgram(argv[2]);
    await program.parseAsync(argv);
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}
