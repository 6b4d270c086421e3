// Epoch 0: a model drawn from a seed, as a checkpoint that training starts from like from any other.
import type { OptimizerState, Weights } from '../engine/engine.ts';
import type { FieldDescription } from '../field/description.ts';
import { kindOf } from '../field/kinds.ts';
import { startRandom } from './seeds.ts';
import type { Checkpoint } from './training.ts';

export function newOptimizer(weights: Weights): OptimizerState {
  const zeros = (): Weights =>
    new Map([...weights].map(([name, { shape, data }]) => [name, { shape, data: new Float32Array(data.length) }]));
  return { steps: 0, first: zeros(), second: zeros() };
}

export function initialCheckpoint(field: FieldDescription, seed: number): Checkpoint {
  const state = kindOf(field).initialState(field, startRandom(seed));
  return { epoch: 0, ...state, optimizer: newOptimizer(state.weights), latents: null, history: [] };
}
