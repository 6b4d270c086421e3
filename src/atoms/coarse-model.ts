// A coarse-grained model of a file's atoms: two Gaussians a residue, one at the backbone (Cα; P or C4′ of nucleotides) and one at the side
// chain's (or base's) centre of mass, each with the electrons of its fragment (Cryofold, thesis chapter 7.3).
import type { Notice } from '../base/errors.ts';
import { VitrineError } from '../base/errors.ts';
import type { Atoms } from '../formats/atom-records.ts';
import { anchorOf, isBackboneAtom, residuesOf, residueWords, type Residue, type ResidueKind } from './residues.ts';

/** A centre: a part of a residue. */
export interface Centre {
  /** Number of the residue in `residues`. */
  residue: number;
  part: 'backbone' | 'side chain';
}

export interface CoarseModel {
  /** Those that centres stand for, in the file's order. */
  residues: Residue[];
  centres: Centre[];
  /** 3N, Å, in the file's frame. */
  positions: Float32Array;
  /** N. */
  electrons: Float32Array;
  /** 2M centres: backbones of consecutive residues; none across a gap in their numbers. */
  bonds: Int32Array;
  /** M, Å: 3.8 of amino acids, the reference's mean distance of nucleotides. */
  bondLengths: Float32Array;
  /** 2S centres: backbone and side chain of a residue. */
  sides: Int32Array;
  /** Å: the largest distance of a side chain in the reference. */
  sideLimit: number;
  /** What was left out of the file or added to it. */
  notices: Notice[];
}

const ELECTRONS: Record<string, number> = {
  ...{ C: 6, N: 7, O: 8, F: 9, NA: 11, MG: 12, P: 15, S: 16, CL: 17, K: 19, CA: 20, MN: 25, FE: 26, CO: 27, NI: 28 },
  ...{ CU: 29, ZN: 30, SE: 34, BR: 35, I: 53 },
};
/** Å between the Cα of consecutive residues (trans). */
const CALPHA_DISTANCE = 3.8;
/** Å: bonds of real chains are shorter (P–P is 5 to 7.5 Å); in a start that was bent or shaken they need not be. */
const USUAL_BOND = { 'amino acid': 5.5, nucleotide: 9, ligand: 0 };
const NAMED_AT_MOST = 5;

/**
 * The model of all chains, or of those named. Residues that are neither amino acids nor nucleotides (ligands, ions) are left out and named,
 * as they have no restraint to hold them. Errors: 'value-out-of-range' for a chain that is not there, 'atoms-syntax' where nothing is left.
 */
export function coarseModel(atoms: Atoms, file: string, chains?: readonly string[]): CoarseModel {
  const all = residuesOf(atoms);
  const there = [...new Set(all.map(({ chain }) => chain))];
  const unknown = (chains ?? []).filter((chain) => !there.includes(chain));
  if (unknown.length > 0)
    throw new VitrineError('value-out-of-range', `The model has no chain ${unknown.join(', ')}.`, {
      file,
      field: '--chains',
      expected: there.join(', '),
      found: unknown.join(', '),
    });
  const asked = all.filter(({ chain }) => !chains || chains.includes(chain));
  const residues = asked.filter((residue) => anchorOf(residue, atoms) >= 0);
  if (residues.length === 0)
    throw new VitrineError('atoms-syntax', 'The model has neither amino acids nor nucleotides.', {
      file,
      expected: 'residues with Cα, or P or C4′',
      advice: 'Give the model of a protein or a nucleic acid.',
    });
  const centres: Centre[] = [];
  const positions: number[] = [];
  const electrons: number[] = [];
  const sides: number[] = [];
  const backbones: number[] = [];
  let sideLimit = 0;
  residues.forEach((residue, number) => {
    const anchor = anchorOf(residue, atoms);
    const [backbone, side] = [true, false].map((wanted) =>
      residue.atoms.filter((i) => isBackboneAtom(residue.kind, atoms.names[i]) === wanted),
    );
    backbones.push(centres.length);
    centres.push({ residue: number, part: 'backbone' });
    positions.push(...atoms.positions.subarray(3 * anchor, 3 * anchor + 3));
    electrons.push(total(backbone, atoms));
    if (side.length === 0) return;
    sides.push(centres.length - 1, centres.length);
    centres.push({ residue: number, part: 'side chain' });
    const at = centreOfMass(side, atoms);
    sideLimit = Math.max(sideLimit, Math.hypot(...at.map((v, axis) => v - atoms.positions[3 * anchor + axis])));
    positions.push(...at);
    electrons.push(total(side, atoms));
  });
  const { bonds, bondLengths, breaks, long } = bondsOf(residues, backbones, positions);
  return {
    ...{ residues, centres, bonds, bondLengths, sideLimit },
    positions: Float32Array.from(positions),
    electrons: Float32Array.from(electrons),
    sides: Int32Array.from(sides),
    notices: noticesOf(asked, residues, atoms, { breaks, long }),
  };
}

