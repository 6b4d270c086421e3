// PDB format 3.3: fixed columns of ATOM and HETATM records. First model only; of alternate locations the first one.
import { collectAtoms, type AtomRecord, type Atoms } from './atom-records.ts';
import { VitrineError } from '../base/errors.ts';

/** Water is left out; other hetero atoms are kept where `hetero`. Errors: 'atoms-syntax' naming the line. */
export function parsePdb(text: string, file: string, hetero = false): Atoms {
  const records: AtomRecord[] = [];
  const seen = new Set<string>();
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    if (line.startsWith('ENDMDL')) break;
    const isHetero = line.startsWith('HETATM');
    if (!line.startsWith('ATOM  ') && !(isHetero && hetero)) continue;
    const name = line.slice(12, 16).trim();
    const residue = line.slice(17, 20).trim();
    const chain = line.slice(21, 22).trim();
    if (residue === 'HOH') continue;
    // A second record of one chain, residue (with insertion code) and atom is an alternate location.
    const place = `${chain} ${line.slice(22, 27)} ${name}`;
    if (line[16] !== ' ' && seen.has(place)) continue;
    const [x, y, z] = [30, 38, 46].map((at) => Number(line.slice(at, at + 8).trim() || NaN));
    const residueNumber = parseInt(line.slice(22, 26), 10);
    if (![x, y, z, residueNumber].every(Number.isFinite))
      throw new VitrineError('atoms-syntax', 'An atom has no valid position.', {
        file,
        row: i + 1,
        field: 'columns 23 to 54',
        expected: 'residue number and x, y, z in fixed columns',
        found: line.slice(22, 54),
        advice: 'Download the file again from the PDB.',
      });
    seen.add(place);
    const insertion = line.slice(26, 27).trim();
    const written = line.slice(76, 78).trim().toUpperCase();
    const element = written || (/^[ \d]/.test(line.slice(12, 13)) ? line.slice(13, 14) : line.slice(12, 14)).trim();
    records.push({ x, y, z, element: element.toUpperCase(), residueNumber, insertion, chain, name, residue });
  }
  return collectAtoms(records, file);
}
