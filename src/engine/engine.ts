// The compute core's interface, and its design: everything the neural field asks of a device.
//
// A model is made from an `EngineField`, tagged by the kind of field that it computes, and a state. The coordinate network is a
// positional encoding (a table of wave vectors, made by field/network/encodings), a decoder MLP (features ++ z → Re, Im or
// one Hartley value) and, where zDim > 0, an encoder MLP (image → μ, log σ²). A linear model is maps, computed alike by all makers.
// Makers: tfjs (autodiff, the twin that proves the others), wasm (no GPU), wgsl (GPU kernels). All take and give
// weights under cryoDRGN's parameter names, so a model moves between makers and programs by its weights alone. A maker refuses
// the kinds that it does not compute (field-of-kind.ts).
//
// Images enter as Hartley values at the lattice's mask points (|k| ≤ D/2, DC excluded, raster order; imaging/lattice).
// Coordinates are lattice coordinates in [−½, ½]. Nothing here reads files or knows about epochs.

import type { Notice } from '../base/errors.ts';
import type { ChainShape } from './factors/chain-basis.ts';
import type { FactorRequest, FactorSums } from './factors/factor-sums.ts';
import type { PoseScorer, SearchPoints } from './scoring/scorer.ts';

/** Makers of models by name: TensorFlow.js with its autodiff, WebAssembly on the CPU, WebGPU kernels. */
export type EngineKind = 'tfjs' | 'wasm' | 'wgsl';

/** What an engine computes on, as records of runs keep it and the screen shows it. */
export interface DeviceInfo {
  engine: EngineKind;
  /** Where it computes: a graphics processor or the CPU. */
  processor: 'gpu' | 'cpu';
  /** Name for people: adapter description, or "2 threads, SIMD". */
  description: string;
  /** WebGPU that runs on the CPU (SwiftShader, lavapipe) counts as software. */
  software: boolean;
  threads: number;
}

/** What a network gives at a coordinate: a Fourier coefficient (Re, Im), asked on the half space only, or a Hartley value. */
export type Domain = 'fourier' | 'hartley';
/** Between the layers, by cryoDRGN's names; the leaky one has slope 0.01 below zero, PyTorch's own. */
export type Activation = 'relu' | 'leaky_relu';

/** What a model of any kind says of itself. */
export interface FieldShape {
  /** Image side D in pixels, even; the lattice is (D+1)². */
  boxPixels: number;
  /** Latent dimension; 0 is a homogeneous field. */
  zDim: number;
  /** What `evaluate` gives: Re and Im on the half space, or one Hartley value. */
  domain: Domain;
}

/** Shape of a coordinate network; what cryoDRGN's `model_args` and `lattice_args` say. Without z it has no encoder. */
export interface ModelSpec extends FieldShape {
  activation: Activation;
  decoderLayers: number;
  decoderDim: number;
  encoderLayers: number;
  encoderDim: number;
  /** Radius of the encoder's input mask in pixels, D/2 unless a checkpoint says otherwise. */
  encoderMaskRadius: number;
  /**
   * Images of one particle that share its z: 2 for tilt pairs (untilted, tilted), whose encoder looks at both
   * (parameters.ts); absent for 1. Without z it says nothing: the images of a pair are images like others.
   */
  tilts?: 1 | 2;
  /**
   * No encoder: every step is given the z of its images (`ImageBatch.latents`) and tells their gradient, so that a table of latents is
   * learned with the decoder (autodecoder; cryoDRGN's train_dec). Encoder sizes then say nothing.
   */
  autodecoder?: boolean;
}

/**
 * Features of a lattice coordinate x: sin(w_j·x) or cos(w_j·x), j = 0 … F−1, in the order of the first layer's columns.
 * F = 0 stands for `none`: the three coordinates themselves are the features.
 */
export interface EncodingTable {
  /** F×3 wave vectors in radians per lattice coordinate. */
  waveVectors: Float32Array;
  /** F flags, 1 where the feature is a cosine. */
  isCosine: Uint8Array;
}

/** cryoDRGN's coordinate network. */
export interface NetworkField {
  kind: 'network';
  spec: ModelSpec;
  encoding: EncodingTable;
}