function bondsOf(
  residues: readonly Residue[],
  backbones: readonly number[],
  positions: readonly number[],
): { bonds: Int32Array; bondLengths: Float32Array; breaks: number; long: number } {
  const found: { pair: [number, number]; kind: ResidueKind; distance: number }[] = [];
  let breaks = 0;
  for (let i = 0; i + 1 < residues.length; i++) {
    const { chain, kind } = residues[i];
    if (chain !== residues[i + 1].chain || kind !== residues[i + 1].kind) continue;
    const pair: [number, number] = [backbones[i], backbones[i + 1]];
    const distance = Math.hypot(...[0, 1, 2].map((k) => positions[3 * pair[0] + k] - positions[3 * pair[1] + k]));
    // Residues that are missing leave a gap in the numbers; a distance says nothing of a start that is far.
    if (residues[i + 1].number - residues[i].number > 1) breaks++;
    else found.push({ pair, kind, distance });
  }
  // P–P has no one length as Cα–Cα has: the reference's mean stands for all.
  const nucleotides = found.filter(({ kind }) => kind === 'nucleotide');
  const mean = nucleotides.reduce((sum, { distance }) => sum + distance, 0) / Math.max(1, nucleotides.length);
  return {
    bonds: Int32Array.from(found.flatMap(({ pair }) => pair)),
    bondLengths: Float32Array.from(found, ({ kind }) => (kind === 'nucleotide' ? mean : CALPHA_DISTANCE)),
    breaks,
    long: found.filter(({ kind, distance }) => distance > USUAL_BOND[kind]).length,
  };
}

function total(own: readonly number[], { elements }: Atoms): number {
  return own.reduce((sum, i) => sum + electronsOf(elements[i]), 0);
}

function electronsOf(element: string): number {
  return ELECTRONS[element] ?? 6;
}

function centreOfMass(own: readonly number[], atoms: Atoms): [number, number, number] {
  const whole = total(own, atoms);
  const sum: [number, number, number] = [0, 0, 0];
  // Electrons stand for masses: of C, N, O, S and P they are half of them.
  for (const i of own)
    for (let axis = 0; axis < 3; axis++)
      sum[axis] += (electronsOf(atoms.elements[i]) * atoms.positions[3 * i + axis]) / whole;
  return sum;
}

function noticesOf(
  asked: readonly Residue[],
  kept: readonly Residue[],
  atoms: Atoms,
  { breaks, long }: { breaks: number; long: number },
): Notice[] {
  const notices: Notice[] = [];
  const say = (code: string, count: string, which: readonly Residue[]) => {
    if (which.length === 0) return;
    const named = which.slice(0, NAMED_AT_MOST).map(residueWords).join(', ');
    const more = which.length > NAMED_AT_MOST ? `, and ${which.length - NAMED_AT_MOST} more` : '';
    notices.push({ code, message: `${count}: ${named}${more}.` });
  };
  const left = asked.filter((residue) => !kept.includes(residue));
  say('atoms-left-out', 'Neither amino acids nor nucleotides, left out of the model', left);
  const bare = kept.filter(
    (residue) =>
      residue.kind === 'amino acid' &&
      residue.name !== 'GLY' &&
      residue.atoms.every((i) => isBackboneAtom(residue.kind, atoms.names[i])),
  );
  say('side-chains-missing', 'Without side chain, kept as their backbone alone', bare);
  if (breaks > 0)
    notices.push({
      code: 'chain-broken',
      message: `The chains are broken at ${breaks} place${breaks === 1 ? '' : 's'}; nothing holds the ends together.`,
    });
  if (long > 0)
    notices.push({
      code: 'bonds-long',
      message: `${long} bond${long === 1 ? ' is' : 's are'} longer in the model than in any chain; they are drawn together.`,
    });
  return notices;
}
