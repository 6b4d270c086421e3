// Atoms of a molecular model as columns, whatever file they came from. Positions in Å.
import { VitrineError } from '../base/errors.ts';

export interface Atoms {
  count: number;
  /** count×3 (x, y, z), Å. */
  positions: Float32Array;
  /** Element symbols as "C", "ZN". */
  elements: string[];
  residueNumbers: Int32Array;
  /** PDB's insertion code, '' for none: residue 52A follows 52. */
  insertions: string[];
  chains: string[];
  /** Atom names as "CA". */
  names: string[];
  /** Residue names as "ALA". */
  residues: string[];
}

export interface AtomRecord {
  x: number;
  y: number;
  z: number;
  element: string;
  residueNumber: number;
  insertion: string;
  chain: string;
  name: string;
  residue: string;
}

/** Gathers records. Error: 'atoms-syntax' where there are none. */
export function collectAtoms(records: AtomRecord[], file: string): Atoms {
  if (records.length === 0)
    throw new VitrineError('atoms-syntax', 'The file holds no atoms.', {
      file,
      expected: 'ATOM records',
      advice: 'Use a .pdb or .cif file from the PDB.',
    });
  return {
    count: records.length,
    positions: Float32Array.from(records.flatMap(({ x, y, z }) => [x, y, z])),
    elements: records.map((record) => record.element),
    residueNumbers: Int32Array.from(records, (record) => record.residueNumber),
    insertions: records.map((record) => record.insertion),
    chains: records.map((record) => record.chain),
    names: records.map((record) => record.name),
    residues: records.map((record) => record.residue),
  };
}
