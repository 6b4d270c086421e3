// The shape of a field, from the parameters of a run or from a cryoDRGN work directory's config.yaml (layout of 4.3), and
// back. `model_args` of a heterogeneous model names the encoder q and the decoder p; train_nn writes `layers` and `dim`.
import type { ModelSpec } from '../engine/engine.ts';
import { VitrineError } from '../base/errors.ts';
import type { YamlConfig } from '../formats/yaml-config.ts';
import { resolveAuto } from '../params/auto.ts';
import type { Params } from '../params/params.ts';
import { ENCODING_TYPES, type EncodingChoice, type EncodingType } from './encodings.ts';

export interface FieldDescription {
  spec: ModelSpec;
  encoding: EncodingChoice;
}

/** `tilts`: 2 where the set is of tilt pairs. */
export function fieldFromParams(params: Params, boxPixels: number, tilts: 1 | 2 = 1): FieldDescription {
  return {
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

/** What `dataset_args` says of the images a model was trained on. */
export interface DatasetArguments {
  particles: string;
  poses: string | null;
  ctf: string | null;
  indices: string | null;
  dataDirectory: string | null;
  invertData: boolean;
  window: boolean;
  windowRadius: number;
  /** Hartley values were divided by it; maps are multiplied by it. */
  standardDeviation: number;
  /** Of tilt pairs: the tilted images, image for image, and by how many degrees about x; null where it is not known. */
  tilted?: { particles: string; degrees: number | null };
}

/** Images of a particle in a model of tilt pairs. */
const TILTS = 2;

export function configFromField(field: FieldDescription, dataset: DatasetArguments, seed: number): YamlConfig {
  const { spec, encoding } = field;
  const common = {
    activation: spec.activation,
    domain: spec.domain,
    feat_sigma: encoding.sigma,
    pe_dim: encoding.frequencies,
    pe_type: encoding.type,
  };
  const model =
    spec.zDim === 0
      ? { ...common, dim: spec.decoderDim, layers: spec.decoderLayers }
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
  return {
    dataset_args: {
      ctf: dataset.ctf,
      datadir: dataset.dataDirectory,
      do_pose_sgd: false,
      ind: dataset.indices,
      invert_data: dataset.invertData,
      keepreal: false,
      norm: [0, dataset.standardDeviation],
      particles: dataset.particles,
      ...(dataset.tilted && { particles_tilt: dataset.tilted.particles, tilt_deg: dataset.tilted.degrees }),
      poses: dataset.poses,
      window: dataset.window,
      window_r: dataset.windowRadius,
    },
    lattice_args: { D: spec.boxPixels + 1, extent: 0.5, ignore_DC: true },
    model_args: model,
    seed,
  };
}

/** cryoDRGN's sizes of the encoder of tilts; a model of single images has no use for them, but it asks for them. */
function tiltParameters({ tilts, encoderDim, encoderLayers }: ModelSpec): Record<string, number> {
  return tilts === 2
    ? { ntilts: TILTS, t_emb_dim: encoderDim, tdim: encoderDim, tlayers: encoderLayers }
    : { ntilts: 10, t_emb_dim: 64, tdim: 1024, tlayers: 3 };
}

/** Errors: 'yaml-syntax' naming the key that is missing, of the wrong kind, or of a model that cannot be run here. */
export function fieldFromConfig(config: unknown): FieldDescription & { dataset: DatasetArguments } {
  const lattice = new Section(config, 'lattice_args');
  const model = new Section(config, 'model_args');
  const dataset = new Section(config, 'dataset_args');
  const boxPixels = lattice.number('D') - 1;
  const zDim = model.number('zdim', 0);
  const half = boxPixels / 2;
  const tiltedParticles = dataset.text('particles_tilt');
  const mode = zDim > 0 ? model.choice('encode_mode', ['resid', 'tilt'], 'resid') : null;
  const pairs = mode === 'tilt' || (mode === null && tiltedParticles !== null);
  const spec: ModelSpec = {
    boxPixels,
    zDim,
    domain: model.choice('domain', ['fourier', 'hartley'], 'fourier'),
    activation: model.choice('activation', ['relu', 'leaky_relu'], 'relu'),
    decoderLayers: zDim > 0 ? model.number('players') : model.number('layers'),
    decoderDim: zDim > 0 ? model.number('pdim') : model.number('dim'),
    encoderLayers: zDim > 0 ? encoderLayers(model, mode) : 0,
    encoderDim: zDim > 0 ? model.number('qdim') : 1,
    encoderMaskRadius: zDim > 0 ? model.number('enc_mask', half) : half,
    ...(pairs && { tilts: 2 as const }),
  };
  if (mode === 'tilt' && model.has('tilt_params')) checkTiltParameters(model, spec);
  if (spec.encoderMaskRadius < 0) model.refuse('enc_mask', 'a radius in pixels', spec.encoderMaskRadius);
  const type = model.choice<EncodingType>('pe_type', ENCODING_TYPES, 'gaussian');
  const frequencies = model.number('pe_dim', 0);
  return {
    spec,
    encoding: { type, frequencies: frequencies > 0 ? frequencies : null, sigma: model.number('feat_sigma', 0.5) },
    dataset: {
      particles: dataset.text('particles') ?? '',
      poses: dataset.text('poses'),
      ctf: dataset.text('ctf'),
      indices: dataset.text('ind'),
      dataDirectory: dataset.text('datadir'),
      invertData: dataset.flag('invert_data', true),
      window: dataset.flag('window', true),
      windowRadius: dataset.number('window_r', 0.85),
      standardDeviation: dataset.secondOf('norm'),
      ...(tiltedParticles !== null && {
        tilted: { particles: tiltedParticles, degrees: dataset.has('tilt_deg') ? dataset.number('tilt_deg') : null },
      }),
    },
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

/** One mapping of a config, read key by key; an absent key and null take the default where there is one. */
class Section {
  private readonly values: Record<string, unknown>;

  constructor(
    config: unknown,
    private readonly name: string,
    key = name,
  ) {
    const section = isMapping(config) ? config[key] : undefined;
    if (!isMapping(section)) throw refusal(name, 'a mapping', section);
    this.values = section;
  }

  /** Whether the key is there with a value. */
  has(key: string): boolean {
    return this.values[key] !== undefined && this.values[key] !== null;
  }

  section(key: string): Section {
    return new Section(this.values, `${this.name}.${key}`, key);
  }

  refuse(key: string, expected: string, found: unknown): never {
    throw refusal(`${this.name}.${key}`, expected, found);
  }

  number(key: string, fallback?: number): number {
    const value = this.values[key] ?? fallback;
    return typeof value === 'number' && Number.isFinite(value) ? value : this.refuse(key, 'a number', value);
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.values[key] ?? fallback;
    return typeof value === 'boolean' ? value : this.refuse(key, 'true or false', value);
  }

  text(key: string): string | null {
    const value = this.values[key];
    return typeof value === 'string' ? value : null;
  }

  choice<T extends string>(key: string, choices: readonly T[], fallback: T): T {
    const value = this.values[key] ?? fallback;
    return choices.find((choice) => choice === value) ?? this.refuse(key, choices.join(', '), value);
  }

  /** The second of a pair of numbers. */
  secondOf(key: string): number {
    const value = this.values[key];
    const second: unknown = Array.isArray(value) ? value[1] : undefined;
    return typeof second === 'number' ? second : this.refuse(key, 'mean and standard deviation', value);
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(field: string, expected: string, found: unknown): VitrineError {
  return new VitrineError('yaml-syntax', 'The configuration does not describe a model that can be run here.', {
    file: 'config.yaml',
    field,
    expected,
    found: found === undefined ? 'nothing' : JSON.stringify(found),
    advice: 'Use the config.yaml of a cryoDRGN train_vae or train_nn run, version 1 or later.',
  });
}
