// A network's weights and Adam's state as the dictionary of a cryoDRGN weights.N.pkl, and back. The state_dict of a
// heterogeneous model holds encoder.main.*, decoder.rand_freqs (gaussian encoding), decoder.decoder.main.*; train_nn's
// lacks the leading `decoder.` as train_dec's does (an autodecoder), and the bare Hartley decoder (encoding `none`) has one `decoder.` less.
import type { EncodingTable, NetworkField, OptimizerState, Tensor, Weights } from '../../engine/engine.ts';
import {
  decoderChain,
  encoderChain,
  featureCount,
  hasEncoder,
  parameter,
  type Chain,
} from '../../engine/parameters.ts';
import { makeSliceLayout } from '../../engine/slices.ts';
import { VitrineError } from '../../base/errors.ts';
import { TorchTensor, type CheckpointDict, type CheckpointValue } from '../../formats/torch-checkpoint.ts';
import { drawFrequencies, frequenciesOf, gaussianEncoding, makeEncoding } from './encodings.ts';
import { Random } from '../../geometry/random.ts';
import type { FieldCheckpoint, FieldState, OptimizerArguments } from '../kind.ts';
import type { NetworkDescription } from './description.ts';
import { plusIdentity, squareEnds } from './square-ends.ts';

const FREQUENCIES = 'decoder.rand_freqs';

/** Name in the file of a parameter of ours; `residual` are the layers that cryoDRGN makes residual and we do not. */
function fileName(name: string, field: NetworkDescription, residual = new Set<string>()): string {
  const dot = name.lastIndexOf('.');
  if (residual.has(name.slice(0, dot))) return fileName(`${name.slice(0, dot)}.linear${name.slice(dot)}`, field);
  if (!name.startsWith('decoder.')) return name;
  const bare = field.encoding.type === 'none' && field.spec.domain === 'hartley';
  // The heterogeneous model keeps its decoder under `decoder.`; a bare Hartley decoder is the network itself.
  const within = name.slice((bare ? 'decoder.decoder.' : 'decoder.').length);
  return hasEncoder(field.spec) ? `decoder.${within}` : within;
}

function parameterNames(chain: Chain): string[] {
  return chain.flatMap(({ name }) => [`${name}.weight`, `${name}.bias`]);
}

function residualEnds(field: NetworkDescription, encoding: EncodingTable): Set<string> {
  return squareEnds([
    encoderChain(field.spec, makeSliceLayout(field.spec).encoderInputs),
    decoderChain(field.spec, featureCount(encoding)),
  ]);
}

const isSquareWeight = (name: string, residual: Set<string>) =>
  name.endsWith('.weight') && residual.has(name.slice(0, -'.weight'.length));

/** Every entry of the state_dict in PyTorch's order, by our names; the frequencies are a parameter without gradient. */
function orderedNames(field: NetworkDescription, encoding: EncodingTable): string[] {
  const encoder = encoderChain(field.spec, makeSliceLayout(field.spec).encoderInputs) ?? [];
  return [
    ...parameterNames(encoder),
    ...(field.encoding.type === 'gaussian' ? [FREQUENCIES] : []),
    ...parameterNames(decoderChain(field.spec, featureCount(encoding))),
  ];
}

/** The dictionary that formats/torch-checkpoint-write turns into a weights.N.pkl. */
export function checkpointDictionary(
  field: NetworkDescription,
  checkpoint: FieldState<NetworkField> & { epoch: number },
  optimizer: OptimizerArguments,
): CheckpointDict {
  const { weights } = checkpoint;
  const { encoding } = checkpoint.field;
  const names = orderedNames(field, encoding);
  const residual = residualEnds(field, encoding);
  const model: CheckpointDict = new Map();
  const state: CheckpointDict = new Map();
  names.forEach((name, number) => {
    if (name === FREQUENCIES) {
      const frequencies = frequenciesOf(encoding, field.spec.boxPixels);
      model.set(fileName(name, field), new TorchTensor([frequencies.length / 3, 3], frequencies));
      return;
    }
    const weight = torchTensor(weights, name, isSquareWeight(name, residual));
    model.set(fileName(name, field, residual), weight);
    if (checkpoint.optimizer.steps === 0) return;
    state.set(
      number,
      dictionary({
        step: new TorchTensor([], Float32Array.of(checkpoint.optimizer.steps)),
        exp_avg: torchTensor(checkpoint.optimizer.first, name),
        exp_avg_sq: torchTensor(checkpoint.optimizer.second, name),
      }),
    );
  });
  const group = dictionary({
    lr: optimizer.learningRate,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weight_decay: optimizer.weightDecay,
    amsgrad: false,
    maximize: false,
    foreach: null,
    capturable: false,
    differentiable: false,
    fused: null,
    params: names.map((_, number) => number),
  });
  return dictionary({
    epoch: checkpoint.epoch,
    model_state_dict: model,
    optimizer_state_dict: dictionary({ state, param_groups: [group] }),
  });
}

