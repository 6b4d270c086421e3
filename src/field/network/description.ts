// cryoDRGN's coordinate network as a run describes it: the shape of its MLPs and how coordinates are encoded.
import type { ModelSpec } from '../../engine/engine.ts';
import { resolveAuto } from '../../params/auto.ts';
import type { Params } from '../../params/params.ts';
import type { SeenParticles } from '../kind.ts';
import type { EncodingChoice } from './encodings.ts';

export interface NetworkDescription {
  kind: 'network';
  spec: ModelSpec;
  encoding: EncodingChoice;
}

/** The network that these parameters ask for. */
export function networkFromParams(params: Params, { boxPixels, tilts }: SeenParticles): NetworkDescription {
  return {
    kind: 'network',
    spec: {
      boxPixels,
      zDim: params.zDim,
      domain: params.domain,
      activation: params.activation,
      decoderLayers: params.decoderLayers,
      decoderDim: params.decoderDim,
      encoderLayers: params.encoderLayers,
      encoderDim: params.encoderDim,
      encoderMaskRadius: boxPixels / 2,
      ...(tilts === 2 && { tilts }),
    },
    encoding: {
      type: params.encodingType,
      frequencies: resolveAuto({ ...params, boxPixels }, { boxPixels }).encodingFrequencies,
      sigma: params.encodingSigma,
    },
  };
}
