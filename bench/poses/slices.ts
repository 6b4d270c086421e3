// A field's slices, differentiable by the pose as well as by the weights: what the two baselines learn through.
//   ŷ(k) = V(s·p) e^{2πi k·t},  p = kx·e₁ + ky·e₂,  (e₁, e₂) = Gram–Schmidt of 6 numbers (Zhou et al. 2019), t in pixels
// V: decoder on the half space z < 0, s its flip (−1 takes the conjugate). e₁, e₂: first rows of R, as p = (kx, ky, 0)·R.
// Rows are points × images, images fast. tfjs's own gradients of products use transposed operands, 10× slower on wasm, so
// products bring theirs.
import * as tf from '@tensorflow/tfjs-core';
import type { EncodingTable } from '../../src/engine/engine.ts';
import type { Chain } from '../../src/engine/parameters.ts';
import type { FlatLayout } from '../../src/engine/tfjs/flat.ts';
import type { Lattice } from '../../src/imaging/lattice.ts';

export type Layers = ReturnType<FlatLayout['split']>;

/** x·W + b. */
function dense(x: tf.Tensor2D, matrix: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  const operation = tf.customGrad((...given) => {
    const [a, w, b, save] = given as unknown as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D, tf.GradSaveFunc];
    save([a, w]);
    return {
      value: tf.add(tf.matMul(a, w), b),
      gradFunc: (dy: tf.Tensor, [input, weights]: tf.Tensor[]) => [
        tf.matMul(dy, tf.transpose(weights)),
        tf.matMul(tf.transpose(input), dy),
        tf.reshape(tf.matMul(tf.ones([1, dy.shape[0]]), dy), [dy.shape[1] as number]),
      ],
    };
  });
  return operation(x, matrix, bias) as tf.Tensor2D;
}