/** Error: 'checkpoint-syntax' where a parameter is missing or does not fit `field`. */
export function readCheckpoint(dict: CheckpointDict, field: NetworkDescription): FieldCheckpoint<NetworkField> {
  const model = dict.get('model_state_dict');
  if (!(model instanceof Map))
    throw new VitrineError('checkpoint-syntax', 'The checkpoint holds no model.', {
      field: 'model_state_dict',
      advice: 'Take a weights.N.pkl of a cryoDRGN or Vitrine run.',
    });
  const { boxPixels } = field.spec;
  let encoding: EncodingTable;
  if (field.encoding.type === 'gaussian') {
    const key = fileName(FREQUENCIES, field);
    const expected = drawFrequencies(field.encoding, boxPixels, new Random(0)).length;
    const tensor = floatTensor(model.get(key));
    const frequencies = parameter(tensor ? new Map([[key, tensor]]) : new Map(), key, [expected / 3, 3]);
    encoding = gaussianEncoding(frequencies, boxPixels);
  } else encoding = makeEncoding(field.encoding, boxPixels, new Random(0));

  const names = orderedNames(field, encoding);
  const residual = residualEnds(field, encoding);
  const weights: Weights = new Map();
  for (const name of names) {
    const tensor = floatTensor(model.get(fileName(name, field, residual)));
    if (name === FREQUENCIES || !tensor) continue;
    weights.set(name, isSquareWeight(name, residual) && tensor.shape.length === 2 ? plusIdentity(tensor, 1) : tensor);
  }
  checkShapes(field, encoding, weights);
  const epoch = Number(dict.get('epoch') ?? 0);
  return {
    epoch,
    field: { kind: 'network', spec: field.spec, encoding },
    weights,
    optimizer: readOptimizer(dict.get('optimizer_state_dict'), names, weights),
  };
}

function checkShapes(field: NetworkDescription, encoding: EncodingTable, weights: Weights): void {
  const encoder = encoderChain(field.spec, makeSliceLayout(field.spec).encoderInputs) ?? [];
  for (const { name, inputs, outputs } of [...encoder, ...decoderChain(field.spec, featureCount(encoding))]) {
    parameter(weights, `${name}.weight`, [outputs, inputs]);
    parameter(weights, `${name}.bias`, [outputs]);
  }
}

/** Parameters without a state (never stepped) get zero moments; the steps are the largest of all parameters'. */
function readOptimizer(value: CheckpointValue | undefined, names: string[], weights: Weights): OptimizerState | null {
  const state = value instanceof Map ? value.get('state') : undefined;
  if (!(state instanceof Map) || state.size === 0) return null;
  const optimizer: OptimizerState = { steps: 0, first: new Map(), second: new Map() };
  names.forEach((name, number) => {
    const weight = weights.get(name);
    if (!weight) return;
    const entry = state.get(number);
    const moment = (key: string): Tensor => {
      const tensor = entry instanceof Map ? floatTensor(entry.get(key)) : null;
      const fits = tensor && tensor.data.length === weight.data.length;
      return fits ? tensor : { shape: weight.shape, data: new Float32Array(weight.data.length) };
    };
    optimizer.first.set(name, moment('exp_avg'));
    optimizer.second.set(name, moment('exp_avg_sq'));
    const step = entry instanceof Map ? entry.get('step') : undefined;
    const steps = Number(step instanceof TorchTensor ? step.data[0] : (step ?? 0));
    optimizer.steps = Math.max(optimizer.steps, steps);
  });
  return optimizer;
}

function floatTensor(value: CheckpointValue | undefined): Tensor | null {
  if (!(value instanceof TorchTensor)) return null;
  const { shape, data } = value;
  return { shape, data: data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number) };
}

function torchTensor(weights: Weights, name: string, withoutIdentity = false): TorchTensor {
  const tensor = weights.get(name);
  if (!tensor) throw new VitrineError('checkpoint-syntax', `The model lacks ${name}.`, { field: name });
  const { shape, data } = withoutIdentity ? plusIdentity(tensor, -1) : tensor;
  return new TorchTensor(shape, data);
}

function dictionary(entries: Record<string, CheckpointValue>): CheckpointDict {
  return new Map(Object.entries(entries));
}