/** Maps V(z) = μ + Σ_a z_a W_a, z ~ N(0, 1): the maps are its weights (linear/model.ts). */
export interface LinearField {
  kind: 'linear';
  /** Image side D in pixels, even. */
  boxPixels: number;
  /** q. */
  components: number;
  /** Whether the contrast of each image is estimated beside its latent. */
  contrast: boolean;
}

/** Maps V(s) = Σ_b φ_b(s) U_b along a chain (factors/chain-basis.ts): the maps are its weights (linear/model.ts). */
export interface ChainField {
  kind: 'chain';
  /** Image side D in pixels, even. */
  boxPixels: number;
  shape: ChainShape;
  /** B. */
  terms: number;
  /** Whether the contrast of each image is unknown. */
  contrast: boolean;
}

/**
 * Gaussians at the centres of a coarse-grained atomic model (atoms/model.ts): one structure, or offsets of all centres by z. Electrons and
 * restraints are among its weights, as they belong to the molecule.
 */
export interface AtomsField {
  kind: 'atoms';
  /** Image side D in pixels, even. */
  boxPixels: number;
  /** Side of the box in Å: positions are kept as fractions of it. */
  boxAngstrom: number;
  /** Latent dimension; 0 is one structure. */
  zDim: number;
  /** N. */
  centres: number;
  /** M harmonic bonds, and S side chains that are held. */
  bonds: number;
  sides: number;
  /** Of both restraints, in units of the loss a mean Å². */
  restraintStrength: number;
  /** Residual layers and width of encoder and decoder. */
  layers: number;
  width: number;
}

/** What a field becomes for computing, one variant a kind: all of it that training does not change. */
export type EngineField = NetworkField | LinearField | ChainField | AtomsField;

/** A float32 array, row-major: as many numbers as the product of `shape`. */
export interface Tensor {
  shape: number[];
  data: Float32Array;
}
/** Trainable parameters by cryoDRGN's state_dict names; Linear weights are (out, in) row-major. */
export type Weights = Map<string, Tensor>;

/** Adam's state: first and second moments by parameter name, and the steps done. */
export interface OptimizerState {
  steps: number;
  first: Weights;
  second: Weights;
}

/**
 * How the residuals of a batch's images count where that is not alike: Σ w (c·CTF·ŷ − y)². What an encoder sees of the images does not
 * change.
 */
export interface ResidualWeights {
  /** B×(D/2 + 1): √w by ring of the lattice (ringsOfPoints), 0 … D/2. */
  amplitudes: Float32Array;
  /** B: c, the contrast of the image. */
  contrast: Float32Array;
}

/**
 * B images of one step or one pass of the encoder. P = mask points of the lattice. Of a model of tilt pairs (`views` 2)
 * the two images of a particle follow each other, untilted first, each with the rotation it was seen at (the tilt
 * multiplied in by the caller), so B is even. Error of what takes a batch: 'usage' where it is not.
 */
export interface ImageBatch {
  count: number;
  /** B×P Hartley values as preprocessed (windowed, sign-flipped, divided by the standard deviation), not centred. */
  images: Float32Array;
  /** B×9. */
  rotations: Float32Array;
  /** B×2, fraction of the box; null for none. Right shift in pixels is fraction × D. */
  translations: Float32Array | null;
  /** B×9 rows as CTF_COLUMNS; null for none. */
  ctf: Float32Array | null;
  /**
   * B×10 rows as OPTICS_COLUMNS: scale, B factor, magnification and what was applied before change the CTF
   * (imaging/transfer.ts). Null or absent: nothing does. Without `ctf` it says nothing. Where the magnification puts the
   * slice is said by `rotations`, into which the caller has multiplied it; the beam tilt is taken out of the images.
   */
  optics?: Float32Array | null;
  /** Null or absent: all residuals count alike, at contrast 1. */
  residuals?: ResidualWeights | null;
  /** (B/views)×zDim standard normal draws for the reparametrisation; made by the caller so that engines agree. */
  noise: Float32Array | null;
  /** (B/views)×zDim, of a model without encoder: z itself. */
  latents?: Float32Array;
}

/** Images that latents are asked of. */
export interface EncodedBatch extends Omit<ImageBatch, 'rotations' | 'noise' | 'residuals'> {
  /** B×9, the magnification multiplied in: for fields whose latents are posteriors at given poses. Networks do not look at them. */
  rotations?: Float32Array;
}

