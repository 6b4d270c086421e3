// vitrine search RUN PARTICLES -o pose.pkl: aligns particles to a trained field. vitrine refine-poses: around the poses they have.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { gpuInNode } from '../src/engine/node/dawn.ts';
import { latentDimension } from '../src/field/kinds.ts';
import { VitrineError } from '../src/base/errors.ts';
import { loadModel } from '../src/jobs/decode-job.ts';
import { exportPoses, type PoseFormat } from '../src/jobs/pose-export.ts';
import { searchParticles, type SearchJobOptions } from '../src/jobs/search-job.ts';
import { AB_INITIO_DEFAULTS, BRANCH_AND_BOUND_DEFAULTS } from '../src/params/params.ts';
import { act, number, wholeNumber } from './command.ts';
import { addParticleOptions, particleOptionsOf, type ParticleOptions } from './particle-options.ts';
import { stackNamesFor, writeOut } from './disk-paths.ts';
import { addParamOptions, paramsFrom } from './param-options.ts';
import { openForRun } from './run-set.ts';
import { openRun, withEngine } from './runs.ts';

interface SearchOptions extends ParticleOptions {
  out: string;
  epoch?: number;
  cone: number;
  shift?: number;
  halvings: number;
}

const COMMON = ['bandStart', 'bandEnd', 'polish', 'slices', 'shiftExtent', 'device'];
const ANYWHERE = ['baseGridDegrees', 'searchLevels', 'keptPoses', 'shiftGrid', 'searchMethod'];

export function addSearch(program: Command): void {
  const command = withParticles(
    program.command('search').description('Finds poses of particles by a search against the maps of a run.'),
  );
  addParamOptions(command, [...COMMON, ...ANYWHERE]);
  act(command, async ([path, particles], raw, console) => {
    const defaults = raw['search'] === 'branch-and-bound' ? BRANCH_AND_BOUND_DEFAULTS : {};
    await findAndWrite(path, particles, raw, { defaults, around: null }, console);
  });
}

export function addRefinePoses(program: Command): void {
  const command = withParticles(
    program.command('refine-poses').description('Refines the poses that particles have, against the maps of a run.'),
  )
    .option('--cone <degrees>', 'how far a rotation may turn from its pose, °', number, 10)
    .option('--shift <pixels>', 'how far a shift may move, in pixels of the training box (default: 2)', number)
    .option('--halvings <number>', 'how many times the steps of rotation and shift are halved', wholeNumber, 3);
  addParamOptions(command, COMMON);
  act(command, async ([path, particles], raw, console) => {
    const { cone, shift, halvings } = raw as unknown as SearchOptions;
    const around = { coneDegrees: cone, shiftExtent: shift ?? 2, halvings };
    await findAndWrite(path, particles, raw, { defaults: {}, around }, console);
  });
}

function withParticles(command: Command): Command {
  command
    .argument('<run>', 'run folder of Vitrine or cryoDRGN')
    .argument('<particles>', 'stack (.mrcs), .star, .cs or .txt list of stacks')
    .requiredOption('-o, --out <file>', 'poses to write: .pkl, .star, or .cs for particles that came as .cs')
    .option('--epoch <number>', 'epoch of the weights (default: the last)', wholeNumber);
  return addParticleOptions(command);
}

interface Wanted {
  defaults: Parameters<typeof paramsFrom>[1];
  /** Null: anywhere. */
  around: SearchJobOptions['around'];
}

async function findAndWrite(
  path: string,
  particles: string,
  raw: Record<string, unknown>,
  { defaults, around }: Wanted,
  console: Parameters<Parameters<typeof act>[1]>[2],
): Promise<void> {
  const options = raw as unknown as SearchOptions;
  const format = /\.(pkl|star|cs)$/i.exec(options.out)?.[1].toLowerCase() as PoseFormat | undefined;
  if (!format)
    throw new VitrineError('usage', 'Poses are written as .pkl, .star or .cs.', { field: '-o', found: options.out });
  const opened = await openRun(path);
  const set = await openForRun(opened, particles, particleOptionsOf(raw), console);
  const { poses, tally, evidence } = await withEngine(
    (raw['device'] as 'auto' | 'gpu' | 'cpu' | undefined) ?? 'auto',
    async (engine) => {
      const loaded = await loadModel(engine, opened.run, options.epoch ?? null);
      const params = paramsFrom(raw, { ...AB_INITIO_DEFAULTS, ...defaults, zDim: latentDimension(loaded.field) });
      return searchParticles(engine, loaded, set, params, {
        around,
        signal: console.signal,
        onProgress: (progress) => console.progress(progress),
        gpu: raw['device'] === 'cpu' ? null : await gpuInNode(),
      });
    },
  );
  const out = resolve(options.out);
  writeOut(out, exportPoses(set, poses, format, null, stackNamesFor(out)));
  const atBorder = tally.atBorder / Math.max(1, tally.images);
  console.say(`${set.count} poses: ${out}`);
  console.result({ out, particles: set.count, error: tally.error / Math.max(1, tally.images), atBorder, evidence });
}
