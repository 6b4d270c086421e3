// Where parameters say that the latents of a network come from.
import type { Params } from './params.ts';

type Latents = Pick<Params, 'method' | 'latents' | 'zDim' | 'start' | 'searchRange' | 'resetEvery'>;

/**
 * Whether latents are a table that begins at a linear model's posteriors: at known poses, and at poses that a start has found and that are
 * kept. Poses that are searched again are searched at the z that an encoder reads.
 */
export function learnsTable({ method, latents, zDim, ...search }: Latents): boolean {
  if (latents !== 'linear' || zDim === 0) return false;
  return method === 'known-poses' || (method === 'ab-initio' && keepsStart(search));
}

function keepsStart({ start, searchRange, resetEvery }: Pick<Params, 'start' | 'searchRange' | 'resetEvery'>): boolean {
  return start === 'em' && (searchRange === 'auto' || searchRange === 'nowhere') && resetEvery === 0;
}
