// The surface where a map equals a level, by naive surface nets (Gibson 1998): one vertex in every cell of 2³ voxels that
// the surface passes, at the mean of the level's crossings of the cell's edges; two triangles across every edge of the
// grid that the surface cuts. Every vertex is made once, and the surface is closed except at the faces of the box.
//
// Maps are [z][y][x]. Vertices are in Å from the centre of the box, which is voxel D/2 on each axis, as in RELION and
// cryoDRGN. Triangles turn counter-clockwise seen from outside (lower density); normals are unit vectors, down the
// gradient of the trilinearly interpolated map.

/** Vertices, their unit normals, and three vertex numbers a triangle. */
export interface SurfaceMesh {
  /** x y z, Å. */
  positions: Float32Array;
  normals: Float32Array;
  indices: Uint32Array;
}

/** Empty where no voxel lies on the other side of the level. Voxels that are not numbers count as below. */
export function surfaceNets(
  values: Float32Array,
  boxPixels: number,
  pixelSizeAngstrom: number,
  level: number,
): SurfaceMesh {
  const d = boxPixels;
  const cells = d - 1;
  const vertices = new Growing(Float32Array, 1 << 14);
  const normals = new Growing(Float32Array, 1 << 14);
  const indices = new Growing(Uint32Array, 1 << 15);
  // Vertex numbers of the cells of two layers, this one and the one below: enough to join every quad.
  const layers = [new Int32Array(cells * cells), new Int32Array(cells * cells)];
  const gradient = new Gradient(values, d);
  const corner = new Float64Array(8);
  const at = new Float64Array(3);

  for (let z = 0; z < cells; z++) {
    const here = layers[z & 1];
    const below = layers[(z & 1) ^ 1];
    for (let y = 0; y < cells; y++) {
      const row = (z * d + y) * d;
      for (let x = 0; x < cells; x++) {
        const v = row + x;
        const mask =
          (values[v] > level ? 1 : 0) |
          (values[v + 1] > level ? 2 : 0) |
          (values[v + d] > level ? 4 : 0) |
          (values[v + d + 1] > level ? 8 : 0) |
          (values[v + d * d] > level ? 16 : 0) |
          (values[v + d * d + 1] > level ? 32 : 0) |
          (values[v + d * d + d] > level ? 64 : 0) |
          (values[v + d * d + d + 1] > level ? 128 : 0);
        if (mask === 0 || mask === 255) continue;
        for (let c = 0; c < 8; c++) corner[c] = values[v + (c & 1) + ((c >> 1) & 1) * d + (c >> 2) * d * d] - level;
        meanCrossing(corner, mask, at);
        const number = vertices.length / 3;
        here[y * cells + x] = number;
        for (let axis = 0; axis < 3; axis++) at[axis] += axis === 0 ? x : axis === 1 ? y : z;
        vertices.push3(
          (at[0] - d / 2) * pixelSizeAngstrom,
          (at[1] - d / 2) * pixelSizeAngstrom,
          (at[2] - d / 2) * pixelSizeAngstrom,
        );
        const [nx, ny, nz] = gradient.downhill(at[0], at[1], at[2]);
        normals.push3(nx, ny, nz);

        // The three grid edges that start at this cell's first corner; the four cells round each are known by now.
        const inside = (mask & 1) !== 0;
        const cell = y * cells + x;
        if (inside !== ((mask & 2) !== 0) && y > 0 && z > 0) {
          joinQuad(indices, { a: number, b: here[cell - cells], c: below[cell - cells], d: below[cell] }, inside);
        }
        if (inside !== ((mask & 4) !== 0) && x > 0 && z > 0) {
          joinQuad(indices, { a: number, b: below[cell], c: below[cell - 1], d: here[cell - 1] }, inside);
        }
        if (inside !== ((mask & 16) !== 0) && x > 0 && y > 0) {
          joinQuad(indices, { a: number, b: here[cell - 1], c: here[cell - cells - 1], d: here[cell - cells] }, inside);
        }
      }
    }
  }
  return { positions: vertices.taken(), normals: normals.taken(), indices: indices.taken() };
}

