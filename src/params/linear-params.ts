// Options of fitting a linear model: a part of the one table (params.ts). Its components and iterations are `zDim` and `epochs`.
import { define } from './definition.ts';

/** Systems of so many unknowns are solved at each point of a linear model's maps. */
export const MOST_COMPONENTS = 16;

/** Of a linear model. */
export const LINEAR_PARAMS = define([
  {
    key: 'contrast',
    flag: '--no-contrast',
    label: 'Contrast of each image',
    meaning: 'The contrast of each image is estimated beside its latents, so that it does not pass for motion.',
    group: 'linear',
    kind: 'boolean',
    default: true,
    linear: {},
  },
] as const);
