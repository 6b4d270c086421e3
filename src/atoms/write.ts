// Atoms as PDB (fixed columns, format 3.3) or mmCIF (`_atom_site`), one model or several: what ChimeraX and Mol* open as a trajectory.
import { VitrineError } from '../base/errors.ts';
import type { Atoms } from '../formats/atom-records.ts';

export type AtomsFormat = 'pdb' | 'cif';

/** What PDB's columns hold. */
const MOST_ATOMS = 99_999;

/** Models of the same atoms; positions of each 3n, Å. Error 'value-out-of-range' for what PDB's columns do not hold. */
export function writeAtoms(atoms: Atoms, models: readonly Float32Array[], format: AtomsFormat, name: string): string {
  return format === 'pdb' ? writePdb(atoms, models) : writeCif(atoms, models, name);
}

function writePdb(atoms: Atoms, models: readonly Float32Array[]): string {
  const long = atoms.chains.find((chain) => chain.length > 1);
  if (atoms.count > MOST_ATOMS || long !== undefined)
    throw new VitrineError('value-out-of-range', 'The model does not fit into the columns of a PDB file.', {
      expected: `at most ${MOST_ATOMS.toLocaleString('en')} atoms, chains of one letter`,
      found: long === undefined ? `${atoms.count.toLocaleString('en')} atoms` : `chain ${long}`,
      advice: 'Write mmCIF: a name that ends in .cif.',
    });
  const lines: string[] = [];
  models.forEach((positions, model) => {
    if (models.length > 1) lines.push(`MODEL     ${String(model + 1).padStart(4)}`);
    for (let i = 0; i < atoms.count; i++) lines.push(pdbLine(atoms, i, positions));
    if (models.length > 1) lines.push('ENDMDL');
  });
  return `${lines.join('\n')}\nEND\n`;
}

function pdbLine(atoms: Atoms, i: number, positions: Float32Array): string {
  const [element, name] = [atoms.elements[i], atoms.names[i]];
  // Names of elements with one letter begin in the second column, unless they need all four.
  const columns = (element.length === 1 && name.length < 4 ? ` ${name}` : name).padEnd(4);
  const place = [0, 1, 2].map((axis) => positions[3 * i + axis].toFixed(3).padStart(8)).join('');
  return (
    `ATOM  ${String(i + 1).padStart(5)} ${columns} ${atoms.residues[i].padStart(3)} ${(atoms.chains[i] || 'A').padEnd(1)}` +
    `${String(atoms.residueNumbers[i]).padStart(4)}${(atoms.insertions[i] || ' ').padEnd(1)}   ${place}` +
    `  1.00  0.00          ${element.padStart(2)}`
  );
}

const CIF_COLUMNS = [
  ...['group_PDB', 'id', 'type_symbol', 'label_atom_id', 'label_alt_id', 'label_comp_id', 'label_asym_id'],
  ...[
    'label_entity_id',
    'label_seq_id',
    'pdbx_PDB_ins_code',
    'Cartn_x',
    'Cartn_y',
    'Cartn_z',
    'occupancy',
    'B_iso_or_equiv',
  ],
  ...['auth_seq_id', 'auth_asym_id', 'pdbx_PDB_model_num'],
];

function writeCif(atoms: Atoms, models: readonly Float32Array[], name: string): string {
  const lines = [
    `data_${name.replaceAll(/\W+/g, '_') || 'model'}`,
    '#',
    'loop_',
    ...CIF_COLUMNS.map((c) => `_atom_site.${c}`),
  ];
  let id = 0;
  models.forEach((positions, model) => {
    for (let i = 0; i < atoms.count; i++) {
      const [chain, number] = [atoms.chains[i] || 'A', String(atoms.residueNumbers[i])];
      const place = [0, 1, 2].map((axis) => positions[3 * i + axis].toFixed(3));
      const atomName = /['"]/.test(atoms.names[i]) ? `"${atoms.names[i]}"` : atoms.names[i];
      lines.push(
        [
          ...['ATOM', String(++id), atoms.elements[i], atomName, '.', atoms.residues[i], chain, '1', number],
          ...[atoms.insertions[i] || '?', ...place, '1.00', '0.00', number, chain, String(model + 1)],
        ].join(' '),
      );
    }
  });
  return `${lines.join('\n')}\n#\n`;
}
