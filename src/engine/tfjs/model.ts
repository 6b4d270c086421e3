// The field as a FieldModel on any tfjs backend: one step is the encoder forward, the decoder forward and backward in
// chunks of images (so that activations stay small), the encoder backward, Adam. Gradients are written out (chain.ts);
// model.test.ts holds the autodiff twin.
//   loss = Σ w (c·CTF·ŷ − y)² / (B·P) + β/(Z·P) · Σ KL,  KL = −½ Σ (1 + log σ² − μ² − σ²),  z = μ + σ·noise
// of B images and Z latents: B of them, or one a pair. The images of one latent follow each other, so that its rows do.
import * as tf from '@tensorflow/tfjs-core';
import { BatchPrologue, type PreparedBatch } from '../batch.ts';
import type {
  EncodedBatch,
  EncodingTable,
  FieldModel,
  ImageBatch,
  Latents,
  Losses,
  ModelSpec,
  ModelState,
  OptimizerState,
  StepOptions,
  Weights,
} from '../engine.ts';
import { VitrineError } from '../../base/errors.ts';
import { FeatureMaker } from '../features.ts';
import {
  decoderChain,
  decoderOperations,
  encoderChain,
  givenLatents,
  hasEncoder,
  imagesPerLatent,
  joined,
  latentCount,
  refuseWithoutEncoder,
} from '../parameters.ts';
import { makeSliceLayout, type SliceLayout } from '../slices.ts';
import { product } from './products.ts';
import { adamStep, type AdamState } from './adam.ts';
import { backward, forward, type Dense, type DenseGradient } from './chain.ts';
import { chunkGradients, sliceChain, type DecoderChunk } from './decoder.ts';
import { denseChain, FlatLayout } from './flat.ts';

/** Decoder rows computed at a time: larger hardly runs faster, and 64 MB an activation at width 1024 is enough. */
const CHUNK_ROWS = 16384;

interface EncoderPass {
  outputs: tf.Tensor2D[];
  mu: tf.Tensor2D;
  logVariance: tf.Tensor2D;
}

/** Rows of `count` images from `image` on, all those of their latents; of a single image those from `firstRow` on. */
interface Piece {
  image: number;
  count: number;
  firstRow: number;
  rows: number;
}

/** Rows computed at a time, and what is told when the model is disposed of. */
export interface TfjsModelOptions {
  /** Decoder rows computed at a time, rounded to whole images. */
  chunkRows?: number;
  /** Most bytes of one tensor; an image whose rows do not fit is computed in pieces. No limit unless said. */
  bindingBytes?: number;
  onDispose?: () => void;
}

/** The field as a FieldModel in TensorFlow.js: the twin of the hand-written engines. */
export class TfjsModel implements FieldModel {
  readonly points: number;
  readonly operationsPerPoint: number;
  private readonly onDispose: () => void;
  private readonly layout: SliceLayout;
  private readonly flat: FlatLayout;
  private readonly encoderLength: number;
  private readonly chunkRows: number;
  /** Rows of one image computed at a time: all of them where they fit. */
  private readonly pieceRows: number;
  private readonly makeFeatures: FeatureMaker;
  private readonly prologue: BatchPrologue;
  private readonly adam: AdamState;
  private readonly buffers = new Map<number, Float32Array>();
  private readonly units = new Map<number, tf.Tensor2D>();
  /** Sums over the images since the last `takeLosses`: squares, KL, β·KL. */
  private sums: tf.Tensor1D = tf.zeros([3]);
  private images = 0;
  /** Of each step since they were taken. */
  private latentGradients: Promise<Float32Array>[] = [];
  /** Images that share one latent. */
  private readonly shared: number;

