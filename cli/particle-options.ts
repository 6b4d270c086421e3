// What is said of particles on the command line beside their file: the options of every command that opens particles, in one
// place, and the answers to what their files leave open.
import type { Command } from 'commander';
import { VitrineError } from '../src/base/errors.ts';
import type { Answers } from '../src/formats/drop/understanding.ts';
import { contrast, number, oneOf, poseClass } from './command.ts';

/** What is said of particles on the command line, beside their file. */
export interface ParticleOptions {
  poses?: string;
  ctf?: string;
  ind?: string;
  datadir?: string;
  apix?: number;
  /** Leave out images with pixels that are not finite. */
  leaveOutBad?: boolean;
  /** Stacks that differ in their box are read at the smallest. */
  cropBoxes?: boolean;
  /** Tables of cryoSPARC that are joined to the particles by uid. */
  passthrough?: string[];
  /** Readings of files that leave several open: as in Answers. */
  shifts?: 'pixels' | 'fractions';
  inOrder?: boolean;
  listOrder?: 'whole' | 'filtered';
  posesFrom?: string;
  ctfFrom?: string;
  ampContrast?: number;
  class?: number | 'best';
}

type OptionValue = string | string[] | number;
type Option = [flags: string, words: string, parse?: (text: string, before: string[] | undefined) => OptionValue];

/** Flags and words of ParticleOptions, in the order of the help. */
const PARTICLE_OPTIONS: Record<keyof ParticleOptions, Option> = {
  poses: ['--poses <pkl>', 'poses, for particles that came without'],
  ctf: ['--ctf <pkl>', 'CTF, for particles that came without'],
  ind: ['--ind <pkl>', 'index list (from 0): use these particles only'],
  datadir: ['--datadir <folder>', 'folder from which a table names its stacks'],
  apix: ['--apix <number>', 'pixel size of the images, Å', number],
  leaveOutBad: ['--leave-out-bad', 'leave out images with pixels that are not finite'],
  cropBoxes: ['--crop-boxes', 'Fourier-crop stacks of different boxes to the smallest box'],
  passthrough: [
    '--passthrough <cs>',
    'passthrough file of a .cs (found by itself where it lies beside it); may be repeated',
    (path, before = []) => [...before, path],
  ],
  shifts: [
    '--shifts <unit>',
    'unit of the shifts in a pose.pkl: pixels, or fractions of the box',
    oneOf('pixels', 'fractions'),
  ],
  inOrder: ['--in-order', 'the stack holds only the images of the table, in its order: image k belongs to row k'],
  listOrder: [
    '--list-order <order>',
    'order of poses and CTF beside an index list that reorders the stack: whole (as the stack) or filtered (as the list)',
    oneOf('whole', 'filtered'),
  ],
  posesFrom: ['--poses-from <cs>', 'where several .cs tables differ: the one to take poses from'],
  ctfFrom: ['--ctf-from <cs>', 'where several .cs tables differ: the one to take the CTF from'],
  ampContrast: ['--amp-contrast <number>', 'amplitude contrast, where the CTF lacks it or has a wrong one', contrast],
  class: [
    '--class <class>',
    'for a .cs with one pose per class: the number of a class, or best (the most probable of each particle)',
    poseClass,
  ],
};
const PARTICLE_KEYS = Object.keys(PARTICLE_OPTIONS) as (keyof ParticleOptions)[];

/** All options of opening particles but `key`. */
export const keysWithout = (...keys: (keyof ParticleOptions)[]) =>
  PARTICLE_KEYS.filter((other) => !keys.includes(other));

/** The options of every command that opens particles; `words` where a command says one differently. */
export function addParticleOptions(
  command: Command,
  words: Partial<Record<keyof ParticleOptions, string>> = {},
): Command {
  for (const key of PARTICLE_KEYS) {
    const [flags, usual, parse] = PARTICLE_OPTIONS[key];
    if (parse)
      command.option<OptionValue>(flags, words[key] ?? usual, (text, before) =>
        parse(text, Array.isArray(before) ? before : undefined),
      );
    else command.option(flags, words[key] ?? usual);
  }
  return command;
}

/** Of a command's options, those that addParticleOptions added and that were given. */
export function particleOptionsOf(raw: object): ParticleOptions {
  const given = Object.entries(raw).filter(
    ([key, value]) => (PARTICLE_KEYS as string[]).includes(key) && value !== undefined,
  );
  return Object.fromEntries(given);
}

/** Error 'usage' naming the first given of `keys` (of all particle options) that cannot act, and `why`. */
export function refuseParticleOptions(options: ParticleOptions, why: string, keys = PARTICLE_KEYS): void {
  const key = keys.find((one) => options[one] !== undefined);
  if (key === undefined) return;
  const [flag] = PARTICLE_OPTIONS[key][0].split(' ');
  throw new VitrineError('usage', `${flag} cannot act here: ${why}`, { field: flag, advice: 'Leave it out.' });
}

/** What the options answer. `tableAt`: a table that is given, as it is opened; its errors. */
export function answersOf(options: ParticleOptions, tableAt: (path: string, flag: string) => string): Answers {
  return {
    ...(options.apix !== undefined && { pixelSizeAngstrom: options.apix }),
    ...(options.leaveOutBad && { leaveOutBadRows: true }),
    ...(options.cropBoxes && { cropBoxes: true }),
    ...(options.shifts && { shifts: options.shifts }),
    ...(options.inOrder && { imageOrder: 'rows' as const }),
    ...(options.listOrder && { listOrder: options.listOrder }),
    ...(options.posesFrom !== undefined && { posesFile: tableAt(options.posesFrom, '--poses-from') }),
    ...(options.ctfFrom !== undefined && { ctfFile: tableAt(options.ctfFrom, '--ctf-from') }),
    ...(options.ampContrast !== undefined && { amplitudeContrast: options.ampContrast }),
    ...(options.class !== undefined && { poseClass: options.class }),
  };
}
