// mmCIF: the `_atom_site` loop. Labels of the author (auth_*) where given, as the PDB prints them. First model only; of
// alternate locations the first one.
import { collectAtoms, type AtomRecord, type Atoms } from './atom-records.ts';
import { VitrineError } from '../base/errors.ts';

/** Water is left out; other hetero atoms are kept where `hetero`. Errors: 'atoms-syntax' naming the line. */
export function parseMmcif(text: string, file: string, hetero = false): Atoms {
  const lines = text.split(/\r?\n/);
  const first = lines.findIndex((line) => line.startsWith('_atom_site.'));
  if (first < 0)
    throw new VitrineError('atoms-syntax', 'The file has no _atom_site table.', {
      file,
      expected: 'coordinates in _atom_site',
      advice: 'Download the coordinates (.cif) from the PDB, not the structure factors.',
    });
  const columns: string[] = [];
  let at = first;
  for (; lines[at]?.startsWith('_atom_site.'); at++) columns.push(lines[at].trim().slice('_atom_site.'.length));
  const place = (...names: string[]) => names.map((name) => columns.indexOf(name)).find((i) => i >= 0) ?? -1;
  const [x, y, z] = ['Cartn_x', 'Cartn_y', 'Cartn_z'].map((name) => place(name));
  const [group, symbol, model, alternate] = ['group_PDB', 'type_symbol', 'pdbx_PDB_model_num', 'label_alt_id'].map(
    (name) => place(name),
  );
  const atom = place('auth_atom_id', 'label_atom_id');
  const residueName = place('auth_comp_id', 'label_comp_id');
  const chain = place('auth_asym_id', 'label_asym_id');
  const sequence = place('auth_seq_id', 'label_seq_id');
  const insertion = place('pdbx_PDB_ins_code');
  const records: AtomRecord[] = [];
  const seen = new Set<string>();
  let firstModel: string | null = null;
  for (; at < lines.length; at++) {
    const line = lines[at];
    if (line.startsWith('#') || line.startsWith('loop_') || line.startsWith('_') || line.startsWith('data_')) break;
    if (line.trim() === '') continue;
    const cells = cellsOf(line);
    const cell = (i: number) => (i < 0 ? '' : (cells[i] ?? ''));
    const position = [cell(x), cell(y), cell(z)].map((value) => (value === '' ? NaN : Number(value)));
    if (cells.length !== columns.length || !position.every(Number.isFinite))
      throw new VitrineError('atoms-syntax', 'An atom of _atom_site cannot be read.', {
        file,
        row: at + 1,
        expected: `${columns.length} values with Cartn_x, Cartn_y, Cartn_z`,
        found: line.slice(0, 80),
        advice: 'Download the file again from the PDB.',
      });
    firstModel ??= cell(model);
    if (cell(model) !== firstModel) continue;
    if (cell(residueName) === 'HOH' || (cell(group) === 'HETATM' && !hetero)) continue;
    const key = `${cell(chain)} ${cell(sequence)}${cell(insertion)} ${cell(atom)}`;
    const isAlternate = !['', '.', '?'].includes(cell(alternate));
    if (isAlternate && seen.has(key)) continue;
    seen.add(key);
    records.push({
      x: position[0],
      y: position[1],
      z: position[2],
      element: cell(symbol).toUpperCase(),
      residueNumber: parseInt(cell(sequence), 10) || 0,
      insertion: ['.', '?'].includes(cell(insertion)) ? '' : cell(insertion),
      chain: cell(chain),
      name: cell(atom),
      residue: cell(residueName),
    });
  }
  return collectAtoms(records, file);
}

/** Cells of a line: bare words, or in quotes that end before a space (so that O5' is a word and "O5'" one too). */
function cellsOf(line: string): string[] {
  return Array.from(line.matchAll(/'((?:[^']|'(?=\S))*)'(?=\s|$)|"((?:[^"]|"(?=\S))*)"(?=\s|$)|(\S+)/g), (match) => {
    return match[1] ?? match[2] ?? match[3];
  });
}
