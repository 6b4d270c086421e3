// vitrine backproject PARTICLES|RUN: maps of selections by backprojection at known poses, with the maps of their halves.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { VitrineError } from '../src/base/errors.ts';
import { everyRow, rowsByOriginal } from '../src/base/particle-identity.ts';
import { gpuInNode } from '../src/engine/node/dawn.ts';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';
import type { ParticleSet, Poses } from '../src/formats/particles.ts';
import { subsetOf } from '../src/formats/subset.ts';
import { tiltedOptics } from '../src/imaging/beam-tilt.ts';
import type { WeightedImages } from '../src/inference/half-maps/image-places.ts';
import { SPLIT_WORDS } from '../src/inference/half-maps/splits.ts';
import { windowAround } from '../src/inference/half-maps/windows.ts';
import {
  backprojectMaps,
  BackprojectionWriter,
  splitOfSet,
  type NamedSelection,
  type SplitChoice,
} from '../src/jobs/backproject-job.ts';
import { readMask } from '../src/jobs/mask-file.ts';
import { imageOptionsOf } from '../src/jobs/prepare.ts';
import { trainingData } from '../src/jobs/run-particles.ts';
import { streamedImages } from '../src/jobs/streamed-images.ts';
import { imagesOfWindow } from '../src/selection/windows.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { mapPixelSize } from '../src/library/runs.ts';
import { latentPeriod } from '../src/jobs/reconstruct-job.ts';
import { chosenLatents } from './chosen-latents.ts';
import { act, oneOf, wholeNumber, wholeNumbers } from './command.ts';
import type { Console } from './console.ts';
import { openFile, openParticles } from './files.ts';
import { readLabels, readWeights } from './labels.ts';
import { addParamOptions, paramsFrom } from './param-options.ts';
import { addParticleOptions, particleOptionsOf } from './particle-options.ts';
import { reopenRunSet, requirePixelSize } from './run-set.ts';
import { latentsOf, openRun, withEngine, type OpenRun } from './runs.ts';
import { requirePoses } from './training.ts';

interface BackprojectCommand {
  out: string;
  labels?: string;
  label?: number[];
  weights?: string;
  windows?: string;
  windowImages?: number;
  halves: SplitChoice;
  mask?: string;
  epoch?: number;
}

export function addBackproject(program: Command): void {
  const command = program
    .command('backproject')
    .description('Maps from particles with known poses by backprojection, with the maps of their halves and their FSC.')
    .argument('<particles|run>', 'stack (.mrcs), .star, .cs or .txt list of stacks; or a run folder of Vitrine')
    .requiredOption('-o, --out <folder>', 'folder for the maps')
    .option('--labels <file>', 'a label for each particle (.csv or .pkl): a map for each label')
    .option('--label <numbers>', 'of these labels only: 0,3-5', wholeNumbers)
    .option('--weights <file>', 'how much each particle counts: a .csv with a column weight')
    .option(
      '--windows <file>',
      'of a run: latents, one per row (.csv, .txt or .pkl); a map of the particles around each',
    )
    .option('--window-images <number>', 'particles of a window (default: so that the windows overlap)', wholeNumber)
    .option(
      '--halves <how>',
      'how particles are split: subset (of a refinement, as the table says), even-odd, random; auto: subset, else even-odd',
      oneOf('auto', 'subset', 'even-odd', 'random'),
      'auto',
    )
    .option('--mask <file>', 'mask for the masked FSC (.mrc; default: around the density of the map)')
    .option('--epoch <number>', 'of a run: epoch of the latents and poses (default: the last)', wholeNumber);
  addParticleOptions(command, { ind: 'index list (from 0, of the original stack): use these particles only' });
  addParamOptions(command, ['invertData', 'window', 'windowRadius', 'boxPixels', 'device', 'seed']);
  act(command, async ([path], raw, console) => {
    const options = raw as unknown as BackprojectCommand;
    refuseTogether(options);
    const isRun = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    const source = isRun ? await ofRun(path, raw, console) : await ofParticles(path, raw, console);
    await backprojectAndWrite(source, options, raw, console);
  });
}

