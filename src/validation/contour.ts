// The level at which a map encloses what a molecule of known mass fills, 1.21 Å³ a dalton: the partial specific volume of protein,
// 0.73 cm³/g (Harpaz, Gerstein & Chothia 1994).
import { VitrineError } from '../base/errors.ts';

/** Å³ that a dalton of protein fills. */
const CUBIC_ANGSTROM_A_DALTON = 1.21;

/** Error: 'value-out-of-range' for a mass that does not fit into the box, or fills less than a voxel. */
export function contourForMass(map: Float32Array, pixelSizeAngstrom: number, massKilodalton: number): number {
  const voxels = Math.round((massKilodalton * 1000 * CUBIC_ANGSTROM_A_DALTON) / pixelSizeAngstrom ** 3);
  if (!(voxels >= 1 && voxels < map.length))
    throw new VitrineError('value-out-of-range', 'A molecule of that mass does not fit the map.', {
      expected: `1 to ${map.length - 1} voxels`,
      found: `${voxels} voxels`,
      advice: 'Give the mass in kilodaltons.',
    });
  const sorted = map.slice().sort();
  return sorted[map.length - voxels];
}
