// Structures of a run of an atomic model at its latents.
import { modelledAtoms, movedPositions } from '../../atoms/moved-atoms.ts';
import { VitrineError } from '../../base/errors.ts';
import { openAtomsModel } from '../../engine/atoms/model.ts';
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

/** Of one structure `zs` says nothing and there is one. Errors: 'usage' for a run of another kind, 'file-missing', those of its checkpoint. */
export async function structuresAt(
  run: RunFolder,
  epoch: number | null,
  zs: readonly ArrayLike<number>[],
): Promise<Structures> {
  const record = await run.record();
  const { checkpoint } = await run.loadCheckpoint(epoch);
  const { field } = checkpoint;
  if (field.kind !== 'atoms' || !record?.atoms?.origin)
    throw new VitrineError('usage', 'This run has no atomic model.', { advice: 'Begin one with: vitrine fold.' });
  const { origin } = record.atoms;
  const { atoms, coarse } = await atomicModelOf(run, record.atoms);
  const model = openAtomsModel(field, checkpoint, new Set());
  const modelled = modelledAtoms(atoms, coarse);
  const asked = field.zDim === 0 ? [null] : zs.map((z) => Float32Array.from(z));
  return {
    atoms: modelled.atoms,
    positions: asked.map((z) => {
      const moved = model.structure(z).map((value, i) => field.boxAngstrom * value + origin[i % 3]);
      return movedPositions(modelled, coarse.positions, moved);
    }),
  };
}
