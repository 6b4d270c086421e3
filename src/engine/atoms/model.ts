// A coarse-grained atomic model as the field, on the CPU: V(r) = a₀ Σ_j Z_j G(r − x_j(z); σ), x_j(z) = x_j + offsets of a perceptron of z
// (Cryofold, thesis chapter 7.3). Images are compared as everywhere: CTF and shift by pose, mean squared error over the mask, β·KL/P, and
// beside them the restraints of the structure behind each image.
import { VitrineError } from '../../base/errors.ts';
import { hartleyImage } from '../../imaging/hartley.ts';
import { BatchPrologue } from '../batch.ts';
import type {
  AtomsField,
  DecodedVolume,
  EncodedBatch,
  FieldModel,
  FieldShape,
  ImageBatch,
  Latents,
  Losses,
  ModelState,
  OptimizerState,
  StepOptions,
  Weights,
} from '../engine.ts';
import { parameter } from '../parameters.ts';
import { makeSliceLayout } from '../slices.ts';
import { AdamMoments } from './adam.ts';
import { coefficientsOf, densityOf } from './density.ts';
import { Perceptron } from './mlp.ts';
import {
  decoderOf,
  encoderOf,
  FIXED,
  imageSpec,
  LEARNED,
  learnedNames,
  moleculeShapes,
  zerosLike,
} from './parameters.ts';
import { GaussianProjector, NARROWEST_PIXELS } from './projector.ts';
import { restraintEnergy, type Restraints } from './restraints.ts';

/** Offsets are the decoder's outputs times this many Å: learning rates of networks then move atoms as fast as those of positions. */
const OFFSET_ANGSTROM = 10;

/** The structures behind the images of a batch: positions in fractions of the box, 3N an image. */
interface Structures {
  mu: Float32Array;
  logVariance: Float32Array;
  z: Float32Array;
  positions: Float64Array[];
}

/** Σ over images since they were taken. */
interface LossSums {
  images: number;
  squares: number;
  kl: number;
  total: number;
}

/** Computes on the CPU, in one thread, under every maker. */
export class AtomsModel implements FieldModel {
  readonly spec: FieldShape;
  readonly points: number;
  readonly operationsPerPoint: number;
  private readonly prologue: BatchPrologue;
  private readonly weights: Weights;
  private readonly gradients: Weights;
  private readonly adam: AdamMoments;
  private readonly encoder: Perceptron | null;
  private readonly decoder: Perceptron | null;
  private readonly projector: GaussianProjector;
  private readonly restraints: Restraints;
  private readonly image: Float32Array;
  /** Of each of the mask's points in `image`. */
  private readonly places: Uint32Array;
  private readonly x: Float64Array;
  private readonly y: Float64Array;
  private readonly amplitudes: Float64Array;
  private sums: LossSums = { images: 0, squares: 0, kl: 0, total: 0 };

