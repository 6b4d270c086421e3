// vitrine decode RUN: maps at latents from a file, or at those of chosen particles, in order.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { boxPixelsOf, isHeterogeneous, latentDimension } from '../src/field/kinds.ts';
import { loadModel, writeMaps } from '../src/jobs/decode-job.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import type { Params } from '../src/params/params.ts';
import { addLatentOptions, chosenLatents, type LatentChoice } from './chosen-latents.ts';
import { act, number, wholeNumber } from './command.ts';
import { addParamOptions } from './param-options.ts';
import { mapPixelSizeOf, openRun, withEngine } from './runs.ts';

interface DecodeOptions extends LatentChoice {
  out: string;
  apix?: number;
  device?: Params['device'];
}

export function addDecode(program: Command): void {
  const command = program
    .command('decode')
    .description('Maps of a run at chosen latents or particles: vol_001.mrc … in order.')
    .argument('<run>', 'run folder of Vitrine or cryoDRGN')
    .requiredOption('-o, --out <folder>', 'folder for the maps');
  addLatentOptions(command);
  command
    .option('--epoch <number>', 'epoch of the weights (default: the last)', wholeNumber)
    .option('--apix <number>', 'pixel size to write, Å', number);
  addParamOptions(command, ['device']);
  act(command, async ([path], raw, console) => {
    const options = raw as unknown as DecodeOptions;
    const opened = await openRun(path);
    const field = await opened.run.field();
    const zs = isHeterogeneous(field)
      ? await chosenLatents(opened, options, latentDimension(field))
      : [new Float32Array(0)];
    const folder = resolve(options.out);
    const pixelSizeAngstrom = mapPixelSizeOf(opened, options.apix, console);
    const maps = await withEngine(options.device ?? 'auto', async (engine) => {
      const loaded = await loadModel(engine, opened.run, options.epoch ?? null);
      const place = { storage: new DiskStorage(folder), folder: '', pixelSizeAngstrom };
      return writeMaps(loaded, zs, place, {
        signal: console.signal,
        onProgress: (progress) => console.progress(progress),
      });
    });
    console.say(`${maps.length} maps: ${folder}`);
    console.result({ folder, maps, boxPixels: boxPixelsOf(field), pixelSizeAngstrom });
  });
}
