// A molecule to simulate images of: atoms as Gaussians of their atomic number's weight, the parts of them that swing
// about hinges, and the domains that a composition may lack. Positions in Å, n×3 (x, y, z).
import { VitrineError } from '../base/errors.ts';
import type { Atoms } from '../formats/atom-records.ts';
import { rotateAboutAxis } from '../geometry/rotation.ts';

/** An axis in Å, and the atoms that swing about it. */
export interface Hinge {
  /** n, 1 where the atom swings. */
  moves: Uint8Array;
  origin: [number, number, number];
  axis: [number, number, number];
}

/** Atoms for simulation: positions in Å, electrons as weights, the domain of each, and which swing about a hinge. */
export interface Molecule {
  name: string;
  /** n×3, Å. */
  positions: Float32Array;
  /** n, electrons. */
  weights: Float32Array;
  /** n, index into `domainNames`. */
  domains: Uint8Array;
  domainNames: string[];
  /** No atom swings about two of them. */
  hinges: Hinge[];
}

/** What is read of an atom of a PDB or mmCIF file. */
export interface MoleculeAtom {
  x: number;
  y: number;
  z: number;
  element: string;
  /** Atom name: 'N', 'CA', … */
  name: string;
  chain: string;
  residueNumber: number;
}

/** A file's atoms one by one. */
export function moleculeAtoms({ count, positions, elements, names, chains, residueNumbers }: Atoms): MoleculeAtom[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ x: positions[3 * i], y: positions[3 * i + 1], z: positions[3 * i + 2], element: elements[i] },
    ...{ name: names[i], chain: chains[i], residueNumber: residueNumbers[i] },
  }));
}

const ELECTRONS: Record<string, number> = { C: 6, N: 7, O: 8, P: 15, S: 16 };
/** Å; Cα atoms nearer than this touch. */
const CONTACT_ANGSTROM = 8;

/**
 * A molecule from a file's atoms: everything after residue `hingeResidue` (0-based, in the order of chain and number)
 * swings about that residue's N–CA bond. By default the hinge is the residue of the middle third whose two sides touch
 * least. Errors: 'atoms-syntax' where there are no atoms or the hinge residue has no N and CA.
 */
export function moleculeFromAtoms(atoms: readonly MoleculeAtom[], name: string, hingeResidue?: number): Molecule {
  const key = (atom: MoleculeAtom) => `${atom.chain} ${atom.residueNumber}`;
  const firstOf = new Map<string, MoleculeAtom>();
  for (const atom of atoms) if (!firstOf.has(key(atom))) firstOf.set(key(atom), atom);
  const residues = [...firstOf].sort(
    ([, a], [, b]) => (a.chain < b.chain ? -1 : a.chain > b.chain ? 1 : 0) || a.residueNumber - b.residueNumber,
  );
  const order = new Map(residues.map(([residue], i) => [residue, i]));
  const orderOf = (atom: MoleculeAtom) => order.get(key(atom)) ?? 0;
  const hinge = hingeResidue ?? loosestResidue(atoms, orderOf, residues.length);
  const bond = ['N', 'CA'].map((wanted) => atoms.find((atom) => orderOf(atom) === hinge && atom.name === wanted));
  const [nitrogen, carbon] = bond;
  if (!nitrogen || !carbon)
    throw new VitrineError('atoms-syntax', `${name} has no residue to turn about.`, {
      field: 'hinge residue',
      expected: `a residue with atoms N and CA, 0 to ${residues.length - 1}`,
      found: String(hinge),
      advice: 'Choose a protein, or another hinge residue.',
    });
  const moves = Uint8Array.from(atoms, (atom) => (orderOf(atom) > hinge ? 1 : 0));
  return {
    name,
    positions: Float32Array.from(atoms.flatMap(({ x, y, z }) => [x, y, z])),
    weights: Float32Array.from(atoms, (atom) => ELECTRONS[atom.element.toUpperCase()] ?? 6),
    domains: moves.slice(),
    domainNames: ['before the hinge', 'after the hinge'],
    hinges: [
      {
        moves,
        origin: [nitrogen.x, nitrogen.y, nitrogen.z],
        axis: [carbon.x - nitrogen.x, carbon.y - nitrogen.y, carbon.z - nitrogen.z],
      },
    ],
  };
}

/** The same for a file as `formats/atoms` reads it. */
export function moleculeFromFile(atoms: Atoms, name: string, hingeResidue?: number): Molecule {
  const { positions, elements, names, chains, residueNumbers } = atoms;
  const records = elements.map((element, i) => ({
    x: positions[3 * i],
    y: positions[3 * i + 1],
    z: positions[3 * i + 2],
    element,
    name: names[i],
    chain: chains[i],
    residueNumber: residueNumbers[i],
  }));
  return moleculeFromAtoms(records, name, hingeResidue);
}

/** The residue of the middle third with the fewest contacts between the Cα before it and those after it. */
function loosestResidue(
  atoms: readonly MoleculeAtom[],
  orderOf: (atom: MoleculeAtom) => number,
  residues: number,
): number {
  const alphas = atoms.filter((atom) => atom.name === 'CA').sort((a, b) => orderOf(a) - orderOf(b));
  // A contact i < j spans every hinge from i to j − 1.
  const spanning = new Int32Array(residues + 1);
  alphas.forEach((a, i) =>
    alphas.slice(i + 3).forEach((b) => {
      if (Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z) > CONTACT_ANGSTROM) return;
      spanning[orderOf(a)]++;
      spanning[orderOf(b)]--;
    }),
  );
  let [best, fewest, contacts] = [Math.floor(residues / 2), Infinity, 0];
  for (let residue = 0; residue < residues; residue++) {
    contacts += spanning[residue];
    const inMiddle = residue >= residues / 3 && residue <= (2 * residues) / 3;
    if (inMiddle && contacts < fewest) [best, fewest] = [residue, contacts];
  }
  return best;
}

/** Positions with what swings about each hinge turned by its angle, from the mean of all atoms at rest; absent domains left out. */
export function conformation(
  molecule: Molecule,
  anglesRadians: readonly number[],
  absentDomains: readonly number[] = [],
): { positions: Float32Array; weights: Float32Array } {
  const positions = molecule.positions.slice();
  anglesRadians.forEach((radians, hinge) => {
    const { origin, axis, moves } = molecule.hinges[hinge];
    const turned = rotateAboutAxis(molecule.positions, origin, axis, radians);
    for (let i = 0; i < positions.length; i++) if (moves[Math.floor(i / 3)]) positions[i] = turned[i];
  });
  const mean = [0, 0, 0];
  // The mean of the molecule at rest: what does not swing stays in place from state to state.
  molecule.positions.forEach((v, i) => (mean[i % 3] += v / molecule.weights.length));
  const keep = Array.from(molecule.weights.keys()).filter((i) => !absentDomains.includes(molecule.domains[i]));
  return {
    positions: Float32Array.from(keep.flatMap((i) => [0, 1, 2].map((axis) => positions[3 * i + axis] - mean[axis]))),
    weights: Float32Array.from(keep, (i) => molecule.weights[i]),
  };
}
