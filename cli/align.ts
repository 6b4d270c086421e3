// vitrine align A B -o TURNED: a map brought to the orientation, origin and hand of another.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { writeMrcVolume } from '../src/formats/mrc-write.ts';
import { rotationAngle } from '../src/geometry/rotation.ts';
import { findAlignment } from '../src/validation/find-alignment.ts';
import { fsc, resolutionPixels } from '../src/validation/fsc.ts';
import { turnVolume } from '../src/validation/map-alignment.ts';
import { act, number } from './command.ts';
import { pixelSizeOf, readMap, requireOneBox } from './map-files.ts';

interface AlignOptions {
  out: string;
  hand: boolean;
  apix?: number;
}

const IDENTITY = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

export function addAlign(program: Command): void {
  const command = program
    .command('align')
    .description('Turn, move and where needed mirror a map so that it lies on another.')
    .argument('<a>', 'map to turn (.mrc)')
    .argument('<b>', 'map that stays, of the same box')
    .requiredOption('-o, --out <file>', 'turned map to write (.mrc)')
    .option('--no-hand', 'leave the hand as it is')
    .option('--apix <number>', 'pixel size, Å (default: as the second map says)', number);
  act(command, async ([moving, fixed], raw, console) => {
    const options = raw as unknown as AlignOptions;
    const [a, b] = [await readMap(moving, console), await readMap(fixed, console)];
    requireOneBox(a, b);
    const { boxPixels } = a;
    const pixelSizeAngstrom = pixelSizeOf(b, options.apix);
    const found = await findAlignment(a.values, b.values, boxPixels, {
      bothHands: options.hand,
      signal: console.signal,
      onProgress: (fraction) => console.progress({ fraction, message: 'Turning the map' }),
    });
    const { rotation, mirrored, offsetPixels, correlation } = found;
    const values = turnVolume(a.values, boxPixels, rotation, { mirror: mirrored, offsetPixels });
    const curve = fsc(values, b.values, boxPixels);
    const file = resolve(options.out);
    const { originAngstrom, start } = b;
    writeFileSync(file, writeMrcVolume({ boxPixels, pixelSizeAngstrom, originAngstrom, start, values }));
    const turnDegrees = (rotationAngle(rotation, IDENTITY) * 180) / Math.PI;
    const offsetAngstrom = offsetPixels.map((value) => value * pixelSizeAngstrom);
    const resolutionAngstrom = pixelSizeAngstrom * resolutionPixels(curve, 0.5);
    const moved = offsetAngstrom.map((value) => value.toFixed(2)).join(', ');
    console.say(`turned by ${turnDegrees.toFixed(1)}°, moved by ${moved} Å${mirrored ? ', mirrored' : ''}`);
    console.say(`correlation ${correlation.toFixed(3)}; ${resolutionAngstrom.toFixed(2)} Å at 0.5 (first crossing)`);
    console.say(`turned map: ${file}`);
    console.result({
      ...{ file, rotation: [...rotation], mirrored, turnDegrees, offsetAngstrom, correlation, resolutionAngstrom },
      fsc: [...curve.values],
    });
  });
}
