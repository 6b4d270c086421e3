// What a set's optics say beyond the nine columns of a ctf.pkl, in words: for exports that have no place for it.
import type { Notice } from '../base/errors.ts';
import { OPTICS_WIDTH, ORDINARY_OPTICS } from './particles.ts';

const WORDS: [columns: readonly number[], words: string][] = [
  [[0], 'scales'],
  [[1], 'B factors'],
  [[2], 'that images are phase-flipped or multiplied by the CTF'],
  [[3, 4, 5, 6], 'the magnification'],
  [[7], 'that maps have another pixel size than some images'],
  [[8, 9], 'beam tilts'],
];

/** A warning of what is lost where `optics` (N×10, OPTICS_COLUMNS) are written as CTF rows into `file`; null where nothing is. */
export function lostInCtfRows(optics: Float32Array | null, file: string): Notice | null {
  const lost = WORDS.filter(([columns]) =>
    optics?.some((value, i) => columns.includes(i % OPTICS_WIDTH) && value !== ORDINARY_OPTICS[i % OPTICS_WIDTH]),
  ).map(([, words]) => words);
  if (lost.length === 0) return null;
  return {
    code: 'optics-lost',
    message: `The nine columns of a ctf.pkl have no place for ${lost.join(', ')}: they are not in ${file}.`,
    file,
    advice: 'Keep the table: what reads it applies them.',
  };
}
