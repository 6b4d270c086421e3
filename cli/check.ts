// vitrine check: first aid for a set of particles, in plain sentences, before anything is learned from it.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { VitrineError } from '../src/base/errors.ts';
import type { Finding } from '../src/first-aid/finding.ts';
import { componentFindings, findingLines, firstAidOf } from '../src/jobs/first-aid-job.ts';
import { act } from './command.ts';
import { openParticles } from './files.ts';
import { addParticleOptions, particleOptionsOf } from './particle-options.ts';
import { openRun } from './runs.ts';

interface CheckOptions {
  out?: string;
  linear?: string;
}

export function addCheck(program: Command): void {
  const command = program
    .command('check')
    .description(
      'First aid: whether images, CTF, poses and shifts of particles are what they should be, in plain sentences.',
    )
    .argument('<particles>', 'stack (.mrcs), .star, .cs or .txt list of stacks')
    .option('-o, --out <json>', 'file to write: what was found, with its figures')
    .option('--linear <run>', 'a run of vitrine linear of these particles: what its components follow');
  addParticleOptions(command);
  act(command, async ([particles], raw, console) => {
    const { out, linear } = raw as unknown as CheckOptions;
    const set = await openParticles(particles, particleOptionsOf(raw), console);
    const { findings, deviations } = await firstAidOf(set, {
      signal: console.signal,
      onProgress: (progress) => console.progress(progress),
    });
    if (linear !== undefined) findings.push(...(await ofRun(linear, set.count, { ...set, deviations })));
    for (const line of findings.flatMap(findingLines)) console.say(line);
    const report = {
      particles: set.count,
      boxPixels: set.boxPixels,
      pixelSizeAngstrom: set.pixelSizeAngstrom,
      findings,
    };
    if (out !== undefined) writeFileSync(resolve(out), `${JSON.stringify(report, null, 1)}\n`);
    console.result(report);
  });
}

/** Errors: 'usage' for a run that has no components, 'count-mismatch' for one of other particles. */
async function ofRun(
  path: string,
  count: number,
  nuisances: Parameters<typeof componentFindings>[1],
): Promise<Finding[]> {
  const { run, record } = await openRun(path);
  const found = await componentFindings(run, nuisances);
  if (found.length === 0)
    throw new VitrineError('usage', 'This is no run of a linear model, or it was not fitted.', {
      file: path,
      advice: 'Name a folder that vitrine linear wrote.',
    });
  if (record && record.particles !== count)
    throw new VitrineError('count-mismatch', 'The run was fitted to other particles.', {
      file: path,
      expected: `${count} particles`,
      found: `${record.particles} particles`,
      advice: 'Give the particles, and the index list, that the run was fitted to.',
    });
  return found;
}
