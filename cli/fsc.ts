// vitrine fsc A B: two maps, or the halves of one, compared shell by shell.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { VitrineError } from '../src/base/errors.ts';
import { writeMrcVolume } from '../src/formats/mrc-write.ts';
import { compareMaps, type MapComparison } from '../src/jobs/compare-maps.ts';
import { comparisonWords, writeComparison } from '../src/jobs/comparison-files.ts';
import { readMask } from '../src/jobs/mask-file.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { sharpened } from '../src/validation/guinier.ts';
import { FSC_MASKS, type FscMask } from '../src/validation/masked-fsc.ts';
import { act, number, wholeNumber } from './command.ts';
import { openFile } from './files.ts';
import { pixelSizeOf, readMap, requireOneBox } from './map-files.ts';

interface FscOptions {
  mask: string;
  randomise?: boolean;
  local?: boolean;
  window?: number;
  apix?: number;
  seed: number;
  sharpen?: string;
  out?: string;
}

export function addFsc(program: Command): void {
  const command = program
    .command('fsc')
    .description('Fourier shell correlation of two maps, with sharpness and resolution by direction and place.')
    .argument('<a>', 'map (.mrc)')
    .argument('<b>', 'map of the same box and frame')
    .option('--mask <mask>', 'none, sphere, loose (25 and 15 Å), tight (6 and 6 Å), or the file of a mask', 'none')
    .option('--randomise', 'take off what the mask adds, by phases made random beyond the shell below 0.8')
    .option('--local', 'tell the resolution about every voxel too (local_resolution.mrc)')
    .option('--window <voxels>', 'width of the window for that (default: a quarter of the box)', wholeNumber)
    .option('--apix <number>', 'pixel size, Å (default: as the first map says)', number)
    .option('--seed <number>', 'seed of the random phases', wholeNumber, 0)
    .option(
      '--sharpen <file>',
      'write the mean of both, sharpened by its B factor, weighed by the FSC and cut at its resolution',
    )
    .option('-o, --out <folder>', 'folder for tables, figures and the FSC as XML');
  act(command, async ([first, second], raw, console) => {
    const options = raw as unknown as FscOptions;
    const [a, b] = [await readMap(first, console), await readMap(second, console)];
    requireOneBox(a, b);
    const pixelSizeAngstrom = pixelSizeOf(a, options.apix);
    const { boxPixels } = a;
    const isNamed = (FSC_MASKS as readonly string[]).includes(options.mask);
    const mask = isNamed
      ? (options.mask as FscMask)
      : await readMask(openFile(options.mask), { boxPixels, pixelSizeAngstrom });
    if (options.randomise && mask === 'none')
      throw new VitrineError('usage', 'Without a mask there is nothing to take off.', {
        field: '--randomise',
        advice: 'Give --mask too.',
      });
    const found = await compareMaps(
      { maps: [a.values, b.values], boxPixels, pixelSizeAngstrom },
      {
        ...{ mask, randomise: options.randomise === true, local: options.local === true, seed: options.seed },
        ...{ windowPixels: options.window, signal: console.signal },
        onProgress: (progress) => console.progress(progress),
      },
    );
    for (const line of comparisonWords(found)) console.say(line);
    const folder = options.out === undefined ? null : resolve(options.out);
    const files = folder === null ? [] : await writeComparison(found, new DiskStorage(folder));
    if (folder !== null) console.say(`tables and figures: ${folder}`);
    if (options.sharpen !== undefined) {
      const bFactor = writeSharpened(found, [a.values, b.values], resolve(options.sharpen));
      console.say(`mean map sharpened by a B factor of ${bFactor.toFixed(0)} Å²: ${resolve(options.sharpen)}`);
    }
    console.result({
      ...{ boxPixels, pixelSizeAngstrom, fromShell: found.fromShell, folder, files },
      curves: found.curves.map(({ values, ...rest }) => ({ ...rest, values: [...values] })),
      bFactor: found.guinier?.bFactor ?? null,
      sphericity: found.anisotropy?.sphericity ?? null,
      directions: found.anisotropy && [found.anisotropy.bestAngstrom, found.anisotropy.worstAngstrom],
      local: found.localRange,
    });
  });
}

/** The B factor, Å². Error: 'value-out-of-range' where too few shells tell it. */
function writeSharpened(
  { curves, guinier, boxPixels, pixelSizeAngstrom }: MapComparison,
  [a, b]: readonly [Float32Array, Float32Array],
  file: string,
): number {
  if (!guinier)
    throw new VitrineError('value-out-of-range', 'The maps reach too few shells for a B factor.', {
      field: '--sharpen',
      advice: 'Compare them within a mask (--mask loose).',
    });
  const { values, resolution0143: resolutionAngstrom } = curves[curves.length - 1];
  const curve = { values, frequencies: values.map((_, shell) => shell / boxPixels) };
  const mean = a.map((value, i) => 0.5 * (value + b[i]));
  const { bFactor } = guinier;
  const map = sharpened(mean, boxPixels, pixelSizeAngstrom, { bFactor, resolutionAngstrom, curve });
  writeFileSync(file, writeMrcVolume({ boxPixels, pixelSizeAngstrom, values: map }));
  return bFactor;
}
