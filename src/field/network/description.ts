// cryoDRGN's coordinate network as a run describes it: the shape of its MLPs and how coordinates are encoded.
import type { ModelSpec } from '../../engine/engine.ts';
import { resolveAuto } from '../../params/auto.ts';
import { learnsTable } from '../../params/latents.ts';
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
  const autodecoder = learnsTable(params);
  return {
    kind: 'network',
    spec: {
      boxPixels,
      zDim: params.zDim,
      domain: params.domain,
      activation: params.activation,
      decoderLayers: params.decoderLayers,
      decoderDim: params.decoderDim,
      encoderLayers: autodecoder ? 0 : params.encoderLayers,
      encoderDim: autodecoder ? 1 : params.encoderDim,
      encoderMaskRadius: boxPixels / 2,
      ...(tilts === 2 && { tilts }),
      ...(autodecoder && { autodecoder }),
    },
    encoding: {
      type: params.encodingType,
      frequencies: resolveAuto({ ...params, boxPixels }, { boxPixels }).encodingFrequencies,
      sigma: params.encodingSigma,
      ...(params.encodingDraw === 'even' && { draw: 'even' as const }),
    },
  };
}