/** What one step of Adam takes beside its images. */
export interface StepOptions {
  learningRate: number;
  weightDecay: number;
  /** Weight of KL / P in the loss. */
  beta: number;
}

/**
 * Means over the images since the losses were last taken, of steps that counted: in float16 a step whose gradients overflow is left
 * out, as if it had not been.
 */
export interface Losses {
  images: number;
  /** Mean over the mask of w (c·CTF·ŷ − y)²; w and c are 1 unless the batches say otherwise (ResidualWeights). */
  reconstruction: number;
  /** KL summed over z, per image; per pair in a model of tilt pairs. */
  kl: number;
  /** reconstruction + β·KL/P. */
  total: number;
}

/** The posteriors that an encoder gives: a normal distribution with a diagonal covariance for each image or pair. */
export interface Latents {
  /** N×zDim, a row an image, or a pair. */
  mu: Float32Array;
  logVariance: Float32Array;
}

/** Of a map's finite voxels. */
export interface VolumeStatistics {
  mean: number;
  standardDeviation: number;
  minimum: number;
  maximum: number;
  /** 256 counts from minimum to maximum, the last bin closed. */
  histogram: Uint32Array;
}

/** A map in the units of the prepared images times `standardDeviation`. */
export interface DecodedVolume {
  /** d³ [z][y][x]. */
  values: Float32Array;
  /** Null where the device that decoded it has not measured it. */
  statistics: VolumeStatistics | null;
}

/** As the device that decoded it has measured it. */
export interface VolumeWithStatistics extends DecodedVolume {
  statistics: VolumeStatistics;
}

/** What a call that may take long is told and tells. */
export interface LongCall {
  signal?: AbortSignal | undefined;
  /** 0 … 1. */
  onProgress?: ((fraction: number) => void) | undefined;
  /** Awaited between parts: others may use the device there, though not the model. */
  turn?: (() => Promise<void>) | undefined;
}

/** A field that lies on a device, with its optimiser. Calls wait for each other: maps may be asked for while it is trained. */
export interface FieldModel {
  readonly spec: FieldShape;
  /** Mask points P of the lattice. */
  readonly points: number;
  /** Multiplications and additions that one point takes `evaluate`, by the larger part of them. */
  readonly operationsPerPoint: number;
  /** One Adam step of the VAE (or the homogeneous field) with given poses. */
  trainStep(batch: ImageBatch, options: StepOptions): Promise<void>;
  /**
   * Of a model without encoder: gradients of the losses of all steps since the last call by their latents, one step's
   * (B/views)×zDim after the other's; waits for the device. Not finite where float16 left a step out.
   */
  takeLatentGradients?(): Promise<Float32Array>;
  /**
   * Losses since the last call; waits for the device. Error: 'precision-too-low' where it computes in float16 and left out the last
   * steps for their gradients (precision.ts).
   */
  takeLosses(): Promise<Losses>;
  /** μ and log σ² of each image or pair (centred and CTF-sign-flipped inside). Error 'poses-missing' where rotations are needed. */
  encode(batch: EncodedBatch): Promise<Latents>;
  /**
   * Decoder at M lattice coordinates (M×3) for one z. Domain 'fourier': M×2 (Re, Im) of the raw network, to be asked on
   * the half space only; 'hartley': M×1.
   */
  evaluate(coordinates: Float32Array, z: Float32Array | null): Promise<Float32Array>;
  /**
   * A whole map for one z, made where the model lies, as field/volume.ts has it. Makers without it are asked
   * point by point. Errors: 'out-of-memory' where the device cannot hold it, 'cancelled', after which the model goes on.
   */
  volume?(
    z: Float32Array | null,
    boxPixels: number,
    standardDeviation: number,
    options?: LongCall,
  ): Promise<DecodedVolume>;
  exportWeights(): Promise<Weights>;
  exportOptimizer(): Promise<OptimizerState>;
  /** What it computes with, where the engine has a choice. */
  readonly kernels?: KernelChoice | undefined;
  /** To be called between steps of a model whose kernels are chosen beside: tries some for a moment, a tenth of the time. */
  beside?(): Promise<void>;
  /** Whether kernels were chosen since it was made: made anew from its checkpoint, without `kernels`, it would be faster. */
  readonly outdated?: boolean;
  /** Bytes held on the device or heap by this model, as far as it knows. */
  memoryBytes(): number;
  dispose(): void;
}

