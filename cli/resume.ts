// vitrine resume RUN: goes on from the last whole epoch.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { VitrineError } from '../src/base/errors.ts';
import { kindNamed } from '../src/field/kinds.ts';
import { fieldOfRecord } from '../src/library/run-record.ts';
import { validateParams } from '../src/params/params.ts';
import { act, wholeNumber } from './command.ts';
import { fitAndTell } from './linear.ts';
import { addParamOptions } from './param-options.ts';
import { addParticleOptions, particleOptionsOf } from './particle-options.ts';
import { reopenRunSet, withoutFiles } from './run-set.ts';
import { openRun } from './runs.ts';
import { prepareForRun, trainAndTell, trainingResult } from './training.ts';

export function addResume(program: Command): void {
  const command = program
    .command('resume')
    .description('Continues a run from its last complete epoch; a linear model begins anew.')
    .argument('<run>', 'run folder')
    .option('-n, --num-epochs <number>', 'epochs in total', wholeNumber);
  command.option('--particles <file>', 'the particle files, where they have moved');
  addParticleOptions(command);
  addParamOptions(command, ['device']);
  act(command, async ([path], options, console) => {
    const particles = options['particles'] as string | undefined;
    const opened = await openRun(path);
    const { run, record } = opened;
    if (!record?.files) throw withoutFiles(path);
    const params = validateParams({
      ...record.params,
      ...(options['numEpochs'] !== undefined && { epochs: options['numEpochs'] as number }),
      ...(options['device'] !== undefined && { device: options['device'] as 'auto' | 'gpu' | 'cpu' }),
    });
    const kind = kindNamed(record.kind);
    if (!kind.abilities(fieldOfRecord(record)).resumes && record.epochsDone > 0)
      throw new VitrineError('usage', `The ${kind.title} has been fitted; it does not go on from there.`, {
        file: path,
        advice: 'Fit another with: vitrine linear.',
      });
    if (record.epochsDone >= params.epochs)
      throw new VitrineError('usage', `The run has done its ${record.epochsDone} epochs.`, {
        field: '-n',
        expected: `more than ${record.epochsDone}`,
        advice: 'Ask for more epochs with -n.',
      });
    const set = await reopenRunSet(
      opened,
      { ...particleOptionsOf(options), ...(particles !== undefined && { particles }) },
      console,
    );
    const resumed = { ...record, params, status: 'running' as const };
    await run.writeRecord(resumed);
    if (record.job === 'linear') {
      console.warn('A linear model is fitted in one go: the run begins anew.');
      return fitAndTell({ run, folder: resolve(path) }, resumed, set, console);
    }
    const prepared = await prepareForRun(resolve(path), resumed, set, console);
    const ended = await trainAndTell(run, resumed, prepared, console);
    console.say(`${ended.epochsDone} epochs: ${resolve(path)}`);
    console.result(trainingResult(resolve(path), ended));
  });
}