function refuseTogether({ labels, label, windows, windowImages }: BackprojectCommand): void {
  const refuse = (field: string, message: string): never => {
    throw new VitrineError('usage', message, { field });
  };
  if (label && labels === undefined) refuse('--label', 'Which labels? Give their file with --labels.');
  if (labels !== undefined && windows !== undefined) refuse('--windows', 'Give one of --labels and --windows.');
  if (windowImages !== undefined && windows === undefined) refuse('--window-images', 'There are no windows.');
}

/** Particles with poses, which of them are wanted, and the run that they are of. */
interface Source {
  set: ParticleSet;
  poses: Poses;
  rows: Uint32Array;
  run: OpenRun | null;
  base: Parameters<typeof paramsFrom>[1];
}

async function ofParticles(path: string, raw: Record<string, unknown>, console: Console): Promise<Source> {
  const set = await openParticles(path, particleOptionsOf(raw), console);
  // Only a CTF, negative at low frequency, turns images back that were turned over.
  const base = set.ctf ? {} : { invertData: false };
  return { set, poses: requirePoses(set), rows: everyRow(set.count), run: null, base };
}

async function ofRun(path: string, raw: Record<string, unknown>, console: Console): Promise<Source> {
  const run = await openRun(path);
  const { ind, ...moved } = particleOptionsOf(raw);
  const set = await reopenRunSet(run, moved, console);
  const { record } = run;
  if (record?.files?.tilt)
    throw new VitrineError('usage', 'Maps cannot be made from the images of tilt pairs.', {
      file: path,
      advice: 'Give the untilted particles alone, with their poses.',
    });
  const own = await run.run.poses((raw as unknown as BackprojectCommand).epoch ?? record?.epochsDone ?? 0);
  const poses = own ?? requirePoses(set);
  return { set, poses, rows: await rowsOfList(set, ind), run, base: record?.params };
}

/** Rows of a set that an index list into the original stack names, ascending; all without one. */
async function rowsOfList({ originalIndex, count }: ParticleSet, path: string | undefined): Promise<Uint32Array> {
  if (path === undefined) return everyRow(count);
  const list = readCryodrgnPickle(new Uint8Array(await openFile(path).blob.arrayBuffer()), path);
  if (list.kind !== 'index')
    throw new VitrineError('pickle-syntax', 'This file is no index list.', { file: path, found: list.kind });
  const rowOf = rowsByOriginal(originalIndex);
  const rows = Uint32Array.from(list.indices, (index, i) => {
    const row = rowOf.get(index);
    if (row !== undefined) return row;
    throw new VitrineError('index-out-of-range', `The run has no particle ${index}.`, {
      file: path,
      row: i + 1,
      field: '--ind',
      expected: 'places in the original stack, from 0, of particles of the run',
    });
  });
  return new Uint32Array(new Set(rows)).sort();
}

/** The selections that are asked for, of the rows that are wanted. */
async function selectionsOf({ set, rows, run }: Source, options: BackprojectCommand): Promise<NamedSelection[]> {
  const weightOf = options.weights === undefined ? null : readWeights(options.weights, set.originalIndex);
  const weighted = (of: Uint32Array, own: Float32Array | null = null): WeightedImages => {
    if (!weightOf) return { rows: of, weights: own };
    const kept = Array.from(of.keys()).filter((i) => weightOf[of[i]] > 0);
    return {
      rows: Uint32Array.from(kept, (i) => of[i]),
      weights: Float32Array.from(kept, (i) => weightOf[of[i]] * (own?.[i] ?? 1)),
    };
  };
  if (options.labels !== undefined) {
    const labelOf = readLabels(options.labels, set.originalIndex);
    const there = [...new Set(Array.from(rows, (row) => labelOf[row]))].sort((a, b) => a - b);
    const absent = options.label?.find((label) => !there.includes(label));
    if (absent !== undefined)
      throw new VitrineError('value-out-of-range', `No particle has the label ${absent}.`, {
        file: options.labels,
        field: '--label',
        expected: `of ${there.join(', ')}`,
        found: String(absent),
      });
    return (options.label ?? there).map((label) => ({
      name: `label_${label}`,
      images: weighted(rows.filter((row) => labelOf[row] === label)),
    }));
  }
  if (options.windows === undefined) return [{ name: 'map', images: weighted(rows) }];
  if (!run)
    throw new VitrineError('usage', 'Windows are of the latents of a run.', {
      field: '--windows',
      advice: 'Name the run folder in place of the particles.',
    });
  const epoch = options.epoch ?? null;
  const { mu, zDim } = await latentsOf(run, epoch);
  const centres = await chosenLatents(run, { zfile: options.windows }, zDim);
  const images = options.windowImages ?? imagesOfWindow(rows.length, centres.length);
  const period = latentPeriod(await run.run.field());
  return centres.map((centre, i) => {
    const { rows: near, weights } = windowAround(centre, { mu, zDim, period }, images, rows);
    return { name: `window_${String(i + 1).padStart(3, '0')}`, images: weighted(near, weights) };
  });
}

