// Residues of a file's atoms, in the file's order: what each is, and what of it is backbone.
import type { Atoms } from '../formats/atom-records.ts';

/** What a residue is built as; 'ligand' is what has neither backbone. */
export type ResidueKind = 'amino acid' | 'nucleotide' | 'ligand';

/** A residue: its name, place in the chain, and its atoms by their numbers in the file. */
export interface Residue {
  name: string;
  chain: string;
  number: number;
  insertion: string;
  kind: ResidueKind;
  atoms: number[];
}

const PROTEIN_BACKBONE = new Set(['N', 'CA', 'C', 'O', 'OXT', 'OT1', 'OT2']);
const SUGAR = /^(P|OP\d|O\dP|[OC]\d['*]|O5['*]|O3['*])$/;

/** "ALA 52A of chain B". */
export function residueWords({ name, number, insertion, chain }: Residue): string {
  return `${name} ${number}${insertion}${chain === '' ? '' : ` of chain ${chain}`}`;
}

/** Atoms of one chain, number and insertion code that follow each other. Hydrogens are left out. */
export function residuesOf(atoms: Atoms): Residue[] {
  const residues: Residue[] = [];
  let before = '';
  for (let i = 0; i < atoms.count; i++) {
    if (atoms.elements[i] === 'H' || atoms.elements[i] === 'D') continue;
    const [chain, number, insertion] = [atoms.chains[i], atoms.residueNumbers[i], atoms.insertions[i]];
    const key = `${chain} ${number}${insertion} ${atoms.residues[i]}`;
    if (key !== before) residues.push({ name: atoms.residues[i], chain, number, insertion, kind: 'ligand', atoms: [] });
    before = key;
    residues[residues.length - 1].atoms.push(i);
  }
  for (const residue of residues) residue.kind = kindOf(residue, atoms);
  return residues;
}

/** A lone Cα trace counts as amino acids; an ion named CA (calcium) has the element CA. */
function kindOf({ atoms: own }: Residue, { names, elements }: Atoms): ResidueKind {
  const has = (name: string) => own.some((i) => names[i] === name);
  if (own.some((i) => names[i] === 'CA' && elements[i] === 'C')) return 'amino acid';
  return has("C4'") || has('C4*') || (has('P') && own.length === 1) ? 'nucleotide' : 'ligand';
}

/** The atom that stands for the backbone: Cα; P or, where a chain begins without one, C4′. -1 where there is none. */
export function anchorOf({ kind, atoms: own }: Residue, { names }: Atoms): number {
  const wanted = kind === 'amino acid' ? ['CA'] : kind === 'nucleotide' ? ['P', "C4'", 'C4*'] : [];
  for (const name of wanted) {
    const found = own.find((i) => names[i] === name);
    if (found !== undefined) return found;
  }
  return -1;
}

/** Whether an atom belongs to the backbone of a residue of this kind; the rest is its side chain or base. */
export function isBackboneAtom(kind: ResidueKind, name: string): boolean {
  return kind === 'amino acid' ? PROTEIN_BACKBONE.has(name) : SUGAR.test(name);
}