  constructor(
    readonly spec: ModelSpec,
    encoding: EncodingTable,
    state: ModelState,
    { chunkRows = CHUNK_ROWS, bindingBytes = Infinity, onDispose = () => undefined }: TfjsModelOptions = {},
  ) {
    this.onDispose = onDispose;
    this.layout = makeSliceLayout(spec);
    this.points = this.layout.lattice.points;
    this.operationsPerPoint = decoderOperations(spec);
    this.shared = imagesPerLatent(spec);
    this.makeFeatures = new FeatureMaker(encoding);
    const encoder = encoderChain(spec, this.layout.encoderInputs);
    this.encoderLength = encoder?.length ?? 0;
    this.flat = new FlatLayout([encoder ?? [], decoderChain(spec, this.makeFeatures.count)]);
    this.pieceRows = this.rowsThatFit(bindingBytes);
    this.chunkRows = Math.min(chunkRows, this.pieceRows);
    this.prologue = new BatchPrologue(this.layout, encoder !== null);
    const optimizer = state.optimizer;
    this.adam = {
      steps: optimizer?.steps ?? 0,
      parameters: this.flat.fromWeights(state.weights),
      first: optimizer ? this.flat.fromWeights(optimizer.first) : tf.zeros([this.flat.size]),
      second: optimizer ? this.flat.fromWeights(optimizer.second) : tf.zeros([this.flat.size]),
    };
  }

  async trainStep(batch: ImageBatch, options: StepOptions): Promise<void> {
    const { gradient, sums, latents } = this.gradients(batch, options.beta);
    if (latents) {
      const read = latents.data() as Promise<Float32Array>;
      // A read that fails is told to who takes it.
      read.catch(() => undefined);
      this.latentGradients.push(read);
    }
    latents?.dispose();
    adamStep(this.adam, gradient, options.learningRate, options.weightDecay);
    const before = this.sums;
    this.sums = tf.add(before, sums);
    this.images += batch.count;
    tf.dispose([before, sums, gradient]);
  }

  /** Of a model without encoder, as the interface has it. */
  async takeLatentGradients(): Promise<Float32Array> {
    return joined(await Promise.all(this.latentGradients.splice(0)));
  }

  /**
   * Gradient of the loss by the flat parameters, the batch's sums and, of given latents, the gradient by them; all are the
   * caller's to dispose.
   */
  gradients(batch: ImageBatch, beta: number): { gradient: tf.Tensor1D; sums: tf.Tensor1D; latents?: tf.Tensor2D } {
    const latents = latentCount(this.spec, batch.count);
    const prepared = this.prologue.prepare(batch);
    return tf.tidy(() => {
      const { encoder, decoder } = this.chains();
      const features = this.makeFeatures.count;
      const weight = 1 / (batch.count * this.points);
      const klWeight = beta / (latents * this.points);
      const zDim = this.spec.zDim;
      const encodes = hasEncoder(this.spec);
      const input = tf.tensor2d(prepared.encoderInput, [encodes ? batch.count : 0, this.layout.encoderInputs]);
      const pass = encodes ? this.encoderPass(input, encoder) : null;
      const given = givenLatents(this.spec, batch);
      const noise = pass && tf.tensor2d(batch.noise ?? new Float32Array(latents * zDim), [latents, zDim]);
      const sigma = pass && tf.exp(tf.mul(pass.logVariance, 0.5));
      const sampled = pass && noise && sigma ? (tf.add(pass.mu, tf.mul(sigma, noise)) as tf.Tensor2D) : null;
      const z = given ? tf.tensor2d(given, [latents, zDim]) : sampled;

      const first = decoder[0];
      const width = first.matrix.shape[1];
      const latentPart = tf.slice2d(first.matrix, [features, 0], [zDim, width]);
      const groups = this.groups(z, latentPart, first.bias as tf.Tensor1D);
      const parts = this.decoderPass(batch, prepared, decoder, groups, weight);

      const groupGradient = parts.groups;
      const featureGradient = parts.gradients[0].matrix;
      parts.gradients[0] = { matrix: featureGradient, bias: tf.sum<tf.Tensor1D>(groupGradient, 0) };
      let kl: tf.Tensor = tf.scalar(0);
      let encoderGradients: DenseGradient[] = [];
      const zGradient = z && product(groupGradient, tf.transpose(latentPart));
      if (z) {
        const latentGradient = tf.matMul(tf.transpose(z), groupGradient) as tf.Tensor2D;
        parts.gradients[0].matrix = tf.concat2d([featureGradient, latentGradient], 0);
      }
      if (pass && zGradient && noise && sigma) {
        const variance = tf.square(sigma);
        kl = tf.mul(-0.5, tf.sum(tf.sub(tf.sub(tf.add(1, pass.logVariance), tf.square(pass.mu)), variance)));
        const muGradient = tf.add(zGradient, tf.mul(pass.mu, klWeight)) as tf.Tensor2D;
        const logVarianceGradient = tf.add(
          tf.mul(tf.mul(zGradient, noise), tf.mul(sigma, 0.5)),
          tf.mul(tf.sub(variance, 1), 0.5 * klWeight),
        ) as tf.Tensor2D;
        const outputGradient = tf.concat2d([muGradient, logVarianceGradient], 1);
        encoderGradients = backward(tf.transpose(input), pass.outputs, encoder, outputGradient, this.spec.activation);
      }
      const sums = tf.stack([parts.squares, kl, tf.mul(kl, beta)]) as tf.Tensor1D;
      const gradient = this.flat.join([...encoderGradients, ...parts.gradients]);
      return { gradient, sums, ...(given && zGradient && { latents: zGradient }) };
    });
  }

