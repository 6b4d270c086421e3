// A chain of structures among the kinds of field: maps that follow a position along a line, a circle or a sheet (Bishop, Svensén &
// Williams 1998).
import { chainDimension } from '../../engine/factors/chain-basis.ts';
import type { FieldKind } from '../kind.ts';
import { emptyMaps, mapsCheckpoint, readMapsCheckpoint, type MapShapes } from '../maps/checkpoint.ts';
import { mirrorMaps } from '../maps/mirror.ts';
import { chainArguments, chainFromConfig, chainFromParams, type ChainDescription } from './description.ts';

export const CHAIN: FieldKind<ChainDescription> = {
  title: 'chain of structures',
  latentDimension: ({ shape }) => chainDimension(shape),
  boxPixels: ({ boxPixels }) => boxPixels,
  abilities: () => ({
    decodes: true,
    encodes: true,
    encodesByPose: true,
    searchesPoses: false,
    learnsAbInitio: false,
    needsPoses: true,
    addsComponents: false,
    hasMask: true,
    resumes: false,
  }),
  fromParams: chainFromParams,
  fromConfig: chainFromConfig,
  toConfig: chainArguments,
  initialState: (field) => ({ field: { ...field }, weights: emptyMaps(field, mapShapes(field)) }),
  toCheckpoint: (field, { epoch, weights }) => mapsCheckpoint({ field, epoch, weights }, mapShapes(field)),
  fromCheckpoint: (dict, { kind, boxPixels, shape, terms, contrast }) => {
    const field = { kind, boxPixels, shape, terms, contrast };
    return readMapsCheckpoint(dict, field, mapShapes(field));
  },
  mirror: mirrorMaps,
};

function mapShapes({ boxPixels, terms }: ChainDescription): MapShapes {
  return { terms: [terms, boxPixels, boxPixels, boxPixels] };
}
