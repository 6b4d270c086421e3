// Epoch 0: a model drawn from a seed, as a checkpoint that training starts from like from any other.
import type { OptimizerState, Weights } from '../engine/engine.ts';
import { makeEncoding } from '../field/encodings.ts';
import { initialWeights } from '../field/initialise.ts';
import type { FieldDescription } from '../field/spec.ts';
import { startRandom } from './seeds.ts';
import type { Checkpoint } from './training.ts';

export function newOptimizer(weights: Weights): OptimizerState {
  const zeros = (): Weights =>
    new Map([...weights].map(([name, { shape, data }]) => [name, { shape, data: new Float32Array(data.length) }]));
  return { steps: 0, first: zeros(), second: zeros() };
}

export function initialCheckpoint(field: FieldDescription, seed: number): Checkpoint {
  const random = startRandom(seed);
  const encoding = makeEncoding(field.encoding, field.spec.boxPixels, random);
  const weights = initialWeights(field.spec, encoding, random);
  return { epoch: 0, weights, encoding, optimizer: newOptimizer(weights), latents: null, history: [] };
}
