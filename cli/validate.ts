// vitrine validate RUN: what a reviewer would ask of a run, in plain sentences, with tables and figures in RUN/validate.
import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { RUN_CHECKS, VALIDATE_FOLDER, runCheckLines, type RunCheckName } from '../src/jobs/run-checks/check.ts';
import { checkRun } from '../src/jobs/run-checks/run-checks.ts';
import { writeCheckFiles } from '../src/jobs/run-checks/check-files.ts';
import { measureNoiseByGroup } from '../src/imaging/noise-spectrum.ts';
import { depositState } from '../src/jobs/deposit-job.ts';
import { importSelection } from '../src/jobs/export.ts';
import { imageOptionsOf } from '../src/jobs/prepare.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { act, number, oneOf, wholeNumber } from './command.ts';
import { openFile } from './files.ts';
import { addParamOptions } from './param-options.ts';
import type { SetRows } from '../src/base/particle-identity.ts';
import { reopenRunSet, withoutFiles } from './run-set.ts';
import { openRun, withEngines } from './runs.ts';
import { prepareForRun } from './training.ts';
import type { Params } from '../src/params/params.ts';

interface ValidateOptions {
  check: RunCheckName[];
  method: 'linear' | 'network';
  beyond?: number;
  epochs?: number;
  particles?: string;
  deposit?: string;
  selection?: string;
  mass?: number;
  seed: number;
  device?: Params['device'];
}

export function addValidate(program: Command): void {
  const command = program
    .command('validate')
    .description(
      'Checks of a run: whether halves agree, whether structure was invented, what leaked, how sure shares are.',
    )
    .argument('<run>', 'run folder of Vitrine')
    .option('--check <names>', `what to check, by commas: ${RUN_CHECKS.join(', ')} (default: all)`, checkNames, [
      ...RUN_CHECKS,
    ])
    .option(
      '--method <method>',
      'what is fitted to halves: linear (a minute), or network: as the run’s, each as long as half of the run',
      oneOf('linear', 'network'),
      'linear',
    )
    .option('--beyond <angstrom>', 'phases are random beyond this resolution, Å (default: half of the band)', number)
    .option('--epochs <number>', 'passes of the linear model, or epochs of the network', wholeNumber)
    .option('--particles <file>', 'where the particles of the run are now, if they were moved')
    .option('--deposit <zip>', 'write what EMDB asks of a state instead of checking')
    .option('--selection <file>', 'particles of that state: a list as select writes it (default: all)')
    .option('--mass <kilodalton>', 'mass of the molecule, for the contour', number)
    .option('--seed <number>', 'seed of the random numbers', wholeNumber, 0);
  addParamOptions(command, ['device']);
  act(command, async ([path], raw, console) => {
    const options = raw as unknown as ValidateOptions;
    const opened = await openRun(path);
    const { run, record } = opened;
    if (!record?.files) throw withoutFiles(path);
    const moved = options.particles === undefined ? {} : { particles: options.particles };
    const set = await reopenRunSet(opened, moved, console);
    const particles = await prepareForRun(resolve(path), record, set, console);
    if (options.deposit !== undefined) {
      const chosen = options.selection === undefined ? null : await importSelection(set, openFile(options.selection));
      const rows = chosen ? chosen.rows : Uint32Array.from({ length: set.count }, (_, row) => row);
      const file = resolve(options.deposit);
      const name = basename(file, '.zip');
      const { zip, contour, resolutionAngstrom } = await withEngines(options.device ?? 'auto', async (engines) =>
        depositState(
          { engine: (await engines()).engine, run, record, particles, set },
          { name, rows: rows as SetRows, massKilodalton: options.mass ?? null },
          { signal: console.signal, onProgress: (progress) => console.progress(progress) },
        ),
      );
      writeFileSync(file, new Uint8Array(await zip.arrayBuffer()));
      console.say(`${rows.length} particles, halves agree to ${resolutionAngstrom.toFixed(1)} Å: ${file}`);
      console.result({ file, particles: rows.length, contour, resolutionAngstrom });
      return;
    }
    const noiseOptions = imageOptionsOf(record.params, set.boxPixels);
    particles.noise ??= await measureNoiseByGroup(set.images, set.opticsGroupOf, noiseOptions, console.signal);
    const checks = await withEngines(options.device ?? 'auto', async (engines) => {
      const openEngine = async () => (await engines()).engine;
      return checkRun(
        { run, record, openEngine, particles, set },
        options.check,
        {
          ...{ method: options.method, beyondAngstrom: options.beyond ?? null, seed: options.seed },
          ...(options.epochs !== undefined && { epochs: options.epochs }),
          signal: console.signal,
          onProgress: (progress) => console.progress(progress),
        },
        (check) => runCheckLines(check).forEach((line) => console.say(line)),
      );
    });
    const folder = resolve(path, VALIDATE_FOLDER);
    const files = await writeCheckFiles(checks, new DiskStorage(folder));
    console.say(`tables and figures: ${folder}`);
    console.result({ folder, files, checks });
  });
}

function checkNames(text: string): RunCheckName[] {
  return text.split(',').map((part) => {
    const name = RUN_CHECKS.find((each) => each === part.trim());
    if (!name) throw new InvalidArgumentError(`One or more of ${RUN_CHECKS.join(', ')} is expected.`);
    return name;
  });
}
