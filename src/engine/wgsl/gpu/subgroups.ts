// Which sizes of subgroups a kernel may rely on: the one that all of an adapter's have, or where they vary those that
// `@subgroup_size` can ask for.
import type { Gpu } from './gpu.ts';

/** Invocations of a subgroup; `sized`: the kernel has to ask for that size. */
export interface SubgroupSize {
  /** Invocations of a subgroup. */
  subgroup: number;
  /** The kernel has to ask for it: the adapter's subgroups vary. Absent where all are of this size. */
  sized?: true;
}

/** WebGPU's feature, and the extension of WGSL that it allows. */
export const SIZE_CONTROL = 'subgroup-size-control';
/** The extension of WGSL that `@subgroup_size` needs. */
export const SIZE_CONTROL_EXTENSION = 'subgroup_size_control';

/** Powers of two, the largest first; empty where nothing can be relied on. */
export function subgroupSizesOf({ device, subgroupSizes: [least, most] }: Gpu): SubgroupSize[] {
  if (most === 0) return [];
  if (least === most) return [{ subgroup: most }];
  if (!device.features.has(SIZE_CONTROL as GPUFeatureName)) return [];
  const sizes: SubgroupSize[] = [];
  for (let size = most; size >= Math.max(1, least); size /= 2) sizes.push({ subgroup: size, sized: true });
  return sizes;
}
