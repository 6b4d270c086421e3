// The register kernel by one subgroup, whose lanes read the rows together: which sizes of subgroups it suits.
import type { Gpu } from '../gpu/gpu.ts';
import { subgroupSizesOf } from '../gpu/subgroups.ts';
import type { SubgroupVariant } from './variants.ts';

/** Lanes up to which a subgroup is narrow: two rows a lane fit into registers, and few rows fill it. */
export const NARROW = 8;
const WIDE = 32;

/** Of the largest subgroups whose lanes' rows fit into registers. */
export function subgroupVariants(gpu: Gpu): SubgroupVariant[] {
  const size = gpu.subgroups && subgroupSizesOf(gpu).find(({ subgroup }) => subgroup <= WIDE);
  if (!size || size.subgroup < 4) return [];
  const { subgroup: lanes, sized } = size;
  const narrow = [
    [2 * lanes, 4],
    [lanes, 4],
    [lanes, 8],
  ];
  const shapes = lanes <= NARROW ? narrow : [[lanes, 4]];
  return shapes.map(([rows, columns]) => ({ kind: 'subgroup', rows, columns, lanes, ...(sized && { sized }) }));
}
