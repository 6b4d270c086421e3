// A chain of structures as a run describes it: maps of a box, what their position runs through, and how many functions of it there are.
import { CHAIN_SHAPES, chainDimension, defaultTerms, type ChainShape } from '../../engine/factors/chain-basis.ts';
import type { Params } from '../../params/params.ts';
import type { ConfigSections, ModelArguments, SeenParticles } from '../kind.ts';

export interface ChainDescription {
  kind: 'chain';
  /** Side of the training box in pixels, even. */
  boxPixels: number;
  shape: ChainShape;
  /** B: maps that the functions of the position combine. */
  terms: number;
  /** Whether the contrast of each image is unknown. */
  contrast: boolean;
}

/** The shape that is asked for by name; one that is left open, as long as it is, is a line. */
export function chainFromParams({ chain, contrast }: Params, { boxPixels }: SeenParticles): ChainDescription {
  const shape = CHAIN_SHAPES.find((one) => one === chain) ?? 'line';
  return { kind: 'chain', boxPixels, shape, terms: defaultTerms(shape), contrast };
}

/** The latent dimension by cryoDRGN's name. */
export function chainArguments({ shape, terms, contrast }: ChainDescription): ModelArguments {
  return { kind: 'chain', contrast, shape, terms, zdim: chainDimension(shape) };
}

/** Error 'yaml-syntax' naming the key. */
export function chainFromConfig({ boxPixels, model }: ConfigSections): ChainDescription {
  const shape = model.choice('shape', CHAIN_SHAPES, 'line');
  const terms = model.number('terms');
  const most = shape === 'sheet' ? defaultTerms(shape) : Infinity;
  if (!Number.isInteger(terms) || terms < 1 || terms > most)
    model.refuse('terms', most === Infinity ? 'a whole number' : `1 to ${most}`, terms);
  return { kind: 'chain', boxPixels, shape, terms, contrast: model.flag('contrast', true) };
}
