// A model of tilt pairs in cryoDRGN's files: config.yaml (`encode_mode: tilt`), state_dict (encoder1, encoder2), and back.
import { describe, expect, it } from 'vitest';
import type { CheckpointDict, TorchTensor } from '../../formats/torch-checkpoint.ts';
import { readTorchCheckpoint } from '../../formats/torch-checkpoint.ts';
import { writeTorchCheckpoint } from '../../formats/torch-checkpoint-write.ts';
import { Random } from '../../geometry/random.ts';
import { validateParams } from '../../params/params.ts';
import { checkpointDictionary, readCheckpoint } from './checkpoint.ts';
import { makeEncoding } from './encodings.ts';
import { initialWeights } from './initialise.ts';
import { configFromField, fieldFromConfig, type DatasetArguments } from '../config.ts';
import { networkFromParams, type NetworkDescription } from './description.ts';

const field: NetworkDescription = {
  kind: 'network',
  spec: {
    boxPixels: 16,
    zDim: 3,
    domain: 'hartley',
    activation: 'relu',
    decoderLayers: 2,
    decoderDim: 24,
    encoderLayers: 2,
    encoderDim: 20,
    encoderMaskRadius: 8,
    tilts: 2,
  },
  encoding: { type: 'gaussian', frequencies: null, sigma: 0.5 },
};
const dataset: DatasetArguments = {
  particles: '/data/untilted.mrcs',
  poses: null,
  ctf: null,
  indices: null,
  dataDirectory: null,
  invertData: true,
  window: true,
  windowRadius: 0.85,
  standardDeviation: 1.5,
  tilted: { particles: '/data/tilted.mrcs', degrees: 45 },
};
const config = configFromField(field, dataset, 7);
const modelArgs = config['model_args'] as Record<string, unknown>;
const withModel = (changes: Record<string, unknown>) => ({ ...config, model_args: { ...modelArgs, ...changes } });

const refusalOf = (field: string) =>
  expect.objectContaining({ code: 'yaml-syntax', detail: expect.objectContaining({ field }) }) as Error;

describe('config.yaml of tilt pairs', () => {
  it('is asked for by a set of pairs', () => {
    const params = validateParams({ zDim: 3 });
    expect(networkFromParams(params, { boxPixels: 16, tilts: 2 }).spec.tilts).toBe(2);
    expect(networkFromParams(params, { boxPixels: 16, tilts: 1 }).spec).not.toHaveProperty('tilts');
  });

  it('says what cryoDRGN says of its encoder of tilts, and comes back as it was', () => {
    expect(modelArgs).toMatchObject({
      encode_mode: 'tilt',
      qdim: 20,
      qlayers: 2,
      tilt_params: { ntilts: 2, t_emb_dim: 20, tdim: 20, tlayers: 2 },
      zdim: 3,
    });
    expect(config['dataset_args']).toMatchObject({ particles_tilt: '/data/tilted.mrcs', tilt_deg: 45 });
    expect(fieldFromConfig(config)).toEqual({ ...field, dataset });
  });

  it('leaves the angle open where it is not known', () => {
    const { particles_tilt, ...rest } = config['dataset_args'] as Record<string, unknown>;
    delete rest['tilt_deg'];
    const read = fieldFromConfig({ ...config, dataset_args: { ...rest, particles_tilt } });
    expect(read.dataset.tilted).toEqual({ particles: '/data/tilted.mrcs', degrees: null });
    expect(fieldFromConfig({ ...config, dataset_args: rest }).dataset).not.toHaveProperty('tilted');
  });

  it('of a homogeneous field remembers that there are pairs', () => {
    const plain = { ...field, spec: { ...field.spec, zDim: 0, encoderLayers: 0, encoderDim: 1 } };
    expect(fieldFromConfig(configFromField(plain, dataset, 7))).toMatchObject({ spec: plain.spec });
  });

  it('reads the first form of the encoder, 2 layers before and after, where there are no tilt_params', () => {
    expect(fieldFromConfig(withModel({ qlayers: 4, tilt_params: null }))).toMatchObject({ spec: field.spec });
    expect(() => fieldFromConfig(withModel({ qlayers: 3, tilt_params: null }))).toThrow(
      refusalOf('model_args.qlayers'),
    );
  });

  it('refuses tilt series and encoders of several widths, naming the key', () => {
    const tilts = modelArgs['tilt_params'] as Record<string, number>;
    for (const [key, value] of [
      ['ntilts', 10],
      ['t_emb_dim', 64],
      ['tdim', 1024],
      ['tlayers', 3],
    ] as const)
      expect(() => fieldFromConfig(withModel({ tilt_params: { ...tilts, [key]: value } }))).toThrow(
        refusalOf(`model_args.tilt_params.${key}`),
      );
  });
});

