// The level at which a map encloses what a molecule of known mass fills, 1.21 Å³ a dalton: the partial specific volume of protein,
// 0.73 cm³/g (Harpaz, Gerstein & Chothia 1994).
import { VitrineError } from '../base/errors.ts';

/** Å³ that a dalton of protein fills. */
const CUBIC_ANGSTROM_A_DALTON = 1.21;

/** Voxels of a map of `mapVoxels` that a molecule fills. Error: 'value-out-of-range' where it does not fit, or fills less than one. */
export function voxelsOfMass(massKilodalton: number, pixelSizeAngstrom: number, mapVoxels: number): number {
  const perKilodalton = (1000 * CUBIC_ANGSTROM_A_DALTON) / pixelSizeAngstrom ** 3;
  const voxels = Math.round(massKilodalton * perKilodalton);
  if (!(voxels >= 1 && voxels < mapVoxels))
    throw new VitrineError('value-out-of-range', 'A molecule of that mass does not fit the map.', {
      expected: `above 0 and below ${Number((mapVoxels / perKilodalton).toPrecision(3))} kDa`,
      found: `${massKilodalton} kDa`,
      advice: 'Give the mass in kilodaltons.',
    });
  return voxels;
}

/** Error: that of voxelsOfMass. */
export function contourForMass(map: Float32Array, pixelSizeAngstrom: number, massKilodalton: number): number {
  const voxels = voxelsOfMass(massKilodalton, pixelSizeAngstrom, map.length);
  const sorted = map.slice().sort();
  return sorted[map.length - voxels];
}
