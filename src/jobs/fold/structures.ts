// Structures of a run of an atomic model at its latents: all atoms for files, the model's own centres for the screen.
import type { Centre, CoarseModel } from '../../atoms/coarse-model.ts';
import { modelledAtoms, movedPositions } from '../../atoms/moved-atoms.ts';
import { VitrineError } from '../../base/errors.ts';
import { openAtomsModel, type AtomsModel } from '../../engine/atoms/model.ts';
import type { Atoms } from '../../formats/atom-records.ts';
import type { RunFolder } from '../../library/runs.ts';
import { atomicModelOf } from './atomic-model.ts';

/** Atoms of the file that the model stands for, and where they are in each structure. */
export interface Structures {
  /** In the file's own frame, as it was given. */
  atoms: Atoms;
  /** 3n each, Å, in the file's frame. */
  positions: Float32Array[];
}

/** A residue as the screen names it. */
interface ShownResidue {
  name: string;
  chain: string;
  number: number;
}

/** The model's centres in several structures. Positions are Å from the middle of the box, as the run's maps are shown. */
export interface CentreStructures {
  epoch: number;
  residues: ShownResidue[];
  /** Residue and part of each of N centres. */
  centres: Centre[];
  /** 2M centres: backbones that follow each other, and each residue's side chain with its backbone. */
  bonds: Uint32Array;
  /** 3N: the file's, where the run has begun. */
  start: Float32Array;
  /** 3N each. */
  positions: Float32Array[];
}

/** Of one structure `zs` says nothing and there is one. Errors: 'usage' for a run of another kind, 'file-missing', those of its checkpoint. */
export async function structuresAt(
  run: RunFolder,
  epoch: number | null,
  zs: readonly ArrayLike<number>[],
): Promise<Structures> {
  const { atoms, coarse, positionsAt, origin } = await openedModel(run, epoch);
  const modelled = modelledAtoms(atoms, coarse);
  return {
    atoms: modelled.atoms,
    positions: positionsAt(zs).map((centred) => {
      const moved = centred.map((value, i) => value + origin[i % 3]);
      return movedPositions(modelled, coarse.positions, moved);
    }),
  };
}

/** As `structuresAt`, the centres alone, of a model that is open. */
export function centresOf(
  { coarse, positionsAt, origin, epoch: ofEpoch }: OpenedModel,
  zs: readonly ArrayLike<number>[],
): CentreStructures {
  const { residues, centres, bonds, sides, positions } = coarse;
  return {
    epoch: ofEpoch,
    residues: residues.map(({ name, chain, number }) => ({ name, chain, number })),
    centres,
    bonds: Uint32Array.from([...bonds, ...sides]),
    start: positions.map((value, i) => value - origin[i % 3]),
    positions: positionsAt(zs),
  };
}

/** A run's model at an epoch, read from its folder. */
export interface OpenedModel {
  atoms: Atoms;
  coarse: CoarseModel;
  origin: readonly number[];
  epoch: number;
  /** Å from the middle of the box; of one structure one, whatever is asked. */
  positionsAt: (zs: readonly ArrayLike<number>[]) => Float32Array[];
}

/** Errors: those of `structuresAt`. */
export async function openedModel(run: RunFolder, epoch: number | null): Promise<OpenedModel> {
  const record = await run.record();
  const { checkpoint } = await run.loadCheckpoint(epoch);
  const { field } = checkpoint;
  if (field.kind !== 'atoms' || !record?.atoms?.origin)
    throw new VitrineError('usage', 'This run has no atomic model.', { advice: 'Begin one with: vitrine fold.' });
  const { atoms, coarse } = await atomicModelOf(run, record.atoms);
  const model: AtomsModel = openAtomsModel(field, checkpoint, new Set());
  const positionsAt = (zs: readonly ArrayLike<number>[]) => {
    const asked = field.zDim === 0 ? [null] : zs.map((z) => Float32Array.from(z));
    return asked.map((z) => model.structure(z).map((value) => field.boxAngstrom * value));
  };
  return { atoms, coarse, origin: record.atoms.origin, epoch: checkpoint.epoch, positionsAt };
}
