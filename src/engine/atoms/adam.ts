// Adam (Kingma & Ba 2015) over named tensors on the CPU, as torch.optim.Adam computes it: β = (0.9, 0.999), ε = 1e-8 outside the root,
// weight decay as L2 in the gradient.
import type { OptimizerState, StepOptions, Weights } from '../engine.ts';
import { zerosLike } from './parameters.ts';

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/** The moments of the tensors of `names` in `weights`, which its steps change. */
export class AdamMoments {
  private steps: number;
  private readonly first: Weights;
  private readonly second: Weights;

  constructor(
    private readonly weights: Weights,
    private readonly names: readonly string[],
    start?: OptimizerState,
  ) {
    this.steps = start?.steps ?? 0;
    const copied = (given: Weights | undefined): Weights => {
      const moments = zerosLike(weights, names);
      for (const [name, { data }] of moments) {
        const kept = given?.get(name)?.data;
        if (kept?.length === data.length) data.set(kept);
      }
      return moments;
    };
    this.first = copied(start?.first);
    this.second = copied(start?.second);
  }

  step(gradients: Weights, { learningRate, weightDecay }: Pick<StepOptions, 'learningRate' | 'weightDecay'>): void {
    this.steps++;
    const rate = learningRate / (1 - BETA1 ** this.steps);
    const root = 1 / Math.sqrt(1 - BETA2 ** this.steps);
    for (const name of this.names) {
      const [w, g, m, v] = [this.weights, gradients, this.first, this.second].map((of) => of.get(name)!.data);
      for (let i = 0; i < w.length; i++) {
        const gradient = g[i] + weightDecay * w[i];
        m[i] = BETA1 * m[i] + (1 - BETA1) * gradient;
        v[i] = BETA2 * v[i] + (1 - BETA2) * gradient * gradient;
        w[i] -= (rate * m[i]) / (root * Math.sqrt(v[i]) + EPSILON);
      }
    }
  }

  /** Copies. */
  exported(): OptimizerState {
    const copy = (moments: Weights): Weights =>
      new Map([...moments].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
    return { steps: this.steps, first: copy(this.first), second: copy(this.second) };
  }
}
