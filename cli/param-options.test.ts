// Flags and help of training come from the table of options.
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { defaultParams, PARAMS, type ParamDef } from '../src/params/params.ts';
import { addAbInitio } from './abinit.ts';
import { addFold } from './fold.ts';
import { addLinear } from './linear.ts';
import { addParamOptions, fileSaidFor, paramsFrom } from './param-options.ts';
import { addTrain } from './train.ts';

const table = PARAMS as readonly ParamDef[];
/** The method is said by the command: `train`, `abinit`, `linear`, `fold`. */
const flagged = table.filter(({ key }) => key !== 'method');

function commandOf(add: (program: Command) => void): Command {
  const program = new Command();
  add(program);
  return program.commands[0];
}
const oneSpace = (text: string) => text.replaceAll(/\s+/g, ' ');

describe('options of training on the command line', () => {
  const abinit = commandOf(addAbInitio);
  const train = commandOf(addTrain);
  const linear = commandOf(addLinear);
  const fold = commandOf(addFold);
  const helpOf = (command: Command) => oneSpace(command.configureHelp({ helpWidth: 10_000 }).helpInformation());
  const help = helpOf(abinit);

  it.each(flagged.map((def) => [def.key, def] as const))('%s: its flag, with what the table says of it', (_, def) => {
    const ofOthers = def.group === 'linear' || def.group === 'atoms';
    const own = def.group === 'linear' ? linear : def.group === 'atoms' ? fold : def.knownPoses ? train : abinit;
    const ownHelp = helpOf(own);
    expect(ownHelp).toContain(def.flag);
    expect(ownHelp).toContain(oneSpace(def.meaning));
    if ('autoMeaning' in def && def.autoMeaning !== undefined) expect(ownHelp).toContain(`auto: ${def.autoMeaning}`);
    if (def.kind === 'integer' || def.kind === 'number') expect(ownHelp).toContain(`(${def.min} to ${def.max}`);
    const long = /--[a-z-]+/.exec(def.flag)?.[0];
    const has = (command: Command) => command.options.some((option) => option.long === long);
    expect(has(train)).toBe(def.group !== 'search' && !ofOthers);
    expect(has(abinit)).toBe(!ofOthers && !def.knownPoses);
    if (def.kind === 'choice')
      expect(own.options.find((option) => option.long === long)?.argChoices).toEqual(
        def.fileChoice === undefined ? def.choices.map(({ value }) => value) : undefined,
      );
  });

  it('says what names mean that do not say it themselves', () => {
    expect(help).toContain('em: voxel maps (EM); random: random poses; given: poses of the particles; em)');
    expect(help).not.toContain('float32: float32');
  });

  it('takes a path for a file where one may be given', () => {
    const parsed = (args: string[]) => {
      const command = new Command().exitOverride();
      addParamOptions(command, ['mask']);
      const options = command.parse(args, { from: 'user' }).opts();
      return [paramsFrom(options).mask, fileSaidFor('mask', options)];
    };
    expect(parsed([])).toEqual(['auto', null]);
    expect(parsed(['--mask', 'sphere'])).toEqual(['sphere', null]);
    expect(parsed(['--mask', 'masks/whole.mrc'])).toEqual(['file', 'masks/whole.mrc']);
    // A file of that name.
    expect(parsed(['--mask', 'file'])).toEqual(['file', 'file']);
  });

  it('gives the table’s values where nothing is said, and what was said', () => {
    const parsed = (args: string[]) => {
      const command = new Command().exitOverride();
      addParamOptions(command);
      return paramsFrom(command.parse(args, { from: 'user' }).opts());
    };
    expect(parsed([])).toEqual(defaultParams());
    const given = parsed(['--zdim', '4', '--no-window', '--beta', 'auto', '-D', '64', '--activation', 'leaky_relu']);
    expect(given).toEqual({ ...defaultParams(), zDim: 4, window: false, boxPixels: 64, activation: 'leaky_relu' });
  });
});
