// The WGSL field on an open device with the variants one says: benchmarks choose for themselves what it computes with.
import { makeEncoding } from '../src/field/network/encodings.ts';
import { initialWeights } from '../src/field/network/initialise.ts';
import { Random } from '../src/geometry/random.ts';
import type { Gpu } from '../src/engine/wgsl/gpu/gpu.ts';
import type { Scalar } from '../src/engine/wgsl/gpu/kernels.ts';
import { WgslModel } from '../src/engine/wgsl/model/model.ts';
import { tuningSizes, type TuningSizes } from '../src/engine/wgsl/tuning/sizes.ts';
import type { Tuned } from '../src/engine/wgsl/tuning/tuned.ts';
import { specOf, type Size } from './models.ts';

const encodingOf = ({ boxPixels }: Size) =>
  makeEncoding({ type: 'gaussian', frequencies: null, sigma: 0.5 }, boxPixels, new Random(0));

export function sizesToTune(size: Size): TuningSizes {
  return tuningSizes(specOf(size), encodingOf(size));
}

export function fieldOnGpu(gpu: Gpu, tuned: Tuned, size: Size, zDim = 8, scalar?: Scalar): Promise<WgslModel> {
  const spec = specOf(size, zDim);
  const encoding = encodingOf(size);
  const weights = initialWeights(spec, encoding, new Random(1));
  return gpu.guarded.guard(() =>
    WgslModel.create(gpu, tuned, { spec, encoding }, { weights }, scalar ? { scalar } : {}),
  );
}
