// A linear model as a run describes it: maps of a box and how many components they vary along.
import type { Params } from '../../params/params.ts';
import type { ConfigSections, ModelArguments, SeenParticles } from '../kind.ts';

export interface LinearDescription {
  kind: 'linear';
  /** Side of the training box in pixels, even. */
  boxPixels: number;
  /** q: latent dimensions. */
  components: number;
  /** Whether the contrast of each image is estimated beside its latent. */
  contrast: boolean;
}

/** The parameters' latent dimensions are its components. */
export function linearFromParams({ zDim, contrast }: Params, { boxPixels }: SeenParticles): LinearDescription {
  return { kind: 'linear', boxPixels, components: zDim, contrast };
}

/** The latent dimension by cryoDRGN's name. */
export function linearArguments({ components, contrast }: LinearDescription): ModelArguments {
  return { kind: 'linear', contrast, zdim: components };
}

/** Error 'yaml-syntax' naming the key. */
export function linearFromConfig({ boxPixels, model }: ConfigSections): LinearDescription {
  const components = model.number('zdim');
  if (!Number.isInteger(components) || components < 0) model.refuse('zdim', 'a whole number', components);
  return { kind: 'linear', boxPixels, components, contrast: model.flag('contrast', true) };
}