  async takeLosses(): Promise<Losses> {
    const [squares, kl, weightedKl] = await this.sums.data();
    const images = this.images;
    this.sums.dispose();
    this.sums = tf.zeros([3]);
    this.images = 0;
    const n = Math.max(images, 1);
    const latents = n / this.shared;
    const reconstruction = squares / (n * this.points);
    return { images, reconstruction, kl: kl / latents, total: reconstruction + weightedKl / (latents * this.points) };
  }

  async encode(batch: EncodedBatch): Promise<Latents> {
    latentCount(this.spec, batch.count);
    refuseWithoutEncoder(this.spec);
    const input = this.prologue.encoderInput(batch);
    const [mu, logVariance] = tf.tidy(() => {
      const pass = this.encoderPass(
        tf.tensor2d(input, [batch.count, this.layout.encoderInputs]),
        this.chains().encoder,
      );
      return [pass.mu, pass.logVariance];
    });
    const latents = {
      mu: Float32Array.from(await mu.data()),
      logVariance: Float32Array.from(await logVariance.data()),
    };
    tf.dispose([mu, logVariance]);
    return latents;
  }

  async evaluate(coordinates: Float32Array, z: Float32Array | null): Promise<Float32Array> {
    const points = coordinates.length / 3;
    const channels = this.layout.channels;
    const features = this.makeFeatures.count;
    const out = new Float32Array(points * channels);
    for (let from = 0; from < points; from += this.chunkRows) {
      const rows = Math.min(this.chunkRows, points - from);
      const buffer = this.buffer(features, 1, rows);
      this.makeFeatures.ofCoordinates(coordinates, from, rows, buffer, rows);
      const values = tf.tidy(() => {
        const { decoder } = this.chains();
        const latents = z && tf.tensor2d(z, [1, this.spec.zDim]);
        const first = decoder[0];
        const latentPart = tf.slice2d(first.matrix, [features, 0], [this.spec.zDim, first.matrix.shape[1]]);
        const group = this.groups(latents, latentPart, first.bias as tf.Tensor1D);
        const chain = sliceChain(decoder, features, group);
        chain[chain.length - 1] = decoder[decoder.length - 1];
        const input = tf.transpose(tf.tensor2d(buffer, [features + 1, rows]));
        return forward(input as tf.Tensor2D, chain, this.spec.activation)[chain.length - 1];
      });
      out.set(await values.data(), from * channels);
      values.dispose();
    }
    return out;
  }

