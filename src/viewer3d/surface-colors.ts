// Colours of an isosurface's vertices: by where they lie, distance from the centre of the box or height along z, or by the values of
// another map there.
import { Color } from 'three';
import { RAMP as RAMP_COLORS } from './ramp.ts';

export const SURFACE_COLORINGS = ['solid', 'radius', 'height', 'variance'] as const;
export type SurfaceColoring = (typeof SURFACE_COLORINGS)[number];

/** A map in the same box, whose values colour a surface from `low` (0) to `high`. */
export interface ShadeMap {
  /** D³ [z][y][x]. */
  values: Float32Array;
  boxPixels: number;
  pixelSizeAngstrom: number;
  low?: number;
  high: number;
}

const RAMP = RAMP_COLORS.map((hex) => new Color(hex));

/**
 * Linear-light RGB of n vertices (n×3), from the `positions` n×3 in Å from the centre of the box. Place spreads over the whole ramp,
 * values of a map over it from `low` to `high`; without a map 'variance' is all low.
 */
export function vertexColors(
  positions: Float32Array,
  coloring: Exclude<SurfaceColoring, 'solid'>,
  shade: ShadeMap | null = null,
): Float32Array {
  const count = positions.length / 3;
  const values = coloring === 'variance' ? shadeValues(positions, shade) : placeValues(positions, coloring);
  let [low, high] = [shade?.low ?? 0, shade?.high ?? 1];
  if (coloring !== 'variance') {
    [low, high] = [Infinity, -Infinity];
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  const colors = new Float32Array(count * 3);
  const span = high > low ? high - low : 1;
  const color = new Color();
  for (let i = 0; i < count; i++) {
    const share = Math.min(1, Math.max(0, (values[i] - low) / span));
    const at = share * (RAMP.length - 1);
    const step = Math.min(Math.floor(at), RAMP.length - 2);
    color.lerpColors(RAMP[step], RAMP[step + 1], at - step).toArray(colors, 3 * i);
  }
  return colors;
}

function placeValues(positions: Float32Array, coloring: 'radius' | 'height'): Float32Array {
  const values = new Float32Array(positions.length / 3);
  for (let i = 0; i < values.length; i++) {
    const [x, y, z] = [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]];
    values[i] = coloring === 'radius' ? Math.hypot(x, y, z) : z;
  }
  return values;
}

/** Of the map at the vertices, linear between its voxels; the centre of the box is voxel D/2. */
function shadeValues(positions: Float32Array, shade: ShadeMap | null): Float32Array {
  const found = new Float32Array(positions.length / 3);
  if (!shade) return found;
  const { values, boxPixels: d, pixelSizeAngstrom } = shade;
  const corner = [0, 0, 0];
  const part = [0, 0, 0];
  for (let i = 0; i < found.length; i++) {
    for (let axis = 0; axis < 3; axis++) {
      const at = Math.min(d - 1, Math.max(0, positions[3 * i + axis] / pixelSizeAngstrom + d / 2));
      corner[axis] = Math.min(d - 2, Math.floor(at));
      part[axis] = at - corner[axis];
    }
    for (let c = 0; c < 8; c++) {
      const [cx, cy, cz] = [c & 1, (c >> 1) & 1, c >> 2];
      const weight = (cx ? part[0] : 1 - part[0]) * (cy ? part[1] : 1 - part[1]) * (cz ? part[2] : 1 - part[2]);
      found[i] += weight * values[((corner[2] + cz) * d + corner[1] + cy) * d + corner[0] + cx];
    }
  }
  return found;
}
