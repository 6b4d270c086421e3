// A coordinate network as `model_args` of a cryoDRGN work directory's config.yaml (layout of 4.3), and back. `model_args` of a
// heterogeneous model names the encoder q and the decoder p; train_nn writes `layers` and `dim`, train_dec (an autodecoder) these and
// `zdim`.
import type { ModelSpec } from '../../engine/engine.ts';
import { hasEncoder } from '../../engine/parameters.ts';
import type { ConfigSections, ModelArguments } from '../kind.ts';
import type { Section } from '../section.ts';
import type { NetworkDescription } from './description.ts';
import { ENCODING_TYPES, type EncodingType } from './encodings.ts';

/** Images of a particle in a model of tilt pairs. */
const TILTS = 2;

export function networkArguments({ spec, encoding }: NetworkDescription): ModelArguments {
  const common = {
    activation: spec.activation,
    domain: spec.domain,
    feat_sigma: encoding.sigma,
    pe_dim: encoding.frequencies,
    pe_type: encoding.type,
  };
  return !hasEncoder(spec)
    ? {
        ...{ ...common, dim: spec.decoderDim, layers: spec.decoderLayers },
        ...(spec.zDim > 0 && { zdim: spec.zDim }),
      }
    : {
        ...common,
        enc_mask: spec.encoderMaskRadius,
        encode_mode: spec.tilts === 2 ? 'tilt' : 'resid',
        pdim: spec.decoderDim,
        players: spec.decoderLayers,
        qdim: spec.encoderDim,
        qlayers: spec.encoderLayers,
        tilt_params: tiltParameters(spec),
        zdim: spec.zDim,
      };
}

/** cryoDRGN's sizes of the encoder of tilts; a model of single images has no use for them, but it asks for them. */
function tiltParameters({ tilts, encoderDim, encoderLayers }: ModelSpec): Record<string, number> {
  return tilts === 2
    ? { ntilts: TILTS, t_emb_dim: encoderDim, tdim: encoderDim, tlayers: encoderLayers }
    : { ntilts: 10, t_emb_dim: 64, tdim: 1024, tlayers: 3 };
}

/** Errors: 'yaml-syntax' naming the key that is missing, of the wrong kind, or of a model that cannot be run here. */
export function networkFromConfig({ boxPixels, model, dataset }: ConfigSections): NetworkDescription {
  const zDim = model.number('zdim', 0);
  const half = boxPixels / 2;
  const autodecoder = zDim > 0 && !model.has('players') && model.has('layers');
  const encodes = zDim > 0 && !autodecoder;
  const mode = encodes ? model.choice('encode_mode', ['resid', 'tilt'], 'resid') : null;
  const pairs = mode === 'tilt' || (mode === null && dataset.text('particles_tilt') !== null);
  const spec: ModelSpec = {
    boxPixels,
    zDim,
    domain: model.choice('domain', ['fourier', 'hartley'], 'fourier'),
    activation: model.choice('activation', ['relu', 'leaky_relu'], 'relu'),
    decoderLayers: encodes ? model.number('players') : model.number('layers'),
    decoderDim: encodes ? model.number('pdim') : model.number('dim'),
    encoderLayers: encodes ? encoderLayers(model, mode) : 0,
    encoderDim: encodes ? model.number('qdim') : 1,
    encoderMaskRadius: encodes ? model.number('enc_mask', half) : half,
    ...(pairs && { tilts: 2 as const }),
    ...(autodecoder && { autodecoder }),
  };
  if (mode === 'tilt' && model.has('tilt_params')) checkTiltParameters(model, spec);
  if (spec.encoderMaskRadius < 0) model.refuse('enc_mask', 'a radius in pixels', spec.encoderMaskRadius);
  const type = model.choice<EncodingType>('pe_type', ENCODING_TYPES, 'gaussian');
  const frequencies = model.number('pe_dim', 0);
  return {
    kind: 'network',
    spec,
    encoding: { type, frequencies: frequencies > 0 ? frequencies : null, sigma: model.number('feat_sigma', 0.5) },
  };
}

/** cryoDRGN's first encoder of pairs (no `tilt_params`) has 2 of its layers after the pair is joined, the rest before. */
function encoderLayers(model: Section, mode: 'resid' | 'tilt' | null): number {
  const layers = model.number('qlayers');
  if (mode !== 'tilt' || model.has('tilt_params')) return layers;
  return layers === 4 ? 2 : model.refuse('qlayers', '4 in a model of tilt pairs without tilt_params', layers);
}

/** An encoder of tilts here is that of pairs, with one width and depth throughout. */
function checkTiltParameters(model: Section, spec: ModelSpec): void {
  const tilts = model.section('tilt_params');
  for (const [key, wanted] of Object.entries(tiltParameters(spec))) {
    const found = tilts.number(key);
    if (found !== wanted) tilts.refuse(key, String(wanted), found);
  }
}
