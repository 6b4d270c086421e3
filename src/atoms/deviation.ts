// How far structures are apart, residue by residue.
import type { Atoms } from '../formats/atom-records.ts';
import { VitrineError } from '../base/errors.ts';
import { anchorOf, residuesOf } from './residues.ts';

/** Deviations of backbone centres, Å; no superposition: poses fix the frame. */
export interface Deviation {
  residues: number;
  rmsdAngstrom: number;
  /** Share of residues within 3 Å. */
  within3: number;
}

/** Between the Cα (P, C4′) of residues that both have, by chain, number and insertion code. Error 'count-mismatch' where there are none. */
export function backboneDeviation(a: Atoms, b: Atoms): Deviation {
  const [first, second] = [anchors(a), anchors(b)];
  const distances: number[] = [];
  for (const [key, at] of first) {
    const other = second.get(key);
    if (other) distances.push(Math.hypot(...at.map((value, axis) => value - other[axis])));
  }
  if (distances.length === 0)
    throw new VitrineError('count-mismatch', 'The two models have no residue in common.', {
      expected: 'the same chains and residue numbers',
    });
  return {
    residues: distances.length,
    rmsdAngstrom: Math.sqrt(distances.reduce((sum, d) => sum + d * d, 0) / distances.length),
    within3: distances.filter((d) => d <= 3).length / distances.length,
  };
}

function anchors(atoms: Atoms): Map<string, number[]> {
  return new Map(
    residuesOf(atoms).flatMap((residue) => {
      const anchor = anchorOf(residue, atoms);
      const key = `${residue.chain} ${residue.number}${residue.insertion}`;
      return anchor < 0 ? [] : [[key, [...atoms.positions.subarray(3 * anchor, 3 * anchor + 3)]] as const];
    }),
  );
}
