// The decoder's part of a step in tfjs. Its first product is (features | which image) · (W_f ; z·W_z + b): a column of
// ones for each image of the chunk carries z's part and the bias, computed once an image, and its gradient comes out of
// the same product. The last layer of domain 'fourier' gives (Re − Im, Re + Im) = (H at q, H at −q) at once.
import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from '../engine.ts';
import { backward, forward, type Dense, type DenseGradient } from './chain.ts';

/** What a chunk of whole images needs: features of its rows and the images' targets and CTF. */
export interface DecoderChunk {
  /** (features + groups)×rows: the encoding, then a row of flags for each group (image). */
  inputTransposed: tf.Tensor2D;
  /** rows×channels. */
  targets: tf.Tensor2D;
  ctf: tf.Tensor2D;
}

/** (Re, Im) → (Re − Im, Re + Im). */
function hartleyPair(): tf.Tensor2D {
  return tf.tensor2d([1, 1, -1, 1], [2, 2]);
}

/** `chain` with its first layer taking z's part from `groups` (groups×width) and its last one giving Hartley values. */
export function sliceChain(chain: Dense[], features: number, groups: tf.Tensor2D): Dense[] {
  const result = chain.slice();
  const width = chain[0].matrix.shape[1];
  const featurePart = tf.slice2d(chain[0].matrix, [0, 0], [features, width]);
  result[0] = { ...chain[0], matrix: tf.concat2d([featurePart, groups], 0), bias: null };
  const last = chain[chain.length - 1];
  if (last.matrix.shape[1] === 2) {
    const pair = hartleyPair();
    result[chain.length - 1] = {
      ...last,
      matrix: tf.matMul(last.matrix, pair),
      // The wasm backend looks at the shape a bias was made with, so a reshaped product will not do: a sum is made anew.
      bias:
        last.bias &&
        tf.add<tf.Tensor1D>(tf.zeros([2]), tf.reshape(tf.matMul(tf.reshape(last.bias, [1, 2]), pair), [2])),
    };
  }
  return result;
}

/** Sums of a chunk's squares and the gradients of all layers. */
export type ChunkResult = {
  /** Sum of squared residuals. */
  squares: tf.Scalar;
  /** Per layer, of the original chain; the first layer's matrix holds the features' rows only, its bias is zero. */
  gradients: DenseGradient[];
  /** groups×width. */
  groups: tf.Tensor2D;
};

/** Residuals of one chunk and the gradients of `weight` · Σ (CTF·ŷ − y)². */
export function chunkGradients(
  chunk: DecoderChunk,
  chain: Dense[],
  features: number,
  activation: Activation,
  weight: number,
): ChunkResult {
  const outputs = forward(tf.transpose(chunk.inputTransposed), chain, activation);
  const residual = tf.sub(tf.mul(outputs[outputs.length - 1], chunk.ctf), chunk.targets);
  const outputGradient = tf.mul(tf.mul(residual, chunk.ctf), 2 * weight) as tf.Tensor2D;
  const gradients = backward(chunk.inputTransposed, outputs, chain, outputGradient, activation);
  const [inputs, width] = chain[0].matrix.shape;
  const first = gradients[0].matrix;
  gradients[0] = {
    matrix: tf.slice2d(first, [0, 0], [features, width]),
    bias: tf.zeros([width]),
  };
  const last = gradients[gradients.length - 1];
  if (last.matrix.shape[1] === 2) {
    const back = tf.transpose(hartleyPair());
    gradients[gradients.length - 1] = {
      matrix: tf.matMul(last.matrix, back),
      bias: tf.reshape(tf.matMul(tf.reshape(last.bias, [1, 2]), back), [2]),
    };
  }
  return {
    squares: tf.sum(tf.square(residual)),
    gradients,
    groups: tf.slice2d(first, [features, 0], [inputs - features, width]),
  };
}
