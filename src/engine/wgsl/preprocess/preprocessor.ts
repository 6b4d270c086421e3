// Whole batches of real-space images to what training reads, on the device: the numbers of imaging/preprocess.ts. Batches
// have their own buffers, so that one is uploaded while another is computed and a third read back.
import { VitrineError } from '../../../base/errors.ts';
import { requireCrop } from '../../../imaging/crop.ts';
import { pixelsNotFinite, type Moments, type PreprocessOptions } from '../../../imaging/preprocessor.ts';
import type { LinesVariant } from '../fourier/lines.ts';
import { LONGEST_LINE } from '../fourier/plan.ts';
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { DISPATCH_BYTES } from '../gpu/pace.ts';
import {
  makeBuffers,
  makePreprocessing,
  makeTables,
  type PreprocessBuffers,
  type PreprocessProgram,
} from './program.ts';
import { columnsOf } from './spectrum-points.ts';

/** Batches on their way at once. */
const SLOTS = 3;

interface Slot {
  buffers: PreprocessBuffers;
  program: PreprocessProgram;
  staging: GPUBuffer;
}

/** The Preprocessor of imaging/ on a graphics processor, in batches of which two are underway. */
export class GpuPreprocessor {
  /** D of the images as they come. */
  readonly imagePixels: number;
  /** P: values an image. */
  readonly points: number;
  /** Most images of one call. */
  readonly batchImages: number;
  private readonly columns: number;
  private readonly free: Slot[];
  private readonly waiting: ((slot: Slot) => void)[] = [];

  private constructor(
    private readonly gpu: Gpu,
    private readonly arena: Arena,
    private readonly slots: readonly Slot[],
    sizes: Pick<GpuPreprocessor, 'imagePixels' | 'points' | 'batchImages'> & { columns: number },
    private readonly sign: number,
  ) {
    this.imagePixels = sizes.imagePixels;
    this.points = sizes.points;
    this.batchImages = sizes.batchImages;
    this.columns = sizes.columns;
    this.free = [...slots];
  }

  /**
   * `imagePixels`: D, even, at most 1024. Fewer images a batch than asked where the device's bindings are small. Errors:
   * 'value-out-of-range' for the box or for larger images, 'out-of-memory'.
   */
  static async open(
    gpu: Gpu,
    imagePixels: number,
    options: PreprocessOptions,
    batchImages: number,
    variant?: LinesVariant,
  ): Promise<GpuPreprocessor> {
    const boxPixels = options.boxPixels ?? imagePixels;
    requireCrop(imagePixels, boxPixels);
    const bytesAnImage = 4 * imagePixels * Math.max(imagePixels, 2 * columnsOf(boxPixels));
    const { maxComputeWorkgroupsPerDimension } = gpu.device.limits;
    const most = Math.min(
      batchImages,
      Math.floor(gpu.bindingBytes / bytesAnImage),
      // A kernel reads and writes half of the complex lines.
      Math.max(1, Math.floor(DISPATCH_BYTES / (8 * imagePixels ** 2))),
      maxComputeWorkgroupsPerDimension,
    );
    if (imagePixels > LONGEST_LINE || most < 1)
      throw new VitrineError('value-out-of-range', 'The graphics processor cannot transform images of this size.', {
        expected: `at most ${LONGEST_LINE} pixels`,
        found: String(imagePixels),
      });
    const shape = { imagePixels, boxPixels, most, options, variant };
    const stagings: GPUBuffer[] = [];
    try {
      const { arena, made } = await gpu.allocate('preprocessing', async (own) => {
        const tables = makeTables(own, shape);
        const slots: Slot[] = [];
        for (let i = 0; i < SLOTS; i++) {
          const buffers = makeBuffers(own, shape, tables.points);
          const staging = gpu.device.createBuffer({
            label: 'preprocessing: staging',
            size: buffers.values.size + buffers.flags.size,
            usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
          });
          stagings.push(staging);
          slots.push({
            buffers,
            staging,
            program: await makePreprocessing({ gpu, arena: own }, shape, tables, buffers),
          });
        }
        return { slots, points: tables.points };
      });
      const sign = (options.invert ?? true) ? -1 : 1;
      const { slots, points } = made;
      const sizes = { imagePixels, columns: columnsOf(boxPixels), points, batchImages: most };
      return new GpuPreprocessor(gpu, arena, slots, sizes, sign);
    } catch (error) {
      for (const staging of stagings) staging.destroy();
      throw error;
    }
  }