describe('weights of tilt pairs', () => {
  const encoding = makeEncoding(field.encoding, 16, new Random(1));
  const weights = initialWeights(field.spec, encoding, new Random(2));
  const moments = (scale: number) =>
    new Map([...weights].map(([name, { shape, data }]) => [name, { shape, data: data.map((w) => scale * w * w) }]));
  const optimizer = { steps: 5, first: moments(0.1), second: moments(0.2) };
  const dictionary = checkpointDictionary(
    field,
    { epoch: 4, field: { kind: 'network', spec: field.spec, encoding }, weights, optimizer },
    { learningRate: 1e-4, weightDecay: 0 },
  );

  it('have cryoDRGN’s names and shapes; the square end of encoder1 is residual there', () => {
    const state = dictionary.get('model_state_dict') as CheckpointDict;
    const encoder = [...state].filter(([name]) => String(name).startsWith('encoder'));
    expect(encoder.map(([name, value]) => `${String(name)} ${(value as TorchTensor).shape.join('×')}`)).toEqual([
      'encoder.encoder1.main.0.weight 20×196',
      'encoder.encoder1.main.0.bias 20',
      'encoder.encoder1.main.2.linear.weight 20×20',
      'encoder.encoder1.main.2.linear.bias 20',
      'encoder.encoder1.main.4.linear.weight 20×20',
      'encoder.encoder1.main.4.linear.bias 20',
      'encoder.encoder1.main.6.linear.weight 20×20',
      'encoder.encoder1.main.6.linear.bias 20',
      'encoder.encoder2.main.0.weight 20×40',
      'encoder.encoder2.main.0.bias 20',
      'encoder.encoder2.main.2.linear.weight 20×20',
      'encoder.encoder2.main.2.linear.bias 20',
      'encoder.encoder2.main.4.linear.weight 20×20',
      'encoder.encoder2.main.4.linear.bias 20',
      'encoder.encoder2.main.6.weight 6×20',
      'encoder.encoder2.main.6.bias 6',
    ]);
  });

  it('start as PyTorch’s do, within ±1/√inputs of the file’s matrices', () => {
    const state = dictionary.get('model_state_dict') as CheckpointDict;
    for (const name of ['encoder.encoder1.main.6.linear.weight', 'encoder.encoder2.main.0.weight']) {
      const { data, shape } = state.get(name) as TorchTensor;
      const largest = (data as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest * Math.sqrt(shape[1])).toBeLessThanOrEqual(1 + 1e-5);
      expect(largest * Math.sqrt(shape[1])).toBeGreaterThan(0.95);
    }
  });

  it('come back from the file with their moments', () => {
    const bytes = writeTorchCheckpoint(dictionary);
    const read = readCheckpoint(readTorchCheckpoint(bytes, 'weights.4.pkl'), field);
    expect(read.epoch).toBe(4);
    expect(read.optimizer).toEqual(optimizer);
    expect([...read.weights.keys()]).toEqual([...weights.keys()]);
    // The identity that is taken off and added again costs the last bit.
    for (const [name, { data }] of weights)
      data.forEach((w, i) => expect(Math.abs(w - (read.weights.get(name)?.data[i] ?? NaN))).toBeLessThan(2e-7));
  });

  it('do not fit a model of single images', () => {
    const { tilts: _, ...single } = field.spec;
    expect(() => readCheckpoint(dictionary, { ...field, spec: single })).toThrow(/encoder\.main\.0/);
  });
});
