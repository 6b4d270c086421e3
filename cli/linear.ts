// vitrine linear: a mean map and components from particles with known poses, in seconds, into a run folder.
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { VitrineError } from '../src/base/errors.ts';
import type { Engine } from '../src/engine/engine.ts';
import type { LinearProgress } from '../src/inference/linear/progress.ts';
import type { NamedBlob } from '../src/formats/particles.ts';
import { keepGivenMask } from '../src/jobs/given-mask.ts';
import { linearRun } from '../src/jobs/linear-job.ts';
import { linearPlan } from '../src/jobs/linear-plan.ts';
import { readMask, type MaskPlace } from '../src/jobs/mask-file.ts';
import { imageOptionsOf } from '../src/jobs/prepare.ts';
import { chainWords, NO_CHAIN } from '../src/jobs/chain-words.ts';
import { reproducibleWords, screePercents, screeWords } from '../src/jobs/linear-words.ts';
import { writeRunFolder } from '../src/jobs/run-particles.ts';
import { readChainReport } from '../src/library/chain-files.ts';
import { readLinearReport } from '../src/library/linear-files.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import type { RunRecord } from '../src/library/run-record.ts';
import { mapPixelSize, RunFolder } from '../src/library/runs.ts';
import { MOST_COMPONENTS } from '../src/params/linear-params.ts';
import { LINEAR_DEFAULTS, type Params } from '../src/params/params.ts';
import { act, wholeNumber } from './command.ts';
import type { Console } from './console.ts';
import { openFile, openParticles, refuseRunFolder, type OpenedParticles } from './files.ts';
import { addParticleOptions, particleOptionsOf } from './particle-options.ts';
import { addParamOptions, fileSaidFor, paramsFrom } from './param-options.ts';
import { filesOf, requirePixelSize } from './run-set.ts';
import { CHAIN_FOLDER, chainIn, engineWords, withEngines } from './runs.ts';
import { newRecord } from './train.ts';
import { prepareForRun, requirePoses } from './training.ts';

interface LinearOptions {
  out: string;
  components: number;
  iterations: number;
}

export function addLinear(program: Command): void {
  const { zDim, epochs } = LINEAR_DEFAULTS;
  const command = program
    .command('linear')
    .description(
      'A first look: a mean map and components of its variation, from particles with known poses, and a chain of structures in RUN/chain.',
    )
    .argument('<particles>', 'stack (.mrcs), .star, .cs or .txt list of stacks')
    .requiredOption('-o, --out <folder>', 'run folder to write')
    .option('--components <number>', `maps along which it varies (1 to ${MOST_COMPONENTS})`, wholeNumber, zDim)
    .option('--iterations <number>', 'passes over the images, at most', wholeNumber, epochs);
  addParticleOptions(command);
  addParamOptions(command, [
    'seed',
    'contrast',
    'mask',
    'maskDilate',
    'chain',
    'invertData',
    'window',
    'windowRadius',
    'boxPixels',
    'device',
  ]);
  act(command, async ([particles], raw, console) => {
    const { out, components, iterations } = raw as unknown as LinearOptions;
    const options = particleOptionsOf(raw);
    const params = paramsFrom(raw, { ...LINEAR_DEFAULTS, zDim: components, epochs: iterations });
    linearPlan(params);
    const folder = resolve(out);
    refuseRunFolder(folder);
    const set = await openParticles(particles, options, console);
    if (set.looksWhite === false && params.invertData)
      console.warn('warning: particles look dark on white; give --uninvert-data if they are.');
    requirePoses(set);
    const mask = maskOf(raw);
    if (mask) await readMask(mask, mapsOf(set, params));
    const record = await newRecord(set, params, folder, filesOf(particles, options, set.badRows), console);
    const run = new RunFolder(new DiskStorage(folder), '');
    await run.writeRecord(record);
    if (mask) await keepGivenMask(run, mask);
    await fitAndTell({ run, folder }, record, set, console);
  });
}

/** The file of --mask; null where a name was given, or nothing. */
function maskOf(raw: Record<string, unknown>): NamedBlob | null {
  const path = fileSaidFor('mask', raw);
  return path === null ? null : openFile(path);
}

/** The maps of a run of these particles. Errors: 'pixel-size-unknown', 'value-out-of-range' for a box larger than the images'. */
function mapsOf(set: OpenedParticles, params: Params): MaskPlace {
  const { boxPixels } = imageOptionsOf(params, set.boxPixels);
  return { boxPixels, pixelSizeAngstrom: mapPixelSize(set.boxPixels, requirePixelSize(set), boxPixels) };
}

/** Fits the run from its beginning and tells what came out; ends with the error 'cancelled' where it was interrupted. */
export async function fitAndTell(
  { run, folder }: { run: RunFolder; folder: string },
  record: RunRecord,
  set: OpenedParticles,
  console: Console,
): Promise<void> {
  const particles = await prepareForRun(folder, record, set, console);
  await writeRunFolder(run, record, particles);
  const chainRun = chainIn(run);
  const ended = await withEngines(record.params.device, async (engines) => {
    const openEngine = async (): Promise<Engine> => {
      const { fresh, engine } = await engines();
      if (fresh) console.warn(`Computing on ${engineWords(engine)}`);
      return engine;
    };
    return linearRun(
      run,
      { openEngine, particles, chainFolder: () => chainRun },
      { signal: console.signal },
      {
        onEvent: (event) => event.type === 'linear' && tell(event.progress, console),
        onChainShape: (shape) => console.progress({ fraction: null, message: `Fitting a chain: ${shape}` }),
      },
    );
  });
  const report = ended.status === 'finished' ? await readLinearReport(run) : null;
  if (!report) {
    console.warn('Stopped before it was fitted. Begin it anew with: vitrine resume');
    throw new VitrineError('cancelled', 'Cancelled.');
  }
  await run.storage.remove(run.path('.cache'));
  console.say(screeWords(report.scree));
  console.say(reproducibleWords(report));
  const chain = await readChainReport(chainRun);
  if (chain) console.say(chainWords(chain));
  else if (report.reproducible === 0 && record.params.chain !== 'none') console.say(NO_CHAIN);
  console.say(`${report.iterations} iterations: ${folder}`);
  if (chain) console.say(`chain: ${join(folder, CHAIN_FOLDER)}`);
  for (const { message } of ended.notices ?? []) console.warn(`warning: ${message}`);
  if (console.signal.aborted) {
    console.warn('Stopped before a chain was fitted; the linear model is whole.');
    throw new VitrineError('cancelled', 'Cancelled.');
  }
  const { version: _, ...rest } = report;
  console.result({
    ...{ run: folder, status: ended.status, particles: ended.particles, boxPixels: ended.boxPixels },
    ...rest,
    chain: chain && { run: join(folder, CHAIN_FOLDER), shape: chain.shape, evidence: chain.evidence },
    variancePercents: screePercents(report.scree),
    engine: ended.device?.engine ?? null,
    device: ended.device?.description ?? null,
  });
}

function tell({ iteration, iterations, evidenceGain, bandPixels, seconds }: LinearProgress, console: Console): void {
  const message =
    iteration < iterations ? `Fitting: iteration ${iteration} of ${iterations}` : 'Fitting halves of the images apart';
  console.progress({ fraction: iteration < iterations ? iteration / iterations : null, message });
  console.warn(
    `iteration ${String(iteration).padStart(2)}  evidence ${evidenceGain.toFixed(3)} an image over one structure  ` +
      `to ${bandPixels} Fourier pixels  ${seconds.toFixed(1)} s`,
  );
}
