// A map from the field's values (docs/CONVENTIONS.md, "Neural field"): values × the dataset's standard deviation on the
// (d+1)³ lattice, last plane of each axis dropped, inverse Hartley transform. Map: d³ float32 [z][y][x].
import { hartleyVolume } from './hartley.ts';
import type { Sphere } from './sphere.ts';

/**
 * `values`: M×2 (Re, Im) on a half sphere, where H(k) = Re − Im and H(−k) = Re + Im; or M Hartley values on a whole one.
 * A smaller box than the model's has the same grey values: its transform is divided by D³, not d³.
 */
export function volumeFromSphere(sphere: Sphere, values: Float32Array, standardDeviation: number): Float32Array {
  const { boxPixels, side, index, mirror, points, half } = sphere;
  const perPoint = half ? 2 : 1;
  if (values.length !== points * perPoint)
    throw new RangeError(`${points} points need ${points * perPoint} values, found ${values.length}.`);
  const volume = new Float32Array(boxPixels ** 3);
  const put = (at: number, value: number) => {
    const x = at % side;
    const row = (at - x) / side;
    const y = row % side;
    const z = (row - y) / side;
    if (x < boxPixels && y < boxPixels && z < boxPixels) volume[(z * boxPixels + y) * boxPixels + x] = value;
  };
  for (let p = 0; p < points; p++) {
    if (!half) put(index[p], values[p]);
    else {
      // The origin is its own mirror: the direct value has the last word, as in cryoDRGN.
      put(mirror[p], values[2 * p] + values[2 * p + 1]);
      put(index[p], values[2 * p] - values[2 * p + 1]);
    }
  }
  hartleyVolume(volume, boxPixels, volume, standardDeviation / sphere.modelPixels ** 3);
  return volume;
}

/** The map of a full (D+1)³ Hartley lattice [z][y][x], zero outside |k| ≤ ½ or not. */
export function volumeFromHartley(lattice: Float32Array, boxPixels: number, standardDeviation: number): Float32Array {
  const side = boxPixels + 1;
  const volume = new Float32Array(boxPixels ** 3);
  for (let z = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++) {
      const from = (z * side + y) * side;
      volume.set(lattice.subarray(from, from + boxPixels), (z * boxPixels + y) * boxPixels);
    }
  hartleyVolume(volume, boxPixels, volume, standardDeviation / boxPixels ** 3);
  return volume;
}
