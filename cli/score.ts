// vitrine score RUN: results against known answers, those of a simulation: latents, classes, populations, maps, poses.
import type { Command } from 'commander';
import { VitrineError } from '../src/base/errors.ts';
import { countedInOriginal, everyRow, type OriginalIndices } from '../src/base/particle-identity.ts';
import { readIndexText } from './index-text.ts';
import { act, oneOf, wholeNumber } from './command.ts';
import type { Console } from './console.ts';
import { particlesOf, readColumn, readLatents, type FileColumn } from './known-answers.ts';
import { latentsOf, openRun, originalIndexOf, type OpenRun } from './runs.ts';
import type { Coordinates } from '../src/validation/neighbourhood.ts';
import { scoreClusters, scoreLatentFile, scoreMapFiles, scorePopulation, scorePoseFile } from './score-parts.ts';

export interface ScoreOptions {
  epoch?: number;
  z?: string;
  truth?: string;
  column?: string;
  neighbours: number;
  clusters?: string;
  populations?: string;
  maps?: string;
  trueMaps?: string;
  picks?: string;
  poses?: string;
  truePoses?: string;
  shifts?: 'pixels' | 'fractions';
  box?: number;
}

/** What every part is scored against and for. */
export interface Scored {
  options: ScoreOptions;
  opened: OpenRun | null;
  truth: FileColumn | null;
  /** Places of the particles in the original stack; null where neither a run nor a file says how many there are. */
  original: OriginalIndices | null;
  console: Console;
}

export function addScore(program: Command): void {
  const command = program
    .command('score')
    .description(
      'Scores results against known answers: latents, classes, populations, maps and poses of simulated sets.',
    )
    .argument('[run]', 'run folder, whose latents (and poses, where it found them) are scored')
    .option('--epoch <number>', 'epoch of the run (default: the last)', wholeNumber)
    .option('--z <file>', 'latents instead of a run: .pkl, .npy or .csv')
    .option('--truth <file>', 'true state or class of each particle: .csv, .pkl or .npy')
    .option('--column <name>', 'column of that table (default: state, else label)')
    .option('--neighbours <number>', 'nearest particles in the latents that are asked', wholeNumber, 10)
    .option('--clusters <file>', 'classes found, as analyze and landscape write them: .csv, .pkl or .npy')
    .option('--populations <file>', 'populations found: a table of state and share, or a state for each particle')
    .option('--maps <path>', 'maps found: a folder of .mrc, in the order of their names, or one file')
    .option('--true-maps <path>', 'true maps: a folder, or one file')
    .option('--picks <file>', 'rows of --truth at which the maps were made; without it maps are paired by order')
    .option('--poses <file>', 'poses found (pose.pkl; default: those that the run found)')
    .option('--true-poses <file>', 'true poses (pose.pkl)')
    .option('--box <number>', 'box of the images, pixels, for errors of shifts', wholeNumber)
    .option('--shifts <unit>', 'unit of the shifts found: pixels or fractions', oneOf('pixels', 'fractions'));
  act(command, async ([path], raw, console) => {
    const options = raw as unknown as ScoreOptions;
    requireNeighbours(options);
    const opened = (path as string | undefined) === undefined ? null : await openRun(path);
    const names = options.column === undefined ? ['state', 'label'] : [options.column.toLowerCase()];
    const truth = options.truth === undefined ? null : await readColumn(options.truth, names);
    const latents = await latentsFor(opened, options, truth);
    const clusters = options.clusters === undefined ? null : await readColumn(options.clusters, ['label']);
    const original = await particlesFor({ opened, latents, clusters, truth });
    const scored: Scored = { options, opened, truth, original, console };
    const result = {
      ...(latents && { latents: await scoreLatentFile(scored, latents) }),
      ...(clusters && { clusters: scoreClusters(scored, clusters) }),
      ...(options.populations !== undefined && { populations: await scorePopulation(scored, options.populations) }),
      ...(options.maps !== undefined && { maps: await scoreMapFiles(scored, await picksOf(options)) }),
      ...(options.truePoses !== undefined && { poses: await scorePoseFile(scored, options.truePoses) }),
    };
    if (Object.keys(result).length === 0)
      throw new VitrineError('usage', 'There is nothing to score.', {
        advice:
          'Give a run or --z with --truth, --clusters with --truth, --maps with --true-maps, or --poses with --true-poses.',
      });
    console.result(result);
  });
}

function requireNeighbours({ neighbours }: ScoreOptions): void {
  if (neighbours > 0) return;
  throw new VitrineError('value-out-of-range', 'No neighbours, no score.', {
    ...{ field: '--neighbours', expected: 'a whole number from 1', found: String(neighbours) },
  });
}

/** Null where latents are not asked about: a run whose poses alone have known answers. */
async function latentsFor(
  opened: OpenRun | null,
  { z, epoch }: ScoreOptions,
  truth: FileColumn | null,
): Promise<Coordinates | null> {
  if (z !== undefined) return readLatents(z);
  if (!opened || !truth) return null;
  const { mu, zDim } = await latentsOf(opened, epoch ?? null);
  return { values: mu, dimension: zDim };
}

async function particlesFor({
  opened,
  latents,
  clusters,
  truth,
}: {
  opened: OpenRun | null;
  latents: Coordinates | null;
  clusters: FileColumn | null;
  truth: FileColumn | null;
}): Promise<OriginalIndices | null> {
  if (opened && latents) return originalIndexOf(opened, latents.values.length / latents.dimension);
  if (latents) return countedInOriginal(everyRow(latents.values.length / latents.dimension));
  if (clusters) return particlesOf(clusters) ?? countedInOriginal(everyRow(clusters.values.length));
  return truth && countedInOriginal(everyRow(truth.values.length));
}

async function picksOf({ picks }: ScoreOptions): Promise<number[] | null> {
  return picks === undefined ? null : readIndexText(picks);
}
