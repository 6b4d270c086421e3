// The other hand of a linear model: its maps seen in the plane z = 0, V'(r) = V(Jr) with J = diag(1, 1, −1). Spectra by ring stay.
import type { LinearField, Tensor } from '../../engine/engine.ts';
import { mirrorVolume } from '../../imaging/hand.ts';
import type { FieldState } from '../kind.ts';

/** A new model; what is given stays as it is. Done twice nothing has changed. */
export function mirrorLinear(state: FieldState<LinearField>): FieldState<LinearField> {
  const weights = new Map(state.weights);
  for (const name of ['mean', 'components', 'mask']) {
    const maps = weights.get(name);
    if (maps) weights.set(name, mirroredMaps(maps, state.field.boxPixels));
  }
  return { ...state, weights };
}

function mirroredMaps({ shape, data }: Tensor, boxPixels: number): Tensor {
  const voxels = boxPixels ** 3;
  const mirrored = new Float32Array(data.length);
  for (let at = 0; at < data.length; at += voxels)
    mirrored.set(mirrorVolume(data.subarray(at, at + voxels), boxPixels), at);
  return { shape, data: mirrored };
}
