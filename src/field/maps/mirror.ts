// The other hand of a model of maps: its maps seen in the plane z = 0, V'(r) = V(Jr) with J = diag(1, 1, −1). Spectra by ring stay.
import type { Tensor } from '../../engine/engine.ts';
import { mirrorVolume } from '../../imaging/hand.ts';
import type { FieldState } from '../kind.ts';
import type { MapsField } from './checkpoint.ts';

/** A new model; what is given stays as it is. Done twice nothing has changed. */
export function mirrorMaps<Field extends MapsField>(state: FieldState<Field>): FieldState<Field> {
  const { boxPixels } = state.field;
  const weights = new Map(state.weights);
  for (const [name, tensor] of weights)
    // Spectra have one or two axes.
    if (tensor.shape.length >= 3) weights.set(name, mirrored(tensor, boxPixels));
  return { ...state, weights };
}

function mirrored({ shape, data }: Tensor, boxPixels: number): Tensor {
  const voxels = boxPixels ** 3;
  const turned = new Float32Array(data.length);
  for (let at = 0; at < data.length; at += voxels)
    turned.set(mirrorVolume(data.subarray(at, at + voxels), boxPixels), at);
  return { shape, data: turned };
}
