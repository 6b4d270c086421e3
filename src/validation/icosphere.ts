// Directions spread evenly over the sphere: the vertices of an icosahedron whose faces are divided, each vertex with its antipode.

/** Vertices on the unit sphere and the triangles between them. */
export interface Icosphere {
  /** V×3. */
  vertices: Float64Array;
  /** F×3 vertex numbers, outward. */
  faces: Uint32Array;
  /** V: number of the opposite vertex. */
  antipodes: Uint32Array;
}

/** 10·4^level + 2 vertices: 42, 162, 642 for levels 1, 2, 3. */
export function icosphere(level: number): Icosphere {
  const golden = (1 + Math.sqrt(5)) / 2;
  const points: number[][] = [];
  const corners: number[][] = [];
  for (const a of [-1, 1]) for (const b of [-golden, golden]) corners.push([0, a, b], [a, b, 0], [b, 0, a]);
  for (const corner of corners) points.push(unit(corner));
  let faces: number[][] = [];
  const near = (i: number, j: number) => dot(points[i], points[j]) > 0.4 && i !== j;
  for (let i = 0; i < 12; i++)
    for (let j = i + 1; j < 12; j++)
      for (let k = j + 1; k < 12; k++)
        if (near(i, j) && near(j, k) && near(i, k)) faces.push(outward([i, j, k], points));
  for (let step = 0; step < level; step++) {
    const middles = new Map<string, number>();
    const middle = (i: number, j: number): number => {
      const key = i < j ? `${i},${j}` : `${j},${i}`;
      let at = middles.get(key);
      if (at === undefined) {
        at = points.push(unit(points[i].map((value, axis) => value + points[j][axis]))) - 1;
        middles.set(key, at);
      }
      return at;
    };
    faces = faces.flatMap(([a, b, c]) => {
      const [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
      return [
        [a, ab, ca],
        [b, bc, ab],
        [c, ca, bc],
        [ab, bc, ca],
      ];
    });
  }
  const antipodes = points.map((point) => points.findIndex((other) => dot(point, other) < -1 + 1e-9));
  return {
    vertices: Float64Array.from(points.flat()),
    faces: Uint32Array.from(faces.flat()),
    antipodes: Uint32Array.from(antipodes),
  };
}

const dot = (a: number[], b: number[]): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function unit(point: number[]): number[] {
  const length = Math.sqrt(dot(point, point));
  return point.map((value) => value / length);
}

function outward([a, b, c]: number[], points: number[][]): number[] {
  const [p, q, r] = [points[a], points[b], points[c]];
  const [u, v] = [q.map((value, axis) => value - p[axis]), r.map((value, axis) => value - p[axis])];
  const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
  return dot(normal, p) > 0 ? [a, b, c] : [a, c, b];
}