  /** Error 'checkpoint-syntax' where the weights are not of the field. */
  constructor(
    private readonly field: AtomsField,
    { weights, optimizer }: ModelState,
    private readonly onDispose: (model: AtomsModel) => void,
  ) {
    const { boxPixels, zDim, centres } = field;
    this.spec = { boxPixels, zDim, domain: 'fourier' };
    const layout = makeSliceLayout(imageSpec(field));
    this.prologue = new BatchPrologue(layout, zDim > 0);
    this.points = layout.lattice.points;
    this.operationsPerPoint = 40 * centres;
    for (const [name, shape] of Object.entries(moleculeShapes(field))) parameter(weights, name, shape);
    this.weights = new Map([...weights].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
    const learned = learnedNames(field, this.points);
    this.gradients = zerosLike(this.weights, learned);
    this.adam = new AdamMoments(this.weights, learned, optimizer);
    const perceptron = (chain: ReturnType<typeof decoderOf>) =>
      chain && new Perceptron(chain, this.weights, this.gradients, 'relu');
    this.encoder = perceptron(encoderOf(field, this.points));
    this.decoder = perceptron(decoderOf(field));
    this.projector = new GaussianProjector(boxPixels, centres);
    this.restraints = restraintsOf(this.weights);
    this.image = new Float32Array(boxPixels * boxPixels);
    const { column, row } = layout.lattice;
    this.places = Uint32Array.from(column, (at, p) => (row[p] % boxPixels) * boxPixels + (at % boxPixels));
    this.x = new Float64Array(centres);
    this.y = new Float64Array(centres);
    this.amplitudes = new Float64Array(centres);
  }

  trainStep(batch: ImageBatch, options: StepOptions): Promise<void> {
    if (batch.count === 0) return Promise.resolve();
    this.accumulate(batch, options.beta);
    this.adam.step(this.gradients, options);
    this.keepInBounds();
    for (const { data } of this.gradients.values()) data.fill(0);
    return Promise.resolve();
  }

  /**
   * Sums over the images and the mask's points of (f·y, f², y²), f the structure's CTF·slice as it would be at a₀ = 1: by them a₀ is found
   * in closed form, and how much of the images the structure explains.
   */
  products(batch: ImageBatch): { product: number; square: number; images: number } {
    const prepared = this.prologue.prepare(batch);
    const { positions } = this.structuresOf(prepared.encoderInput, batch);
    const unit = Math.exp(-this.weights.get(LEARNED.logAmplitude)!.data[0]);
    const sums = { product: 0, square: 0, images: 0 };
    for (let image = 0; image < batch.count; image++) {
      this.predict(positions[image], batch.rotations.subarray(9 * image, 9 * image + 9));
      for (let p = 0, at = image * this.points; p < this.points; p++, at++) {
        const value = unit * prepared.ctf[at] * this.image[this.places[p]];
        sums.product += value * prepared.targets[at];
        sums.square += value * value;
        sums.images += prepared.targets[at] ** 2;
      }
    }
    return sums;
  }

  /** Positions at z (null: of one structure), 3N in fractions of the box. */
  structure(z: Float32Array | null): Float32Array {
    return Float32Array.from(this.structureAt(z).positions);
  }

  takeLosses(): Promise<Losses> {
    const { images, squares, kl, total } = this.sums;
    this.sums = { images: 0, squares: 0, kl: 0, total: 0 };
    const mean = (sum: number) => (images > 0 ? sum / images : 0);
    return Promise.resolve({ images, reconstruction: mean(squares), kl: mean(kl), total: mean(total) });
  }

  encode(batch: EncodedBatch): Promise<Latents> {
    if (!this.encoder) return Promise.resolve({ mu: new Float32Array(), logVariance: new Float32Array() });
    const output = this.encoder.forward(this.prologue.encoderInput(batch), batch.count);
    return Promise.resolve(split(output, batch.count, this.field.zDim));
  }

  evaluate(coordinates: Float32Array, z: Float32Array | null): Promise<Float32Array> {
    return Promise.resolve(coefficientsOf({ ...this.structureAt(z), boxPixels: this.field.boxPixels }, coordinates));
  }

  volume(z: Float32Array | null, boxPixels: number, standardDeviation: number): Promise<DecodedVolume> {
    const values = densityOf({ ...this.structureAt(z), boxPixels: this.field.boxPixels }, boxPixels, standardDeviation);
    return Promise.resolve({ values, statistics: null });
  }

  exportWeights(): Promise<Weights> {
    return Promise.resolve(
      new Map([...this.weights].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }])),
    );
  }

  exportOptimizer(): Promise<OptimizerState> {
    return Promise.resolve(this.adam.exported());
  }

  memoryBytes(): number {
    // Weights, gradients and both of Adam's moments.
    return 4 * [...this.weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  }

  dispose(): void {
    this.onDispose(this);
  }

  /** Gradients of the batch's mean loss into `gradients`. */
  private accumulate(batch: ImageBatch, beta: number): void {
    const { field, points } = this;
    const { count } = batch;
    const prepared = this.prologue.prepare(batch);
    const structures = this.structuresOf(prepared.encoderInput, batch);
    const offsetGradients = new Float32Array(this.decoder ? count * 3 * field.centres : 0);
    const positionGradient = new Float64Array(3 * field.centres);
    const shared = this.gradients.get(LEARNED.positions)!.data;
    const offsetScale = OFFSET_ANGSTROM / field.boxAngstrom;
    for (let image = 0; image < count; image++) {
      positionGradient.fill(0);
      const from = image * points;
      const targets = prepared.targets.subarray(from, from + points);
      const ctf = prepared.ctf.subarray(from, from + points);
      const rotation = batch.rotations.subarray(9 * image, 9 * image + 9);
      const at = structures.positions[image];
      const squares = this.compareImage({ at, rotation, targets, ctf, share: 1 / count }, positionGradient);
      const energy = this.restrain(at, 1 / count, positionGradient);
      this.sums.images++;
      this.sums.squares += squares;
      this.sums.total += squares + energy;
      for (let i = 0; i < positionGradient.length; i++) shared[i] += positionGradient[i];
      if (this.decoder)
        for (let i = 0; i < positionGradient.length; i++)
          offsetGradients[image * positionGradient.length + i] = offsetScale * positionGradient[i];
    }
    this.backThroughNetworks(structures, offsetGradients, batch, beta);
  }

  /** Adds the derivatives by positions, σ and a₀ of one image's mean squared error, times `share`; gives the error. */
  private compareImage({ at, rotation, targets, ctf, share }: ImageAt, positionGradient: Float64Array): number {
    const { boxPixels: D, centres } = this.field;
    const { image, x, y, amplitudes, points, places } = this;
    const sigma = this.predict(at, rotation);
    const byHartley = new Float32Array(D * D);
    let squares = 0;
    for (let p = 0; p < points; p++) {
      const place = places[p];
      const off = ctf[p] * image[place] - targets[p];
      squares += off * off;
      byHartley[place] += (2 * share * off * ctf[p]) / points;
    }
    hartleyImage(byHartley, D, byHartley);
    const by = this.projector.backproject(x, y, amplitudes, sigma, byHartley);
    for (let j = 0; j < centres; j++)
      for (let axis = 0; axis < 3; axis++)
        positionGradient[3 * j + axis] += D * (rotation[axis] * by.x[j] + rotation[3 + axis] * by.y[j]);
    this.gradients.get(LEARNED.sigma)!.data[0] += D * by.sigma;
    let byLog = 0;
    for (let j = 0; j < centres; j++) byLog += by.amplitude[j] * amplitudes[j];
    this.gradients.get(LEARNED.logAmplitude)!.data[0] += byLog;
    return squares / points;
  }

  /** The Hartley transform of a structure's projection into `image`; gives σ in pixels. x, y and amplitudes are those of the centres then. */
  private predict(at: Float64Array, rotation: Float32Array): number {
    const { boxPixels: D, centres } = this.field;
    const { image, x, y, amplitudes } = this;
    const sigma = this.sigma() * D;
    this.setAmplitudes();
    for (let j = 0; j < centres; j++) {
      const [px, py, pz] = [at[3 * j], at[3 * j + 1], at[3 * j + 2]];
      x[j] = D * (rotation[0] * px + rotation[1] * py + rotation[2] * pz);
      y[j] = D * (rotation[3] * px + rotation[4] * py + rotation[5] * pz);
    }
    image.fill(0);
    this.projector.project(x, y, amplitudes, sigma, image);
    hartleyImage(image, D, image);
    return sigma;
  }

  /** The restraints' energy; its derivatives by positions in fractions of the box, times `share`, are added. */
  private restrain(at: Float64Array, share: number, gradient: Float64Array): number {
    const { boxAngstrom, restraintStrength } = this.field;
    const own = new Float64Array(at.length);
    const energy = restraintEnergy(
      this.restraints,
      at.map((value) => value * boxAngstrom),
      restraintStrength,
      own,
    );
    for (let i = 0; i < own.length; i++) gradient[i] += share * boxAngstrom * own[i];
    return energy;
  }

  private structuresOf(encoderInput: Float32Array, { count, noise }: ImageBatch): Structures {
    const { zDim, centres, boxAngstrom } = this.field;
    const rest = this.weights.get(LEARNED.positions)!.data;
    if (!this.encoder || !this.decoder) {
      const none = new Float32Array();
      const positions = Float64Array.from(rest);
      return { mu: none, logVariance: none, z: none, positions: Array.from({ length: count }, () => positions) };
    }
    const { mu, logVariance } = split(this.encoder.forward(encoderInput, count), count, zDim);
    const z = mu.map((value, i) => value + (noise ? Math.exp(0.5 * logVariance[i]) * noise[i] : 0));
    const offsets = this.decoder.forward(z, count);
    const scale = OFFSET_ANGSTROM / boxAngstrom;
    const positions = Array.from({ length: count }, (_, image) =>
      Float64Array.from(rest, (value, i) => value + scale * offsets[image * 3 * centres + i]),
    );
    return { mu, logVariance, z, positions };
  }

  private backThroughNetworks(
    { mu, logVariance, z }: Structures,
    offsetGradients: Float32Array,
    { count, noise }: ImageBatch,
    beta: number,
  ): void {
    if (!this.encoder || !this.decoder) return;
    const { zDim } = this.field;
    const byZ = this.decoder.backward(offsetGradients, true)!;
    const weight = beta / (this.points * count);
    const byOutput = new Float32Array(count * 2 * zDim);
    for (let image = 0; image < count; image++)
      for (let a = 0; a < zDim; a++) {
        const i = image * zDim + a;
        const variance = Math.exp(logVariance[i]);
        const byLog = noise ? 0.5 * (z[i] - mu[i]) * byZ[i] : 0;
        byOutput[2 * image * zDim + a] = byZ[i] + weight * mu[i];
        byOutput[(2 * image + 1) * zDim + a] = byLog + 0.5 * weight * (variance - 1);
        const kl = 0.5 * (mu[i] * mu[i] + variance - 1 - logVariance[i]);
        this.sums.kl += kl;
        this.sums.total += (beta * kl) / this.points;
      }
    this.encoder.backward(byOutput, false);
  }

  private structureAt(z: Float32Array | null): { positions: Float64Array; amplitudes: Float64Array; sigma: number } {
    this.setAmplitudes();
    const positions = Float64Array.from(this.weights.get(LEARNED.positions)!.data);
    if (this.decoder) {
      const offsets = this.decoder.forward(z ?? new Float32Array(this.field.zDim), 1);
      const scale = OFFSET_ANGSTROM / this.field.boxAngstrom;
      offsets.forEach((offset, i) => (positions[i] += scale * offset));
    }
    return { positions, amplitudes: this.amplitudes, sigma: this.sigma() };
  }

  private setAmplitudes(): void {
    const { data: electrons } = this.weights.get(FIXED.electrons)!;
    const scale = Math.exp(this.weights.get(LEARNED.logAmplitude)!.data[0]);
    for (let j = 0; j < electrons.length; j++) this.amplitudes[j] = scale * electrons[j];
  }

  private sigma(): number {
    return this.weights.get(LEARNED.sigma)!.data[0];
  }

  /** A Gaussian narrower than the pixels hold would be a wrong map. */
  private keepInBounds(): void {
    const sigma = this.weights.get(LEARNED.sigma)!.data;
    const { boxPixels } = this.field;
    sigma[0] = Math.max(NARROWEST_PIXELS / boxPixels, Math.min(0.25, sigma[0]));
  }
}

