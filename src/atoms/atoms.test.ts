// From a file's atoms to centres and restraints, and back to files.
import { describe, expect, it } from 'vitest';
import { helixPdb } from '../../testing/helix.ts';
import { parseMmcif } from '../formats/mmcif.ts';
import { parsePdb } from '../formats/pdb.ts';
import { coarseModel } from './coarse-model.ts';
import { backboneDeviation } from './deviation.ts';
import { modelledAtoms, movedPositions } from './moved-atoms.ts';
import { writeAtoms } from './write.ts';

type At = [number, number, number];
/** A residue by chain and number with insertion code. */
type Place = [residue: string, chain: string, number: string];

const line = (
  name: string,
  [residue, chain, number]: Place,
  at: At,
  { element = name[0], kind = 'ATOM  ' }: { element?: string; kind?: string } = {},
) =>
  `${kind}    1 ${name.padStart(3).padEnd(4)} ${residue.padStart(3)} ` +
  `${chain}${number.replace(/[A-Z]/, '').padStart(4)}${number.replace(/\d+/, '') || ' '}   ` +
  `${at.map((v) => v.toFixed(3).padStart(8)).join('')}  1.00  0.00          ${element.padStart(2)}`;

const modelOf = (lines: string[], chains?: string[]) =>
  coarseModel(parsePdb(lines.join('\n'), 'x.pdb', true), 'x.pdb', chains);

describe('a coarse-grained model', () => {
  it('has a centre at Cα and one at the side chain’s centre of mass, with their electrons', () => {
    const model = modelOf([
      line('N', ['SER', 'A', '1'], [0, 0, 0]),
      line('CA', ['SER', 'A', '1'], [1.5, 0, 0]),
      line('C', ['SER', 'A', '1'], [2, 1.4, 0]),
      line('O', ['SER', 'A', '1'], [1, 2.2, 0]),
      line('CB', ['SER', 'A', '1'], [2, -1, 1]),
      line('OG', ['SER', 'A', '1'], [3, -1, 1]),
      line('H', ['SER', 'A', '1'], [9, 9, 9]),
    ]);
    expect(model.centres.map(({ part }) => part)).toEqual(['backbone', 'side chain']);
    expect([...model.electrons]).toEqual([7 + 6 + 6 + 8, 6 + 8]);
    const side = [(6 * 2 + 8 * 3) / 14, -1, 1];
    [1.5, 0, 0, ...side].forEach((value, i) => expect(model.positions[i]).toBeCloseTo(value, 5));
    expect([...model.sides]).toEqual([0, 1]);
    expect(model.sideLimit).toBeCloseTo(Math.hypot(side[0] - 1.5, 1, 1), 5);
    expect(model.notices).toEqual([]);
  });

  it('breaks the chain where numbers do, not at insertion codes, and says what is long', () => {
    const alpha = (number: string, x: number, chain = 'A') => line('CA', ['GLY', chain, number], [x, 0, 0]);
    const model = modelOf([
      alpha('1', 0),
      alpha('2', 3.8),
      alpha('2A', 7.6),
      alpha('3', 20),
      alpha('9', 24),
      alpha('1', 30, 'B'),
    ]);
    expect([...model.bonds]).toEqual([0, 1, 1, 2, 2, 3]);
    expect(model.bondLengths.every((length) => Math.abs(length - 3.8) < 1e-6)).toBe(true);
    const said = model.notices.map(({ message }) => message).join(' ');
    expect(said).toContain('broken at 1 place');
    expect(said).toContain('1 bond is longer');
  });

  it('keeps modified residues and nucleotides, and names what it leaves out', () => {
    const model = modelOf([
      line('CA', ['MSE', 'A', '1'], [0, 0, 0], { element: 'C', kind: 'HETATM' }),
      line('SE', ['MSE', 'A', '1'], [1, 0, 0], { element: 'SE', kind: 'HETATM' }),
      line('CA', ['LYS', 'A', '2'], [3.8, 0, 0], { element: 'C' }),
      line('P', ['A', 'R', '1'], [20, 0, 0]),
      line("C4'", ['A', 'R', '1'], [21, 0, 0]),
      line('N9', ['A', 'R', '1'], [22, 0, 0]),
      line('P', ['U', 'R', '2'], [26, 0, 0]),
      line("C4'", ['U', 'R', '2'], [27, 0, 0]),
      line('CA', ['CA', 'A', '90'], [5, 5, 5], { element: 'CA', kind: 'HETATM' }),
      line('FE', ['HEM', 'A', '91'], [5, 5, 5], { element: 'FE', kind: 'HETATM' }),
    ]);
    expect(model.residues.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      ...['MSE amino acid', 'LYS amino acid', 'A nucleotide', 'U nucleotide'],
    ]);
    expect([...model.electrons]).toEqual([6, 34, 6, 15 + 6, 7, 15 + 6]);
    expect(model.bondLengths[1]).toBeCloseTo(6, 5);
    const said = model.notices.map(({ message }) => message).join(' ');
    expect(said).toContain('CA 90 of chain A, HEM 91 of chain A');
    expect(said).toContain('Without side chain, kept as their backbone alone: LYS 2 of chain A');
  });

  it('takes the chains that are asked for, and refuses those that are not there', () => {
    const lines = ['A', 'B'].map((chain) => line('CA', ['GLY', chain, '1'], [0, 0, 0]));
    expect(modelOf(lines, ['B']).residues.map(({ chain }) => chain)).toEqual(['B']);
    expect(() => modelOf(lines, ['C'])).toThrow(/no chain C/);
    expect(() => modelOf([line('FE', ['HEM', 'A', '1'], [0, 0, 0], { element: 'FE' })])).toThrow(/neither amino acids/);
  });
});

