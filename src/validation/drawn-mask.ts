// Masks made of shapes that a person draws over a map: added to each other or cut away, in order, each with a soft edge outside of it.
// A factor is 1 inside a shape and falls to 0 by a cosine over the edge's width; a shape that is added takes the larger of two factors, one
// that is cut away the smaller of what stands and one less its own. Places are x y z in Å from the middle of the box.
import { VitrineError } from '../base/errors.ts';
import { maskOnBox, squaredDistance } from './mask.ts';
import { mapRegion, type MapOnGrid, type RegionGrowth } from './map-region.ts';

export type PlaceAngstrom = readonly [number, number, number];

export interface SphereShape {
  kind: 'sphere';
  centreAngstrom: PlaceAngstrom;
  radiusAngstrom: number;
}
export interface BoxShape {
  kind: 'box';
  centreAngstrom: PlaceAngstrom;
  /** Whole lengths of its sides. */
  sidesAngstrom: PlaceAngstrom;
}
/** Grown from a place on the surface of a map, and made wider than its contour. */
export interface RegionShape extends RegionGrowth {
  kind: 'region';
  widerAngstrom: number;
}
/** With the map that the region is of, on a grid of the mask's field of view. */
export type RegionOfMap = RegionShape & { map: MapOnGrid };
/** Factors as they are, on the mask's voxels; their edge is their own. */
export interface GivenShape {
  kind: 'given';
  values: Float32Array;
}

export type PartOfMask = { how: 'add' | 'subtract' } & (SphereShape | BoxShape | RegionOfMap | GivenShape);

/** The voxels of the mask and the width of its edges. */
export interface MaskGrid {
  boxPixels: number;
  pixelSizeAngstrom: number;
  /** 0 for hard edges. */
  edgeAngstrom: number;
}

const INSIDE = 0.5;

/**
 * Factors 0 … 1, D³ [z][y][x]. A first shape that is cut away is cut from the whole box. Errors 'value-out-of-range': no shapes, a size that
 * is none, a mask without a voxel inside, and those of mapRegion.
 */
export function drawnMask(parts: readonly PartOfMask[], grid: MaskGrid): Float32Array {
  const [first] = parts;
  if (!first)
    throw new VitrineError('value-out-of-range', 'The mask has no shapes.', {
      advice: 'Add a sphere, a box or a region.',
    });
  const mask = new Float32Array(grid.boxPixels ** 3).fill(first.how === 'add' ? 0 : 1);
  for (const part of parts) {
    const factors = factorsOf(part, grid);
    if (part.how === 'add') for (let i = 0; i < mask.length; i++) mask[i] = Math.max(mask[i], factors[i]);
    else for (let i = 0; i < mask.length; i++) mask[i] = Math.min(mask[i], 1 - factors[i]);
  }
  if (!mask.some((factor) => factor > INSIDE))
    throw new VitrineError('value-out-of-range', 'Nothing is left inside of the mask.', {
      advice: 'Move or widen a shape, or cut less away.',
    });
  return mask;
}

function factorsOf(part: PartOfMask, grid: MaskGrid): Float32Array {
  if (part.kind === 'given') return part.values;
  if (part.kind === 'region') return regionFactors(part, grid);
  return part.kind === 'sphere' ? byDistance(grid, sphereDistance(part)) : byDistance(grid, boxDistance(part));
}

type Distance = (x: number, y: number, z: number) => number;

function sphereDistance({ centreAngstrom: [cx, cy, cz], radiusAngstrom }: SphereShape): Distance {
  refuseSize('radius', radiusAngstrom);
  return (x, y, z) => Math.hypot(x - cx, y - cy, z - cz) - radiusAngstrom;
}

/** Outside of the box the distance to it; inside, less than 0, to its nearest face. */
function boxDistance({ centreAngstrom: [cx, cy, cz], sidesAngstrom }: BoxShape): Distance {
  for (const side of sidesAngstrom) refuseSize('side', side);
  const [hx, hy, hz] = sidesAngstrom.map((side) => side / 2);
  return (x, y, z) => {
    const [dx, dy, dz] = [Math.abs(x - cx) - hx, Math.abs(y - cy) - hy, Math.abs(z - cz) - hz];
    const outside = Math.hypot(Math.max(dx, 0), Math.max(dy, 0), Math.max(dz, 0));
    return outside + Math.min(0, Math.max(dx, dy, dz));
  };
}

function refuseSize(what: string, angstrom: number): void {
  if (angstrom > 0 && Number.isFinite(angstrom)) return;
  throw new VitrineError('value-out-of-range', `The ${what} of a shape is no length.`, {
    expected: 'Å, above 0',
    found: String(angstrom),
  });
}

function byDistance({ boxPixels: d, pixelSizeAngstrom, edgeAngstrom }: MaskGrid, distance: Distance): Float32Array {
  const factors = new Float32Array(d ** 3);
  const at = Float64Array.from({ length: d }, (_, i) => (i - d / 2) * pixelSizeAngstrom);
  for (let z = 0, voxel = 0; z < d; z++)
    for (let y = 0; y < d; y++)
      for (let x = 0; x < d; x++, voxel++) factors[voxel] = edgeFactor(distance(at[x], at[y], at[z]), edgeAngstrom);
  return factors;
}

function edgeFactor(outside: number, edge: number): number {
  if (outside <= 0) return 1;
  return outside >= edge ? 0 : 0.5 * (1 + Math.cos((Math.PI * outside) / edge));
}

/** On the map's own voxels, then on the mask's. */
function regionFactors(
  { map, widerAngstrom, ...growth }: RegionOfMap,
  { boxPixels, edgeAngstrom }: MaskGrid,
): Float32Array {
  const region = mapRegion(map, growth);
  const perVoxel = map.pixelSizeAngstrom;
  const factors = squaredDistance(region, map.boxPixels, INSIDE).map((squared) =>
    edgeFactor(Math.sqrt(squared) * perVoxel - widerAngstrom, edgeAngstrom),
  );
  return maskOnBox(factors, map.boxPixels, boxPixels);
}
