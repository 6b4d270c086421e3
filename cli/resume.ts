// vitrine resume RUN: goes on from the last whole epoch.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { VitrineError } from '../src/formats/errors.ts';
import { fingerprintImages } from '../src/library/particle-cache.ts';
import { validateParams } from '../src/params.ts';
import { act, wholeNumber } from './command.ts';
import { openParticles } from './files.ts';
import { addParamOptions } from './param-options.ts';
import { openRun } from './runs.ts';
import { prepareForRun, trainAndTell, trainingResult } from './training.ts';

export function addResume(program: Command): void {
  const command = program
    .command('resume')
    .description('Goes on with a run from its last whole epoch.')
    .argument('<run>', 'run folder')
    .option('-n, --num-epochs <number>', 'epochs in all', wholeNumber);
  addParamOptions(command, ['device']);
  act(command, async ([path], options, console) => {
    const { run, record } = await openRun(path);
    if (!record?.files)
      throw new VitrineError('usage', 'This run does not say where its particles are, so it cannot be resumed here.', {
        file: path,
        advice: 'Train anew with: vitrine train.',
      });
    const params = validateParams({
      ...record.params,
      ...(options['numEpochs'] !== undefined && { epochs: options['numEpochs'] as number }),
      ...(options['device'] !== undefined && { device: options['device'] as 'auto' | 'gpu' | 'cpu' }),
    });
    if (record.epochsDone >= params.epochs)
      throw new VitrineError('usage', `The run has done its ${record.epochsDone} epochs.`, {
        field: '-n',
        expected: `more than ${record.epochsDone}`,
        advice: 'Ask for more epochs with -n.',
      });
    const { particles, poses, ctf, ind, datadir } = record.files;
    const set = await openParticles(
      particles,
      {
        ...(poses && { poses }),
        ...(ctf && { ctf }),
        ...(ind && { ind }),
        ...(datadir && { datadir }),
      },
      console,
    );
    if ((await fingerprintImages(set.images)) !== record.fingerprint)
      throw new VitrineError('count-mismatch', 'The particles are not those that the run began with.', {
        file: particles,
        expected: `${record.particles} images as they were`,
        found: `${set.count} images`,
        advice: 'Put the original files back, or train anew.',
      });
    const resumed = { ...record, params, status: 'running' as const };
    await run.writeRecord(resumed);
    const prepared = await prepareForRun(resolve(path), resumed, set, console);
    const ended = await trainAndTell(run, resumed, prepared, console);
    console.say(`${ended.epochsDone} epochs: ${resolve(path)}`);
    console.result(trainingResult(resolve(path), ended));
  });
}
