// A map that lies on the device: looked at there, read back only when its voxels are wanted.
import type { VolumeStatistics } from '../../engine.ts';
import type { Arena, View } from '../gpu/arena.ts';
import type { Command, Gpu } from '../gpu/gpu.ts';
import { makeStatistics, statisticsOf, type StatisticsProgram } from './statistics.ts';

export class GpuVolume {
  private constructor(
    private readonly gpu: Gpu,
    private readonly arena: Arena,
    /** d³ float32 [z][y][x]. */
    readonly values: View,
    private readonly program: StatisticsProgram,
  ) {}

  /** `values` are the first d³ floats of a view, which stays its owner's. */
  static async of(gpu: Gpu, values: View, boxPixels: number): Promise<GpuVolume> {
    const voxels = { ...values, size: 4 * boxPixels ** 3 };
    const { arena, made } = await gpu.allocate('statistics of a map', (held) =>
      makeStatistics(gpu, held, voxels, boxPixels ** 3),
    );
    return new GpuVolume(gpu, arena, voxels, made);
  }

  /** What `statistics` submits, for benchmarks. */
  get commands(): readonly Command[] {
    return this.program.commands;
  }

  /** Of the finite voxels. Error: 'device-lost'. */
  async statistics(): Promise<VolumeStatistics> {
    this.gpu.submit(this.program.commands);
    return statisticsOf(await this.gpu.read(this.program.result));
  }

  /** d³ [z][y][x]. Error: 'device-lost'. */
  read(): Promise<Float32Array<ArrayBuffer>> {
    return this.gpu.readFloats(this.values);
  }

  dispose(): void {
    this.arena.destroy();
  }
}
