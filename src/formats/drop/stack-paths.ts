// Spellings of a stack's path that programs write into their tables, brought to one.

/** A reader that RELION and Scipion name behind the file: "particles.mrc:mrcs", "x.ctf:mrc"; a drive ("C:/") is none. */
const READER = /^(.*\.\w+):[A-Za-z]\w*$/;

const PACKED = /\.(gz|bz2)$/i;

/** The path with '/' for Windows' '\', without the name of a reader after a colon and without a packed file's ending. */
export function plainStackPath(written: string): string {
  const path = written.replaceAll('\\', '/');
  return (READER.exec(path)?.[1] ?? path).replace(PACKED, '');
}
