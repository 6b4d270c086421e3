// The decoder at given points for one z, recorded once for a number of points: z's part of the first layer, the hidden layers,
// the raw values (Re, Im) or Hartley. Points and values are views, so that a map never leaves the device.
import type { View } from '../gpu/arena.ts';
import type { Command } from '../gpu/gpu.ts';
import { bytesOf, paddedRows, ROWS_PAD } from '../gpu/kernels.ts';
import { makeValues } from '../output/output.ts';
import { outputShape } from './decoder-backward.ts';
import { decoderForward, latentGroups, type Workshop } from './decoder-forward.ts';

export class ValuesProgram {
  private constructor(
    private readonly workshop: Workshop,
    private readonly z: View,
    readonly points: number,
    readonly commands: readonly Command[],
  ) {}

  /** `points`: rows × vec4f, rows padded to 128; `values`: rows × channels float32, padded alike. */
  static async record(
    workshop: Workshop,
    { points, values, rows }: { points: View; values: View; rows: number },
    mostRows: number,
  ): Promise<ValuesProgram> {
    const { gpu, arena, network, trainables, tuned } = workshop;
    const { width, latents, scalar, slices } = network;
    const z = arena.floats('z', ROWS_PAD * Math.max(1, latents));
    const ownGroups = arena.floats('groups', ROWS_PAD * width);
    const groups = network.latentMatrix ? ownGroups : trainables.parameter(network.decoder[0].bias);
    const share = Math.min(paddedRows(rows), Math.max(ROWS_PAD, Math.floor(mostRows / ROWS_PAD) * ROWS_PAD));
    const scalars = (label: string, columns: number) => arena.buffer(label, bytesOf(scalar) * share * columns);
    const features = tuned.encoding === 'stored' ? scalars('features', network.waves.padded) : null;
    const turns = [scalars('hidden, even', width), scalars('hidden, odd', width)];
    const hidden = Array.from({ length: network.hidden }, (_, layer) => turns[layer % 2]);
    const last = network.decoder[network.hidden];

    const commands = await latentGroups(workshop, z, groups, 1);
    for (let first = 0; first < rows; first += share) {
      const count = Math.min(share, rows - first);
      const part = (view: View, bytesOfRow: number): View => ({
        buffer: view.buffer,
        offset: view.offset + first * bytesOfRow,
        size: Math.min(view.size - first * bytesOfRow, paddedRows(count) * bytesOfRow),
      });
      const place = { rows: count, firstRow: 0, rowsPerImage: rows };
      const inputs = { points: part(points, 16), groups, features, rows: place };
      commands.push(...(await decoderForward(workshop, inputs, hidden)));
      const output = {
        left: hidden[network.hidden - 1],
        weights: trainables.parameter(last.matrices[0]),
        bias: trainables.parameter(last.bias),
        values: part(values, 4 * slices.channels),
      };
      commands.push(...(await makeValues(gpu, arena, outputShape(workshop), output, { rows: count })));
    }
    return new ValuesProgram(workshop, z, rows, commands);
  }

  /** Fills the values for one z; null for a homogeneous field. */
  submit(z: Float32Array | null): void {
    const { gpu, network } = this.workshop;
    if (network.spec.zDim > 0) gpu.write(this.z, z ?? new Float32Array(network.spec.zDim));
    gpu.submit(this.commands);
  }
}
