// The coordinate network among the kinds of field (Zhong et al. 2021).
import type { FieldKind } from '../kind.ts';
import { checkpointDictionary, readCheckpoint } from './checkpoint.ts';
import { networkArguments, networkFromConfig } from './config.ts';
import { networkFromParams, type NetworkDescription } from './description.ts';
import { initialNetwork } from './initialise.ts';
import { mirrorNetwork } from './mirror.ts';

export const NETWORK: FieldKind<NetworkDescription> = {
  title: 'coordinate network',
  latentDimension: ({ spec }) => spec.zDim,
  boxPixels: ({ spec }) => spec.boxPixels,
  abilities: ({ spec }) => ({
    decodes: true,
    encodes: spec.zDim > 0,
    encodesByPose: spec.autodecoder === true,
    // Latents of images under other poses have nothing to read them.
    searchesPoses: spec.autodecoder !== true,
    learnsAbInitio: true,
    needsPoses: true,
    addsComponents: false,
    hasMask: spec.autodecoder === true,
    resumes: true,
  }),
  fromParams: networkFromParams,
  fromConfig: networkFromConfig,
  toConfig: networkArguments,
  initialState: initialNetwork,
  toCheckpoint: checkpointDictionary,
  fromCheckpoint: readCheckpoint,
  mirror: mirrorNetwork,
};
