// What every kind of field answers to the jobs, the library and the screen (kinds.ts has the table of them).
import type { EngineField, OptimizerState, Weights } from '../engine/engine.ts';
import type { CheckpointDict } from '../formats/torch-checkpoint.ts';
import type { YamlConfig } from '../formats/yaml-config.ts';
import type { Random } from '../geometry/random.ts';
import type { Params } from '../params/params.ts';
import type { Section } from './section.ts';

/** What can be done with a field, or with a run of it. */
export interface FieldAbilities {
  /** Gives a map at each latent. */
  decodes: boolean;
  /** Gives latents of images that it was not trained on. */
  encodes: boolean;
  /** Encodes images at given poses only. */
  encodesByPose: boolean;
  /** Poses of images are searched for against it. */
  searchesPoses: boolean;
  /** Learns with poses that are found on the way. */
  learnsAbInitio: boolean;
  /** Learns, other than ab initio, from images with given poses only. */
  needsPoses: boolean;
  /** Its maps are sums of a mean map and components, each times a latent's value. */
  addsComponents: boolean;
  /** Has a solvent mask that its maps, or those that its latents began at, were made inside of. */
  hasMask: boolean;
  /** A training goes on from its last checkpoint. */
  resumes: boolean;
  /** The other hand can be made of it. */
  turnsHand: boolean;
}

/** Particles that a field is to be learned from: side of their box in pixels, images of each (2 for tilt pairs). */
export interface SeenParticles {
  boxPixels: number;
  tilts: 1 | 2;
}

/** `model_args` of a config.yaml. */
export type ModelArguments = YamlConfig;

/** Sections of a config.yaml that a kind may read; `boxPixels` is D of its lattice less one. */
export interface ConfigSections {
  boxPixels: number;
  model: Section;
  dataset: Section;
}

/** A field at a moment of its training: what an engine makes a model of. */
export interface FieldState<Field = EngineField> {
  field: Field;
  weights: Weights;
  optimizer: OptimizerState;
}

/** What a weights.N.pkl holds; the optimizer is null where it has none. */
export interface FieldCheckpoint<Field = EngineField> {
  epoch: number;
  field: Field;
  weights: Weights;
  optimizer: OptimizerState | null;
}

/** Of Adam, as a checkpoint keeps them. */
export interface OptimizerArguments {
  learningRate: number;
  weightDecay: number;
}

type Computed<Description extends { kind: string }> = Extract<EngineField, { kind: Description['kind'] }>;

export interface FieldKind<Description extends { kind: EngineField['kind'] }> {
  /** For people: "coordinate network". */
  readonly title: string;
  /** 0 for one structure. */
  latentDimension(field: Description): number;
  /** Side of the training box in pixels. */
  boxPixels(field: Description): number;
  abilities(field: Description): Omit<FieldAbilities, 'turnsHand'>;
  fromParams(params: Params, seen: SeenParticles): Description;
  /** Errors: 'yaml-syntax' naming the key. */
  fromConfig(sections: ConfigSections): Description;
  /** With its name as `kind`, but for what cryoDRGN reads too. */
  toConfig(field: Description): ModelArguments;
  /** Before any training. */
  initialState(field: Description, random: Random): Omit<FieldState<Computed<Description>>, 'optimizer'>;
  toCheckpoint(
    field: Description,
    state: FieldState<Computed<Description>> & { epoch: number },
    optimizer: OptimizerArguments,
  ): CheckpointDict;
  /** Error: 'checkpoint-syntax' where the file does not fit the description. */
  fromCheckpoint(dict: CheckpointDict, field: Description): FieldCheckpoint<Computed<Description>>;
  /** The other hand, F(Jk) with J = diag(1, 1, −1); what is given stays as it is. Absent: it cannot be made. */
  mirror?(state: FieldState<Computed<Description>>): FieldState<Computed<Description>>;
}
