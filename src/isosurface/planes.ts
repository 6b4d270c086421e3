// Planes of a map and its projection, as greys are made of: D×D values, rows upwards. Maps are [z][y][x].

/** The plane across `axis` at voxel `index`: z shows (x right, y up), y shows (x right, z up), x shows (y right, z up). */
export function planeOf(values: Float32Array, boxPixels: number, axis: 'x' | 'y' | 'z', index: number): Float32Array {
  const D = boxPixels;
  if (axis === 'z') return values.slice(index * D * D, (index + 1) * D * D);
  const plane = new Float32Array(D * D);
  for (let row = 0; row < D; row++) {
    for (let column = 0; column < D; column++) {
      plane[row * D + column] = values[axis === 'y' ? (row * D + index) * D + column : (row * D + column) * D + index];
    }
  }
  return plane;
}

/** Sum along z. */
export function projectionAlongZ(values: Float32Array, boxPixels: number): Float32Array {
  const plane = boxPixels * boxPixels;
  const sum = new Float32Array(plane);
  for (let i = 0; i < values.length; i++) sum[i % plane] += values[i];
  return sum;
}