  exportWeights(): Promise<Weights> {
    return this.flat.toWeights(this.adam.parameters);
  }

  async exportOptimizer(): Promise<OptimizerState> {
    return {
      steps: this.adam.steps,
      first: await this.flat.toWeights(this.adam.first),
      second: await this.flat.toWeights(this.adam.second),
    };
  }

  memoryBytes(): number {
    const rows = Math.min(this.pieceRows, Math.max(this.shared * this.layout.rowsPerImage, this.chunkRows));
    const activations = rows * (2 * this.makeFeatures.count + this.spec.decoderDim * (2 * this.spec.decoderLayers + 4));
    return 4 * (3 * this.flat.size + activations);
  }

  dispose(): void {
    tf.dispose([this.adam.parameters, this.adam.first, this.adam.second, this.sums, ...this.units.values()]);
    this.units.clear();
    this.buffers.clear();
    this.onDispose();
  }

  private chains(): { encoder: Dense[]; decoder: Dense[] } {
    const layers = this.flat.split(this.adam.parameters);
    return {
      encoder: denseChain(layers.slice(0, this.encoderLength), (side) => this.unit(side)),
      decoder: denseChain(layers.slice(this.encoderLength), (side) => this.unit(side)),
    };
  }

  private encoderPass(input: tf.Tensor2D, encoder: Dense[]): EncoderPass {
    const outputs = forward(input, encoder, this.spec.activation);
    const [mu, logVariance] = tf.split<tf.Tensor2D>(outputs[outputs.length - 1], 2, 1);
    return { outputs, mu, logVariance };
  }

  /** z's part of the first layer and its bias, one row a latent; a single row without z. */
  private groups(z: tf.Tensor2D | null, latentPart: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
    if (!z) return tf.reshape(bias, [1, bias.size]);
    return tf.add(tf.matMul(z, latentPart), bias);
  }

  private decoderPass(
    batch: ImageBatch,
    prepared: PreparedBatch,
    decoder: Dense[],
    groups: tf.Tensor2D,
    weight: number,
  ): { squares: tf.Scalar; gradients: DenseGradient[]; groups: tf.Tensor2D } {
    const features = this.makeFeatures.count;
    const one = this.spec.zDim === 0;
    let squares: tf.Scalar = tf.scalar(0);
    let gradients: DenseGradient[] | null = null;
    const groupParts: tf.Tensor2D[] = [];
    for (const piece of this.pieces(batch.count)) {
      const { image, count } = piece;
      const part = tf.tidy(() => {
        const [first, own] = [Math.floor(image / this.shared), Math.ceil(count / this.shared)];
        const chunkGroups = one ? groups : tf.slice2d(groups, [first, 0], [own, groups.shape[1]]);
        const chain = sliceChain(decoder, features, chunkGroups);
        return chunkGradients(this.chunk(batch, prepared, piece), chain, features, this.spec.activation, weight);
      });
      squares = tf.add(squares, part.squares);
      gradients = gradients ? addGradients(gradients, part.gradients) : part.gradients;
      const goesOn = piece.firstRow > 0 || image % this.shared !== 0;
      const before = goesOn && !one ? groupParts.pop() : undefined;
      groupParts.push(before ? tf.add(before, part.groups) : part.groups);
    }
    const joined = one ? groupParts.reduce((a, b) => tf.add(a, b)) : tf.concat2d(groupParts, 0);
    return { squares, gradients: gradients ?? [], groups: joined };
  }

  /** What is computed at a time: the images of several latents, or rows of one image where those are too many. */
  private *pieces(images: number): Generator<Piece> {
    const { rowsPerImage } = this.layout;
    if (this.pieceRows >= this.shared * rowsPerImage) {
      const perChunk = this.shared * Math.max(1, Math.floor(this.chunkRows / (this.shared * rowsPerImage)));
      for (let image = 0; image < images; image += perChunk) {
        const count = Math.min(perChunk, images - image);
        yield { image, count, firstRow: 0, rows: count * rowsPerImage };
      }
      return;
    }
    for (let image = 0; image < images; image++)
      for (let firstRow = 0; firstRow < rowsPerImage; firstRow += this.pieceRows)
        yield { image, count: 1, firstRow, rows: Math.min(this.pieceRows, rowsPerImage - firstRow) };
  }

