// The linear model among the kinds of field: a mean map and components (Tipping & Bishop 1999; Punjani & Fleet 2021).
import type { LinearField, Weights } from '../../engine/engine.ts';
import type { FieldKind } from '../kind.ts';
import { linearCheckpoint, linearShapes, readLinearCheckpoint } from './checkpoint.ts';
import { linearArguments, linearFromConfig, linearFromParams, type LinearDescription } from './description.ts';
import { mirrorLinear } from './mirror.ts';

export const LINEAR: FieldKind<LinearDescription> = {
  title: 'linear model',
  latentDimension: ({ components }) => components,
  boxPixels: ({ boxPixels }) => boxPixels,
  abilities: ({ components }) => ({
    decodes: true,
    encodes: components > 0,
    encodesByPose: true,
    searchesPoses: false,
    learnsAbInitio: false,
    needsPoses: true,
    addsComponents: components > 0,
    resumes: false,
  }),
  fromParams: linearFromParams,
  fromConfig: linearFromConfig,
  toConfig: linearArguments,
  initialState: (field) => ({ field: { ...field }, weights: emptyMaps(field) }),
  toCheckpoint: linearCheckpoint,
  fromCheckpoint: readLinearCheckpoint,
  mirror: mirrorLinear,
};

/** Nothing, of one group of images. */
function emptyMaps(field: LinearField): Weights {
  return new Map(
    Object.entries(linearShapes(field, { groups: 1, rings: field.boxPixels / 2 })).map(([name, shape]) => [
      name,
      { shape, data: new Float32Array(shape.reduce((product, n) => product * n, 1)) },
    ]),
  );
}
