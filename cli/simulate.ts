// vitrine simulate: particles with known answers.
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { readAtoms } from '../src/formats/atoms.ts';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';
import { VitrineError } from '../src/base/errors.ts';
import { moleculeAtoms, moleculeFromAtoms, type Molecule } from '../src/imaging/molecule.ts';
import { MOTIONS, type Motion } from '../src/imaging/motions.ts';
import { simulate, type Composition } from '../src/imaging/simulate.ts';
import { twoDomainMolecule } from '../src/imaging/two-domain-molecule.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { act, number, numbers, wholeNumber } from './command.ts';
import { openFile } from './files.ts';

interface SimulateOptions {
  out: string;
  pdb?: string;
  chains?: string;
  hinge?: number;
  number: number;
  box: number;
  apix: number;
  res: number;
  states: number;
  span: number;
  motion: Motion;
  tilt?: number;
  without: string[];
  populations?: number[];
  snr: number;
  noiseSlope: number;
  shift: number;
  ctfFrom?: string;
  ctf: boolean;
  seed: number;
}

export function addSimulate(program: Command): void {
  const command = program
    .command('simulate')
    .description('Simulates particles of a molecule that swings about a hinge, with their truth.')
    .requiredOption('-o, --out <folder>', 'folder to write')
    .option('--pdb <file>', 'atomic model, PDB or mmCIF (default: a built-in two-domain molecule)')
    .option('--chains <letters>', 'chains to take of the file')
    .option('--hinge <residue>', 'residue about whose N–CA bond the rest turns, by its number in the file', wholeNumber)
    .option('-N, --number <count>', 'images', wholeNumber, 4000)
    .option('-D, --box <pixels>', 'side of an image', wholeNumber, 32)
    .option('--apix <number>', 'pixel size, Å', number, 4)
    .option('--res <number>', 'resolution of the atoms, Å', number, 10)
    .addOption(
      new Option(
        '--motion <name>',
        'along one hinge: uniform, cooperative (mostly at its ends), noncontiguous (none of its ' +
          'middle third), circular (the whole way round); of two: two-hinges (a square of states), discrete (states apart)',
      )
        .choices(MOTIONS)
        .default('uniform'),
    )
    .option(
      '--without <domains>',
      'as many states again of the molecule without these domains, for as many particles or a share of them: cap, cap=0.2, ' +
        'arm+cap=0.1; may be repeated',
      (text: string, before: string[]) => [...before, text],
      [],
    )
    .option('--states <count>', 'number of states of the motion', wholeNumber, 50)
    .option('--span <radians>', 'whole angle of the motion', number, 1.5)
    .option(
      '--populations <shares>',
      'relative numbers of particles by state, those of the whole molecule first: 0.5,0.5; states beyond have none',
      numbers,
    )
    .option('--tilt <degrees>', 'a second image of each particle, tilted about x: particles_tilt.mrcs', number)
    .option('--snr <ratio>', 'variance of the signal over that of the noise; 0 for no noise', number, 0.1)
    .option('--noise-slope <power>', 'noise falls with frequency as 1/s to this power; 0 for white noise', number, 0)
    .option('--shift <pixels>', 'shifts are uniform in ± this', number, 2)
    .option('--ctf-from <pkl>', 'draw the CTF from the rows of this ctf.pkl')
    .option('--no-ctf', 'without CTF')
    .option('--seed <number>', 'seed of the random numbers', wholeNumber, 0);
  act(command, async (_args, raw, console) => {
    const options = raw as unknown as SimulateOptions;
    const molecule = options.pdb === undefined ? twoDomainMolecule() : await moleculeOf(options);
    const { populations, without } = options;
    const simulation = simulate({
      molecule,
      ...(populations && { populations }),
      ...(without.length > 0 && { compositions: compositionsOf(without, molecule) }),
      count: options.number,
      boxPixels: options.box,
      pixelSizeAngstrom: options.apix,
      states: options.states,
      spanRadians: options.span,
      motion: options.motion,
      ...(options.tilt !== undefined && { tiltDegrees: options.tilt }),
      snr: options.snr,
      noiseSlope: options.noiseSlope,
      shiftPixels: options.shift,
      ctf: !options.ctf ? 'none' : options.ctfFrom === undefined ? 'defaults' : await ctfRows(options.ctfFrom),
      resolutionAngstrom: options.res,
      seed: options.seed,
    });
    const folder = resolve(options.out);
    const files = await writeSimulation(
      simulation,
      new DiskStorage(folder),
      '',
      { ...options },
      {
        signal: console.signal,
        onProgress: (progress) => console.progress(progress),
      },
    );
    console.say(`${options.number} images of ${options.box}² in ${simulation.stateCount} states: ${folder}`);
    console.result({ folder, particles: options.number, boxPixels: options.box, states: simulation.stateCount, files });
  });
}

async function moleculeOf({ pdb = '', chains, hinge }: SimulateOptions): Promise<Molecule> {
  const atoms = await readAtoms(openFile(pdb));
  const all = moleculeAtoms(atoms);
  const taken = all.filter(({ chain }) => chains === undefined || chains.includes(chain));
  if (taken.length === 0)
    throw new VitrineError('value-out-of-range', `The file has no chain ${chains ?? ''}.`, {
      file: pdb,
      field: '--chains',
      expected: [...new Set(atoms.chains)].join(', '),
    });
  if (hinge === undefined) return moleculeFromAtoms(taken, pdb);
  const residues = [...new Set(taken.map(({ chain, residueNumber }) => `${chain} ${residueNumber}`))];
  const place = residues.findIndex((residue) => residue.endsWith(` ${hinge}`));
  return moleculeFromAtoms(taken, pdb, place < 0 ? hinge : place);
}

/** The whole molecule, and what each of `without` says. Error 'value-out-of-range'. */
function compositionsOf(without: readonly string[], { domainNames }: Molecule): Composition[] {
  const bad = (expected: string, found: string) =>
    new VitrineError('value-out-of-range', 'The composition cannot be made.', { field: '--without', expected, found });
  const some = without.map((text) => {
    const [name, part] = text.split('=') as [string, string | undefined];
    // As many particles of each composition as of the whole.
    const share = part === undefined ? 1 / (without.length + 1) : Number(part);
    const absentDomains = name.split('+').map((domain) => domainNames.indexOf(domain));
    if (absentDomains.includes(-1)) throw bad(`domains of the molecule: ${domainNames.join(', ')}`, name);
    if (!(share > 0 && share < 1)) throw bad('a share between 0 and 1, as in cap=0.2', text);
    return { name: `without ${name}`, share, absentDomains };
  });
  const whole = 1 - some.reduce((sum, { share }) => sum + share, 0);
  if (whole < -1e-9) throw bad('shares of at most 1 in all', without.join(', '));
  return [{ name: 'whole', share: Math.max(0, whole), absentDomains: [] }, ...some];
}

async function ctfRows(path: string): Promise<Float32Array> {
  const file = openFile(path);
  const read = readCryodrgnPickle(new Uint8Array(await file.blob.arrayBuffer()), path);
  if (read.kind === 'ctf') return read.ctf;
  throw new VitrineError('pickle-syntax', 'This file does not hold CTF.', { file: path, expected: 'N×9 numbers' });
}