  /**
   * n×D² pixels to n×P values at the mask's points, windowed, times `scale`. The images are taken before it returns its
   * promise or once a batch is free: leave them as they are until it settles. Errors: 'pixels-not-finite' with the row in
   * this batch, from 1; 'device-lost'.
   */
  async run(images: Float32Array, count: number, scale: number): Promise<Float32Array<ArrayBuffer>> {
    return this.batch('values', images, count, scale, count * this.points);
  }

  /** Sums over the symmetrised lattices of n images, not windowed. Errors: as `run`; 'device-lost' where they overflow. */
  async moments(images: Float32Array, count: number): Promise<Moments> {
    const sums = await this.batch('moments', images, count, 1, 2 * count);
    let [sum, squares] = [0, 0];
    for (let i = 0; i < count; i++) {
      sum += sums[2 * i];
      squares += sums[2 * i + 1];
    }
    // float64 holds squares that float32 does not; the CPU then measures.
    if (!Number.isFinite(squares))
      throw new VitrineError('device-lost', 'These pixels are too large for float32 sums.');
    return { count: count * (2 * this.columns - 1) ** 2, sum, squares };
  }

  private async batch(
    what: keyof PreprocessProgram,
    images: Float32Array,
    count: number,
    scale: number,
    floats: number,
  ): Promise<Float32Array<ArrayBuffer>> {
    if (count > this.batchImages) throw new RangeError(`${count} images: at most ${this.batchImages} a batch.`);
    const slot = await this.take();
    try {
      return await this.gpu.guarded.guard(() => this.compute(slot, what, { images, count, scale }, floats));
    } finally {
      this.give(slot);
    }
  }

  private async compute(
    { buffers, program, staging }: Slot,
    what: keyof PreprocessProgram,
    { images, count, scale }: { images: Float32Array; count: number; scale: number },
    floats: number,
  ): Promise<Float32Array<ArrayBuffer>> {
    const { gpu, sign, columns } = this;
    const scaleBits = new Uint32Array(Float32Array.of(sign * scale).buffer)[0];
    gpu.write(buffers.batch, Uint32Array.of(count, scaleBits, 0, 0));
    gpu.write(buffers.columns, Uint32Array.of(count * columns, 0, 0, 0));
    gpu.write(buffers.images, images.subarray(0, count * this.imagePixels ** 2));
    gpu.write(buffers.flags, new Uint32Array(count));
    const bytes = 4 * floats;
    const part = (view: BufferView, size: number): BufferView => ({ ...view, size });
    const result = (offset: number, size: number): BufferView => ({ buffer: staging, offset, size });
    await gpu.run([
      ...program[what],
      { from: part(buffers.values, bytes), to: result(0, bytes) },
      { from: part(buffers.flags, 4 * count), to: result(bytes, 4 * count) },
    ]);
    await staging.mapAsync(GPUMapMode.READ, 0, bytes + 4 * count);
    const found = staging.getMappedRange(0, bytes + 4 * count).slice(0);
    staging.unmap();
    const row = new Uint32Array(found, bytes, count).findIndex((flag) => flag !== 0);
    if (row >= 0) throw pixelsNotFinite(row);
    return new Float32Array(found, 0, floats);
  }

  private take(): Promise<Slot> {
    const slot = this.free.pop();
    return slot ? Promise.resolve(slot) : new Promise((resolve) => this.waiting.push(resolve));
  }

  private give(slot: Slot): void {
    const next = this.waiting.shift();
    if (next) next(slot);
    else this.free.push(slot);
  }

  /** Destroys its buffers; what is underway rejects. */
  dispose(): void {
    for (const { staging } of this.slots) staging.destroy();
    this.arena.destroy();
  }
}
