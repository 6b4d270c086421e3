// A model of maps as the dictionary of a weights.N.pkl, and back: `model_state_dict` holds its maps and spectra as tensors under their
// own names, there is no optimizer. Maps are [..., D, D, D]; `noise` is [groups, rings] and `power` [rings].
import type { ChainField, LinearField, OptimizerState, Weights } from '../../engine/engine.ts';
import { parameter } from '../../engine/parameters.ts';
import { VitrineError } from '../../base/errors.ts';
import { TorchTensor, type CheckpointDict, type CheckpointValue } from '../../formats/torch-checkpoint.ts';
import type { FieldCheckpoint } from '../kind.ts';

/** A field whose weights are maps and spectra. */
export type MapsField = LinearField | ChainField;

/** Shapes of the weights beside `mask`, `noise` and `power`. */
export type MapShapes = Record<string, number[]>;

/** Groups of images with a noise of their own, and rings of spectra: from 0 to the band limit, at most D/2. */
interface Spectra {
  groups: number;
  rings: number;
}

function allShapes({ boxPixels }: MapsField, maps: MapShapes, { groups, rings }: Spectra): MapShapes {
  return { ...maps, mask: [boxPixels, boxPixels, boxPixels], noise: [groups, rings], power: [rings] };
}

/** Adam has nothing to do with it. */
export function noOptimizer(): OptimizerState {
  return { steps: 0, first: new Map(), second: new Map() };
}

/** Nothing, of one group of images. */
export function emptyMaps(field: MapsField, maps: MapShapes): Weights {
  const shapes = allShapes(field, maps, { groups: 1, rings: field.boxPixels / 2 });
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      { shape, data: new Float32Array(shape.reduce((product, n) => product * n, 1)) },
    ]),
  );
}

/** Error 'checkpoint-syntax' where a tensor is missing or does not fit the field. */
export function mapsCheckpoint(
  { field, weights, epoch }: { field: MapsField; weights: Weights; epoch: number },
  maps: MapShapes,
): CheckpointDict {
  const model: CheckpointDict = new Map();
  for (const [name, data] of Object.entries(checked(field, maps, weights)))
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

/** Error 'checkpoint-syntax' where a tensor is missing or does not fit the field. */
export function readMapsCheckpoint<Field extends MapsField>(
  dict: CheckpointDict,
  field: Field,
  maps: MapShapes,
): FieldCheckpoint<Field> {
  const model = dict.get('model_state_dict');
  const weights: Weights = new Map();
  for (const [name, value] of model instanceof Map ? model : []) {
    if (!(value instanceof TorchTensor) || typeof name !== 'string') continue;
    const { shape, data } = value;
    weights.set(name, { shape, data: data instanceof Float32Array ? data : Float32Array.from(data, Number) });
  }
  checked(field, maps, weights);
  return { epoch: Number(dict.get('epoch') ?? 0), field, weights, optimizer: noOptimizer() };
}

/** Values by name, of the shapes that the field asks for. */
function checked(field: MapsField, maps: MapShapes, weights: Weights): Record<string, Float32Array> {
  const noise = weights.get('noise');
  const [groups = 0, rings = 0] = noise?.shape ?? [];
  if (noise?.shape.length !== 2 || groups < 1 || rings < 2 || rings > field.boxPixels / 2 + 1)
    throw new VitrineError('checkpoint-syntax', 'The checkpoint holds no model of maps.', {
      field: 'noise',
      expected: `groups × rings, at most ${field.boxPixels / 2 + 1}`,
      found: noise ? noise.shape.join(' × ') : 'nothing',
      advice: 'Take a weights.N.pkl of a run of vitrine linear.',
    });
  const shapes = Object.entries(allShapes(field, maps, { groups, rings }));
  return Object.fromEntries(shapes.map(([name, shape]) => [name, parameter(weights, name, shape)]));
}
