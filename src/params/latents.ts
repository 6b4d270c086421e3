// Where parameters say that the latents of a network come from.
import type { Params } from './params.ts';

/** Whether latents are a table that begins at a linear model's posteriors. */
export function learnsTable({ method, latents, zDim }: Pick<Params, 'method' | 'latents' | 'zDim'>): boolean {
  return method === 'known-poses' && latents === 'linear' && zDim > 0;
}