/** The twelve edges of a cell as pairs of corners; corner c stands at (c & 1, c >> 1 & 1, c >> 2). */
const EDGES = [0, 1, 2, 3, 4, 5, 6, 7, 0, 2, 1, 3, 4, 6, 5, 7, 0, 4, 1, 5, 2, 6, 3, 7];

/** Mean of the points, in the unit cell, where the edges cross zero; `mask` says which corners are above. */
function meanCrossing(corner: Float64Array, mask: number, at: Float64Array): void {
  let [sx, sy, sz, crossings] = [0, 0, 0, 0];
  for (let e = 0; e < EDGES.length; e += 2) {
    const a = EDGES[e];
    const b = EDGES[e + 1];
    if (((mask >> a) & 1) === ((mask >> b) & 1)) continue;
    const share = corner[a] / (corner[a] - corner[b]);
    // A value that is not a number gives no crossing point; the middle of the edge stands in for it.
    const along = share >= 0 && share <= 1 ? share : 0.5;
    sx += (a & 1) + ((b & 1) - (a & 1)) * along;
    sy += ((a >> 1) & 1) + (((b >> 1) & 1) - ((a >> 1) & 1)) * along;
    sz += (a >> 2) + ((b >> 2) - (a >> 2)) * along;
    crossings++;
  }
  at[0] = sx / crossings;
  at[1] = sy / crossings;
  at[2] = sz / crossings;
}

function joinQuad(
  indices: Growing,
  { a, b, c, d }: { a: number; b: number; c: number; d: number },
  inside: boolean,
): void {
  if (inside) {
    indices.push3(a, b, c);
    indices.push3(a, c, d);
  } else {
    indices.push3(a, c, b);
    indices.push3(a, d, c);
  }
}

/** Central differences at voxels, interpolated trilinearly between them. */
class Gradient {
  private readonly direction: [number, number, number] = [0, 0, 0];
  constructor(
    private readonly values: Float32Array,
    private readonly side: number,
  ) {}

  /** Unit vector against the gradient at a point in voxels; (0, 0, 1) where the map is flat. */
  downhill(x: number, y: number, z: number): readonly [number, number, number] {
    const { values, side, direction } = this;
    const last = side - 1;
    const [x0, y0, z0] = [
      Math.min(last - 1, Math.floor(x)),
      Math.min(last - 1, Math.floor(y)),
      Math.min(last - 1, Math.floor(z)),
    ];
    let [gx, gy, gz] = [0, 0, 0];
    for (let c = 0; c < 8; c++) {
      const [cx, cy, cz] = [x0 + (c & 1), y0 + ((c >> 1) & 1), z0 + (c >> 2)];
      const weight = (1 - Math.abs(x - cx)) * (1 - Math.abs(y - cy)) * (1 - Math.abs(z - cz));
      const v = (cz * side + cy) * side + cx;
      gx += weight * (values[cx < last ? v + 1 : v] - values[cx > 0 ? v - 1 : v]);
      gy += weight * (values[cy < last ? v + side : v] - values[cy > 0 ? v - side : v]);
      gz += weight * (values[cz < last ? v + side * side : v] - values[cz > 0 ? v - side * side : v]);
    }
    const length = Math.hypot(gx, gy, gz);
    const flat = !(length > 0 && Number.isFinite(length));
    direction[0] = flat ? 0 : -gx / length;
    direction[1] = flat ? 0 : -gy / length;
    direction[2] = flat ? 1 : -gz / length;
    return direction;
  }
}

/** An array that doubles as it fills. */
class Growing<A extends Float32Array | Uint32Array = Float32Array | Uint32Array> {
  length = 0;
  private data: A;
  constructor(
    private readonly Kind: new (length: number) => A,
    capacity: number,
  ) {
    this.data = new Kind(capacity);
  }
  push3(a: number, b: number, c: number): void {
    if (this.length + 3 > this.data.length) {
      const larger = new this.Kind(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = a;
    this.data[this.length++] = b;
    this.data[this.length++] = c;
  }
  taken(): A {
    const exact = new this.Kind(this.length);
    exact.set(this.data.subarray(0, this.length));
    return exact;
  }
}
