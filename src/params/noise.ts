// Which noise a run's loss takes its images to have.
import type { Params } from './params.ts';

/** Whether residuals are weighted by the noise of their rings. */
export function weighsRings({ method, noiseModel }: Pick<Params, 'method' | 'noiseModel'>): boolean {
  return (method === 'known-poses' || method === 'atoms') && noiseModel === 'rings';
}
