// Long work of many equal pieces (lines, planes) in parts, each of which a weak device does in a page's frame. They follow what
// is assumed of such a device, not what was measured of this one: the same parts, whatever is known when they are made.
import type { Gpu } from '../gpu/gpu.ts';
import { Pace, SUBMISSION_SECONDS, type Work } from '../gpu/pace.ts';

/** Pieces `first` … first + count − 1. */
export interface Part {
  first: number;
  count: number;
}

/** Equal parts of `count` pieces that take `ofOne` each; one at least. */
export function partsOf(gpu: Gpu, count: number, ofOne: Work): Part[] {
  const most = Math.max(1, Math.floor(SUBMISSION_SECONDS / Pace.assumed(gpu.software).secondsOf(ofOne)));
  const share = Math.ceil(count / Math.ceil(count / most));
  const parts: Part[] = [];
  for (let first = 0; first < count; first += share) parts.push({ first, count: Math.min(share, count - first) });
  return parts;
}
