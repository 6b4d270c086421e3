// Geometry of the viewer without a canvas: camera, link, slices against the coordinates they must lie at, scale bar.
import { Color, Matrix4, Mesh, Vector3, type Object3D } from 'three';
import { describe, expect, it } from 'vitest';
import { MapCamera } from './camera.ts';
import { CameraLink } from './camera-link.ts';
import { scaleBar } from './scale-bar.ts';
import { planeOf } from '../isosurface/planes.ts';
import { SlicePlanes } from './slices.ts';
import { RAMP } from './ramp.ts';
import { vertexColors } from './surface-colors.ts';

describe('MapCamera', () => {
  it('keeps the target in the middle of the screen however it is turned', () => {
    const view = new MapCamera();
    view.rotateBy(120, -77, 400);
    view.panBy(13, 5, 400);
    const seen = view.target.clone().project(view.camera);
    expect(Math.hypot(seen.x, seen.y)).toBeLessThan(1e-6);
  });

  it('moves what is shown with the hand, one pixel a pixel', () => {
    const view = new MapCamera();
    view.setAspect(1.5);
    const point = new Vector3(10, -4, 7);
    const before = point.clone().project(view.camera);
    view.panBy(30, 0, 400);
    const after = point.clone().project(view.camera);
    // 30 of 600 pixels of width are 0.1 of the two units of a projected screen.
    expect(after.x - before.x).toBeCloseTo(0.1, 6);
    expect(after.y - before.y).toBeCloseTo(0, 6);
  });

  it('turns the near side of the map to the right when dragged to the right', () => {
    const view = new MapCamera();
    view.lookAlong('z');
    const near = new Vector3(0, 0, 50);
    view.rotateBy(40, 0, 400);
    expect(near.project(view.camera).x).toBeGreaterThan(0);
  });

  it('looks along the axis asked for', () => {
    const view = new MapCamera();
    for (const [name, axis] of [
      ['x', [1, 0, 0]],
      ['y', [0, 1, 0]],
      ['z', [0, 0, 1]],
    ] as const) {
      view.lookAlong(name);
      const seen = new Vector3(...axis).multiplyScalar(30).project(view.camera);
      expect(Math.hypot(seen.x, seen.y)).toBeLessThan(1e-6);
    }
  });
});

describe('CameraLink', () => {
  it('copies a change to the others, and the present view to one that joins', () => {
    const link = new CameraLink();
    const [a, b, late] = [new MapCamera(), new MapCamera(), new MapCamera()];
    link.join(a);
    const leave = link.join(b);
    a.rotateBy(50, 20, 300);
    expect(b.rotation.toArray()).toEqual(a.rotation.toArray());
    b.zoomBy(2);
    expect(a.halfHeightAngstrom).toBe(b.halfHeightAngstrom);
    link.join(late);
    expect(late.rotation.toArray()).toEqual(a.rotation.toArray());
    leave();
    a.zoomBy(2);
    expect(b.halfHeightAngstrom).not.toBe(a.halfHeightAngstrom);
  });
});

describe('slices', () => {
  const D = 4;
  const values = Float32Array.from({ length: 64 }, (_, i) => i);
  const frame = { boxPixels: D, pixelSizeAngstrom: 3, black: 0, white: 63 };

  it.each(['x', 'y', 'z'] as const)('lays a pixel of the %s plane where its voxel is', (axis) => {
    const planes = new SlicePlanes();
    const plane = planeOf(values, D, axis, 3);
    planes.update({ ...frame, planes: [{ axis, index: 3, values: plane }] });
    const [mesh] = planes.group.children;
    mesh.updateMatrixWorld();
    for (let row = 0; row < D; row++) {
      for (let column = 0; column < D; column++) {
        const world = pixelCentre(mesh, column, row, D);
        const voxel = world.divideScalar(frame.pixelSizeAngstrom).addScalar(D / 2);
        const [x, y, z] = [voxel.x, voxel.y, voxel.z].map(Math.round);
        expect(voxel.distanceTo(new Vector3(x, y, z))).toBeLessThan(1e-5);
        expect(plane[row * D + column]).toBe((z * D + y) * D + x);
      }
    }
  });
});

/** Where the texture's pixel lies in the world, by the plane's own UV coordinates. */
function pixelCentre(object: Object3D, column: number, row: number, D: number): Vector3 {
  if (!(object instanceof Mesh)) throw new Error('not a mesh');
  const { position, uv } = object.geometry.attributes;
  const corner = (u: number, v: number) => {
    for (let i = 0; i < 4; i++) {
      if (uv.getX(i) === u && uv.getY(i) === v) return new Vector3().fromBufferAttribute(position, i);
    }
    throw new Error('no such corner');
  };
  const origin = corner(0, 0);
  const right = corner(1, 0).sub(origin);
  const up = corner(0, 1).sub(origin);
  const local = origin
    .clone()
    .addScaledVector(right, (column + 0.5) / D)
    .addScaledVector(up, (row + 0.5) / D);
  return local.applyMatrix4(new Matrix4().copy(object.matrixWorld));
}

it('draws a round scale bar no wider than allowed', () => {
  expect(scaleBar(0.5, 110)).toEqual({ lengthAngstrom: 50, widthPixels: 100 });
  expect(scaleBar(1, 100)).toEqual({ lengthAngstrom: 100, widthPixels: 100 });
  expect(scaleBar(0.019, 100).lengthAngstrom).toBeCloseTo(1);
});

it('colours vertices by the values of another map where they lie, from 0 to its end', () => {
  const d = 8;
  // Grows along x from 0 at voxel 0; vertices are in Å from voxel D/2.
  const values = Float32Array.from({ length: d ** 3 }, (_, i) => i % d);
  const at = (x: number) => (x - d / 2) * 2.5;
  const positions = Float32Array.from([0, 1.75, 3.5, 5, 7, 40].flatMap((x) => [at(x), 1, -3]));
  const shade = { values, boxPixels: d, pixelSizeAngstrom: 2.5, high: 7 };
  const colors = vertexColors(positions, 'variance', shade);
  const ramp = RAMP.map((hex) => new Color(hex).toArray());
  const mid = ramp[2].map((value, i) => value + ((ramp[3][i] - value) * (5 / 7 - 0.5)) / 0.25);
  [ramp[0], ramp[1], ramp[2], mid, ramp[4], ramp[4]]
    .flat()
    .forEach((value, i) => expect(colors[i]).toBeCloseTo(value, 5));
  // Between both ends where the lower one is not 0, as of resolutions.
  const between = vertexColors(positions, 'variance', { ...shade, low: 3.5 });
  [ramp[0], ramp[0], ramp[0]].flat().forEach((value, i) => expect(between[i]).toBeCloseTo(value, 5));
  expect(between[9]).not.toBeCloseTo(ramp[0][0], 2);
  expect([...vertexColors(positions, 'variance').slice(0, 3)]).toEqual([...Float32Array.from(ramp[0])]);
});

it('colours vertices from the innermost to the outermost', () => {
  const colors = vertexColors(new Float32Array([1, 0, 0, 9, 0, 0, 5, 0, 0]), 'radius');
  expect(colors[2]).toBeGreaterThan(colors[0]);
  expect(colors[3]).toBeGreaterThan(colors[5]);
});
