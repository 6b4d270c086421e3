// vitrine encode RUN PARTICLES -o z.csv: latents of particles, streamed.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { gpuInNode } from '../src/engine/node/dawn.ts';
import { abilitiesOf, boxPixelsOf } from '../src/field/kinds.ts';
import { writeLatentsPickle } from '../src/formats/cryodrgn-pickles.ts';
import { VitrineError } from '../src/base/errors.ts';
import { latentsCsv } from '../src/jobs/csv.ts';
import { loadEncoder } from '../src/jobs/linear-start.ts';
import { encodeParticles } from '../src/jobs/encode-job.ts';
import { act, wholeNumber } from './command.ts';
import { writeOut } from './disk-paths.ts';
import { addParticleOptions, particleOptionsOf, type ParticleOptions } from './particle-options.ts';
import { addParamOptions } from './param-options.ts';
import { openForRun } from './run-set.ts';
import { openRun, withEngine } from './runs.ts';
import type { Params } from '../src/params/params.ts';

interface EncodeOptions extends ParticleOptions {
  out: string;
  epoch?: number;
  device?: Params['device'];
}

export function addEncode(program: Command): void {
  const command = program
    .command('encode')
    .description('Latents of particles: from the encoder of a run, or at their poses under a linear model.')
    .argument('<run>', 'run folder of Vitrine or cryoDRGN')
    .argument('<particles>', 'stack (.mrcs), .star, .cs or .txt list of stacks')
    .requiredOption('-o, --out <file>', '.csv (z1, z2 …) or .pkl (μ, log σ²)')
    .option('--epoch <number>', 'epoch of the weights (default: the last)', wholeNumber);
  addParticleOptions(command);
  addParamOptions(command, ['device']);
  act(command, async ([path, particles], raw, console) => {
    const options = raw as unknown as EncodeOptions;
    if (!/\.(csv|pkl)$/i.test(options.out))
      throw new VitrineError('usage', 'Latents are written as .csv or .pkl.', { field: '-o', found: options.out });
    const opened = await openRun(path);
    const set = await openForRun(opened, particles, particleOptionsOf(raw), console);
    const device = options.device ?? 'auto';
    const latents = await withEngine(device, async (engine) => {
      const loaded = await loadEncoder(engine, opened.run, options.epoch ?? null);
      const { dataset } = loaded.field;
      if (dataset.ctf !== null && !set.ctf)
        throw new VitrineError('ctf-missing', 'The run was trained with CTF; these particles have none.', {
          file: particles,
          advice: 'Give --ctf.',
        });
      if (dataset.poses !== null && !set.poses && !abilitiesOf(loaded.field).encodesByPose)
        console.warn('warning: these particles have no poses, so they are taken as centred. Give --poses.');
      return encodeParticles(loaded, set, {
        signal: console.signal,
        onProgress: (progress) => console.progress(progress),
        gpu: device === 'cpu' ? null : await gpuInNode(),
        // cryoDRGN shifts by fraction × (D + 1); its encoder learned so.
        ...(opened.record === null && { shiftPixels: boxPixelsOf(loaded.field) + 1 }),
      });
    });
    const zDim = latents.mu.length / set.count;
    const out = resolve(options.out);
    if (/\.pkl$/i.test(out)) writeOut(out, writeLatentsPickle(zDim, latents.mu, latents.logVariance));
    else writeOut(out, latentsCsv(latents.mu, zDim));
    console.say(`${set.count} × ${zDim} latents: ${out}`);
    console.result({ out, particles: set.count, zDim });
  });
}
