// Launches the kernel that stores the features of points, for products that read them as rows. Its twin is `featuresOf`.
import type { BufferView } from '../gpu/arena.ts';
import type { Dispatch, KernelContext } from '../gpu/gpu.ts';
import { bytesOf, type Scalar } from '../gpu/kernels.ts';
import { shaderSource } from '../gpu/source.ts';
import { shaders } from '../generated/shaders.ts';

/** How features are stored. */
export interface FeaturesShape {
  /** Features with their padding (`WaveTable.padded`). */
  features: number;
  scalar: Scalar;
}

/** Points (rows × vec4f), the table of waves, and where features go (rows × columns). */
export interface FeaturesBuffers {
  /** rows × vec4f. */
  points: BufferView;
  /** features/2 × vec4f. */
  waves: BufferView;
  /** rows × features scalars; rows beyond the last are left as they are. */
  out: BufferView;
}

/** Stores the features of `rows` points, so that a product reads them as it reads any rows. */
export async function makeFeatures(
  { gpu, arena }: KernelContext,
  { features, scalar }: FeaturesShape,
  { points, waves, out }: FeaturesBuffers,
  rows: number,
): Promise<Dispatch[]> {
  const parts = [shaders['trigonometry/trigonometry'], shaders['encoding/left-encoding'], shaders['encoding/features']];
  const source = shaderSource({ scalar, INPUTS: features }, parts, scalar === 'f16' ? ['f16'] : []);
  const pipeline = await gpu.pipeline('features', source);
  const views = [points, waves, out, arena.uniform('features: rows', [rows])];
  const bytes = rows * (16 + features * bytesOf(scalar));
  // A wave: its phase, a reduction and two polynomials.
  const flops = rows * (features / 2) * 32;
  return [gpu.dispatch('features', pipeline, views, Math.ceil((rows * features) / 4 / 64), { bytes, flops })];
}
