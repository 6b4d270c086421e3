// The parts of vitrine score: each reads what was found, says a few lines, and gives the figures for --json.
import { VitrineError } from '../src/base/errors.ts';
import { posesInFractions } from '../src/formats/drop/shift-unit.ts';
import type { Poses } from '../src/formats/particles.ts';
import { confusion } from '../src/validation/confusion.ts';
import { wassersteinOnLine } from '../src/validation/earth-mover.ts';
import { scoreLatents } from '../src/validation/latent-score.ts';
import { scoreMaps } from '../src/validation/map-score.ts';
import { neighbourhoodSimilarity, type Coordinates } from '../src/validation/neighbourhood.ts';
import { partitionAgreement } from '../src/validation/partition-agreement.ts';
import { populations } from '../src/validation/population-error.ts';
import { poseError, shiftError } from '../src/validation/pose-error.ts';
import { mapOfState, mapsIn, posesOf, readPopulation, readPoses, valuesOf, type FileColumn } from './known-answers.ts';
import { readMap, requireOneBox } from './map-files.ts';
import type { Scored } from './score.ts';

/** Classes that are shown as a table on a terminal. */
const SHOWN_CLASSES = 12;

function required<T>(value: T | null | undefined, option: string, what: string): T {
  if (value !== null && value !== undefined) return value;
  throw new VitrineError('usage', `${what} are scored against known answers.`, {
    field: option,
    advice: `Give ${option}.`,
  });
}

const line = (name: string, value: string): string => `  ${name.padEnd(44)} ${value}`;

/** Error: that of valuesOf, 'usage', 'cancelled'. */
export async function scoreLatentFile({ options, truth, original, console }: Scored, latents: Coordinates) {
  const states = valuesOf(required(truth, '--truth', 'Latents'), required(original, '--truth', 'Latents'));
  const neighbourhood = {
    neighbours: options.neighbours,
    signal: console.signal,
    onProgress: (done: number, total: number) =>
      console.progress({ fraction: done / total, message: 'Looking for the nearest particles' }),
  };
  const score = await scoreLatents(latents.values, latents.dimension, states, neighbourhood);
  const similarity = await neighbourhoodSimilarity(
    latents,
    { values: Float32Array.from(states), dimension: 1 },
    neighbourhood,
  );
  const byChance = options.neighbours / (states.length - 1);
  const alike = Math.max(...confusion(new Int8Array(states.length), states).counts[0]);
  if (alike - 1 > options.neighbours)
    console.warn(
      `warning: up to ${alike} particles are of one state: of others at no distance the first are taken, so that neighbourhood similarity stays low; with --neighbours ${alike - 1} it asks for all of them.`,
    );
  console.say(`latents: ${score.images} particles in ${latents.dimension} dimensions`);
  console.say(line('|Spearman| of PC1 with the state', score.spearmanPc1.toFixed(4)));
  console.say(line(`Spearman of the ${options.neighbours} nearest's mean state`, score.spearmanNeighbours.toFixed(4)));
  console.say(line('neighbourhood similarity (by chance)', `${similarity.toFixed(4)} (${byChance.toFixed(4)})`));
  return {
    ...score,
    neighbours: options.neighbours,
    neighbourhoodSimilarity: similarity,
    similarityByChance: byChance,
  };
}

/** Particles of class −1 were left out of the classes, and are here. Errors: that of valuesOf, 'usage', 'value-out-of-range'. */
export function scoreClusters({ truth, original, console }: Scored, clusters: FileColumn) {
  const particles = required(original, '--truth', 'Classes');
  const everyTrue = wholeClasses(valuesOf(required(truth, '--truth', 'Classes'), particles), '--truth');
  const everyFound = wholeClasses(valuesOf(clusters, particles), '--clusters');
  const kept = Array.from(everyFound.keys()).filter((row) => everyFound[row] >= 0);
  const [found, known] = [everyFound, everyTrue].map((labels) => kept.map((row) => labels[row]));
  const agreement = partitionAgreement(found, known);
  const table = confusion(found, known);
  const shares = populations(known);
  const leftOut = everyFound.length - kept.length;
  console.say(`classes: ${kept.length} particles${leftOut > 0 ? `, ${leftOut} in none` : ''}`);
  console.say(line('adjusted Rand index', agreement.adjustedRand.toFixed(4)));
  console.say(line('adjusted mutual information', agreement.adjustedMutualInformation.toFixed(4)));
  console.say(line('of the class that is most of theirs', `${(100 * table.purity).toFixed(2)} %`));
  if (Math.max(table.found.length, table.truth.length) <= SHOWN_CLASSES) {
    const row = (cells: (number | string)[]) => cells.map((cell) => String(cell).padStart(8)).join('');
    console.say(row(['found', ...table.truth.map((label) => `true ${label}`)]));
    table.counts.forEach((counts, at) => console.say(row([table.found[at], ...counts])));
  } else console.say(`  ${table.found.length} found and ${table.truth.length} true classes: the table is in --json`);
  return { particles: kept.length, leftOut, ...agreement, confusion: table, truePopulations: shares };
}

