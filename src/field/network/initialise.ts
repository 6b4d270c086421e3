// PyTorch's default start of nn.Linear, from a seed: weights and biases uniform in ±1/√inputs (Kaiming uniform with
// a = √5 comes to that). Names and shapes as in cryoDRGN's state_dict.
import type { EncodingTable, ModelSpec, NetworkField, Weights } from '../../engine/engine.ts';
import { decoderChain, encoderChain, featureCount } from '../../engine/parameters.ts';
import { makeSliceLayout } from '../../engine/slices.ts';
import type { Random } from '../../geometry/random.ts';
import type { NetworkDescription } from './description.ts';
import { makeEncoding } from './encodings.ts';
import { plusIdentity, squareEnds } from './square-ends.ts';

export function initialWeights(spec: ModelSpec, encoding: EncodingTable, random: Random): Weights {
  const encoder = encoderChain(spec, makeSliceLayout(spec).encoderInputs) ?? [];
  const decoder = decoderChain(spec, featureCount(encoding));
  const residual = squareEnds([encoder, decoder]);
  const weights: Weights = new Map();
  for (const { name, inputs, outputs } of [...encoder, ...decoder]) {
    const bound = 1 / Math.sqrt(inputs);
    const draw = (count: number) => Float32Array.from({ length: count }, () => bound * (2 * random.uniform() - 1));
    const drawn = { shape: [outputs, inputs], data: draw(outputs * inputs) };
    weights.set(`${name}.weight`, residual.has(name) ? plusIdentity(drawn, 1) : drawn);
    weights.set(`${name}.bias`, { shape: [outputs], data: draw(outputs) });
  }
  return weights;
}

/** A network that has seen nothing: the encoding is drawn first, then the weights. */
export function initialNetwork(
  { spec, encoding: choice }: NetworkDescription,
  random: Random,
): { field: NetworkField; weights: Weights } {
  const encoding = makeEncoding(choice, spec.boxPixels, random);
  return { field: { kind: 'network', spec, encoding }, weights: initialWeights(spec, encoding, random) };
}
