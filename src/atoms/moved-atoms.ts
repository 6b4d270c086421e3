// All atoms of a file moved with the centres of its coarse-grained model: those of a backbone or of a side chain as one.
import type { Atoms } from '../formats/atom-records.ts';
import type { CoarseModel } from './coarse-model.ts';
import { isBackboneAtom } from './residues.ts';

/** The atoms that a model stands for (in the file's order), and the centre that each moves with. */
export interface ModelledAtoms {
  atoms: Atoms;
  /** n, number of a centre. */
  centreOf: Int32Array;
}

/** Without hydrogens and what the model left out. */
export function modelledAtoms(all: Atoms, { residues, centres }: CoarseModel): ModelledAtoms {
  const backbone = new Map<number, number>();
  const side = new Map<number, number>();
  centres.forEach(({ residue, part }, centre) => (part === 'backbone' ? backbone : side).set(residue, centre));
  const rows: number[] = [];
  const centreOf: number[] = [];
  residues.forEach((residue, number) => {
    for (const atom of residue.atoms) {
      const own = isBackboneAtom(residue.kind, all.names[atom]) ? backbone : side;
      rows.push(atom);
      centreOf.push(own.get(number) ?? backbone.get(number) ?? 0);
    }
  });
  const take = <T>(list: ArrayLike<T>): T[] => rows.map((row) => list[row]);
  return {
    centreOf: Int32Array.from(centreOf),
    atoms: {
      count: rows.length,
      positions: Float32Array.from(rows.flatMap((row) => [...all.positions.subarray(3 * row, 3 * row + 3)])),
      ...{ elements: take(all.elements), insertions: take(all.insertions), chains: take(all.chains) },
      ...{ names: take(all.names), residues: take(all.residues) },
      residueNumbers: Int32Array.from(take(all.residueNumbers)),
    },
  };
}

/** Positions (3n, Å) where the centres are at `moved` instead of the model's own (3N each, Å, one frame). */
export function movedPositions(
  { atoms, centreOf }: ModelledAtoms,
  own: Float32Array,
  moved: Float32Array,
): Float32Array {
  return atoms.positions.map((value, i) => {
    const centre = 3 * centreOf[Math.floor(i / 3)] + (i % 3);
    return value + moved[centre] - own[centre];
  });
}
