// vitrine landscape RUN: maps that stand for all particles, their states, and all particles in volume space, in RUN/landscape.N.
import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { throwIfCancelled, VitrineError } from '../src/base/errors.ts';
import { boxPixelsOf, latentDimension } from '../src/field/kinds.ts';
import { keepMaskFile } from '../src/jobs/kept-masks.ts';
import { decodeAt, loadModel, type LoadedRun } from '../src/jobs/decode-job.ts';
import { makeLandscape, requireLandscape, type LandscapeRun } from '../src/jobs/landscape/landscape-job.ts';
import type { Landscape } from '../src/jobs/landscape/landscape.ts';
import { freeEnergyOf, type EnergySettings } from '../src/jobs/landscape/free-energy.ts';
import { pathBetween } from '../src/jobs/landscape/path.ts';
import { withHomogeneity } from '../src/jobs/landscape/pair-distances.ts';
import { withParticles } from '../src/jobs/landscape/particles.ts';
import { planLandscape } from '../src/jobs/landscape/plan.ts';
import { LANDSCAPE_DEFAULTS, type LandscapeSettings, type Linkage } from '../src/jobs/landscape/settings.ts';
import { landscapeTables } from '../src/jobs/landscape/tables.ts';
import { writeTrajectories } from '../src/jobs/landscape/trajectories.ts';
import { readMask } from '../src/jobs/mask-file.ts';
import { micrographsOf } from '../src/jobs/micrographs.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import type { Params } from '../src/params/params.ts';
import { act, number, oneOf, wholeNumber, wholeNumbers } from './command.ts';
import type { Console } from './console.ts';
import { openFile } from './files.ts';
import { addParamOptions } from './param-options.ts';
import { planWords, tellLandscape } from './landscape-words.ts';
import { keptSetOf } from './run-set.ts';
import { latentsOf, mapPixelSizeOf, openRun, originalIndexOf, withEngine, type OpenRun } from './runs.ts';

type Axes = Pick<EnergySettings, 'space' | 'axes'>;

interface LandscapeOptions {
  sketch: number;
  box?: number;
  mask: string;
  dilate: number;
  edge: number;
  linkage: Linkage;
  metric: 'euclidean' | 'cosine';
  states: string;
  height?: number;
  exclude?: number[];
  components: number;
  trainMaps: number;
  particles: boolean;
  homogeneity?: boolean;
  freeEnergy?: Axes;
  path?: number[];
  trajectories: number;
  frames: number;
  plan?: boolean;
  epoch?: number;
  apix?: number;
  seed: number;
  device?: Params['device'];
}