  private chunk(batch: ImageBatch, prepared: PreparedBatch, { image, count, firstRow, rows }: Piece): DecoderChunk {
    const { rowsPerImage, channels } = this.layout;
    const features = this.makeFeatures.count;
    const groups = this.spec.zDim === 0 ? 1 : Math.ceil(count / this.shared);
    const whole = count * rowsPerImage;
    let buffer = this.buffer(features, groups, whole);
    // The pieces of one image share the features of its first.
    if (firstRow === 0) this.featuresOfImages(batch, prepared, image, count, { out: buffer, stride: whole });
    if (rows < whole) {
      const part = this.buffer(features, groups, rows);
      for (let feature = 0; feature < features; feature++) {
        const at = feature * whole + firstRow;
        part.set(buffer.subarray(at, at + rows), feature * rows);
      }
      buffer = part;
    }
    const from = (image * rowsPerImage + firstRow) * channels;
    const to = from + rows * channels;
    return {
      inputTransposed: tf.tensor2d(buffer, [features + groups, rows]),
      targets: tf.tensor2d(prepared.targets.subarray(from, to), [rows, channels]),
      ctf: tf.tensor2d(prepared.ctf.subarray(from, to), [rows, channels]),
    };
  }

  private featuresOfImages(
    batch: ImageBatch,
    prepared: PreparedBatch,
    image: number,
    count: number,
    { out, stride }: { out: Float32Array; stride: number },
  ): void {
    const { rowsPerImage } = this.layout;
    for (let i = 0; i < count; i++) {
      const at = image + i;
      const { flips } = prepared;
      const to = i * rowsPerImage;
      this.makeFeatures.ofSlice(
        this.layout,
        { rotations: batch.rotations, at: 9 * at, flips, flipsAt: at * rowsPerImage },
        { out, stride, first: to },
      );
    }
  }

  /** Error: 'out-of-memory' where the parameters alone do not fit into one tensor. */
  private rowsThatFit(bindingBytes: number): number {
    if (4 * this.flat.size > bindingBytes)
      throw new VitrineError('out-of-memory', 'The network is too large for the graphics processor.', {
        expected: `at most ${Math.floor(bindingBytes / 4e6)} million parameters`,
        found: `${Math.ceil(this.flat.size / 1e6)} million`,
        advice: 'Train at a smaller box or with a narrower network, or choose the CPU.',
      });
    // Beside the features each image of a chunk has a column.
    const widest = Math.max(this.makeFeatures.count + 64, this.spec.decoderDim);
    return Math.max(16, Math.floor(bindingBytes / (4 * widest)));
  }

  private unit(side: number): tf.Tensor2D {
    const made = this.units.get(side) ?? tf.keep(tf.eye(side));
    this.units.set(side, made);
    return made;
  }

  /** (features + groups)×rows, the flags of the groups set: equal shares of the rows in order. */
  private buffer(features: number, groups: number, rows: number): Float32Array {
    const key = groups * 2 ** 32 + rows;
    let buffer = this.buffers.get(key);
    if (!buffer) {
      if (this.buffers.size > 8) this.buffers.clear();
      buffer = new Float32Array((features + groups) * rows);
      const share = rows / groups;
      for (let group = 0; group < groups; group++) {
        const at = (features + group) * rows + group * share;
        buffer.fill(1, at, at + share);
      }
      this.buffers.set(key, buffer);
    }
    return buffer;
  }
}

function addGradients(a: DenseGradient[], b: DenseGradient[]): DenseGradient[] {
  return a.map(({ matrix, bias }, i) => ({ matrix: tf.add(matrix, b[i].matrix), bias: tf.add(bias, b[i].bias) }));
}
