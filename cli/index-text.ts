// Whole numbers in a text file: one a line, or with commas or blanks between them.
import { VitrineError } from '../src/base/errors.ts';
import { openFile } from './files.ts';

/** Errors: 'file-missing', 'value-out-of-range'. */
export async function readIndexText(path: string): Promise<number[]> {
  const text = await openFile(path).blob.text();
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  const bad = words.findIndex((word) => !/^\d+$/.test(word));
  if (bad < 0 && words.length > 0) return words.map(Number);
  throw new VitrineError('value-out-of-range', 'The file does not hold rows.', {
    ...{ file: path, expected: 'whole numbers from 0', found: bad < 0 ? 'nothing' : words[bad] },
  });
}
