// The other hand: images tell a molecule from its mirror image only by poses that are mirrored too. With J = diag(1, 1, −1)
// the volume V(J r) seen at the poses J R J gives the images of V(r) at R.
import type { Poses } from '../formats/particles.ts';

/** R → J R J; translations stay. */
export function mirrorPoses({ rotations, translations }: Poses): Poses {
  // The third row and the third column change sign, the corner twice.
  const mirrored = rotations.map((value, i) => ([2, 5, 6, 7].includes(i % 9) ? -value : value));
  return { rotations: mirrored, translations: translations && translations.slice() };
}

/**
 * V(J r) of a D³ volume [z][y][x]: z → −z about voxel D/2. Plane 0, at −D/2, stays where it is, as its mirror at +D/2 lies
 * outside the box.
 */
export function mirrorVolume(values: Float32Array, boxPixels: number): Float32Array {
  const plane = boxPixels * boxPixels;
  const mirrored = new Float32Array(values.length);
  for (let z = 0; z < boxPixels; z++)
    mirrored.set(values.subarray(z * plane, (z + 1) * plane), ((boxPixels - z) % boxPixels) * plane);
  return mirrored;
}