/** What a model is made from beside its field: a checkpoint's parameters. */
export interface ModelState {
  weights: Weights;
  /** Absent: Adam starts anew. */
  optimizer?: OptimizerState;
}

/** How the decoder's activations are stored on a graphics processor; sums are float32 always. */
export type Precision = 'auto' | 'float32' | 'float16';

/** How far an engine is that tries its kernels on a device it has not met before. */
export interface ChoosingProgress {
  /** Kernels tried, of those that will be. */
  done: number;
  total: number;
  /** Null while nothing can be said. */
  secondsLeft: number | null;
}

/** How kernels are chosen where nothing is kept of the device: engines without a choice look at none of this. */
export interface ChoosingOptions {
  /**
   * 'first' (unless said): before the model is made. 'beside': the model begins with defaults, and kernels are tried when its
   * `beside` is called. 'never': defaults serve.
   */
  when?: 'first' | 'beside' | 'never';
  /** Null once it is over, whether by an end or by `skip`. */
  onProgress?: ((progress: ChoosingProgress | null) => void) | undefined;
  /** Kernels could not be chosen: defaults serve. */
  onNotice?: ((notice: Notice) => void) | undefined;
  /** Aborted: nothing more is tried, defaults serve. */
  skip?: AbortSignal | undefined;
}

/**
 * Which kernels a model computes with, for a run to keep: plain JSON of the engine's own. The same choice gives the same bits on
 * the same device; where it is of another device or of older kernels the engine chooses anew.
 */
export type KernelChoice = object;

/** How a model computes, without a word on what. */
export interface ModelOptions {
  /** 'auto' takes float16 where it was measured to be faster; engines without it compute in float32. */
  precision?: Precision;
  choosing?: ChoosingOptions;
  /** Images of its steps: kernels are tried on as many. 8 unless said. */
  batchSize?: number | undefined;
  /** What an earlier model of the run computed with. */
  kernels?: KernelChoice | undefined;
  /** Ends the making: error 'cancelled'. */
  signal?: AbortSignal | undefined;
}

/** Whether a model and a batch of it can lie on a device, and what could. */
export interface Fit {
  fits: boolean;
  /** What comes nearest to a limit, or passes it. */
  largest: { label: string; bytes: number; mostBytes: number };
  /** Where it does not fit: the largest usual box at this width, and the largest usual width at this box, that do. */
  instead: { boxPixels?: number; width?: number };
}

/** A device that models and scorers are made on; it may hold several at a time. */
export interface Engine {
  readonly device: DeviceInfo;
  /** Resolves when the device can no longer be used: its models reject, and another engine is to be opened. */
  readonly lost?: Promise<Error>;
  /**
   * Errors: 'field-kind-unknown' for a kind that the maker does not compute, 'out-of-memory' with what would fit (`instead`),
   * 'checkpoint-syntax'.
   */
  createModel(field: EngineField, state: ModelState, options?: ModelOptions): Promise<FieldModel>;
  /** Whether its limits allow for a model and a batch of `images`. Absent: there are none but the memory's. */
  fits?(field: EngineField, images: number): Fit;
  /** Compares images with slices at these points (scoring/scorer.ts). Error 'out-of-memory'. */
  createScorer(points: SearchPoints): Promise<PoseScorer>;
  /** Products and sums of images with several maps at known poses. Absent: the maker does not make them. Error 'out-of-memory'. */
  createFactorSums?(request: FactorRequest): Promise<FactorSums>;
  /** The kernels that were kept of the device were cleared: models made from now on choose again. */
  forgetKernels?(): void;
  dispose(): void;
}

/** Which engine is wanted. Threads are those of the CPU engine; as many as the machine has unless said. */
export interface EngineRequest {
  /** 'auto' takes the fastest maker the machine has. */
  device: 'auto' | 'gpu' | 'cpu';
  /** Ask for one maker by name (tests, benchmarks). */
  maker?: EngineKind;
  threads?: number;
}
