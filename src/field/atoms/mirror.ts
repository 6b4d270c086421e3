// The other hand of a model of atoms: z → −z of all centres and of all offsets. Proteins have one hand, so that this is the other hand of the
// data's map, not a molecule that exists.
import type { Tensor, Weights } from '../../engine/engine.ts';
import { decoderOf, LEARNED } from '../../engine/atoms/parameters.ts';
import type { FieldState } from '../kind.ts';
import type { AtomsDescription } from './description.ts';

/** A new model; what is given stays as it is. Done twice nothing has changed. */
export function mirrorAtoms(state: FieldState<AtomsDescription>): FieldState<AtomsDescription> {
  const last = decoderOf(state.field)?.at(-1)?.name;
  const mirrored = (table: Weights): Weights => {
    const copy = new Map(table);
    for (const name of [LEARNED.positions, `${last}.weight`, `${last}.bias`]) {
      const tensor = table.get(name);
      if (tensor) copy.set(name, turned(tensor, name === LEARNED.positions ? 1 : (tensor.shape[1] ?? 1)));
    }
    return copy;
  };
  const { weights, optimizer } = state;
  return { ...state, weights: mirrored(weights), optimizer: { ...optimizer, first: mirrored(optimizer.first) } };
}

/** The numbers of every third output change their sign; `each`: numbers an output has. */
function turned({ shape, data }: Tensor, each: number): Tensor {
  return { shape, data: data.map((value, i) => (Math.floor(i / each) % 3 === 2 ? -value : value)) };
}