export function addLandscape(program: Command): void {
  const { sketch, mask, states, particles } = LANDSCAPE_DEFAULTS;
  const command = program
    .command('landscape')
    .description('States of a run by its maps: sketch, mask, components, tree, and all particles in volume space.')
    .argument('<run>', 'run folder of Vitrine or cryoDRGN')
    .option('--sketch <count>', 'maps that stand for all particles', wholeNumber, sketch.maps)
    .option('--box <voxels>', 'side of the maps (default: the run’s, at most 64)', wholeNumber)
    .option(
      '--mask <auto|union|run|ball|drawn|file>',
      'voxels that are compared: auto (above half the 99.99th percentile of some map), union (above half its maximum), run (auto in the solvent mask of the run), ball, drawn (the mask that was drawn for the run, alone), or the file of a mask, a map of 0 to 1 that is used alone',
      'auto',
    )
    .option('--dilate <number>', 'the mask is dilated by so much, Å', number, mask.dilateAngstrom)
    .option('--edge <number>', 'width of its soft edge, Å', number, mask.edgeAngstrom)
    .option(
      '--linkage <name>',
      'average, ward, complete or single',
      oneOf('average', 'ward', 'complete', 'single'),
      states.linkage,
    )
    .option('--metric <name>', 'euclidean or cosine', oneOf('euclidean', 'cosine'), states.metric)
    .option('--states <number|auto>', 'states to cut the tree in; auto: at the largest gap among 2 to 15', 'auto')
    .option('--height <number>', 'cut the tree at this height instead', number)
    .option(
      '--exclude <states>',
      'leave out these states of the landscape that is kept, and make it again: 3,5',
      wholeNumbers,
    )
    .option('--components <count>', 'volume components told of each particle', wholeNumber, particles.components)
    .option(
      '--train-maps <count>',
      'maps decoded to learn volume components from; 0: of the sketch alone',
      wholeNumber,
      particles.trainMaps,
    )
    .option('--no-particles', 'leave out the volume components of all particles')
    .option(
      '--homogeneity',
      'say whether the sketch has maps enough; without volume components of the particles by about 200 maps decoded for it',
    )
    .option('--free-energy <axes>', 'apparent free energy on one to three components: z1,z2 or v1,v2,v3', axesOf)
    .option('--path <states>', 'a path of least resistance between two states, as latents to decode: 0,1', wholeNumbers)
    .option('--trajectories <count>', 'maps along so many volume components, decoded and as sums', wholeNumber, 0)
    .option('--frames <count>', 'places of the path, and maps along a component', wholeNumber, 10)
    .option('--plan', 'say what it will cost, and end')
    .option('--epoch <number>', 'epoch of the latents (default: the last)', wholeNumber)
    .option('--apix <number>', 'pixel size of the maps, Å', number)
    .option('--seed <number>', 'seed of the random numbers', wholeNumber, 0);
  addParamOptions(command, ['device']);
  act(command, async ([path], raw, console) => {
    const options = raw as unknown as LandscapeOptions;
    await withLandscapeRun(path, options, console, async (of, opened) => {
      const settings = await settingsOf(of, options);
      const job = { signal: console.signal, onProgress: console.progress.bind(console) };
      const plan = await planLandscape(of, settings, job);
      console.say(planWords(plan));
      if (options.plan) return console.result({ plan });
      let landscape = await makeLandscape(of, settings, job);
      if (options.particles) landscape = await withParticles(of, settings.particles, job);
      if (options.homogeneity && !landscape.homogeneity) landscape = await withHomogeneity(of, job);
      landscape = await withEnergy(of, landscape, options, console);
      const along = { components: options.trajectories, frames: options.frames };
      const series = along.components > 0 ? await writeTrajectories(of, along, job) : [];
      throwIfCancelled(console.signal);
      const folder = resolve(path, `landscape.${landscape.epoch}`);
      const files = [...(await writeTables(opened, landscape, folder)), ...series];
      tellLandscape(landscape, folder, console);
      const { states, pca, mask, particles: volumes } = landscape;
      console.result({
        ...{ folder, plan, maps: landscape.sketch.rows.length, mask, files },
        states: Array.from(states.particles, (count, state) => ({
          ...{ state, particles: count, maps: states.maps[state] },
          ...{ silhouette: states.silhouette[state], fewAndFar: states.fewAndFar[state] === 1 },
        })),
        height: states.height,
        explainedVariance: [...pca.explainedVariance],
        heldOutR2: volumes && [...volumes.heldOutR2],
      });
    });
  });
}

/** Opens a run for its landscape; the engine only where a map is decoded. */
async function withLandscapeRun<T>(
  path: string,
  { epoch = null, apix, device = 'auto' }: { epoch?: number | null; apix?: number; device?: Params['device'] },
  console: Console,
  work: (of: LandscapeRun, opened: OpenRun) => Promise<T>,
): Promise<T> {
  const opened = await openRun(path);
  const field = await opened.run.field();
  if (latentDimension(field) === 0)
    throw new VitrineError('usage', 'The run has one structure and no latents.', { file: path });
  const latents = await latentsOf(opened, epoch);
  const pixelSizeAngstrom = mapPixelSizeOf(opened, apix, console) || 1;
  return withEngine(device, async (engine) => {
    let loaded: Promise<LoadedRun> | null = null;
    const of: LandscapeRun = {
      ...{ run: opened.run, latents, boxPixels: boxPixelsOf(field), pixelSizeAngstrom },
      micrographs: async () => micrographsOf(await keptSetOf(opened), latents.mu.length / latents.zDim),
      async decode(z, boxPixels, { signal }) {
        loaded ??= loadModel(engine, opened.run, latents.epoch);
        return (await decodeAt(await loaded, z, boxPixels, { signal })).values;
      },
    };
    return work(of, opened);
  });
}

async function settingsOf(of: LandscapeRun, options: LandscapeOptions): Promise<LandscapeSettings> {
  const { sketch, box = null, seed, dilate, edge, linkage, metric, height } = options;
  const excludedMaps = options.exclude ? await mapsOfStates(of, options.exclude) : [];
  const count = of.latents.mu.length / of.latents.zDim;
  return {
    sketch: { ...LANDSCAPE_DEFAULTS.sketch, maps: Math.min(sketch, count), boxPixels: box, seed },
    mask: { ...(await maskOf(of, options.mask)), dilateAngstrom: dilate, edgeAngstrom: edge },
    states: {
      ...{ linkage, metric, excludedMaps },
      cut: height === undefined ? cutOf(options.states) : { kind: 'height', height },
    },
    particles: { components: options.components, trainMaps: options.trainMaps },
  };
}

