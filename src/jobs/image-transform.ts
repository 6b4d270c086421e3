// The graphics processor's way of preparing images, where there is a real one: the same numbers as the CPU's to float32.
import { findAdapter, isSoftware } from '../engine/gpu-adapter.ts';
import { BATCH_IMAGES } from '../imaging/preprocess.ts';
import type { ImageTransform, PreprocessOptions } from '../imaging/preprocessor.ts';

/** A way of preparing images that holds memory of a graphics processor until it is disposed. */
export interface OpenTransform extends ImageTransform {
  dispose(): void;
}

/** Fewer pixels than this are done before a device has started. */
const WORTH_A_DEVICE = 2 ** 24;

/**
 * A transform of images of D² pixels on the device that `gpu` offers. Null where the CPU is to do it: no adapter or one in
 * software, few images, a device that does not start or does not take them.
 */
export async function openImageTransform(
  gpu: GPU | null,
  images: { count: number; boxPixels: number },
  options: PreprocessOptions,
): Promise<OpenTransform | null> {
  const { count, boxPixels } = images;
  if (!gpu || count * boxPixels ** 2 < WORTH_A_DEVICE) return null;
  const adapter = await findAdapter(gpu);
  if (!adapter || isSoftware(adapter.info)) return null;
  return openOn(adapter, boxPixels, options).catch((error: unknown) => {
    console.warn('Images are prepared on the CPU:', error);
    return null;
  });
}

/** As `openImageTransform` on any adapter. Errors: those of the device and of GpuPreprocessor.open. */
export async function openOn(
  adapter: GPUAdapter,
  imagePixels: number,
  options: PreprocessOptions,
): Promise<OpenTransform> {
  const { Gpu } = await import('../engine/wgsl/gpu/gpu.ts');
  const { GpuPreprocessor } = await import('../engine/wgsl/preprocess/preprocessor.ts');
  const device = await Gpu.open(adapter);
  try {
    const preprocessor = await GpuPreprocessor.open(device, imagePixels, options, BATCH_IMAGES);
    return {
      batchImages: preprocessor.batchImages,
      run: (pixels, count, scale) => preprocessor.run(pixels, count, scale),
      moments: (pixels, count) => preprocessor.moments(pixels, count),
      dispose() {
        preprocessor.dispose();
        device.close();
      },
    };
  } catch (error) {
    device.close();
    throw error;
  }
}