describe('files of structures', () => {
  const atoms = parsePdb(helixPdb(6), 'helix.pdb');
  const coarse = coarseModel(atoms, 'helix.pdb');
  const modelled = modelledAtoms(atoms, coarse);

  it('move all atoms with their centres', () => {
    const moved = coarse.positions.map((value, i) => value + (i % 6 < 3 ? 1 : -2));
    const positions = movedPositions(modelled, coarse.positions, moved);
    modelled.atoms.names.forEach((name, i) =>
      expect(positions[3 * i] - modelled.atoms.positions[3 * i]).toBeCloseTo(name === 'CB' ? -2 : 1, 5),
    );
    const deviation = backboneDeviation({ ...modelled.atoms, positions }, atoms);
    expect(deviation).toMatchObject({ residues: 6, within3: 1 });
    expect(deviation.rmsdAngstrom).toBeCloseTo(Math.sqrt(3), 4);
  });

  it.each(['pdb', 'cif'] as const)('%s is read as it was written, its first model', (format) => {
    const other = modelled.atoms.positions.map((value) => value + 5);
    const text = writeAtoms(modelled.atoms, [modelled.atoms.positions, other], format, 'two models');
    const read = format === 'pdb' ? parsePdb(text, 'x.pdb') : parseMmcif(text, 'x.cif');
    expect({ ...read, positions: null }).toEqual({ ...modelled.atoms, positions: null });
    read.positions.forEach((value, i) => expect(Math.abs(value - modelled.atoms.positions[i])).toBeLessThan(6e-4));
    expect(text.match(format === 'pdb' ? /^MODEL/gm : / 2$/gm)).toHaveLength(format === 'pdb' ? 2 : atoms.count);
  });

  it('says what PDB’s columns do not hold', () => {
    const long = { ...modelled.atoms, chains: modelled.atoms.chains.map(() => 'AA') };
    expect(() => writeAtoms(long, [long.positions], 'pdb', 'x')).toThrow(/columns of a PDB/);
    expect(writeAtoms(long, [long.positions], 'cif', 'x')).toContain(' AA ');
  });

  it('refuses to compare models without a residue in common', () => {
    const other = { ...atoms, chains: atoms.chains.map(() => 'Z') };
    expect(() => backboneDeviation(atoms, other)).toThrow(/no residue in common/);
  });
});
