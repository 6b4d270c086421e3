// Numbers of a sphere's points by rows, as imaging/sphere.ts counts them, without a list of the points: 35 million at 512³.

/** For each row (z, y) of the lattice inside the sphere: how many points lie before it and how long it is. */
export interface SphereRows {
  /** (d+1)², [z][y]: point (x, y, z) is number rows + x. Rows outside the ball hold 0. */
  rows: Int32Array<ArrayBuffer>;
  /** d+2: points before each plane z, and all of the ball. */
  before: Int32Array<ArrayBuffer>;
  /** M: points of the ball, or of its first half up to the origin. */
  points: number;
}

/**
 * Rows of the sphere |k| ≤ D/2 of the lattice with (D+1)³ points; `half`: only the half that is asked of a field with two
 * outputs.
 */
export function sphereRows(boxPixels: number, half: boolean): SphereRows {
  const radius = boxPixels / 2;
  const side = boxPixels + 1;
  const rows = new Int32Array(side * side);
  const before = new Int32Array(side + 1);
  let count = 0;
  for (let z = -radius; z <= radius; z++) {
    before[z + radius] = count;
    for (let y = -radius; y <= radius; y++) {
      const rest = radius * radius - z * z - y * y;
      if (rest < 0) continue;
      const reach = Math.floor(Math.sqrt(rest));
      rows[(z + radius) * side + y + radius] = count + reach;
      count += 2 * reach + 1;
    }
  }
  before[side] = count;
  return { rows, before, points: half ? (count + 1) / 2 : count };
}