/** Draws for the uncertainty of an energy. */
const BOOTSTRAPS = 20;

/** Energy and path where they are asked for; a path is on the first two components of the latents unless axes are named. */
async function withEnergy(
  of: LandscapeRun,
  landscape: Landscape,
  { freeEnergy, path, frames }: LandscapeOptions,
  console: Console,
): Promise<Landscape> {
  if (!freeEnergy && !path) return landscape;
  const first = of.latents.zDim > 1 ? [0, 1] : [0];
  const on = { ...(freeEnergy ?? { space: 'latent' as const, axes: first }), bootstraps: BOOTSTRAPS };
  const job = { signal: console.signal, onProgress: console.progress.bind(console) };
  if (!path) return { ...landscape, freeEnergy: await freeEnergyOf(of, on, job) };
  if (path.length !== 2)
    throw new VitrineError('usage', 'A path leads from one state to another.', { field: '--path', expected: '0,1' });
  const made = await pathBetween(of, { ...on, fromState: path[0], toState: path[1], frames }, job);
  return { ...landscape, freeEnergy: (await requireLandscape(of)).freeEnergy, path: made };
}

/** "z1,z2" and "v1,v2,v3". */
function axesOf(text: string): Axes {
  const parts = text.split(',').map((part) => /^([zv])([1-9]\d*)$/.exec(part.trim()));
  const kinds = new Set(parts.map((part) => part?.[1]));
  if (parts.length > 3 || kinds.size !== 1 || kinds.has(undefined))
    throw new InvalidArgumentError('One to three components of one kind are expected: z1,z2 or v1,v2,v3.');
  return { space: kinds.has('v') ? 'volume' : 'latent', axes: parts.map((part) => Number(part?.[2]) - 1) };
}

function cutOf(states: string): LandscapeSettings['states']['cut'] {
  if (states === 'auto') return { kind: 'largest-gap' };
  const count = Number(states);
  if (Number.isInteger(count) && count > 0) return { kind: 'count', states: count };
  throw new VitrineError('value-out-of-range', `The tree cannot be cut in “${states}” states.`, {
    field: '--states',
    expected: 'auto or a whole number from 1',
    found: states,
  });
}

async function maskOf(
  of: LandscapeRun,
  mask: string,
): Promise<Pick<LandscapeSettings['mask'], 'threshold' | 'within'>> {
  if (mask === 'auto') return { threshold: 'percentile', within: 'none' };
  if (mask === 'union') return { threshold: 'maximum', within: 'none' };
  if (mask === 'run') return { threshold: 'percentile', within: 'run' };
  if (mask === 'drawn') return { threshold: 'none', within: 'drawn' };
  if (mask === 'ball') return { threshold: 'none', within: 'none' };
  const file = openFile(mask);
  await readMask(file, of);
  await keepMaskFile(of.run, file);
  // Who gives a file has drawn the mask that is meant: the union would cut away what moves at low density.
  return { threshold: 'none', within: 'file' };
}

/** Maps that were left out already stay out. */
async function mapsOfStates(of: LandscapeRun, excluded: number[]): Promise<number[]> {
  const { states, settings } = await requireLandscape(of);
  const beyond = excluded.find((state) => state >= states.count);
  if (beyond !== undefined)
    throw new VitrineError('index-out-of-range', `The landscape has no state ${beyond}.`, {
      field: '--exclude',
      expected: `0 to ${states.count - 1}`,
      found: String(beyond),
    });
  const out = new Set(settings.states.excludedMaps);
  states.ofMap.forEach((state, map) => excluded.includes(state) && out.add(map));
  return [...out].sort((a, b) => a - b);
}

async function writeTables(opened: OpenRun, landscape: Landscape, folder: string): Promise<string[]> {
  const count = landscape.sketch.mapOfParticle.length;
  const storage = new DiskStorage(folder);
  for (const { name } of await storage.list('')) if (/^state_\d+\.ind\.pkl$/.test(name)) await storage.remove(name);
  for (const { name, content } of landscapeTables(landscape, await originalIndexOf(opened, count)))
    await storage.write(name, content);
  return (await storage.list('')).filter(({ kind }) => kind === 'file').map(({ name }) => name);
}
