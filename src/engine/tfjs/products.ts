// Matrix products whose inner side is long and whose result is small (gradients of weights: thousands of rows; the
// encoder's first layer: all points of an image). tfjs's WebGPU backend adds the parts of such a product by atomics, in
// another order each time; here the parts are a batch that is summed, so that two runs with one seed agree.
import * as tf from '@tensorflow/tfjs-core';

/** From where on the backend would split (its own constants, the larger of its thresholds). */
const LONG = 2000;
const FEW_TILES = 32;
const MOST_PARTS = 32;

/** Parts to compute the product in: 1 where it is computed whole. */
function partsOf(rows: number, inner: number, columns: number): number {
  if (tf.getBackend() !== 'webgpu' || inner < LONG) return 1;
  if (rows * columns <= 128 || Math.ceil(rows / 32) * Math.ceil(columns / 32) > FEW_TILES) return 1;
  for (let parts = MOST_PARTS; parts > 1; parts--) if (inner % parts === 0) return parts;
  return 1;
}

/** a·b of (rows×inner) and (inner×columns). */
export function product(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const [rows, inner] = a.shape;
  const columns = b.shape[1];
  const parts = partsOf(rows, inner, columns);
  if (parts === 1) return tf.matMul(a, b);
  const left = tf.transpose(tf.reshape(a, [rows, parts, inner / parts]), [1, 0, 2]);
  return tf.sum(tf.matMul(left, tf.reshape(b, [parts, inner / parts, columns])), 0);
}

/** Whether `product` differs from the backend's own, which can add a bias and activate at once. */
export function isSplit(a: tf.Tensor2D, b: tf.Tensor2D): boolean {
  return partsOf(a.shape[0], a.shape[1], b.shape[1]) > 1;
}
