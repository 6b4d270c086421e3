// The atomic model that a run began at: kept in its folder as it was given, read again by whoever shows or writes atoms.
import { coarseModel, type CoarseModel } from '../../atoms/coarse-model.ts';
import { VitrineError } from '../../base/errors.ts';
import { FIXED, LEARNED } from '../../engine/atoms/parameters.ts';
import type { AtomsField, Weights } from '../../engine/engine.ts';
import type { Atoms } from '../../formats/atom-records.ts';
import { readAtoms } from '../../formats/atoms.ts';
import type { NamedBlob } from '../../formats/particles.ts';
import type { AtomicStart } from '../../library/run-record.ts';
import type { RunFolder } from '../../library/runs.ts';

/** A file's atoms and what of them is modelled. */
export interface AtomicModel {
  atoms: Atoms;
  coarse: CoarseModel;
}

/** Errors: those of reading it, 'value-out-of-range' for a chain that it lacks, 'atoms-syntax'. */
export async function readAtomicModel(file: NamedBlob, chains: readonly string[] | null): Promise<AtomicModel> {
  // Modified residues are hetero atoms of a file.
  const atoms = await readAtoms(file, true);
  return { atoms, coarse: coarseModel(atoms, file.path, chains ?? undefined) };
}

/** The name under which a run keeps its model's file. */
export function atomicModelName({ path }: Pick<NamedBlob, 'path'>): string {
  return /\.(cif|mmcif)$/i.test(path) ? 'model.cif' : 'model.pdb';
}

/** Error 'storage'. */
export async function keepAtomicModel(run: RunFolder, file: NamedBlob): Promise<void> {
  await run.storage.write(run.path(atomicModelName(file)), new Uint8Array(await file.blob.arrayBuffer()));
}

/** Of a run. Errors: 'file-missing', those of reading it. */
export async function atomicModelOf(run: RunFolder, { file, chains }: AtomicStart): Promise<AtomicModel> {
  const blob = await run.storage.openBlob(run.path(file));
  if (!blob)
    throw new VitrineError('file-missing', 'The run’s folder no longer has the model that it began at.', {
      file,
      advice: 'Copy the run’s folder again.',
    });
  return readAtomicModel({ path: file, blob }, chains);
}

/** What an engine makes of a model, but for the networks' size. */
export function fieldOfModel(
  { bonds, sides, centres }: CoarseModel,
  settings: Pick<AtomsField, 'boxPixels' | 'boxAngstrom' | 'zDim' | 'restraintStrength' | 'layers' | 'width'>,
): AtomsField {
  const sizes = { centres: centres.length, bonds: bonds.length / 2, sides: sides.length / 2 };
  return { kind: 'atoms', ...settings, ...sizes };
}

/** The molecule's tensors, in the frame whose origin (Å) is the middle of the box; at a₀ = 1. */
export function moleculeWeights(
  { positions, electrons, bonds, bondLengths, sides, sideLimit, centres }: CoarseModel,
  { boxAngstrom }: Pick<AtomsField, 'boxAngstrom'>,
  { origin, sigmaAngstrom }: { origin: readonly number[]; sigmaAngstrom: number },
): Weights {
  const tensor = (shape: number[], values: Iterable<number>) => ({ shape, data: Float32Array.from(values) });
  return new Map([
    [FIXED.electrons, tensor([electrons.length], electrons)],
    [FIXED.bonds, tensor([bonds.length / 2, 2], bonds)],
    [FIXED.bondLengths, tensor([bondLengths.length], bondLengths)],
    [FIXED.sides, tensor([sides.length / 2, 2], sides)],
    [FIXED.sideLimit, tensor([1], [sideLimit])],
    [
      LEARNED.positions,
      tensor(
        [centres.length, 3],
        Array.from(positions, (v, i) => (v - origin[i % 3]) / boxAngstrom),
      ),
    ],
    [LEARNED.sigma, tensor([1], [sigmaAngstrom / boxAngstrom])],
    [LEARNED.logAmplitude, tensor([1], [0])],
  ]);
}
