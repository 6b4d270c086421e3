// Maps for a z without leaving the device: points of the sphere, the decoder at them, the inverse transform, statistics. The
// programs of the last few boxes are kept, since a person exploring asks for one preview and one full map again and again.
import type { LongCall, VolumeWithStatistics } from '../../engine.ts';
import { GpuVolume } from '../volume/gpu-volume.ts';
import { VolumeMaker } from '../volume/volume-maker.ts';
import type { ModelContext } from './decoder-forward.ts';
import { ProgramCache } from './program-cache.ts';
import { ValuesProgram } from './values-program.ts';

interface MapProgram {
  maker: VolumeMaker;
  decoder: ValuesProgram;
  map: GpuVolume;
}

/** Maps of the field, decoded on the device; the program of the last box is kept. */
export class MapDecoder {
  private readonly programs = new ProgramCache<MapProgram>(2, ({ map }) => map.dispose());

  constructor(private readonly context: ModelContext) {}

  /**
   * Sent off in parts of a page's frame. Errors: 'value-out-of-range' for a box that is odd or larger than the model's,
   * 'out-of-memory', 'cancelled' between two parts, after which the next map begins anew.
   */
  async decode(
    z: Float32Array | null,
    boxPixels: number,
    standardDeviation: number,
    mostRows: number,
    options: LongCall = {},
  ): Promise<VolumeWithStatistics> {
    const { gpu } = this.context;
    const { maker, decoder, map } = await this.programs.get(String(boxPixels), () => this.record(boxPixels, mostRows));
    decoder.write(z);
    await gpu.run([...decoder.commands, ...maker.commands(standardDeviation), ...map.commands], options);
    const [statistics, values] = await Promise.all([map.readStatistics(), map.read()]);
    return { values, statistics };
  }

  private record(boxPixels: number, mostRows: number) {
    const { gpu, network } = this.context;
    return gpu.allocate('map', async (arena) => {
      const half = network.slices.channels === 2;
      const maker = await VolumeMaker.make(gpu, arena, { modelPixels: network.spec.boxPixels, boxPixels, half });
      const { coordinates, values, points } = maker;
      const places = { points: coordinates, values, rows: points };
      const decoder = await ValuesProgram.record({ ...this.context, arena }, places, mostRows);
      return { maker, decoder, map: await GpuVolume.of(gpu, maker.volume, boxPixels) };
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
