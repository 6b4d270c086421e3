// Trainable parameters of a model, by cryoDRGN's state_dict names and in its order: encoder.main.*, decoder.decoder.main.*.
// A chain is Linear → activation, n × residual Linear (`main.k.linear`), Linear; every second index is an activation.
// Linear weights are (out, in) row-major as PyTorch keeps them.
import { VitrineError } from '../formats/errors.ts';
import type { EncodingTable, ModelSpec, Weights } from './engine.ts';

export interface LinearShape {
  /** Name without `.weight` / `.bias`. */
  name: string;
  inputs: number;
  outputs: number;
  residual: boolean;
}

/** The linear layers of one network, first to last. */
export type Chain = LinearShape[];

export function featureCount(encoding: EncodingTable): number {
  return encoding.isCosine.length === 0 ? 3 : encoding.isCosine.length;
}

/** Re and Im, or one Hartley value. */
export function decoderOutputs(spec: ModelSpec): 1 | 2 {
  return spec.domain === 'fourier' ? 2 : 1;
}

function chainOf(prefix: string, inputs: number, dim: number, layers: number, outputs: number): Chain {
  const chain: Chain = [{ name: `${prefix}.0`, inputs, outputs: dim, residual: false }];
  for (let layer = 1; layer <= layers; layer++)
    chain.push({ name: `${prefix}.${2 * layer}.linear`, inputs: dim, outputs: dim, residual: true });
  chain.push({ name: `${prefix}.${2 * layers + 2}`, inputs: dim, outputs, residual: false });
  return chain;
}

/** `encoderInputs`: lattice points inside the encoder's mask. Null for a homogeneous field. */
export function encoderChain(spec: ModelSpec, encoderInputs: number): Chain | null {
  if (spec.zDim === 0) return null;
  return chainOf('encoder.main', encoderInputs, spec.encoderDim, spec.encoderLayers, 2 * spec.zDim);
}

/** Inputs of the first layer are the features, then z. */
export function decoderChain(spec: ModelSpec, features: number): Chain {
  return chainOf(
    'decoder.decoder.main',
    features + spec.zDim,
    spec.decoderDim,
    spec.decoderLayers,
    decoderOutputs(spec),
  );
}

/** The data of one parameter. Error: 'checkpoint-syntax' where it is missing or of another shape. */
export function parameter(weights: Weights, name: string, shape: number[]): Float32Array {
  const tensor = weights.get(name);
  if (!tensor || tensor.shape.join('×') !== shape.join('×'))
    throw new VitrineError('checkpoint-syntax', `The weights do not fit the model: ${name}.`, {
      field: name,
      expected: shape.join(' × '),
      found: tensor ? tensor.shape.join(' × ') : 'nothing',
      advice: 'Use the config.yaml that was written with these weights.',
    });
  return tensor.data;
}
