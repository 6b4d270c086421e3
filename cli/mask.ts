// vitrine mask MAP -o MASK: a soft mask about what lies above a level of a map.
import { resolve } from 'node:path';
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { VitrineError } from '../src/base/errors.ts';
import { writeMrcVolume } from '../src/formats/mrc-write.ts';
import { maskExtent } from '../src/jobs/solvent-mask.ts';
import { percentile, softMask } from '../src/validation/mask.ts';
import { act, number } from './command.ts';
import { pixelSizeOf, readMap } from './map-files.ts';

interface MaskOptions {
  out: string;
  threshold?: number;
  dilate: number;
  edge: number;
  apix?: number;
}

export function addMask(program: Command): void {
  const command = program
    .command('mask')
    .description('A soft mask about what lies above a level of a map.')
    .argument('<map>', 'map (.mrc)')
    .requiredOption('-o, --out <file>', 'mask to write (.mrc)')
    .option('--threshold <density>', 'level that counts as inside (default: half the 99.99th percentile)', number)
    .option('--dilate <angstrom>', 'further out by so much, Å', number, 25)
    .option('--edge <angstrom>', 'width of the cosine edge, Å', number, 15)
    .option('--apix <number>', 'pixel size, Å (default: as the map says)', number);
  act(command, async ([path], raw, console) => {
    const options = raw as unknown as MaskOptions;
    const { dilate: dilateAngstrom, edge: edgeAngstrom } = options;
    for (const [field, value] of Object.entries({ '--dilate': dilateAngstrom, '--edge': edgeAngstrom }))
      if (value < 0) throw new VitrineError('value-out-of-range', 'Widths are 0 Å or more.', { field });
    const map = await readMap(path, console);
    const { boxPixels, originAngstrom, start } = map;
    const pixelSizeAngstrom = pixelSizeOf(map, options.apix);
    const threshold = options.threshold ?? percentile(map.values, 99.99) / 2;
    const values = softMask(map.values, boxPixels, { pixelSizeAngstrom, threshold, dilateAngstrom, edgeAngstrom });
    const { share, reachAngstrom } = maskExtent(values, boxPixels, pixelSizeAngstrom);
    if (share === 0)
      throw new VitrineError('value-out-of-range', 'Nothing of the map lies above the level.', {
        field: '--threshold',
        expected: `below ${Number(map.values.reduce((a, b) => Math.max(a, b), -Infinity).toPrecision(4))}`,
        found: String(threshold),
      });
    const file = resolve(options.out);
    writeFileSync(file, writeMrcVolume({ boxPixels, pixelSizeAngstrom, originAngstrom, start, values }));
    console.say(`inside above ${Number(threshold.toPrecision(4))}: ${(100 * share).toFixed(1)} % of the box`);
    console.say(`mask: ${file}`);
    console.result({ file, threshold, share, reachAngstrom, boxPixels, pixelSizeAngstrom });
  });
}
