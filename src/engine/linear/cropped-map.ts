// A map at a smaller box, as a network's is decoded: the centre of its transform inside the ball that the box holds.
import { hartleyVolume } from '../../imaging/hartley.ts';
import { makeSphere, type Sphere } from '../../imaging/sphere.ts';
import { volumeFromSphere } from '../../imaging/volume-from-hartley.ts';

/** Maps of a model are cropped one after the other to one box. */
let kept: Sphere | null = null;

/**
 * The map (D³ [z][y][x]) low-passed to d/D of Nyquist on d³ voxels, d < D, grey values as they were. Error 'value-out-of-range' for a
 * box that is odd or larger than the map's.
 */
export function croppedMap(map: Float32Array, mapPixels: number, boxPixels: number): Float32Array {
  if (kept?.modelPixels !== mapPixels || kept.boxPixels !== boxPixels)
    kept = makeSphere(mapPixels, { half: false, boxPixels });
  const { index, side, points } = kept;
  const hartley = new Float32Array(map.length);
  hartleyVolume(map, mapPixels, hartley);
  const offset = (mapPixels - boxPixels) / 2;
  const values = new Float32Array(points);
  for (let p = 0; p < points; p++) {
    const x = index[p] % side;
    const row = (index[p] - x) / side;
    const y = row % side;
    const z = (row - y) / side;
    values[p] = hartley[((z + offset) * mapPixels + y + offset) * mapPixels + x + offset];
  }
  return volumeFromSphere(kept, values, 1);
}