/** `left`·x; only x is learned from. */
function productWith(left: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor2D {
  const operation = tf.customGrad((...given) => {
    const [a, save] = given as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    save([left]);
    return {
      value: tf.matMul(left, a),
      gradFunc: (dy: tf.Tensor, [kept]: tf.Tensor[]) => tf.matMul(tf.transpose(kept), dy),
    };
  });
  return operation(x) as tf.Tensor2D;
}

/** [s·sin | cos] of phases (rows×waves); the flips s (rows×1) are steps, which no gradient passes. */
function features(phases: tf.Tensor2D, flips: tf.Tensor2D): tf.Tensor2D {
  const operation = tf.customGrad((...given) => {
    const [a, save] = given as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    const [sines, cosines] = [tf.mul(tf.sin(a), flips), tf.cos(a)] as tf.Tensor2D[];
    save([sines, cosines, flips]);
    return {
      value: tf.concat2d([sines, cosines], 1),
      gradFunc: (dy: tf.Tensor, [s, c, signs]: tf.Tensor[]) => {
        const [bySine, byCosine] = tf.split(dy, 2, 1);
        return tf.mul(signs, tf.sub(tf.mul(bySine, c), tf.mul(byCosine, s)));
      },
    };
  });
  return operation(phases) as tf.Tensor2D;
}

/** Linear, ReLU, residual layers, Linear, as the engines' networks. */
export function network(input: tf.Tensor2D, layers: Layers): tf.Tensor2D {
  return layers.reduce((hidden, { matrix, bias, shape }) => {
    const sum = dense(hidden, matrix, bias);
    const joined: tf.Tensor2D = shape.residual ? tf.add(hidden, sum) : sum;
    return shape.activated ? tf.relu(joined) : joined;
  }, input);
}

/** A chain as the engines' one: Linear → `layers` residual ones → Linear. */
export function chain(name: string, inputs: number, width: number, layers: number, outputs: number): Chain {
  const one = { residual: false, activated: true, joined: false };
  return [
    { ...one, name: `${name}.0`, inputs, outputs: width },
    ...Array.from({ length: layers }, (_, i) => ({
      ...{ ...one, name: `${name}.${i + 1}`, inputs: width, outputs: width, residual: true },
    })),
    { ...one, name: `${name}.${layers + 1}`, inputs: width, outputs, activated: false },
  ];
}

/** e₁ and e₂ (images×3) of the first six of each image's pose numbers. */
export function orthonormalRows(poses: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] {
  const count = poses.shape[0];
  const unit = (v: tf.Tensor2D): tf.Tensor2D => tf.div(v, tf.sqrt(tf.add(tf.sum(tf.square(v), 1, true), 1e-12)));
  const first = unit(tf.slice2d(poses, [0, 0], [count, 3]));
  const other = tf.slice2d(poses, [0, 3], [count, 3]);
  const along = tf.sum(tf.mul(first, other), 1, true);
  return [first, unit(tf.sub(other, tf.mul(along, first)))];
}

export interface HalfPlane {
  /** Points of one half of the band. */
  points: number;
  /** points×2, cycles per pixel. */
  coordinates: tf.Tensor2D;
  /** 3×waves, radians per cycle per pixel: the waves of a table whose first half is sines and second the same cosines. */
  waves: tf.Tensor2D;
}

export function halfPlane({ points, x, y }: Lattice, { waveVectors }: EncodingTable): HalfPlane {
  const half = points / 2;
  const coordinates = tf.tensor2d(Array.from({ length: half }, (_, p) => [x[p], y[p]]));
  const waves = tf.transpose(tf.tensor2d(waveVectors.subarray(0, waveVectors.length / 2), [waveVectors.length / 6, 3]));
  return { points: half, coordinates, waves: waves as tf.Tensor2D };
}

export interface Targets {
  /** points×images each. */
  real: tf.Tensor2D;
  imaginary: tf.Tensor2D;
  ctf: tf.Tensor2D;
}

/** Mean of (CTF·ŷ − y)² over the Hartley values of the band. `poses`: images×8, six of the rotation, then the shift. */
export function sliceLoss(plane: HalfPlane, decoder: Layers, poses: tf.Tensor2D, targets: Targets): tf.Scalar {
  const { points, coordinates, waves } = plane;
  const count = poses.shape[0];
  const rows = points * count;
  const [first, second] = orthonormalRows(poses);
  // Both axes' phases of an image, then of its points by one product: (points×2)·(2×images·waves).
  const axes = (v: tf.Tensor2D): tf.Tensor2D => {
    const turned = dense(v, waves, tf.zeros([waves.shape[1]]));
    return tf.reshape(turned, [1, turned.size]);
  };
  const phases = tf.reshape(productWith(coordinates, tf.concat2d([axes(first), axes(second)], 0)), [
    rows,
    waves.shape[1],
  ]) as tf.Tensor2D;
  const flips = flipsOf(coordinates, first, second);
  const values = network(features(phases, flips), decoder);
  const [re, flipped] = tf.split(values, 2, 1).map((part) => tf.reshape(part, [points, count]));
  const im = tf.mul(flipped, tf.reshape(flips, [points, count]));
  const shifts = tf.slice2d(poses, [0, 6], [count, 2]);
  const angles = productWith(tf.mul(coordinates, 2 * Math.PI), tf.transpose(shifts));
  const [cos, sin] = [tf.cos(angles), tf.sin(angles)];
  const real = tf.sub(tf.mul(cos, re), tf.mul(sin, im));
  const imaginary = tf.add(tf.mul(cos, im), tf.mul(sin, re));
  const squares = (predicted: tf.Tensor, target: tf.Tensor) =>
    tf.sum(tf.square(tf.sub(tf.mul(predicted, targets.ctf), target)));
  return tf.div(tf.add(squares(real, targets.real), squares(imaginary, targets.imaginary)), rows);
}

/** −1 (rows×1) where a point has z > 0 and the field is asked at its mirror, else 1. */
function flipsOf(coordinates: tf.Tensor2D, first: tf.Tensor2D, second: tf.Tensor2D): tf.Tensor2D {
  const z = [first, second].map((v) => tf.reshape(tf.slice2d(v, [0, 2], [v.shape[0], 1]), [1, v.shape[0]]));
  const heights = tf.matMul(coordinates, tf.concat2d(z as tf.Tensor2D[], 0));
  return tf.reshape(tf.sub(1, tf.mul(2, tf.step(heights))), [heights.size, 1]);
}
