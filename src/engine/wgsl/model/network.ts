// A network as the kernels see it: padded widths, where its weights lie, which copies of them the products want.
import { featureCount, decoderChain, encoderChain } from '../../parameters.ts';
import type { EncodingTable, ModelSpec } from '../../engine.ts';
import { makeSliceLayout, type SliceLayout } from '../../slices.ts';
import { waveTable, type WaveTable } from '../encoding/table.ts';
import type { Scalar } from '../gpu/kernels.ts';
import { padded, ParameterLayout, type LayerRegions, type Region } from '../parameters/layout.ts';

/** A copy of a matrix, made after each step. */
export interface MatrixCopy {
  region: Region;
  transposed: boolean;
  scalar: Scalar;
}

export class Network {
  readonly slices: SliceLayout;
  readonly waves: WaveTable;
  readonly parameters = new ParameterLayout();
  /** First, residual and last layers, or null for a homogeneous field. */
  readonly encoder: LayerRegions[] | null;
  readonly decoder: LayerRegions[];
  /** z's rows of the decoder's first layer; null without z. */
  readonly latentMatrix: Region | null;
  /** Padded widths of hidden layers, of z and of the encoder's ends. */
  readonly width: number;
  readonly encoderWidth: number;
  readonly latents: number;
  readonly encoderInputs: number;
  readonly encoderOutputs: number;
  readonly copies: MatrixCopy[] = [];

  constructor(
    readonly spec: ModelSpec,
    encoding: EncodingTable,
    /** Storage of the decoder's activations and of its matrices' copies. */
    readonly scalar: Scalar,
  ) {
    const { zDim } = spec;
    this.slices = makeSliceLayout(spec);
    this.waves = waveTable(encoding);
    const features = featureCount(encoding);
    const encoder = encoderChain(spec, this.slices.encoderInputs);
    this.encoder = encoder && this.parameters.add(encoder, null, false);
    const latentRows = Int32Array.from({ length: zDim }, (_, j) => features + j);
    const parts = zDim > 0 ? [this.waves.inputRows, latentRows] : [this.waves.inputRows];
    this.decoder = this.parameters.add(decoderChain(spec, features), parts, true);
    this.latentMatrix = this.decoder[0].matrices[1] ?? null;
    this.width = padded(spec.decoderDim);
    this.encoderWidth = padded(spec.encoderDim);
    this.latents = padded(zDim);
    this.encoderInputs = padded(this.slices.encoderInputs);
    this.encoderOutputs = padded(2 * zDim);

    const [first, ...others] = this.decoder.slice(0, -1).map(({ matrices }) => matrices[0]);
    if (scalar === 'f16')
      for (const region of [first, ...others]) this.copies.push({ region, transposed: false, scalar });
    for (const region of others) this.copies.push({ region, transposed: true, scalar });
    if (this.latentMatrix) this.copies.push({ region: this.latentMatrix, transposed: true, scalar: 'f32' });
    for (const { matrices } of this.encoder?.slice(1) ?? [])
      this.copies.push({ region: matrices[0], transposed: true, scalar: 'f32' });
  }

  /** Hidden layers of the decoder, the first included. */
  get hidden(): number {
    return this.decoder.length - 1;
  }

  /** Bytes that a row of a chunk takes in all its buffers. */
  bytesOfRow(scalarBytes: number, storedFeatures: boolean): number {
    const features = storedFeatures ? this.waves.padded : 0;
    return scalarBytes * ((this.hidden + 2) * this.width + features) + 16;
  }

  /** Multiplications of a row's widest product. */
  get widestProduct(): number {
    return this.width * Math.max(this.width, this.waves.padded);
  }
}