/** One image to be compared with the projection of a structure. */
interface ImageAt {
  /** 3N, fractions of the box. */
  at: Float64Array;
  rotation: Float32Array;
  targets: Float32Array;
  ctf: Float32Array;
  /** Of the image in the batch. */
  share: number;
}

function restraintsOf(weights: Weights): Restraints {
  const data = (name: string) => weights.get(name)!.data;
  return {
    bonds: Int32Array.from(data(FIXED.bonds)),
    bondLengths: data(FIXED.bondLengths),
    sides: Int32Array.from(data(FIXED.sides)),
    sideLimit: data(FIXED.sideLimit)[0],
  };
}

/** Rows of (μ, log σ²) apart. */
function split(output: Float32Array, count: number, zDim: number): Latents {
  const mu = new Float32Array(count * zDim);
  const logVariance = new Float32Array(count * zDim);
  for (let i = 0; i < count; i++) {
    mu.set(output.subarray(2 * i * zDim, (2 * i + 1) * zDim), i * zDim);
    logVariance.set(output.subarray((2 * i + 1) * zDim, 2 * (i + 1) * zDim), i * zDim);
  }
  return { mu, logVariance };
}

/** A model kept among those of its engine until it is disposed. Errors: 'checkpoint-syntax', 'atoms-syntax'. */
export function openAtomsModel(field: AtomsField, state: ModelState, models: Set<FieldModel>): AtomsModel {
  if (field.centres < 1) throw new VitrineError('atoms-syntax', 'The model has no atoms.');
  const model = new AtomsModel(field, state, (disposed) => void models.delete(disposed));
  models.add(model);
  return model;
}
