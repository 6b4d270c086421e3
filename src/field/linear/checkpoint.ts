// A linear model as the dictionary of a weights.N.pkl, and back: `model_state_dict` holds its maps and spectra as tensors under their
// own names, there is no optimizer.
import type { LinearField, OptimizerState, Tensor, Weights } from '../../engine/engine.ts';
import { parameter } from '../../engine/parameters.ts';
import { VitrineError } from '../../base/errors.ts';
import { TorchTensor, type CheckpointDict, type CheckpointValue } from '../../formats/torch-checkpoint.ts';
import type { FieldCheckpoint, FieldState } from '../kind.ts';
import type { LinearDescription } from './description.ts';

/** Groups of images with a noise of their own, and rings of spectra: from 0 to the band limit, at most D/2. */
interface Spectra {
  groups: number;
  rings: number;
}

/** Shapes of the weights. */
export function linearShapes(
  { boxPixels, components }: Pick<LinearDescription, 'boxPixels' | 'components'>,
  { groups, rings }: Spectra,
): Record<string, number[]> {
  const box = [boxPixels, boxPixels, boxPixels];
  return { mean: box, components: [components, ...box], mask: box, noise: [groups, rings], power: [rings] };
}

/** Adam has nothing to do with it. */
export function noOptimizer(): OptimizerState {
  return { steps: 0, first: new Map(), second: new Map() };
}

export function linearCheckpoint(
  field: LinearDescription,
  { epoch, weights }: FieldState<LinearField> & { epoch: number },
): CheckpointDict {
  const model: CheckpointDict = new Map();
  for (const [name, data] of Object.entries(checked(field, weights)))
    model.set(name, new TorchTensor(weights.get(name)?.shape ?? [], data));
  return new Map<string, CheckpointValue>([
    ['epoch', epoch],
    ['model_state_dict', model],
    [
      'optimizer_state_dict',
      new Map<string, CheckpointValue>([
        ['state', new Map()],
        ['param_groups', []],
      ]),
    ],
  ]);
}

/** Error 'checkpoint-syntax' where a tensor is missing or does not fit the description. */
export function readLinearCheckpoint(dict: CheckpointDict, field: LinearDescription): FieldCheckpoint<LinearField> {
  const model = dict.get('model_state_dict');
  const weights: Weights = new Map();
  for (const [name, value] of model instanceof Map ? model : []) {
    if (!(value instanceof TorchTensor) || typeof name !== 'string') continue;
    const { shape, data } = value;
    weights.set(name, { shape, data: data instanceof Float32Array ? data : Float32Array.from(data, Number) });
  }
  checked(field, weights);
  const { boxPixels, components, contrast } = field;
  return {
    epoch: Number(dict.get('epoch') ?? 0),
    field: { kind: 'linear', boxPixels, components, contrast },
    weights,
    optimizer: noOptimizer(),
  };
}

/** Values by name, of the shapes that the description asks for. */
function checked(field: LinearDescription, weights: Weights): Record<string, Float32Array> {
  const noise: Tensor | undefined = weights.get('noise');
  const [groups = 0, rings = 0] = noise?.shape ?? [];
  if (noise?.shape.length !== 2 || groups < 1 || rings < 2 || rings > field.boxPixels / 2 + 1)
    throw new VitrineError('checkpoint-syntax', 'The checkpoint holds no linear model.', {
      field: 'noise',
      expected: `groups × rings, at most ${field.boxPixels / 2 + 1}`,
      found: noise ? noise.shape.join(' × ') : 'nothing',
      advice: 'Take a weights.N.pkl of a run of vitrine linear.',
    });
  const shapes = Object.entries(linearShapes(field, { groups, rings }));
  return Object.fromEntries(shapes.map(([name, shape]) => [name, parameter(weights, name, shape)]));
}
