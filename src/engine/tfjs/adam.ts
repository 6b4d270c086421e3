// Adam (Kingma & Ba 2015) over one flat vector of parameters, as torch.optim.Adam computes it: β = (0.9, 0.999),
// ε = 1e-8 outside the root, bias correction, weight decay as L2 in the gradient.
import * as tf from '@tensorflow/tfjs-core';

/** Adam's constants as cryoDRGN leaves them (PyTorch's defaults). */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** Steps done and the two moments, each a flat vector of all parameters. */
export interface AdamState {
  steps: number;
  parameters: tf.Tensor1D;
  first: tf.Tensor1D;
  second: tf.Tensor1D;
}

/** Replaces the state's tensors by those after the step; the old ones are disposed. */
export function adamStep(state: AdamState, gradient: tf.Tensor1D, learningRate: number, weightDecay: number): void {
  const { beta1, beta2, epsilon } = ADAM;
  state.steps++;
  const rate = learningRate / (1 - beta1 ** state.steps);
  const root = Math.sqrt(1 - beta2 ** state.steps);
  const [parameters, first, second] = tf.tidy(() => {
    const g = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(state.parameters, weightDecay));
    const m = tf.add(tf.mul(state.first, beta1), tf.mul(g, 1 - beta1));
    const v = tf.add(tf.mul(state.second, beta2), tf.mul(tf.square(g), 1 - beta2));
    const change = tf.div(tf.mul(m, rate), tf.add(tf.div(tf.sqrt(v), root), epsilon));
    return [tf.sub(state.parameters, change), m, v] as tf.Tensor1D[];
  });
  tf.dispose([state.parameters, state.first, state.second]);
  Object.assign(state, { parameters, first, second });
}
