// vitrine abinit: a field and its poses from images alone, into a run folder.
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { VitrineError } from '../src/base/errors.ts';
import { noticesForPoseSearch } from '../src/imaging/search-notices.ts';
import { looksLikeCtf } from '../src/imaging/ctf-signs.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { RunFolder } from '../src/library/runs.ts';
import { AB_INITIO_DEFAULTS, BRANCH_AND_BOUND_DEFAULTS, PARAMS, type ParamDef } from '../src/params/params.ts';
import { act } from './command.ts';
import { openParticles, refuseRunFolder } from './files.ts';
import { addParticleOptions, particleOptionsOf, type ParticleOptions } from './particle-options.ts';
import { addParamOptions, paramsFrom } from './param-options.ts';
import { newRecord } from './train.ts';
import { filesOf } from './run-set.ts';
import { prepareForRun, trainAndTell, trainingResult } from './training.ts';

interface AbInitioOptions extends ParticleOptions {
  out: string;
  tilt?: string;
  tiltCtf?: string;
  withoutCtf?: boolean;
}

export function addAbInitio(program: Command): void {
  const command = program
    .command('abinit')
    .description('Finds poses, and learns maps and latents, from the images alone.')
    .argument('<particles>', 'stack (.mrcs), .star, .cs or .txt list of stacks')
    .requiredOption('-o, --out <folder>', 'run folder to write');
  addParticleOptions(command, { poses: 'first poses, with --start given' })
    .option('--tilt <mrcs>', 'second stack: the same particles, tilted about x by --tilt-deg')
    .option('--tilt-ctf <pkl>', 'CTF of the second stack')
    .option('--without-ctf', 'continue without a CTF although the images look as if they need one');
  addParamOptions(
    command,
    (PARAMS as readonly ParamDef[])
      .filter(
        ({ key, group, knownPoses }) => key !== 'method' && group !== 'linear' && group !== 'atoms' && !knownPoses,
      )
      .map(({ key }) => key),
    AB_INITIO_DEFAULTS,
  );
  act(command, async ([particles], raw, console) => {
    const options = raw as unknown as AbInitioOptions;
    const bounded = raw['search'] === 'branch-and-bound';
    const params = paramsFrom(raw, { ...AB_INITIO_DEFAULTS, ...(bounded && BRANCH_AND_BOUND_DEFAULTS) });
    const folder = resolve(options.out);
    refuseRunFolder(folder);
    const set = await openParticles(particles, options, console);
    if (params.start === 'given' && !set.poses)
      throw new VitrineError('poses-missing', 'There are no poses to begin with.', {
        field: '--start',
        advice: 'Give --poses, or leave --start out.',
      });
    const signs = set.ctf ? null : await looksLikeCtf(set.images, set.pixelSizeAngstrom, console.signal);
    const asked = { count: set.count, hasCtf: set.ctf !== null, looksLikeCtf: signs?.oscillates ?? null };
    for (const notice of noticesForPoseSearch(asked)) {
      if (notice.code === 'ctf-missing' && !options.withoutCtf)
        throw new VitrineError('ctf-missing', notice.message, {
          file: particles,
          ...(notice.found !== undefined && { found: notice.found }),
          advice: 'Give --ctf; or, if they truly have none, --without-ctf.',
        });
      console.warn(`warning: ${notice.message} ${notice.advice ?? ''}`);
    }
    const files = filesOf(particles, particleOptionsOf(raw), set.badRows, options);
    const record = await newRecord(set, params, folder, files, console);
    const run = new RunFolder(new DiskStorage(folder), '');
    await run.writeRecord(record);
    const prepared = await prepareForRun(folder, record, set, console);
    const ended = await trainAndTell(run, record, prepared, console);
    console.say(`${ended.epochsDone} epochs, poses in pose.pkl: ${folder}`);
    const last = ended.poseReports?.at(-1);
    for (const { message, advice } of last?.notices ?? []) console.warn(`warning: ${message} ${advice ?? ''}`);
    console.result({
      ...trainingResult(folder, ended),
      poses: join(folder, 'pose.pkl'),
      moving: last?.moving ?? null,
      warnings: (last?.notices ?? []).map(({ code }) => code),
    });
  });
}
