// A network as the kernels see it: padded widths, where its weights lie, which copies of them the products want.
import { featureCount, decoderChain, encoderChain, imagesPerLatent, type Chain } from '../../parameters.ts';
import type { EncodingTable, ModelSpec } from '../../engine.ts';
import { makeSliceLayout, type SliceLayout } from '../../slices.ts';
import { waveTable, type WaveTable } from '../encoding/table.ts';
import { paddedRows, type Scalar } from '../gpu/kernels.ts';
import { padded, ParameterLayout, type LayerRegions, type Region } from '../parameters/layout.ts';

/** A copy of a matrix, made after each step. */
export interface MatrixCopy {
  region: Region;
  transposed: boolean;
  scalar: Scalar;
}

/** Regions of an encoder's layer, and how it is computed. */
export interface EncoderLayer extends LayerRegions {
  activated: boolean;
  joined: boolean;
}

/** Shapes of a model as the kernels see them: padded widths, regions of the flat buffers, copies of matrices. */
export class Network {
  readonly slices: SliceLayout;
  readonly waves: WaveTable;
  readonly parameters = new ParameterLayout();
  /** First, residual and last layers, or null for a homogeneous field. Of tilt pairs first those of single images. */
  readonly encoder: EncoderLayer[] | null;
  readonly decoder: LayerRegions[];
  /** Images that share a latent, one after the other. */
  readonly imagesPerLatent: number;
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
    this.imagesPerLatent = imagesPerLatent(spec);
    this.encoder = this.addEncoder(encoderChain(spec, this.slices.encoderInputs));
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

  /**
   * Where pairs are joined, two rows of the layer before are read as one of twice the padded width, whose inputs lie as
   * they were padded.
   */
  private addEncoder(chain: Chain | null): EncoderLayer[] | null {
    if (!chain) return null;
    const at = chain.findIndex(({ joined }) => joined);
    const single = at < 0 ? chain : chain.slice(0, at);
    const pairs = at < 0 ? [] : chain.slice(at);
    const width = this.spec.encoderDim;
    const inputOf = (view: number, unit: number) => (unit < width ? view * width + unit : -1);
    const rows = Int32Array.from({ length: 2 * padded(width) }, (_, row) =>
      inputOf(Math.floor(row / padded(width)), row % padded(width)),
    );
    const regions = [
      ...this.parameters.add(single, null, false),
      ...(pairs.length > 0 ? this.parameters.add(pairs, [rows], false) : []),
    ];
    return regions.map((layer, i) => ({ ...layer, activated: chain[i].activated, joined: chain[i].joined }));
  }

  /** Rows of a batch's encoder at a layer: images, or from where they are joined on pairs. */
  encoderRows(layer: number, images: number): number {
    return this.seesPairs(layer) ? images / this.imagesPerLatent : images;
  }

  /** Rows to hold for them: padded as images and as pairs. */
  encoderRowsHeld(layer: number, images: number): number {
    return (this.seesPairs(layer) ? 1 : this.imagesPerLatent) * paddedRows(images / this.imagesPerLatent);
  }

  private seesPairs(layer: number): boolean {
    return (this.encoder ?? []).slice(0, layer + 1).some(({ joined }) => joined);
  }

  /** Rows of the decoder that share a latent, one after the other. */
  get rowsPerLatent(): number {
    return this.imagesPerLatent * this.slices.rowsPerImage;
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
