// A model of atoms as the dictionary of a weights.N.pkl, and back: `model_state_dict` holds the molecule (model.*), positions [N, 3] and σ in
// fractions of the box, log a₀, and the perceptrons' weights under their own names; Adam's state as PyTorch numbers it.
import type { OptimizerState, Tensor, Weights } from '../../engine/engine.ts';
import { decoderOf, encoderOf, learnedNames, moleculeShapes } from '../../engine/atoms/parameters.ts';
import { parameter } from '../../engine/parameters.ts';
import { makeLattice } from '../../imaging/lattice.ts';
import { VitrineError } from '../../base/errors.ts';
import type { Random } from '../../geometry/random.ts';
import { TorchTensor, type CheckpointDict, type CheckpointValue } from '../../formats/torch-checkpoint.ts';
import type { FieldCheckpoint, FieldState, OptimizerArguments } from '../kind.ts';
import type { AtomsDescription } from './description.ts';

function shapesOf(field: AtomsDescription): Record<string, number[]> {
  const { points } = makeLattice(field.boxPixels);
  const chain = [...(encoderOf(field, points) ?? []), ...(decoderOf(field) ?? [])];
  return {
    ...moleculeShapes(field),
    ...Object.fromEntries(
      chain.flatMap(({ name, inputs, outputs }) => [
        [`${name}.weight`, [outputs, inputs]],
        [`${name}.bias`, [outputs]],
      ]),
    ),
  };
}

/**
 * All centres at the origin, without electrons: the molecule comes from a file. The networks begin as PyTorch's do, but for the decoder's
 * last layer, which is 0: every structure begins as the file's.
 */
export function initialAtoms(field: AtomsDescription, random: Random): { field: AtomsDescription; weights: Weights } {
  const weights: Weights = new Map();
  const last = decoderOf(field)?.at(-1)?.name;
  for (const [name, shape] of Object.entries(shapesOf(field))) {
    const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
    const layer = name.slice(0, name.lastIndexOf('.'));
    if (!(name in moleculeShapes(field)) && layer !== last) {
      const inputs = name.endsWith('.weight') ? shape[1] : (weights.get(`${layer}.weight`)?.shape[1] ?? 1);
      const bound = 1 / Math.sqrt(inputs);
      for (let i = 0; i < data.length; i++) data[i] = bound * (2 * random.uniform() - 1);
    }
    weights.set(name, { shape, data });
  }
  return { field, weights };
}

/** Error 'checkpoint-syntax' where a tensor is missing or does not fit the field. */
export function atomsCheckpoint(
  field: AtomsDescription,
  { epoch, weights, optimizer }: FieldState<AtomsDescription> & { epoch: number },
  { learningRate, weightDecay }: OptimizerArguments,
): CheckpointDict {
  const model: CheckpointDict = new Map();
  const shapes = shapesOf(field);
  for (const [name, shape] of Object.entries(shapes))
    model.set(name, new TorchTensor(shape, parameter(weights, name, shape)));
  const learned = learnedNames(field, makeLattice(field.boxPixels).points);
  const state: CheckpointDict = new Map();
  if (optimizer.steps > 0)
    learned.forEach((name, number) =>
      state.set(
        number,
        dictionary({
          step: new TorchTensor([], Float32Array.of(optimizer.steps)),
          exp_avg: new TorchTensor(shapes[name], parameter(optimizer.first, name, shapes[name])),
          exp_avg_sq: new TorchTensor(shapes[name], parameter(optimizer.second, name, shapes[name])),
        }),
      ),
    );
  const group = { lr: learningRate, weight_decay: weightDecay, params: learned.map((_, number) => number) };
  return dictionary({
    epoch,
    model_state_dict: model,
    optimizer_state_dict: dictionary({ state, param_groups: [dictionary(group)] }),
  });
}

/** Error 'checkpoint-syntax' where a tensor is missing or does not fit the field. */
export function readAtomsCheckpoint(dict: CheckpointDict, field: AtomsDescription): FieldCheckpoint<AtomsDescription> {
  const model = dict.get('model_state_dict');
  if (!(model instanceof Map))
    throw new VitrineError('checkpoint-syntax', 'The checkpoint holds no model.', { field: 'model_state_dict' });
  const shapes = shapesOf(field);
  const weights: Weights = new Map();
  for (const name of Object.keys(shapes)) {
    const tensor = tensorOf(model.get(name));
    if (tensor) weights.set(name, tensor);
    parameter(weights, name, shapes[name]);
  }
  return {
    epoch: Number(dict.get('epoch') ?? 0),
    field,
    weights,
    optimizer: readOptimizer(dict.get('optimizer_state_dict'), field, shapes),
  };
}

function readOptimizer(
  value: CheckpointValue | undefined,
  field: AtomsDescription,
  shapes: Record<string, number[]>,
): OptimizerState | null {
  const state = value instanceof Map ? value.get('state') : undefined;
  if (!(state instanceof Map) || state.size === 0) return null;
  const optimizer: OptimizerState = { steps: 0, first: new Map(), second: new Map() };
  learnedNames(field, makeLattice(field.boxPixels).points).forEach((name, number) => {
    const entry = state.get(number);
    const of = (key: string): CheckpointValue | undefined => (entry instanceof Map ? entry.get(key) : undefined);
    const step = of('step');
    if (step instanceof TorchTensor) optimizer.steps = Math.max(optimizer.steps, Number(step.data[0]));
    for (const [moments, key] of [
      [optimizer.first, 'exp_avg'],
      [optimizer.second, 'exp_avg_sq'],
    ] as const) {
      const tensor = tensorOf(of(key));
      if (tensor) moments.set(name, tensor);
      parameter(moments, name, shapes[name]);
    }
  });
  return optimizer;
}

function tensorOf(value: CheckpointValue | undefined): Tensor | null {
  if (!(value instanceof TorchTensor)) return null;
  const { shape, data } = value;
  return { shape, data: data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number) };
}

function dictionary(entries: Record<string, CheckpointValue>): CheckpointDict {
  return new Map(Object.entries(entries));
}
