// What an experiment works with: a folder of its own, the command `vitrine` in a process of its own, and what it left there.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readMrcVolume } from '../../src/formats/mrc-volume.ts';
import { openFileBlob } from '../../src/formats/node/file-blob.ts';
import { readCryodrgnPickle, writeIndexPickle } from '../../src/formats/cryodrgn-pickles.ts';
import type { Poses } from '../../src/formats/particles.ts';
import { DiskStorage } from '../../src/library/node/disk.ts';
import { RunFolder, type EpochLatents } from '../../src/library/runs.ts';
import type { Size } from './experiment.ts';

const PROGRAM = resolve(import.meta.dirname, '../../cli/vitrine.mjs');

/** Which cores an experiment's processes run on, and on what. */
export interface Lane {
  /** Core by number; null where processes cannot be bound to one. */
  core: number | null;
  device: 'cpu' | 'gpu';
}

/** Columns of a CSV file by their names. */
export type Table = Map<string, Float64Array>;

export class Work {
  constructor(
    readonly size: Size,
    readonly seed: number,
    private readonly folder: string,
    private readonly lane: Lane,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Runs `vitrine` with these words and gives what it printed. Error: with what it said, where it failed. */
  vitrine(...words: (string | number)[]): Promise<string> {
    const { core } = this.lane;
    const command = [process.execPath, PROGRAM, ...words.map(String)];
    const [program, ...rest] = core === null ? command : ['taskset', '-c', String(core), ...command];
    return new Promise((done, failed) => {
      const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
      let [said, told] = ['', ''];
      child.stdout.on('data', (data: Buffer) => (said += data.toString()));
      child.stderr.on('data', (data: Buffer) => (told = (told + data.toString()).slice(-4000)));
      child.on('error', failed);
      child.on('close', (code) => {
        if (code === 0) done(said);
        else failed(new Error(`vitrine ${words.join(' ')}: exit ${String(code)}\n${told}`));
      });
    });
  }

  /** Simulates a set in SET with `words` over what all sets share, and gives the names of its files. */
  async simulate(set: string, ...words: (string | number)[]) {
    const { boxPixels, pixelSizeAngstrom, images, snr } = this.size;
    const shared = ['-N', images, '-D', boxPixels, '--apix', pixelSizeAngstrom, '--snr', snr, '--seed', this.seed];
    await this.vitrine('simulate', ...shared, ...words, '-o', this.path(set));
    const [stack, ctf, poses] = ['particles.mrcs', 'ctf.pkl', 'poses.pkl'].map((name) => this.path(set, name));
    return { stack, ctf, poses, tilted: this.path(set, 'particles_tilt.mrcs') };
  }

  /** What a person gets who chooses "Standard": a network that begins at a linear model. */
  async trainStandard(set: string, run: string): Promise<EpochLatents> {
    const { width } = this.size;
    const files = [
      this.path(set, 'particles.mrcs'),
      '--poses',
      this.path(set, 'poses.pkl'),
      '--ctf',
      this.path(set, 'ctf.pkl'),
    ];
    const network = [
      '--enc-dim',
      width,
      '--dec-dim',
      width,
      '-b',
      8,
      '--seed',
      this.seed,
      '--device',
      this.lane.device,
    ];
    await this.vitrine('train', ...files, '--preset', 'standard', ...network, '-o', this.path(run));
    return this.latents(run);
  }

  get device(): string {
    return this.lane.device;
  }

  async latents(run: string): Promise<EpochLatents> {
    const latents = await new RunFolder(new DiskStorage(this.path(run)), '').latents(null);
    if (!latents) throw new Error(`${run} keeps no latents.`);
    return latents;
  }

  poses(...names: string[]): Poses {
    const path = this.path(...names);
    const read = readCryodrgnPickle(readFileSync(path), path);
    if (read.kind !== 'poses') throw new Error(`${path} holds ${read.kind}.`);
    return read.poses;
  }

  /** An index list of the first images, as a file. */
  indices(count: number): string {
    const path = this.path(`first_${count}.pkl`);
    writeFileSync(path, writeIndexPickle(Uint32Array.from({ length: count }, (_, i) => i)));
    return path;
  }

  table(...names: string[]): Table {
    const [head, ...lines] = readFileSync(this.path(...names), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    return new Map(head.map((name, column) => [name, Float64Array.from(lines, (cells) => Number(cells[column]))]));
  }

  /** A column of a set's labels.csv. */
  label(set: string, column: string): Float64Array {
    const values = this.table(set, 'labels.csv').get(column);
    if (!values) throw new Error(`labels.csv has no column ${column}.`);
    return values;
  }

  async map(...names: string[]): Promise<Float32Array> {
    const path = this.path(...names);
    return (await readMrcVolume({ path, blob: openFileBlob(path) })).values;
  }

  /** Maps of a run at the latents of `picks`, each with the true map of that image's state. */
  async mapsAndTruths(set: string, run: string, picks: readonly number[]): Promise<[Float32Array, Float32Array][]> {
    await this.vitrine(
      'decode',
      this.path(run),
      '--index',
      picks.join(','),
      '--device',
      this.device,
      '-o',
      this.path(run, 'picks'),
    );
    const state = this.label(set, 'state');
    const number = (value: number): string => String(value).padStart(3, '0');
    return Promise.all(
      picks.map(async (pick, i): Promise<[Float32Array, Float32Array]> => [
        await this.map(run, 'picks', `vol_${number(i + 1)}.mrc`),
        await this.map(set, 'truth', `truth_${number(state[pick])}.mrc`),
      ]),
    );
  }
}
