// The decoder at given points for one z, recorded once for a number of points: z's part of the first layer, the hidden layers,
// the raw values (Re, Im) or Hartley. Points and values are views, so that a map never leaves the device. Where the points
// are more than are computed at a time, one chunk is recorded and used for all: points are copied in, values out, so that what
// is recorded does not grow with the map.
import type { BufferView } from '../gpu/arena.ts';
import type { Command, Copy } from '../gpu/gpu.ts';
import { bytesOf, paddedRows, ROWS_PAD } from '../gpu/kernels.ts';
import { makeValues } from '../output/output.ts';
import { outputShape } from './decoder-backward.ts';
import { decoderForward, latentGroups, type ModelContext } from './decoder-forward.ts';

/** The decoder at a number of points, recorded once. */
export class ValuesProgram {
  private constructor(
    private readonly context: ModelContext,
    private readonly z: BufferView,
    readonly points: number,
    readonly commands: readonly Command[],
  ) {}

  /** `points`: rows × vec4f, rows padded to 128; `values`: rows × channels float32, padded alike. */
  static async record(
    context: ModelContext,
    { points, values, rows }: { points: BufferView; values: BufferView; rows: number },
    mostRows: number,
  ): Promise<ValuesProgram> {
    const { gpu, arena, network, trainables, tuned } = context;
    const { width, latents, scalar, slices } = network;
    const z = arena.floats('z', ROWS_PAD * Math.max(1, latents));
    const ownGroups = arena.floats('groups', ROWS_PAD * width);
    const groups = network.latentMatrix ? ownGroups : trainables.parameter(network.decoder[0].bias);
    // Equal shares: the last chunk computes as many rows as the others, whatever it has.
    const chunks = Math.ceil(rows / Math.max(ROWS_PAD, Math.floor(mostRows / ROWS_PAD) * ROWS_PAD));
    const share = chunks === 1 ? rows : paddedRows(Math.ceil(rows / chunks));
    const scalars = (label: string, columns: number) =>
      arena.buffer(label, bytesOf(scalar) * paddedRows(share) * columns);
    const features = tuned.encoding === 'stored' ? scalars('features', network.waves.padded) : null;
    const turns = [scalars('hidden, even', width), scalars('hidden, odd', width)];
    const hidden = Array.from({ length: network.hidden }, (_, layer) => turns[layer % 2]);
    const last = network.decoder[network.hidden];
    const bytesOfValue = 4 * slices.channels;

    const whole = chunks === 1;
    const here = {
      points: whole ? points : arena.floats('points of a chunk', 4 * share),
      values: whole ? values : arena.floats('values of a chunk', slices.channels * share),
    };
    const place = { rows: share, firstRow: 0, rowsPerImage: rows };
    const chunk = [
      ...(await decoderForward(context, { points: here.points, groups, features, rows: place }, hidden)),
      ...(await makeValues(
        { gpu, arena },
        outputShape(context),
        {
          left: hidden[network.hidden - 1],
          weights: trainables.parameter(last.matrices[0]),
          bias: trainables.parameter(last.bias),
          values: here.values,
        },
        { rows: share },
      )),
    ];
    const part = (view: BufferView, bytesOfRow: number, first: number, count: number): BufferView => ({
      buffer: view.buffer,
      offset: view.offset + first * bytesOfRow,
      size: count * bytesOfRow,
    });
    const commands = await latentGroups(context, z, groups, 1);
    for (let first = 0; first < rows; first += share) {
      const count = Math.min(share, rows - first);
      const copied = (from: BufferView, to: BufferView): Copy[] => (whole ? [] : [{ from, to }]);
      commands.push(
        ...copied(part(points, 16, first, count), part(here.points, 16, 0, count)),
        ...chunk,
        ...copied(part(here.values, bytesOfValue, 0, count), part(values, bytesOfValue, first, count)),
      );
    }
    return new ValuesProgram(context, z, rows, commands);
  }

  /** Sets the z of the commands that are sent next; null for a homogeneous field. */
  write(z: Float32Array | null): void {
    const { gpu, network } = this.context;
    if (network.spec.zDim > 0) gpu.write(this.z, z ?? new Float32Array(network.spec.zDim));
  }
}
