// Colours of an isosurface's vertices by where they lie: distance from the centre of the box, or height along z.
import { Color } from 'three';

export const SURFACE_COLORINGS = ['solid', 'radius', 'height'] as const;
export type SurfaceColoring = (typeof SURFACE_COLORINGS)[number];

/** Blue over white-ish to red, of even lightness so that the light still shows the shape. */
const RAMP = ['#4a6fd8', '#5cb3d9', '#8fcf9b', '#e6c65c', '#dd6b4d'].map((hex) => new Color(hex));

/** Linear-light RGB of n vertices (n×3), from the `positions` n×3 in Å; `low` and `high` are the ends of the ramp. */
export function vertexColors(positions: Float32Array, coloring: Exclude<SurfaceColoring, 'solid'>): Float32Array {
  const count = positions.length / 3;
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const [x, y, z] = [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]];
    values[i] = coloring === 'radius' ? Math.hypot(x, y, z) : z;
  }
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const colors = new Float32Array(count * 3);
  const span = high > low ? high - low : 1;
  const color = new Color();
  for (let i = 0; i < count; i++) {
    const at = ((values[i] - low) / span) * (RAMP.length - 1);
    const step = Math.min(Math.floor(at), RAMP.length - 2);
    color.lerpColors(RAMP[step], RAMP[step + 1], at - step).toArray(colors, 3 * i);
  }
  return colors;
}
