// vitrine simulate: particles with known answers.
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { readAtoms } from '../src/formats/atoms.ts';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';
import { VitrineError } from '../src/base/errors.ts';
import { moleculeFromAtoms, type Molecule } from '../src/imaging/molecule.ts';
import { MOTIONS, type Motion } from '../src/imaging/motions.ts';
import { simulate, type Composition } from '../src/imaging/simulate.ts';
import { twoDomainMolecule } from '../src/imaging/two-domain-molecule.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { act, number, wholeNumber } from './command.ts';
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
  lacking: string[];
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
      '--lacking <domains=share>',
      'a share of the particles lacks domains: cap=0.2, cap+arm=0.1; of a file "before the hinge", "after the hinge"; may be repeated',
      (text: string, before: string[]) => [...before, text],
      [],
    )
    .option('--states <count>', 'number of states of the motion', wholeNumber, 50)
    .option('--span <radians>', 'whole angle of the motion', number, 1.5)
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
    const simulation = simulate({
      molecule,
      ...(options.lacking.length > 0 && { compositions: compositionsOf(options.lacking, molecule) }),
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
    console.say(`${options.number} images of ${options.box}² in ${options.states} states: ${folder}`);
    console.result({ folder, particles: options.number, boxPixels: options.box, states: simulation.stateCount, files });
  });
}

async function moleculeOf({ pdb = '', chains, hinge }: SimulateOptions): Promise<Molecule> {
  const atoms = await readAtoms(openFile(pdb));
  const all = Array.from({ length: atoms.count }, (_, i) => ({
    x: atoms.positions[3 * i],
    y: atoms.positions[3 * i + 1],
    z: atoms.positions[3 * i + 2],
    element: atoms.elements[i],
    name: atoms.names[i],
    chain: atoms.chains[i],
    residueNumber: atoms.residueNumbers[i],
  }));
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

/** The whole molecule, and what each of `lacking` says. */
function compositionsOf(lacking: readonly string[], { domainNames }: Molecule): Composition[] {
  const bad = (expected: string, found: string) =>
    new VitrineError('value-out-of-range', 'The composition cannot be made.', { field: '--lacking', expected, found });
  const some = lacking.map((text) => {
    const [name, part] = text.split('=');
    const share = Number(part);
    const absentDomains = name.split('+').map((domain) => domainNames.indexOf(domain));
    if (absentDomains.includes(-1)) throw bad(`domains of the molecule: ${domainNames.join(', ')}`, name);
    if (!(share > 0 && share < 1)) throw bad('a share between 0 and 1, as in cap=0.2', text);
    return { name: `without ${name}`, share, absentDomains };
  });
  const whole = 1 - some.reduce((sum, { share }) => sum + share, 0);
  if (whole < -1e-9) throw bad('shares of at most 1 in all', lacking.join(', '));
  return [{ name: 'whole', share: Math.max(0, whole), absentDomains: [] }, ...some];
}

async function ctfRows(path: string): Promise<Float32Array> {
  const file = openFile(path);
  const read = readCryodrgnPickle(new Uint8Array(await file.blob.arrayBuffer()), path);
  if (read.kind === 'ctf') return read.ctf;
  throw new VitrineError('pickle-syntax', 'This file does not hold CTF.', { file: path, expected: 'N×9 numbers' });
}
