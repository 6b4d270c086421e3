// A part of a map, grown from a place on its surface: what hangs together above a level, no further away than a reach.
import { VitrineError } from '../base/errors.ts';

/** A cubic map, [z][y][x], whose middle is voxel D/2. */
export interface MapOnGrid {
  values: Float32Array;
  boxPixels: number;
  pixelSizeAngstrom: number;
}

/** Where a region begins and ends. Places are x y z in Å from the middle of the box. */
export interface RegionGrowth {
  seedAngstrom: readonly [number, number, number];
  /** Map units. */
  level: number;
  /** Å from the seed, as the crow flies. */
  reachAngstrom: number;
}

/** How far from the seed the nearest voxel above the level may be: a click meets a surface that lies between voxels. */
const NEAR_VOXELS = 3;

/**
 * 1 in the region and 0 elsewhere, D³. Neighbours are voxels with a common face. Error 'value-out-of-range' where no voxel near the seed
 * lies above the level.
 */
export function mapRegion(map: MapOnGrid, growth: RegionGrowth): Float32Array {
  const { values, boxPixels: d, pixelSizeAngstrom } = map;
  const { level, reachAngstrom } = growth;
  const seed = growth.seedAngstrom.map((angstrom) => angstrom / pixelSizeAngstrom + d / 2);
  const first = nearestAbove(map, seed, level);
  const region = new Float32Array(d ** 3);
  const reach = (reachAngstrom / pixelSizeAngstrom) ** 2;
  const isWithin = (x: number, y: number, z: number) =>
    (x - seed[0]) ** 2 + (y - seed[1]) ** 2 + (z - seed[2]) ** 2 <= reach;
  // The first voxel may lie a little beyond a very small reach: a region is never empty.
  region[first] = 1;
  const standing = [first];
  for (let voxel = standing.pop(); voxel !== undefined; voxel = standing.pop()) {
    const x = voxel % d;
    const y = Math.floor(voxel / d) % d;
    const z = Math.floor(voxel / (d * d));
    const visit = (next: number, nx: number, ny: number, nz: number) => {
      if (region[next] === 1 || !(values[next] > level) || !isWithin(nx, ny, nz)) return;
      region[next] = 1;
      standing.push(next);
    };
    if (x > 0) visit(voxel - 1, x - 1, y, z);
    if (x < d - 1) visit(voxel + 1, x + 1, y, z);
    if (y > 0) visit(voxel - d, x, y - 1, z);
    if (y < d - 1) visit(voxel + d, x, y + 1, z);
    if (z > 0) visit(voxel - d * d, x, y, z - 1);
    if (z < d - 1) visit(voxel + d * d, x, y, z + 1);
  }
  return region;
}

function nearestAbove({ values, boxPixels: d }: MapOnGrid, seed: readonly number[], level: number): number {
  let best = -1;
  let least = Infinity;
  const range = (axis: number): [number, number] => [
    Math.max(0, Math.ceil(seed[axis] - NEAR_VOXELS)),
    Math.min(d - 1, Math.floor(seed[axis] + NEAR_VOXELS)),
  ];
  const [[x0, x1], [y0, y1], [z0, z1]] = [range(0), range(1), range(2)];
  for (let z = z0; z <= z1; z++)
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++) {
        const voxel = (z * d + y) * d + x;
        const distance = (x - seed[0]) ** 2 + (y - seed[1]) ** 2 + (z - seed[2]) ** 2;
        if (values[voxel] > level && distance < least) [least, best] = [distance, voxel];
      }
  if (best < 0)
    throw new VitrineError('value-out-of-range', 'No density lies above the contour there.', {
      expected: 'a place on the surface of the map',
      advice: 'Click on the surface, or lower its level first.',
    });
  return best;
}
