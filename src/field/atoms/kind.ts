// A coarse-grained atomic model among the kinds of field (Cryofold, thesis chapter 7). It has no other hand: a protein's does not exist.
import type { FieldKind } from '../kind.ts';
import { atomsCheckpoint, initialAtoms, readAtomsCheckpoint } from './checkpoint.ts';
import { atomsArguments, atomsFromConfig, atomsFromParams, type AtomsDescription } from './description.ts';

export const ATOMS: FieldKind<AtomsDescription> = {
  title: 'atomic model',
  latentDimension: ({ zDim }) => zDim,
  boxPixels: ({ boxPixels }) => boxPixels,
  abilities: ({ zDim }) => ({
    decodes: true,
    encodes: zDim > 0,
    encodesByPose: false,
    searchesPoses: true,
    learnsAbInitio: false,
    needsPoses: true,
    addsComponents: false,
    hasMask: false,
    resumes: true,
  }),
  fromParams: atomsFromParams,
  fromConfig: atomsFromConfig,
  toConfig: atomsArguments,
  initialState: initialAtoms,
  toCheckpoint: atomsCheckpoint,
  fromCheckpoint: readAtomsCheckpoint,
};
