// vitrine decode RUN: maps at latents from a file, or at those of chosen particles, in order.
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { boxPixelsOf, isHeterogeneous, latentDimension } from '../src/field/kinds.ts';
import { writeMrcVolume } from '../src/formats/mrc-write.ts';
import { loadModel, writeMaps } from '../src/jobs/decode-job.ts';
import { finishWords, type MapFinish } from '../src/jobs/map-finish.ts';
import { readMask, type MaskPlace } from '../src/jobs/mask-file.ts';
import { maskOfRun } from '../src/jobs/run-mask.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import type { Params } from '../src/params/params.ts';
import { addLatentOptions, chosenLatents, type LatentChoice } from './chosen-latents.ts';
import { act, number, wholeNumber } from './command.ts';
import { openFile } from './files.ts';
import { addParamOptions } from './param-options.ts';
import { mapPixelSizeOf, openRun, withEngine, type OpenRun } from './runs.ts';

interface DecodeOptions extends LatentChoice {
  out: string;
  apix?: number;
  mask?: string;
  clip?: boolean;
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
    .option('--apix <number>', 'pixel size to write, Å', number)
    .option(
      '--mask <run|file>',
      'multiply maps by a mask: run (the solvent mask of the run) or a map of 0 to 1; it is written as mask.mrc',
    )
    .option('--clip', 'set negative density to 0');
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
    const storage = new DiskStorage(folder);
    const finish = await finishOf(opened, options, { boxPixels: boxPixelsOf(field), pixelSizeAngstrom });
    const maps = await withEngine(options.device ?? 'auto', async (engine) => {
      const loaded = await loadModel(engine, opened.run, options.epoch ?? null);
      const place = { storage, folder: '', pixelSizeAngstrom, finish };
      return writeMaps(loaded, zs, place, {
        signal: console.signal,
        onProgress: (progress) => console.progress(progress),
      });
    });
    const { mask, maskName } = finish;
    if (mask) await storage.write('mask.mrc', maskBytes(mask, { boxPixels: boxPixelsOf(field), pixelSizeAngstrom }));
    const done = finishWords(finish);
    console.say(`${maps.length} maps${done && `, ${done}`}: ${folder}`);
    console.result({
      ...{ folder, maps, boxPixels: boxPixelsOf(field), pixelSizeAngstrom },
      ...(mask && { mask: maskName }),
      ...(finish.clip && { clip: true }),
    });
  });
}

/** What --mask and --clip ask for. Errors: 'usage' for a run without a mask, those of a mask's file. */
async function finishOf(
  { run }: OpenRun,
  { mask, clip = false, epoch }: Pick<DecodeOptions, 'mask' | 'clip' | 'epoch'>,
  place: MaskPlace,
): Promise<MapFinish> {
  if (mask === undefined) return { clip };
  if (mask === 'run')
    return { mask: await maskOfRun(run, epoch ?? null, place.boxPixels), maskName: 'the mask of the run', clip };
  return { mask: await readMask(openFile(mask), place), maskName: basename(mask), clip };
}

function maskBytes(values: Float32Array, { boxPixels, pixelSizeAngstrom }: MaskPlace): Uint8Array {
  return writeMrcVolume({ boxPixels, pixelSizeAngstrom, values, label: 'mask, factors 0 to 1' });
}
