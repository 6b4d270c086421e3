// Trainable parameters of a model, by cryoDRGN's state_dict names and in its order: encoder.main.*, decoder.decoder.main.*.
// A chain is Linear → activation, n × residual Linear (`main.k.linear`), Linear; every second index is an activation.
// Linear weights are (out, in) row-major as PyTorch keeps them.
// Tilt pairs (spec.tilts 2): encoder.encoder1.main.* looks at each image alone (inputs → encoderDim), its outputs of the two
// images of a particle, untilted first, are the 2·encoderDim inputs of encoder.encoder2.main.* (→ 2·zDim). Both have
// encoderLayers residual layers; encoder1's output is passed on as it is. The names and shapes are those of cryoDRGN's
// TiltEncoder with tilt_params ntilts 2, t_emb_dim = tdim = qdim, tlayers = qlayers.
import { VitrineError } from '../base/errors.ts';
import type { EncodingTable, ImageBatch, ModelSpec, Weights } from './engine.ts';

/** One Linear of the network: its name in cryoDRGN's state dict, inputs and outputs. */
export interface LinearShape {
  /** Name without `.weight` / `.bias`. */
  name: string;
  inputs: number;
  outputs: number;
  residual: boolean;
  /** Whether the activation follows: all but the last layer of a network. */
  activated: boolean;
  /** Its inputs are two rows of the layer before side by side: those of the two images of a pair. */
  joined: boolean;
}

/** The linear layers of one network, first to last. */
export type Chain = LinearShape[];

/** Features of a point: one for each wave that is a sine or a cosine. */
export function featureCount(encoding: EncodingTable): number {
  return encoding.isCosine.length === 0 ? 3 : encoding.isCosine.length;
}

/** Re and Im, or one Hartley value. */
function decoderOutputs(spec: ModelSpec): 1 | 2 {
  return spec.domain === 'fourier' ? 2 : 1;
}

/** Multiplications and additions of the hidden layers at one point: the larger part of a decoder's. */
export function decoderOperations({ decoderDim, decoderLayers }: ModelSpec): number {
  return 2 * decoderDim ** 2 * (decoderLayers + 1);
}

/** Whether latents come from an encoder; else each step is given them. */
export function hasEncoder({ zDim, autodecoder }: ModelSpec): boolean {
  return zDim > 0 && !autodecoder;
}

/** Images that share one z: 2 in a model of tilt pairs, else 1. */
export function imagesPerLatent(spec: ModelSpec): 1 | 2 {
  return spec.zDim > 0 ? (spec.tilts ?? 1) : 1;
}

/** Latents of `images` images. Error: 'usage' where a pair is torn. */
export function latentCount(spec: ModelSpec, images: number): number {
  const each = imagesPerLatent(spec);
  if (images % each !== 0)
    throw new VitrineError('usage', 'A batch of tilt pairs holds half a pair.', {
      expected: 'an even number of images, the two of a particle one after the other',
      found: String(images),
      advice: 'Give both images of every particle, untilted first.',
    });
  return images / each;
}

/**
 * z of a batch's latents, (B/views)×zDim, of a model without encoder; null of others. Error: 'usage' where a batch lacks it.
 */
export function givenLatents(spec: ModelSpec, { count, latents }: ImageBatch): Float32Array | null {
  if (spec.zDim === 0 || hasEncoder(spec)) return null;
  const length = latentCount(spec, count) * spec.zDim;
  if (latents?.length === length) return latents;
  throw new VitrineError('usage', 'A batch for a model without encoder lacks the latents of its images.', {
    expected: `${length} numbers`,
    found: latents ? String(latents.length) : 'none',
    advice: 'Give z of every image or pair.',
  });
}

/** Error: 'usage' where latents are asked of a model that is given them. */
export function refuseWithoutEncoder(spec: ModelSpec): void {
  if (spec.zDim === 0 || hasEncoder(spec)) return;
  throw new VitrineError('usage', 'This model has no encoder: its latents are a table.', {
    advice: 'Use the latents of the particles that it was trained on (z.N.pkl).',
  });
}

/** Arrays one after the other. */
export function joined(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((length, array) => length + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

function chainOf(prefix: string, inputs: number, dim: number, layers: number, outputs: number): Chain {
  const plain = { residual: false, activated: true, joined: false };
  const chain: Chain = [{ ...plain, name: `${prefix}.0`, inputs, outputs: dim }];
  for (let layer = 1; layer <= layers; layer++)
    chain.push({ ...plain, name: `${prefix}.${2 * layer}.linear`, inputs: dim, outputs: dim, residual: true });
  chain.push({ ...plain, name: `${prefix}.${2 * layers + 2}`, inputs: dim, outputs, activated: false });
  return chain;
}

/**
 * `encoderInputs`: lattice points inside the encoder's mask. Null for a homogeneous field. Of tilt pairs: the layers that
 * see single images, then from the `joined` one on those that see pairs.
 */
export function encoderChain(spec: ModelSpec, encoderInputs: number): Chain | null {
  const { zDim, encoderDim: dim, encoderLayers: layers } = spec;
  if (zDim === 0 || !hasEncoder(spec)) return null;
  if (imagesPerLatent(spec) === 1) return chainOf('encoder.main', encoderInputs, dim, layers, 2 * zDim);
  const single = chainOf('encoder.encoder1.main', encoderInputs, dim, layers, dim);
  const pairs = chainOf('encoder.encoder2.main', 2 * dim, dim, layers, 2 * zDim);
  pairs[0].joined = true;
  return [...single, ...pairs];
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
