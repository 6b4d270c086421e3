// What every engine computes on the CPU before a step, from a batch of Hartley images: shifted targets and CTF in the
// order of the decoder's rows, the flips into the half space, and the encoder's input (centred, times the CTF's sign).
// A row predicts (H at q, H at −q) in domain 'fourier', so a flipped row takes its two targets in exchanged order.
import { ctfAtPoints } from '../imaging/ctf.ts';
import { ringsOfPoints } from '../imaging/lattice.ts';
import { shiftHartley } from '../imaging/shift.ts';
import { transferAtPoints } from '../imaging/transfer.ts';
import type { EncodedBatch, ImageBatch, ResidualWeights } from './engine.ts';
import { flipsOfImage, type SliceLayout } from './slices.ts';

/**
 * What a training step of any engine takes of a batch of B images; a row is a point of the slice that the decoder
 * evaluates.
 */
export interface PreparedBatch {
  count: number;
  /** B·rowsPerImage × channels, shifted Hartley values; times √w where residuals are weighted. */
  targets: Float32Array;
  /** The same shape; 1 without CTF; times √w and the image's contrast where residuals are weighted. */
  ctf: Float32Array;
  /** B·rowsPerImage flags. */
  flips: Uint8Array;
  /** B×encoderInputs; empty for a homogeneous field. */
  encoderInput: Float32Array;
}

/** Holds the buffers of one model's batches; what `prepare` returns is valid until its next call. */
export class BatchPrologue {
  private shifted: Float32Array;
  private transfer: Float32Array;
  /** P, made when residuals are first weighted. */
  private rings: Uint16Array | null = null;
  private prepared: PreparedBatch | null = null;

  constructor(
    readonly layout: SliceLayout,
    private readonly withEncoder: boolean,
  ) {
    this.shifted = new Float32Array(layout.lattice.points);
    this.transfer = new Float32Array(layout.lattice.points);
  }

  /** Targets, CTF, flips and encoder input of a training batch. */
  prepare(batch: ImageBatch): PreparedBatch {
    const { rowsPerImage, channels, encoderInputs, lattice } = this.layout;
    const rows = batch.count * rowsPerImage;
    if (this.prepared?.count !== batch.count)
      this.prepared = {
        count: batch.count,
        targets: new Float32Array(rows * channels),
        ctf: new Float32Array(rows * channels),
        flips: new Uint8Array(rows),
        encoderInput: new Float32Array(this.withEncoder ? batch.count * encoderInputs : 0),
      };
    const { targets, ctf, flips, encoderInput } = this.prepared;
    const last = lattice.points - 1;
    for (let image = 0; image < batch.count; image++) {
      this.loadImage(batch, image);
      if (this.withEncoder) this.writeEncoderInput(encoderInput, image);
      if (batch.residuals) this.weighImage(batch.residuals, image);
      const first = image * rowsPerImage;
      flipsOfImage(this.layout, batch.rotations, 9 * image, flips, first);
      if (channels === 1) {
        targets.set(this.shifted, first);
        ctf.set(this.transfer, first);
        continue;
      }
      for (let row = 0; row < rowsPerImage; row++) {
        const at = 2 * (first + row);
        const flip = flips[first + row];
        const near = flip ? last - row : row;
        targets[at] = this.shifted[near];
        targets[at + 1] = this.shifted[last - near];
        ctf[at] = this.transfer[near];
        ctf[at + 1] = this.transfer[last - near];
      }
    }
    return this.prepared;
  }

  /** B×encoderInputs, a new array. */
  encoderInput(batch: EncodedBatch): Float32Array {
    const out = new Float32Array(batch.count * this.layout.encoderInputs);
    for (let image = 0; image < batch.count; image++) {
      this.loadImage(batch, image);
      this.writeEncoderInput(out, image);
    }
    return out;
  }

  private loadImage(batch: EncodedBatch, image: number): void {
    const { lattice } = this.layout;
    const values = batch.images.subarray(image * lattice.points, (image + 1) * lattice.points);
    const t = batch.translations;
    if (t) shiftHartley(values, lattice, { tx: t[2 * image], ty: t[2 * image + 1] }, this.shifted);
    else this.shifted.set(values);
    const row = batch.ctf?.subarray(9 * image, 9 * image + 9);
    const optics = batch.optics?.subarray(10 * image, 10 * image + 10);
    if (row && optics) transferAtPoints(row, optics, lattice, this.transfer);
    else if (row) ctfAtPoints(row, lattice, this.transfer);
    else this.transfer.fill(1);
  }

  /** (√w·y, √w·c·CTF): the squared error of these is the weighted one. */
  private weighImage({ amplitudes, contrast }: ResidualWeights, image: number): void {
    const { lattice } = this.layout;
    this.rings ??= ringsOfPoints(lattice);
    const first = image * (lattice.boxPixels / 2 + 1);
    for (let p = 0; p < lattice.points; p++) {
      const amplitude = amplitudes[first + this.rings[p]];
      this.shifted[p] *= amplitude;
      this.transfer[p] *= amplitude * contrast[image];
    }
  }

  private writeEncoderInput(out: Float32Array, image: number): void {
    const { encoderPoints, encoderInputs } = this.layout;
    const at = image * encoderInputs;
    for (let i = 0; i < encoderInputs; i++) {
      const p = encoderPoints ? encoderPoints[i] : i;
      out[at + i] = this.shifted[p] * Math.sign(this.transfer[p]);
    }
  }
}
