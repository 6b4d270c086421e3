// Values of the decoder at points that the caller gives (FieldModel.evaluate): sent up in parts, read back.
import { paddedRows } from '../gpu/kernels.ts';
import type { BufferView } from '../gpu/arena.ts';
import type { ModelContext } from './decoder-forward.ts';
import { ProgramCache } from './program-cache.ts';
import { ValuesProgram } from './values-program.ts';

const POINTS_AT_ONCE = 65536;

interface PointProgram {
  points: BufferView;
  values: BufferView;
  program: ValuesProgram;
}

/** The decoder at a caller's points; the program of the last number of points is kept. */
export class PointDecoder {
  private readonly programs = new ProgramCache<PointProgram>(2);

  constructor(private readonly context: ModelContext) {}

  /** `coordinates`: M×3; gives M × channels. */
  async evaluate(coordinates: Float32Array, z: Float32Array | null, mostRows: number): Promise<Float32Array> {
    const { channels } = this.context.network.slices;
    const total = coordinates.length / 3;
    const values = new Float32Array(total * channels);
    for (let first = 0; first < total; first += POINTS_AT_ONCE) {
      const rows = Math.min(POINTS_AT_ONCE, total - first);
      const part = coordinates.subarray(3 * first, 3 * (first + rows));
      values.set(await this.part(part, z, rows, mostRows), first * channels);
    }
    return values;
  }

  private async part(coordinates: Float32Array, z: Float32Array | null, rows: number, mostRows: number) {
    const { gpu, network } = this.context;
    const capacity = Math.min(POINTS_AT_ONCE, 2 ** Math.ceil(Math.log2(paddedRows(rows))));
    const { points, values, program } = await this.programs.get(String(capacity), () =>
      this.record(capacity, mostRows),
    );
    const rowsOfFour = new Float32Array(4 * rows);
    for (let row = 0; row < rows; row++) {
      rowsOfFour.set(coordinates.subarray(3 * row, 3 * row + 3), 4 * row);
      rowsOfFour[4 * row + 3] = 1;
    }
    gpu.write(points, rowsOfFour);
    program.write(z);
    await gpu.run(program.commands);
    return gpu.readFloats({ ...values, size: 4 * rows * network.slices.channels });
  }

  private record(rows: number, mostRows: number) {
    const { gpu, network } = this.context;
    return gpu.allocate('values', async (arena) => {
      const points = arena.floats('points', 4 * rows);
      const values = arena.floats('values', rows * network.slices.channels);
      const program = await ValuesProgram.record({ ...this.context, arena }, { points, values, rows }, mostRows);
      return { points, values, program };
    });
  }

  /** Bytes that its program holds. */
  get bytes(): number {
    return this.programs.bytes;
  }

  /** Destroys the program's buffers. */
  dispose(): void {
    this.programs.clear();
  }
}
