// A chain in a run's files and back, and its other hand.
import { describe, expect, it } from 'vitest';
import { blobChain } from '../../../testing/linear-model.ts';
import type { ChainShape } from '../../engine/factors/chain-basis.ts';
import { readTorchCheckpoint, type CheckpointDict } from '../../formats/torch-checkpoint.ts';
import { writeTorchCheckpoint } from '../../formats/torch-checkpoint-write.ts';
import { readYamlConfig, writeYamlConfig } from '../../formats/yaml-config.ts';
import { mirrorVolume } from '../../imaging/hand.ts';
import { LINEAR_DEFAULTS, validateParams, type Params } from '../../params/params.ts';
import { configFromField, fieldFromConfig, type DatasetArguments } from '../config.ts';
import { abilitiesOf, fieldFromParams, kindOf, latentDimension } from '../kinds.ts';
import { noOptimizer } from '../maps/checkpoint.ts';
import { mirrorMaps } from '../maps/mirror.ts';
import { CHAIN } from './kind.ts';

const D = 8;
const SHAPES: readonly ChainShape[] = ['line', 'circle', 'sheet'];
const dataset: DatasetArguments = {
  ...{ particles: 'a.mrcs', poses: 'pose.pkl', ctf: null, indices: null, dataDirectory: null },
  ...{ invertData: true, window: true, windowRadius: 0.85, standardDeviation: 3 },
};
const adam = { learningRate: 0, weightDecay: 0 };
const refused = (code: string) => expect.objectContaining({ code }) as Error;

describe('what a run says of it', () => {
  const described = (chain: Params['chain']) =>
    fieldFromParams(validateParams({ ...LINEAR_DEFAULTS, chain }), D, { kind: 'chain' });

  it('follows from the shape', () => {
    expect(described('circle')).toEqual({ kind: 'chain', boxPixels: D, shape: 'circle', terms: 7, contrast: true });
    expect(SHAPES.map((shape) => latentDimension(described(shape)))).toEqual([1, 1, 2]);
    expect(described('auto')).toMatchObject({ shape: 'line' });
    expect(kindOf(described('line')).title).toBe('chain of structures');
    expect(abilitiesOf(described('line'))).toMatchObject({
      ...{ decodes: true, encodes: true, encodesByPose: true, turnsHand: true },
      ...{ searchesPoses: false, resumes: false, learnsAbInitio: false },
    });
  });

  it.each(SHAPES)('config.yaml keeps, of a %s', (shape) => {
    const field = { ...blobChain(D, shape).field, contrast: false };
    const bytes = writeYamlConfig(configFromField(field, dataset, 4));
    expect(fieldFromConfig(readYamlConfig(bytes, 'config.yaml'))).toEqual({ ...field, dataset });
  });

  it('a configuration of another shape, or of terms that there are not, is refused by name', () => {
    const config = configFromField(blobChain(D, 'line').field, dataset, 4);
    for (const wrong of [{ shape: 'knot' }, { terms: 0 }, { terms: 2.5 }, { shape: 'sheet', terms: 11 }])
      expect(() =>
        fieldFromConfig({ ...config, model_args: { kind: 'chain', shape: 'line', terms: 5, ...wrong } }),
      ).toThrow(refused('yaml-syntax'));
  });
});

describe.each(SHAPES)('the checkpoint of a %s', (shape) => {
  const { field, weights } = blobChain(D, shape);
  const state = { field, weights, optimizer: noOptimizer() };
  const bytes = writeTorchCheckpoint(CHAIN.toCheckpoint(field, { ...state, epoch: 1 }, adam), 'weights.1');
  const dict = () => readTorchCheckpoint(bytes, 'weights.1.pkl');

  it('comes back as it was', () => {
    expect(CHAIN.fromCheckpoint(dict(), field)).toEqual({ ...state, epoch: 1 });
  });

  it.each(['terms', 'mask', 'noise', 'power'])('is refused without %s', (name) => {
    const torn = dict();
    (torn.get('model_state_dict') as CheckpointDict).delete(name);
    expect(() => CHAIN.fromCheckpoint(torn, field)).toThrow(refused('checkpoint-syntax'));
  });

  it('is refused with another number of terms', () => {
    expect(() => CHAIN.fromCheckpoint(dict(), { ...field, terms: 3 })).toThrow(refused('checkpoint-syntax'));
  });

  it('of the other hand has mirrored maps, and no more', () => {
    const turned = mirrorMaps(state);
    const last = field.terms - 1;
    const map = (of: typeof weights) => of.get('terms')!.data.subarray(last * D ** 3);
    expect(map(turned.weights)).toEqual(mirrorVolume(map(weights), D));
    expect(turned.weights.get('noise')).toBe(weights.get('noise'));
    expect(mirrorMaps(turned)).toEqual(state);
  });

  it('before any fit is empty and of its shape', () => {
    const { weights: none } = CHAIN.initialState(field, null as never);
    expect(none.get('terms')!.shape).toEqual([field.terms, D, D, D]);
    expect(none.get('terms')!.data.every((value) => value === 0)).toBe(true);
  });
});
