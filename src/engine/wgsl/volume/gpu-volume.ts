// A map that lies on the device: looked at there, read back only when its voxels are wanted.
import type { VolumeStatistics } from '../../engine.ts';
import { partOf, type Arena, type BufferView } from '../gpu/arena.ts';
import type { Command, Gpu } from '../gpu/gpu.ts';
import { makeStatistics, statisticsOf, type StatisticsProgram } from './statistics.ts';

/** Floats read at a time: as many bytes as the device keeps a buffer for (gpu/read-back.ts). */
const PIECE = 2 ** 22;

/** A map that stays on the device while it is measured. */
export class GpuVolume {
  private constructor(
    private readonly gpu: Gpu,
    private readonly arena: Arena,
    /** d³ float32 [z][y][x]. */
    readonly values: BufferView,
    private readonly program: StatisticsProgram,
  ) {}

  /** `values` are the first d³ floats of a view, which stays its owner's. */
  static async of(gpu: Gpu, values: BufferView, boxPixels: number): Promise<GpuVolume> {
    const voxels = { ...values, size: 4 * boxPixels ** 3 };
    const { arena, made } = await gpu.allocate('statistics of a map', (own) =>
      makeStatistics({ gpu, arena: own }, voxels, boxPixels ** 3),
    );
    return new GpuVolume(gpu, arena, voxels, made);
  }

  /** What `statistics` submits. */
  get commands(): readonly Command[] {
    return this.program.commands;
  }

  /** Of the finite voxels. Error: 'device-lost'. */
  async statistics(): Promise<VolumeStatistics> {
    this.gpu.submit(this.program.commands);
    return this.readStatistics();
  }

  /** What `commands` found when they were last submitted. Error: 'device-lost'. */
  async readStatistics(): Promise<VolumeStatistics> {
    return statisticsOf(await this.gpu.read(this.program.result));
  }

  /** d³ [z][y][x], in pieces that a weak device copies in a page's frame. Error: 'device-lost'. */
  async read(): Promise<Float32Array<ArrayBuffer>> {
    const floats = this.values.size / 4;
    if (floats <= PIECE) return this.gpu.readFloats(this.values);
    const all = new Float32Array(floats);
    for (let first = 0; first < floats; first += PIECE)
      all.set(await this.gpu.readFloats(partOf(this.values, first, Math.min(PIECE, floats - first))), first);
    return all;
  }

  /** Destroys its buffers. */
  dispose(): void {
    this.arena.destroy();
  }
}
