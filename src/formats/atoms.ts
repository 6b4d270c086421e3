// Atoms of a molecular model, from PDB or mmCIF: one model, one position an atom (no alternate locations).
import type { Atoms } from './atom-records.ts';
import { detectKind, bytesOf } from './detect.ts';
import { VitrineError } from '../base/errors.ts';
import { parseMmcif } from './mmcif.ts';
import type { NamedBlob } from './particles.ts';
import { parsePdb } from './pdb.ts';

/** Reads a PDB or mmCIF file; hetero atoms other than water are left out unless `hetero`. Errors: 'file-empty', 'file-kind-unknown', 'atoms-syntax'. */
export async function readAtoms(file: NamedBlob, hetero = false): Promise<Atoms> {
  const kind = await detectKind(file);
  const text = new TextDecoder().decode(await bytesOf(file));
  if (kind === 'pdb') return parsePdb(text, file.path, hetero);
  if (kind === 'mmcif') return parseMmcif(text, file.path, hetero);
  throw new VitrineError('file-kind-unknown', 'This file is no molecular model.', {
    file: file.path,
    expected: 'a .pdb or .cif file',
    advice: 'Download the model from the PDB.',
  });
}
