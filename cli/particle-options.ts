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
  poses: ['--poses <pkl>', 'poses, where the particles have none of their own'],
  ctf: ['--ctf <pkl>', 'CTF, where the particles have none of their own'],
  ind: ['--ind <pkl>', 'index list: these particles only'],
  datadir: ['--datadir <folder>', 'where the stacks lie that a table names'],
  apix: ['--apix <number>', 'pixel size of the images, Å', number],
  leaveOutBad: ['--leave-out-bad', 'leave out images with pixels that are not finite'],
  cropBoxes: ['--crop-boxes', 'bring stacks that differ in their box to the smallest, in Fourier space'],
  passthrough: [
    '--passthrough <cs>',
    'passthrough file of a .cs (one that lies beside it is found); may be repeated',
    (path, before = []) => [...before, path],
  ],
  shifts: [
    '--shifts <unit>',
    'shifts of a pose.pkl are pixels or fractions (of the box)',
    oneOf('pixels', 'fractions'),
  ],
  inOrder: ['--in-order', 'the stack was cut down to the table: image k belongs to row k'],
  listOrder: [
    '--list-order <order>',
    'poses and CTF as long as an index list that reorders: whole (in the order of the stack) or filtered (of the list)',
    oneOf('whole', 'filtered'),
  ],
  posesFrom: ['--poses-from <cs>', 'of several .cs tables that differ, the one that gives the poses'],
  ctfFrom: ['--ctf-from <cs>', 'of several .cs tables that differ, the one that gives the CTF'],
  ampContrast: ['--amp-contrast <number>', 'amplitude contrast, where the CTF lacks it or another is right', contrast],
  class: [
    '--class <class>',
    'of a .cs with a pose a class: the number of the class, or best (the most probable of each particle)',
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