function wholeClasses(values: Float64Array, field: string): Float64Array {
  const bad = values.findIndex((value) => !Number.isInteger(value));
  if (bad < 0) return values;
  throw new VitrineError('value-out-of-range', 'A class is not a whole number.', {
    ...{ field, row: bad + 1, expected: 'the number of a class', found: String(values[bad]) },
    advice: 'Classes are scored against classes: choose the column of the true ones with --column.',
  });
}

/** Wasserstein distance along the state, in its unit. Errors: 'usage', those of reading and of weights. */
export async function scorePopulation({ truth, console }: Scored, path: string) {
  const known = required(truth, '--truth', 'Populations');
  const found = await readPopulation(path);
  const distance = wassersteinOnLine(found, { values: known.values });
  const range = known.values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
  console.say('populations');
  console.say(line('Wasserstein distance, unit of the state', distance.toPrecision(5)));
  return { wasserstein: distance, trueRange: range };
}

/** FSC of each map with the true one. Errors: 'usage', 'count-mismatch', 'file-missing', those of maps. */
export async function scoreMapFiles({ options, truth, console }: Scored, picks: number[] | null) {
  const found = mapsIn(options.maps ?? '');
  const known = mapsIn(required(options.trueMaps, '--true-maps', 'Maps'));
  const states = picks && required(truth, '--truth', 'Maps made at particles').values;
  const wanted = picks ? picks.length : known.length;
  if (found.length !== wanted)
    throw new VitrineError('count-mismatch', 'There are not as many maps as known answers.', {
      ...{ file: options.maps, expected: `${wanted} maps`, found: String(found.length) },
      advice: 'Give --picks, the particles at which the maps were made.',
    });
  const pairs: [Float32Array, Float32Array][] = [];
  const trueFiles: string[] = [];
  let boxPixels = 0;
  for (const [at, path] of found.entries()) {
    if (picks && states && picks[at] >= states.length)
      throw new VitrineError('index-out-of-range', `There is no particle ${picks[at]} among the known answers.`, {
        ...{ file: options.picks, row: at + 1, expected: `0 to ${states.length - 1}`, found: String(picks[at]) },
      });
    trueFiles.push(picks && states ? mapOfState(known, states[picks[at]]) : known[at]);
    const [map, answer] = [await readMap(path, console), await readMap(trueFiles[at], console)];
    requireOneBox(map, answer);
    boxPixels = map.boxPixels;
    pairs.push([map.values, answer.values]);
  }
  const { curves, ...score } = scoreMaps(pairs, boxPixels);
  console.say(`maps: ${score.maps} against true ones, no mask`);
  const [area, most] = [score.fscArea.toFixed(4), score.fscAreaLargest.toFixed(4)];
  console.say(line('area under the FSC, mean (largest there is)', `${area} (${most})`));
  console.say(
    line(
      'resolution at 0.5, pixels, mean ± deviation',
      `${score.resolutionPixels.toFixed(3)} ± ${score.resolutionPixelsDeviation.toFixed(3)}`,
    ),
  );
  const perMap = curves.map(({ values }, at) => ({ map: found[at], truth: trueFiles[at], fsc: Array.from(values) }));
  return { ...score, perMap };
}

/** Angles after the best common turn and hand, distances of shifts in pixels. Errors: 'poses-missing', 'usage', 'count-mismatch'. */
export async function scorePoseFile({ options, opened, original, console }: Scored, truePath: string) {
  const epoch = options.epoch ?? (opened ? (await opened.run.latents(null))?.epoch : undefined);
  const ofRun = options.poses === undefined && opened && epoch !== undefined ? await opened.run.poses(epoch) : null;
  const found = options.poses === undefined ? required(ofRun, '--poses', 'Poses') : await readPoses(options.poses);
  const truths = await readPoses(truePath);
  const count = found.rotations.length / 9;
  const known = original?.length === count ? posesOf(truths, original, truePath) : truths;
  const { medianDegrees, within10Degrees, hand, medianSquaredError, meanSquaredError, errors } = poseError(
    found.rotations,
    known.rotations,
  );
  console.say(`poses: ${count} images, hand ${hand}`);
  console.say(line('angle, median', `${medianDegrees.toFixed(2)}°`));
  console.say(line('within 10°', `${(100 * within10Degrees).toFixed(1)} %`));
  const box = options.box ?? opened?.record?.boxPixels ?? null;
  const shifts = box === null ? null : shiftsIn(box, { found, known, errors, options, truePath });
  if (shifts) console.say(line('shift, median', `${shifts.medianPixels.toFixed(3)} px`));
  else console.say('  shifts are scored where both files have them and --box says how large images are');
  return { images: count, hand, medianDegrees, within10Degrees, medianSquaredError, meanSquaredError, shifts };
}

function shiftsIn(
  box: number,
  of: { found: Poses; known: Poses; errors: Float32Array; options: Scored['options']; truePath: string },
) {
  const { found, known, errors, options, truePath } = of;
  const answers = options.shifts === undefined ? {} : { shifts: options.shifts };
  const a = posesInFractions(found, box, options.poses ?? 'the run', answers).poses.translations;
  const b = posesInFractions(known, box, truePath, {}).poses.translations;
  if (!a || !b) return null;
  const { distances, ...error } = shiftError(a, b, known.rotations, errors, box);
  return { ...error, images: distances.length };
}