async function backprojectAndWrite(
  source: Source,
  options: BackprojectCommand,
  raw: Record<string, unknown>,
  console: Console,
): Promise<void> {
  const { set, poses } = source;
  const params = paramsFrom(raw, source.base);
  const imageOptions = imageOptionsOf(params, set.boxPixels);
  const { boxPixels } = imageOptions;
  const pixelSizeAngstrom = mapPixelSize(set.boxPixels, requirePixelSize(set), boxPixels);
  const mask =
    options.mask === undefined ? null : await readMask(openFile(options.mask), { boxPixels, pixelSizeAngstrom });
  const whole = await selectionsOf(source, options);
  const wholeSplit = splitOfSet(set, options.halves, params.seed);
  // Images that nobody asked for are not read.
  const read = union(whole.map(({ images }) => images.rows));
  const rowOf = new Map(Array.from(read, (row, i) => [row, i]));
  const part = subsetOf({ ...set, poses }, read);
  const selections = whole.map(({ name, images: { rows, weights } }) => ({
    name,
    images: { rows: rows.map((row) => rowOf.get(row) ?? 0), weights },
  }));
  const split = { ...wholeSplit, halfOf: Uint8Array.from(read, (row) => wholeSplit.halfOf[row]) };
  const gpu = params.device === 'cpu' ? null : await gpuInNode();
  const tilted = tiltedOptics(part.ctf, part.optics);
  const images = await streamedImages(part.images, imageOptions, { tilted, gpu, signal: console.signal });
  const folder = resolve(options.out);
  const isOne = options.labels === undefined && options.windows === undefined;
  const writer = new BackprojectionWriter(new DiskStorage(folder), { pixelSizeAngstrom, split, isOne });
  try {
    const { ctf, optics, originalIndex, opticsGroupOf } = part;
    const particles = { images, poses: part.poses ?? poses, ctf, optics, originalIndex };
    const data = { ...trainingData(particles, set.boxPixels), groupOf: opticsGroupOf };
    await withEngine(params.device, (engine) =>
      backprojectMaps(
        {
          ...{ engine, data, split, pixelSizeAngstrom, mask },
          window: { isOn: imageOptions.window, radius: imageOptions.windowRadius },
        },
        selections,
        {
          signal: console.signal,
          onProgress: (progress) => console.progress(progress),
          onMap: async (map) => {
            await writer.take(map);
            const { at0143, at05 } = map.resolution;
            console.say(
              `${map.name}: ${map.images} images, halves agree to ${at0143.toFixed(1)} Å (0.143), ${at05.toFixed(1)} Å (0.5); ` +
                `masked ${map.resolutionMasked.at0143.toFixed(1)} Å`,
            );
          },
        },
      ),
    );
  } finally {
    images.close();
  }
  const maps = await writer.finish();
  console.say(
    `${maps.length === 1 ? 'a map' : `${maps.length} maps`} with those of their halves (${SPLIT_WORDS[split.by]}): ${folder}`,
  );
  console.result({ folder, halves: split.by, maps });
}

/** Ascending, each once. */
function union(lists: readonly Uint32Array[]): Uint32Array {
  if (lists.length === 1) return lists[0];
  const all = new Set<number>();
  for (const rows of lists) for (const row of rows) all.add(row);
  return Uint32Array.from(all).sort();
}
