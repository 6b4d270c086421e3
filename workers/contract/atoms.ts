// Atomic models as the field: the model that a run begins at, and the structures of one that has learned.
import type { Notice } from '../../src/base/errors.ts';
import type { CentreStructures } from '../../src/jobs/fold/structures.ts';
import type { DroppedFile } from './datasets.ts';

export type { CentreStructures };

/** The atomic model that a run is to begin at. */
export interface ModelChoice {
  /** PDB or mmCIF. */
  file: DroppedFile;
  /** Of it; null for all. */
  chains: string[] | null;
}

/** What is in a file of atoms, as far as a model is made of it. */
export interface ModelDescription {
  /** All chains of the file with residues that are modelled. */
  chains: { name: string; residues: number }[];
  /** Of the chains that were asked for. */
  residues: number;
  gaussians: number;
  /** Largest extent along an axis, Å. */
  extentAngstrom: number;
  /** What was left out, and what looks odd. */
  notices: Notice[];
}

export interface StructuresRequest {
  runId: string;
  /** Null: the last. */
  epoch: number | null;
  /** Latents; of one structure nothing is read from them. */
  zs: number[][];
}

export type StructureFormat = 'pdb' | 'cif';
