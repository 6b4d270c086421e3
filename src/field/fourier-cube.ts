// The field's Fourier coefficients on a grid finer than the lattice, from which a search interpolates slices; and slices
// evaluated directly. Frequencies in Fourier pixels; the field's coordinates are those over the box, in [−½, ½].
import type { FieldModel } from '../engine/engine.ts';
import type { FourierCube, SearchPoints } from '../engine/scoring/scorer.ts';
import { needsFlip } from '../engine/slices.ts';
import { throwIfCancelled } from '../base/errors.ts';

const POINTS_AT_A_TIME = 65536;

/**
 * Re and Im of the field at `coordinates` (M×3, anywhere): M×2. Domain 'fourier' is asked on its half of space, 'hartley' at
 * both of a pair of mirrored points.
 */
export async function fieldCoefficients(
  model: FieldModel,
  z: Float32Array | null,
  coordinates: Float32Array,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const rows = coordinates.length / 3;
  const values = new Float32Array(2 * rows);
  const hartley = model.spec.domain === 'hartley';
  for (let from = 0; from < rows; from += POINTS_AT_A_TIME) {
    throwIfCancelled(signal);
    const count = Math.min(POINTS_AT_A_TIME, rows - from);
    const asked = coordinates.slice(3 * from, 3 * (from + count));
    if (hartley) {
      const direct = await model.evaluate(asked, z);
      const mirrored = await model.evaluate(
        asked.map((k) => -k),
        z,
      );
      for (let i = 0; i < count; i++) {
        values[2 * (from + i)] = 0.5 * (direct[i] + mirrored[i]);
        values[2 * (from + i) + 1] = 0.5 * (mirrored[i] - direct[i]);
      }
      continue;
    }
    const flipped = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      if (!needsFlip(asked[3 * i], asked[3 * i + 1], asked[3 * i + 2])) continue;
      flipped[i] = 1;
      for (let axis = 0; axis < 3; axis++) asked[3 * i + axis] = -asked[3 * i + axis];
    }
    const found = await model.evaluate(asked, z);
    for (let i = 0; i < count; i++) {
      values[2 * (from + i)] = found[2 * i];
      values[2 * (from + i) + 1] = flipped[i] ? -found[2 * i + 1] : found[2 * i + 1];
    }
  }
  return values;
}

/**
 * The field on a cube that reaches `bandPixels`, `oversampling` steps a Fourier pixel; evaluated once at half of the points
 * inside that sphere, the rest being conjugates.
 */
export async function cubeFromField(
  model: FieldModel,
  z: Float32Array | null,
  bandPixels: number,
  oversampling: number,
  signal?: AbortSignal,
): Promise<FourierCube> {
  const reach = Math.ceil(bandPixels * oversampling) + 1;
  const side = 2 * reach + 1;
  const places: number[] = [];
  // Neighbours of a point inside the sphere lie within a step and a diagonal.
  const limit = (bandPixels * oversampling + 1.75) ** 2;
  const middle = (side ** 3 - 1) / 2;
  for (let at = 0; at <= middle; at++) {
    const x = (at % side) - reach;
    const y = (Math.floor(at / side) % side) - reach;
    const zz = Math.floor(at / (side * side)) - reach;
    if (x * x + y * y + zz * zz <= limit) places.push(at);
  }
  const scale = 1 / (oversampling * model.spec.boxPixels);
  const coordinates = new Float32Array(3 * places.length);
  places.forEach((at, i) => {
    coordinates[3 * i] = ((at % side) - reach) * scale;
    coordinates[3 * i + 1] = ((Math.floor(at / side) % side) - reach) * scale;
    coordinates[3 * i + 2] = (Math.floor(at / (side * side)) - reach) * scale;
  });
  const found = await fieldCoefficients(model, z, coordinates, signal);
  const values = new Float32Array(2 * side ** 3);
  places.forEach((at, i) => {
    const mirror = 2 * middle - at;
    values[2 * mirror] = found[2 * i];
    values[2 * mirror + 1] = -found[2 * i + 1];
    values[2 * at] = found[2 * i];
    values[2 * at + 1] = found[2 * i + 1];
  });
  return { oversampling, reach, values };
}

/** The first `count` of a search's points, which lie in order of their radius. */
export interface FirstPoints {
  points: SearchPoints;
  count: number;
}

/** Slices evaluated directly at rotations (M×9): M×count×2 at the first `count` points. Error: 'cancelled'. */
export function fieldSlices(
  model: FieldModel,
  z: Float32Array | null,
  rotations: Float32Array,
  { points, count }: FirstPoints,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const slices = rotations.length / 9;
  const coordinates = new Float32Array(3 * slices * count);
  let to = 0;
  for (let s = 0; s < slices; s++)
    for (let p = 0; p < count; p++) {
      const x = points.x[p] / points.boxPixels;
      const y = points.y[p] / points.boxPixels;
      for (let axis = 0; axis < 3; axis++)
        coordinates[to++] = x * rotations[9 * s + axis] + y * rotations[9 * s + 3 + axis];
    }
  return fieldCoefficients(model, z, coordinates, signal);
}
