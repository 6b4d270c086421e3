// A model's losses on the device, summed over the steps that counted, and how they are taken: with Adam's state in one read.
import { MOST_LEFT_OUT, precisionTooLow } from '../../precision.ts';
import type { Losses } from '../../engine.ts';
import { lossSums, stateIn } from '../adam/state.ts';
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { LOSS_SUMS } from '../gpu/kernels.ts';

const SUMS_BYTES = 4 * LOSS_SUMS;

/** Means of the losses since they were last asked for; the sums stay on the device until then. */
export class LossReader {
  /** What steps add to (adam/state.ts). */
  readonly sums: BufferView;
  private readonly taken: BufferView;

  constructor(
    arena: Arena,
    /** Adam's. */
    private readonly state: BufferView,
  ) {
    this.sums = lossSums(arena);
    this.taken = arena.buffer('losses taken', SUMS_BYTES + state.size);
  }

  /**
   * Means of what was summed since the last call, of images with `points` each that share a latent by `views`. Error:
   * 'precision-too-low' where the last MOST_LEFT_OUT steps were left out.
   */
  async take(gpu: Gpu, points: number, views: number): Promise<Losses> {
    const { sums, state, taken } = this;
    gpu.submit([
      { from: { ...sums, size: SUMS_BYTES }, to: { ...taken, size: SUMS_BYTES } },
      { from: state, to: { ...taken, offset: taken.offset + SUMS_BYTES, size: state.size } },
    ]);
    gpu.write(sums, new Uint8Array(sums.size));
    const bytes = await gpu.read(taken);
    const { leftOut, lossScale } = stateIn(bytes, SUMS_BYTES);
    if (leftOut >= MOST_LEFT_OUT) throw precisionTooLow(leftOut, lossScale);
    const [squares, kl, weightedKl, images] = new Float32Array(bytes);
    const latents = images / views;
    const mean = (sum: number, count: number) => (count > 0 ? sum / count : 0);
    const reconstruction = mean(squares, images) / points;
    const total = reconstruction + mean(weightedKl, latents) / points;
    return { images, reconstruction, kl: mean(kl, latents), total };
  }
}
