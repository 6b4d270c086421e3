// A Gpu whose dispatches are laid out in two dimensions, as WebGPU demands beyond 65535 workgroups: proves that kernels read
// their number right where so many would take gigabytes.
import type { Gpu } from '../wgsl/gpu/gpu.ts';

/** `gpu` with three rows of workgroups, and some too many, wherever there are more than one. */
export function inTwoDimensions(gpu: Gpu): Gpu {
  const dispatch: Gpu['dispatch'] = (label, pipeline, views, count, work) =>
    gpu.dispatch(label, pipeline, views, count === 1 ? 1 : [Math.ceil(Number(count) / 3) + 1, 3, 1], work);
  return Object.create(gpu, { dispatch: { value: dispatch } }) as Gpu;
}
