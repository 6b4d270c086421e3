// The linear model among the kinds of field: a mean map and components (Tipping & Bishop 1999; Punjani & Fleet 2021).
import type { FieldKind } from '../kind.ts';
import { emptyMaps, mapsCheckpoint, readMapsCheckpoint, type MapShapes } from '../maps/checkpoint.ts';
import { mirrorMaps } from '../maps/mirror.ts';
import { linearArguments, linearFromConfig, linearFromParams, type LinearDescription } from './description.ts';

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
    hasMask: true,
    resumes: false,
  }),
  fromParams: linearFromParams,
  fromConfig: linearFromConfig,
  toConfig: linearArguments,
  initialState: (field) => ({ field: { ...field }, weights: emptyMaps(field, mapShapes(field)) }),
  toCheckpoint: (field, { epoch, weights }) => mapsCheckpoint({ field, epoch, weights }, mapShapes(field)),
  fromCheckpoint: (dict, { kind, boxPixels, components, contrast }) => {
    const field = { kind, boxPixels, components, contrast };
    return readMapsCheckpoint(dict, field, mapShapes(field));
  },
  mirror: mirrorMaps,
};

function mapShapes({ boxPixels, components }: LinearDescription): MapShapes {
  const box = [boxPixels, boxPixels, boxPixels];
  return { mean: box, components: [components, ...box] };
}
