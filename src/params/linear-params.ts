// Options of fitting a linear model: a part of the one table (params.ts). Its components and iterations are `zDim` and `epochs`.
import { define } from './definition.ts';

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
  },
] as const);
