import { describe, expect, it } from 'vitest';
import { coneRotations, multiplyRotations, rotationFromVector } from './local-rotations.ts';
import { Random } from './random.ts';
import { matrixFromQuaternion, randomRotations, rotateAboutAxis, rotationAngle } from './rotation.ts';

const DEGREES = 180 / Math.PI;
const IDENTITY = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

describe('a rotation vector', () => {
  it('turns points right-handed about itself', () => {
    const random = new Random(1);
    for (let i = 0; i < 20; i++) {
      const v = [random.normal(), random.normal(), random.normal()] as const;
      const point = new Random(i).fillNormal(new Float32Array(3));
      const expected = rotateAboutAxis(point, [0, 0, 0], v, Math.hypot(...v));
      const matrix = new Float64Array(11);
      rotationFromVector(...v, matrix, 2);
      for (let row = 0; row < 3; row++) {
        const turned = [0, 1, 2].reduce((sum, k) => sum + matrix[2 + 3 * row + k] * point[k], 0);
        expect(turned).toBeCloseTo(expected[row], 5);
      }
    }
    const none = new Float32Array(9);
    rotationFromVector(0, 0, 0, none);
    expect(Array.from(none, (v) => v + 0)).toEqual(Array.from(IDENTITY));
  });
});

it('a product is rows times columns, a·b', () => {
  const [a, b] = [randomRotations(new Random(2), 2), randomRotations(new Random(3), 1)];
  const out = new Float32Array(20);
  multiplyRotations({ a, aAt: 9 }, { b, bAt: 0 }, { out, outAt: 11 });
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++) {
      const expected = [0, 1, 2].reduce((sum, k) => sum + a[9 + 3 * row + k] * b[3 * k + column], 0);
      expect(out[11 + 3 * row + column]).toBeCloseTo(expected, 6);
    }
});

describe('rotations within a cone', () => {
  it('begin with the identity, then neighbours a step away', () => {
    const cone = coneRotations(5, 5);
    expect(cone.length).toBe(9 * 9);
    expect(rotationAngle(cone, IDENTITY)).toBe(0);
    for (let i = 1; i < 9; i++) expect(rotationAngle(cone, IDENTITY, 9 * i) * DEGREES).toBeCloseTo(5, 4);
    expect(coneRotations(1, 5).length).toBe(9);
  });

  it.each([
    [6, 3],
    [10, 2.5],
    [30, 8],
  ])('cover it: %d° in steps of %d°', (coneDegrees, stepDegrees) => {
    const grid = coneRotations(coneDegrees, stepDegrees);
    const random = new Random(5);
    const turn = new Float64Array(9);
    let [inside, edge] = [0, 0];
    for (let i = 0; i < 2000; i++) {
      const v = [random.normal(), random.normal(), random.normal()];
      const angle = coneDegrees * Math.cbrt(random.uniform());
      const [x, y, z] = v.map((c) => (c / Math.hypot(...v)) * (angle / DEGREES));
      rotationFromVector(x, y, z, turn);
      let nearest = Infinity;
      for (let g = 0; g < grid.length; g += 9) nearest = Math.min(nearest, rotationAngle(grid, turn, g) * DEGREES);
      if (angle < coneDegrees - 0.65 * stepDegrees) inside = Math.max(inside, nearest);
      edge = Math.max(edge, nearest);
    }
    // √5/4 of the cube's edge is how far a body-centred lattice leaves a point; the exponential only draws nearer.
    expect(inside).toBeLessThanOrEqual((stepDegrees * Math.sqrt(15)) / 6);
    expect(edge).toBeLessThanOrEqual(stepDegrees);
    for (let g = 0; g < grid.length; g += 9)
      expect(rotationAngle(grid, IDENTITY, g) * DEGREES).toBeLessThan(coneDegrees + 1e-3);
    // As many as the ball's volume holds at the lattice's density, up to what lies on its surface.
    const expected = ((4 / 3) * Math.PI * coneDegrees ** 3) / ((4 / (3 * Math.sqrt(3))) * stepDegrees ** 3);
    expect(Math.abs(grid.length / 9 / expected - 1)).toBeLessThan(0.4);
  });

  it('of 180° are all there are', () => {
    const grid = coneRotations(180, 30);
    const half = new Float64Array(9);
    matrixFromQuaternion({ w: 0, x: 1, y: 0, z: 0 }, half);
    let nearest = Infinity;
    for (let g = 0; g < grid.length; g += 9) nearest = Math.min(nearest, rotationAngle(grid, half, g));
    expect(nearest * DEGREES).toBeLessThan(30);
  });
});
